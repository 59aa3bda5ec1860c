"""What lies in a model's folder, here or on the hub → the place of its transformer, and the files that are needed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fnmatch import fnmatch
from pathlib import Path

from mha_viz.errors import ModelError
from mha_viz.models import adapters
from mha_viz.models.weights import INDEX, WHOLE, Reader, reader_of, weights_among
from mha_viz.outside import json_in, not_a_file

CONFIG, MODULES = "config.json", "modules.json"
USUAL_PLACE = "0_Transformer"  # where sentence-transformers puts it
DATA_FILES = ("*.json", "*.txt", "*.model", "*.spm", "*.codes", "*.tokenizer", "*.jinja")  # no code, no pickles


def place_among(names: Collection[str], read: Reader, whose: str) -> str:
    """The folder inside a model's folder that holds its ``config.json``: itself (""), or where ``modules.json`` of
    sentence-transformers says that the transformer is.

    Parameters
    ----------
    names : collection of str
        Its files, those of folders inside as ``folder/file``.
    read : callable
        The text of one of them.
    whose : str
        The model, for the refusal.

    Raises
    ------
    ModelError
        If there is none.
    """
    if CONFIG in names or adapters.CONFIG in names:
        return ""
    if MODULES in names:
        return _first_module(names, read, whose)
    inside = sorted({name.partition("/")[0] for name in names if name.endswith(f"/{CONFIG}") and name.count("/") == 1})
    if USUAL_PLACE in inside:
        return USUAL_PLACE
    where = ""
    if len(inside) == 1:
        where = f" Its folder {inside[0]} has one: give that."
    elif inside:
        where = f" Its folders {', '.join(inside[:3])}{', …' * (len(inside) > 3)} have one: give one of them."
    raise ModelError(f"{whose} is not in Hugging Face format: it has no {CONFIG}.{where}")


def _first_module(names: Collection[str], read: Reader, whose: str) -> str:
    """The place of a sentence-transformers model's transformer, which is its first module."""
    try:
        first = min(json_in(read(MODULES)), key=lambda module: module["idx"])
        place, kind = str(first["path"]).strip("/"), str(first["type"]).rpartition(".")[2]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ModelError(f"{whose} cannot be loaded: its {MODULES} does not say what its parts are.") from None
    if f"{place}/{CONFIG}" not in names or ".." in place.split("/"):
        raise ModelError(f"{whose} has no transformer to read: its first part ({kind}) has no {CONFIG}.")
    return place


def needed_files(names: Collection[str], read: Reader, whose: str) -> list[str]:
    """Which files of a model are needed to load it: its weights once, and the small ones beside them and at its top.

    Raises
    ------
    ModelError
        If there is no configuration or no weights.
    """
    place = place_among(names, read, whose)
    prefix = f"{place}/" if place else ""
    beside = list(in_place(names, prefix))
    weights = _weight_files(beside, lambda name: read(prefix + name), whose)
    small = {name for name in names if "/" not in name} | {prefix + name for name in beside}
    small = {name for name in small if any(fnmatch(name, pattern) for pattern in DATA_FILES)}
    return sorted(small | {prefix + name for name in weights})


def _weight_files(names: Collection[str], read: Reader, whose: str) -> tuple[str, ...]:
    """The files of one folder that hold weights; of an adapter its own, and its base's where they lie beside them."""
    if adapters.CONFIG not in names:
        return weights_among(names, read, whose).files
    own = adapters.weights_among(names, whose)
    return (own, *weights_among(names, read, whose).files) if has_own_base(names) else (own,)


def has_own_base(names: Collection[str]) -> bool:
    """Whether a folder with an adapter also holds the network that it is merged into."""
    return CONFIG in names and any(name in names for name in (WHOLE, INDEX))


def in_place(names: Iterable[str], prefix: str) -> Iterable[str]:
    """The names of the files of one folder, without those of folders in it."""
    cut = (name.removeprefix(prefix) for name in names if name.startswith(prefix))
    return (name for name in cut if "/" not in name)


def transformer_folder(folder: Path, whose: str) -> Path:
    """The folder that holds configuration and weights: this one, or one inside.

    Raises
    ------
    ModelError
        If there is none.
    """
    return folder / place_among(*_files_of(folder, whose), whose)


def is_model(folder: Path) -> bool:
    """Whether a folder looks like a model's."""
    return any((folder / name).is_file() for name in (CONFIG, MODULES, adapters.CONFIG))


def refuse_incomplete(folder: Path, whose: str) -> None:
    """Raise ModelError unless everything that is needed to load it is there."""
    needed_files(*_files_of(folder, whose), whose)


def _files_of(folder: Path, whose: str) -> tuple[list[str], Reader]:
    paths = [*folder.glob("*"), *folder.glob("*/*")]
    for path in paths:
        if path.exists() and not path.is_dir() and (what := not_a_file(path)):
            raise ModelError(f"{whose} cannot be loaded: {path.relative_to(folder)} is {what}, not a file.")
    return [path.relative_to(folder).as_posix() for path in paths], reader_of(folder, whose)
