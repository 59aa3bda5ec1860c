"""What is put on a network once, when it is loaded: functions that ask which run they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch

_positions: ContextVar[list[int] | None] = ContextVar("positions", default=None)


def put_hooks(network: Any) -> None:
    """Put them on; a second time changes nothing."""
    head = getattr(network, "get_output_embeddings", lambda: None)()
    if isinstance(head, torch.nn.Module) and _before_head not in head._forward_pre_hooks.values():
        head.register_forward_pre_hook(_before_head)


@contextmanager
def read_at(positions: list[int] | None) -> Iterator[None]:
    """While this lasts, the prediction head of this thread's runs reads these positions alone."""
    token = _positions.set(positions)
    try:
        yield
    finally:
        _positions.reset(token)


def _before_head(_module: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """A vocabulary times all positions of many rows would be the largest thing in memory."""
    positions = _positions.get()
    if positions is None or not inputs or inputs[0].dim() != 3:
        return None
    return inputs[0][:, positions], *inputs[1:]
