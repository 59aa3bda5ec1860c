"""The files of a model → those that hold its weights, however many copies lie beside them: identity and memory."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from mha_viz.errors import ModelError, in_one_line
from mha_viz.models.fetching.wheels import sha256
from mha_viz.outside import json_in

WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"
VARIANT = re.compile(r"model\.(?:safetensors\.index\.([\w-]+)\.json|([\w-]+)\.safetensors)")
SHARD = re.compile(r".+-\d{5}-of-\d{5}\.safetensors")
OTHERS = ("adapter_", "consolidated")  # how files begin that only other programs read
PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
Reader = Callable[[str], str]  # the text of a file, by its name
HALF = {"BF16": torch.bfloat16, "F16": torch.float16}
POINTER = b"version https://git-lfs"


@dataclass(frozen=True)
class Weights:
    """``entry`` is the file that transformers opens: the weights, or the index of ``files``, which hold them.

    ``variant`` is what transformers calls a second set of weights, such as "fp16" of ``model.fp16.safetensors``.
    """

    entry: str
    files: tuple[str, ...]
    variant: str | None = None

    def names(self, folder: Path) -> list[str]:
        """What its tensors are called."""
        names: list[str] = []
        for file in self.files:
            with safe_open(folder / file, framework="pt") as tensors:
                names += tensors.keys()
        return names


def weights_among(names: Collection[str], read: Reader, whose: str) -> Weights:
    """Which of a model's files are its weights: one file, or the shards of one index. Copies beside them do not count.

    Parameters
    ----------
    names : collection of str
        Every file beside the model's ``config.json``.
    read : callable
        The text of one of them; only an index is asked for.
    whose : str
        The model, for the refusal.

    Raises
    ------
    ModelError
        If there are none, or it cannot be told which ones count.
    """
    if WHOLE in names:
        return Weights(WHOLE, (WHOLE,))
    if INDEX in names:
        return _indexed(INDEX, names, read, whose)
    variants = {name: match[1] or match[2] for name in names if (match := VARIANT.fullmatch(name))}
    if len(variants) == 1:
        ((entry, variant),) = variants.items()
        weights = _indexed(entry, names, read, whose) if entry.endswith(".json") else Weights(entry, (entry,))
        return replace(weights, variant=variant)
    if variants:
        names_of_variants = ", ".join(sorted(variants))
        raise ModelError(f"{whose} holds its weights more than once ({names_of_variants}): name one of them {WHOLE}.")
    tensors = [name for name in names if name.endswith(".safetensors") and not name.startswith(OTHERS)]
    if len(tensors) == 1 and not SHARD.fullmatch(tensors[0]):
        return Weights(tensors[0], (tensors[0],))
    raise ModelError(_why_none(names, tensors, whose))


def _indexed(entry: str, names: Collection[str], read: Reader, whose: str) -> Weights:
    try:
        files = sorted(set(json_in(read(entry))["weight_map"].values()))
        is_plain = bool(files) and not any(set(name) & set("/\\:") for name in files)
    except (ValueError, KeyError, TypeError, AttributeError):
        is_plain = False
    if not is_plain:
        raise ModelError(f"{whose} cannot be loaded: {entry} does not say which file holds which weight.")
    if missing := [name for name in files if name not in names]:
        raise ModelError(
            f"{whose} cannot be loaded: {len(missing)} of the {len(files)} files that {entry} names are missing, "
            f"{missing[0]} first."
        )
    return Weights(entry, tuple(files))


def _why_none(names: Collection[str], tensors: list[str], whose: str) -> str:
    if any(SHARD.fullmatch(name) for name in tensors):
        return f"{whose} has parts of weights ({min(tensors)}, …) but no {INDEX}, which says what each of them holds."
    if tensors:
        return f"{whose} has weights in {', '.join(sorted(tensors))}: name the file that counts {WHOLE}."
    if any(name.startswith("consolidated") and name.endswith(".safetensors") for name in names):
        return (
            f"{whose} has its weights under the names of its maker's own program (consolidated.safetensors) alone: "
            f"take the folder that also has {WHOLE}."
        )
    if packed := min((name for name in names if name.lower().endswith(".gguf")), default=None):
        return f"{whose} has its weights in GGUF: give the path of the file itself ({packed})."
    if pickled := min((name for name in names if name.endswith(PICKLED)), default=None):
        return (
            f"{whose} has no .safetensors weights; pickled weights are never read ({pickled}): load it where you trust "
            "it, and save_pretrained writes .safetensors."
        )
    return f"{whose} has no .safetensors weights; pickled weights are never read."


def weights_in(folder: Path, whose: str) -> Weights:
    """The same for a folder on this machine."""
    return weights_among([path.name for path in folder.iterdir()], reader_of(folder, whose), whose)


def reader_of(folder: Path, whose: str) -> Reader:
    """Reads the text files of a folder; what cannot be read is a ModelError."""

    def read(name: str) -> str:
        try:
            return (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(f"{whose} cannot be loaded: {name} cannot be read ({in_one_line(error)}).") from error

    return read


def identity_of(folder: Path, weights: Weights) -> str:
    """sha256 of the weight file; of the list of sums where there are several."""
    sums = [sha256(folder / name) for name in weights.files]
    return sums[0] if len(sums) == 1 else hashlib.sha256("\n".join(sums).encode()).hexdigest()


def stored_dtype(folder: Path, weights: Weights, whose: str) -> torch.dtype:
    """What most of the weights are stored in, where that is in half precision; else float32: also of packed ones."""
    n: Counter[str] = Counter()
    for file in weights.files:
        with _opened(folder / file, whose) as tensors:
            for name in tensors.keys():  # noqa: SIM118
                n[tensors.get_slice(name).get_dtype()] += torch.Size(tensors.get_slice(name).get_shape()).numel()
    return HALF.get(max(n, key=n.__getitem__, default=""), torch.float32)


def numbers_in(folder: Path, weights: Weights, whose: str) -> int:
    """How many numbers the weights are once they are unpacked."""
    return sum(_n_numbers(folder / name, whose) for name in weights.files)


def bytes_in(folder: Path, weights: Weights, whose: str) -> int:
    """How many bytes the weights take as they are in their files."""
    numbers_in(folder, weights, whose)  # broken files are told
    return sum((folder / name).stat().st_size for name in weights.files)


def in_gb(n_bytes: float) -> str:
    """Bytes as they are said."""
    return f"{n_bytes / 1e9:.1f} GB"


def _n_numbers(path: Path, whose: str) -> int:
    """How many numbers a file holds once they are unpacked."""
    with _opened(path, whose) as file:
        return sum(_n_unpacked(name, file.get_slice(name)) for name in file.keys())  # noqa: SIM118


@contextmanager
def _opened(path: Path, whose: str) -> Iterator[Any]:
    """A file of weights; a sentence where it is broken."""
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError) as error:
        refuse_pointer(path, whose)
        raise ModelError(f"{whose} cannot be loaded: a weight file is broken ({in_one_line(error)}).") from error


def _n_unpacked(name: str, stored: Any) -> int:
    n = torch.Size(stored.get_shape()).numel()
    if stored.get_dtype() != "U8":
        return n * 8 if name.endswith((".qweight", ".qzeros")) else n  # eight of 4 bits in each int32
    return 0 if name.endswith("_scales") else 2 * n  # two of 4 bits in a byte


def refuse_pointer(path: Path, whose: str) -> None:
    """Raise ModelError if a file is what Git LFS leaves in the place of a large one that was not fetched."""
    try:
        with path.open("rb") as file:
            is_pointer = file.read(len(POINTER)) == POINTER
    except OSError:
        return
    if is_pointer:
        raise ModelError(
            f"{whose} cannot be loaded: {path.name} is the pointer of Git LFS, not the file: `git lfs pull` fetches it."
        )
