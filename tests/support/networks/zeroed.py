"""Heads taken out by hand: slices of what their layer's output projection is given are zeroed while a network runs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch


@contextmanager
def zeroed(slices: Sequence[tuple[torch.nn.Module, slice]]) -> Iterator[None]:
    """Inside, each projection reads zeros in this slice of its last axis."""

    def hook_of(own: slice):
        def hook(_module, given):
            rest = given[0].clone()
            rest[..., own] = 0.0
            return (rest, *given[1:])

        return hook

    hooks = [projection.register_forward_pre_hook(hook_of(own)) for projection, own in slices]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
