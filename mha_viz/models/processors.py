"""The files beside a model's weights → what turns text, images or sound into its numbers; refused where they lack."""

from __future__ import annotations

import warnings
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from transformers import TOKENIZER_MAPPING, AutoConfig, AutoFeatureExtractor, AutoProcessor, AutoTokenizer

from mha_viz.errors import ModelError
from mha_viz.inputs.text import tokenizer_of
from mha_viz.outside import json_in

SMALL_FILES = (
    "config.json", "tokenizer*", "vocab*", "*.model", "*.spm", "merges.txt", "bpe.codes", "special_tokens_map.json",
    "added_tokens.json", "generation_config.json", "*processor_config.json", "*.index.json",
)  # fmt: skip
# How a file begins that only stands for one: what git checks out without its large files, and what a failed download
# leaves behind.
STAND_INS = {
    b"version https://git-lfs": "a pointer of Git LFS, not the file: `git lfs pull` fetches it",
    b"/annex/objects": "a pointer of git-annex, not the file: `git annex get` fetches it",
    b"<!doctype": "a web page, not the file: download it again",
    b"<html": "a web page, not the file: download it again",
    b"entry not found": "what the hub writes where a file is not there: download it again",
    b"invalid username or password": "what the hub writes to those who may not read a file: download it again",
}
WHOLE = "tokenizer.json"  # holds all of a tokenizer
ANY_TOKENIZER = (WHOLE, "tokenizer.model", "tekken.json")  # of every family
SETTINGS = "tokenizer_config.json"
FEWEST = 3  # ordinary tokens: without its files a tokenizer knows its special tokens, and at most a space


def refuse_stand_ins(folder: Path, whose: str) -> None:
    """Raise ModelError where a small file only stands for the one that it is named after, or holds nothing."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and any(fnmatch(path.name, pattern) for pattern in SMALL_FILES):
            _refuse_stand_in(path, whose)


def _refuse_stand_in(path: Path, whose: str) -> None:
    with path.open("rb") as file:
        begin = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    for sign, what in STAND_INS.items():
        if begin.startswith(sign):
            raise ModelError(f"{whose} cannot be loaded: {path.name} is {what}.")
    if not begin and path.suffix != ".txt":  # a tokenizer may have no merges
        raise ModelError(f"{whose} cannot be loaded: {path.name} is empty: put the whole file there.")


def load_processor(folder: Path, whose: str) -> Any:
    """The tokenizer of a model's folder, or its processor where it reads images or sound.

    Raises
    ------
    ModelError
        If the files of its tokenizer are not there, or cannot be read.
    """
    reads_other = any((folder / name).is_file() for name in ("preprocessor_config.json", "processor_config.json"))
    loader = AutoProcessor if reads_other else AutoTokenizer
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Recommended: pip install sacremoses")  # it would not be used
            processor = loader.from_pretrained(folder, trust_remote_code=False)
    except ImportError as error:
        raise ModelError(
            f"{whose} cannot be loaded: its tokenizer needs a package that is not installed ({_first_line(error)})."
        ) from error
    except Exception as error:
        if code := _own_code(folder):
            raise ModelError(_not_run(code, whose)) from error
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        wanted = _files_of_family(config)
        if (ear := _ear_alone(folder, config, wanted)) is not None:
            return ear
        if not reads_other and not _has_any(folder, wanted):
            reads_text = hasattr(config.get_text_config(), "vocab_size")
            raise ModelError(_no_tokenizer(wanted, whose) if reads_text else _no_settings(whose)) from error
        missing = [name for name in wanted if not (folder / name).is_file() and name not in ANY_TOKENIZER]
        raise ModelError(_unread(error, [] if _has_any(folder, []) else missing, whose)) from error
    tokenizer = tokenizer_of(processor)
    code = _own_code(folder)
    if code and type(tokenizer).__name__.removesuffix("Fast") != code.rpartition(".")[2].removesuffix("Fast"):
        raise ModelError(_not_run(code, whose))
    if callable(getattr(tokenizer, "convert_ids_to_tokens", None)):
        _refuse_without_vocabulary(tokenizer, whose)
    return processor


def _ear_alone(folder: Path, config: Any, wanted: list[str]) -> Any:
    """What reads sound, of an encoder that was never taught to write (HuBERT): its family has a tokenizer, it has none.

    None for other models.
    """
    if config.is_encoder_decoder or _has_any(folder, wanted):
        return None
    try:
        ear = AutoFeatureExtractor.from_pretrained(folder, trust_remote_code=False)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the processor's own error is the one that is told
        return None
    return ear if isinstance(getattr(ear, "sampling_rate", None), int) else None


def _own_code(folder: Path) -> str:
    """The class of the tokenizer where it is code beside the weights, as module and name; "" where files hold it."""
    if (folder / WHOLE).is_file():
        return ""
    try:
        settings = json_in((folder / SETTINGS).read_text(encoding="utf-8"))
        named = settings["auto_map"]["AutoTokenizer"]
    except (OSError, ValueError, TypeError, LookupError):
        return ""
    names = [name for name in (named if isinstance(named, list) else [named]) if isinstance(name, str)]
    return names[0].rpartition("--")[2] if names else ""  # what stands before is where on the hub the code lies


def _not_run(code: str, whose: str) -> str:
    return (
        f"{whose} cannot be loaded: its tokenizer is code of its own ({code}), and code that comes with a model is not "
        f"run: put {WHOLE} beside its weights."
    )


def _refuse_without_vocabulary(tokenizer: Any, whose: str) -> None:
    """A tokenizer class may be made of nothing; every word is then unknown to it, or vanishes."""
    wanted = _vocabulary_files(type(tokenizer))
    if not wanted:  # letters or bytes are its tokens: it needs no file
        return
    n_ordinary = len(set(tokenizer.get_vocab()) - set(tokenizer.all_special_tokens))
    if n_ordinary < FEWEST:
        raise ModelError(_no_tokenizer(wanted, whose))


def _files_of_family(config: Any) -> list[str]:
    """The names of the files that the tokenizer of a model's family is made of; none where that is not known."""
    try:
        family: Any = TOKENIZER_MAPPING[type(config)]
    except KeyError:
        return []
    classes = family if isinstance(family, tuple) else (family,)
    return next((_vocabulary_files(one) for one in classes if one is not None), [])


def _vocabulary_files(tokenizer_class: Any) -> list[str]:
    return [name for name in dict.fromkeys(tokenizer_class.vocab_files_names.values()) if name != SETTINGS]


def _has_any(folder: Path, names: list[str]) -> bool:
    return any((folder / name).is_file() for name in (*names, *ANY_TOKENIZER))


def _no_tokenizer(wanted: list[str], whose: str) -> str:
    own = [name for name in wanted if name not in ANY_TOKENIZER]
    instead = f" (or {' and '.join(own)})" if own else ""
    return (
        f"{whose} has no tokenizer, so that no text can be read: put tokenizer.json{instead} and {SETTINGS} beside its "
        "weights; they come with the model that it was trained from, and a tokenizer's `save_pretrained` writes them."
    )


def _unread(error: Exception, missing: list[str], whose: str) -> str:
    why = _first_line(error)
    absent = f"; not there: {', '.join(missing)}" if missing else ""
    return f"{whose} cannot be loaded: its tokenizer files cannot be read ({why}{absent})."


def _no_settings(whose: str) -> str:
    return (
        f"{whose} has no files that say how images or sound become numbers: put preprocessor_config.json beside its "
        "weights; it comes with the model that it was trained from."
    )


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0].rstrip(" :.")
