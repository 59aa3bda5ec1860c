"""Names of weights, without what stands before all of them or between their parts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from mha_viz.models.weights import Weights

# What compiling and sharding put between the names of modules, as often as they wrapped one.
WRAPPERS = ("_orig_mod", "_fsdp_wrapped_module", "_forward_module", "_checkpoint_wrapped_module")


def prefixes(folder: Path, weights: Weights) -> Iterator[str]:
    """What may stand before every name: nothing, and then what all have in common, a part more each time."""
    names = [unwrapped(name) for name in weights.names(folder)]
    yield "" if names == weights.names(folder) else "."
    parts = [name.split(".")[:-1] for name in names]
    common = [step[0] for step in takewhile(lambda step: len(set(step)) == 1, zip(*parts, strict=False))]
    yield from (".".join(common[: n + 1]) + "." for n in range(len(common)))


def unwrapped(name: str) -> str:
    """A name without what compiling and sharding put between its parts."""
    return ".".join(part for part in name.split(".") if part not in WRAPPERS)


def renamed(folder: Path, weights: Weights, prefix: str) -> dict[str, Any]:
    """Every weight under its name without wrappers and without a prefix."""
    state: dict[str, Any] = {}
    for file in weights.files:
        state |= {unwrapped(name).removeprefix(prefix): tensor for name, tensor in load_file(folder / file).items()}
    return state
