"""Weights of a module, wherever they lie: on a device, or where accelerate keeps them until the module runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(eq=False)
class Elsewhere:
    """A linear map whose weights come to the device for as long as it runs: they are asked for, and not kept.

    ``followed_by`` as of the map that ran; ``is_turned`` where its module holds the weight as (d_in, d_out).
    """

    module: Any
    is_turned: bool
    followed_by: str | None
    input: Tensor | None = None  # nothing of a run
    output: Tensor | None = None

    @property
    def weight(self) -> Tensor:
        """(d_out, d_in)."""
        weight = numbers_of(self.module)
        return weight.mT if self.is_turned else weight

    @property
    def bias(self) -> Tensor | None:
        """(d_out,)."""
        return None if getattr(self.module, "bias", None) is None else numbers_of(self.module, "bias")

    def weights_alone(self) -> Elsewhere:
        """Itself, as it keeps nothing else."""
        return self


def where_it_lies(network: Any, near: Any, weight: Tensor, followed_by: str | None) -> Elsewhere | None:
    """The linear map of a network that had this weight while it ran, ``near`` a module of it; None where it is still
    on its device.

    Weights are compared: those that accelerate put on a device, and took away again, bear no name.
    """
    parts = list(network.modules())
    place = next((i for i, part in enumerate(parts) if part is near), 0)
    for i in sorted(range(len(parts)), key=lambda i: abs(i - place)):
        kept = getattr(parts[i], "weight", None)
        if isinstance(kept, Tensor) and kept.is_meta and sorted(kept.shape) == sorted(weight.shape):
            numbers = numbers_of(parts[i]).to(weight.device, weight.dtype)
            for turned in (False, True):
                if torch.equal(numbers.mT if turned else numbers, weight):
                    return Elsewhere(parts[i], turned, followed_by)
    return None


def goes_away(network: Any) -> bool:
    """Whether accelerate takes weights of a network off its device once they were used."""
    return any(getattr(hook, "offload", False) for module in network.modules() for hook in _hooks(module))


def _hooks(module: Any) -> Iterator[Any]:
    hook = getattr(module, "_hf_hook", None)
    yield from (hook, *getattr(hook, "hooks", ()))


def numbers_of(module: Any, name: str = "weight") -> Tensor:
    """The numbers of a parameter, also where accelerate keeps them in memory or on disk until the module runs."""
    parameter: Tensor = getattr(module, name)
    maps = [getattr(one, "weights_map", None) for one in _hooks(module)]
    return next((kept[name] for kept in maps if kept is not None), parameter) if parameter.is_meta else parameter
