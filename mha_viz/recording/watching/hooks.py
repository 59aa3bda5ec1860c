"""What is put on a network once, when it is loaded: functions that ask which run they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch

from mha_viz.recording.packed import is_packed

_blocks: ContextVar[Any] = ContextVar("blocks", default=None)
_watcher: ContextVar[Any] = ContextVar("watcher", default=None)
_positions: ContextVar[list[int] | None] = ContextVar("positions", default=None)


def put_hooks(network: Any) -> None:
    """Put them on; a second time changes nothing."""
    head = getattr(network, "get_output_embeddings", lambda: None)()
    if isinstance(head, torch.nn.Module) and _before_head not in head._forward_pre_hooks.values():
        head.register_forward_pre_hook(_before_head)
    stacks = [module for module in network.modules() if isinstance(module, torch.nn.ModuleList)]
    blocks = {id(block): block for stack in stacks for block in stack if block is not None}
    for block in blocks.values():
        if _block_begins not in block._forward_pre_hooks.values():
            block.register_forward_pre_hook(_block_begins, with_kwargs=True)
            block.register_forward_hook(_block_ends)
    for module in network.modules():
        if is_packed(module) and _packed_ran not in module._forward_hooks.values():
            module.register_forward_hook(_packed_ran)


@contextmanager
def blocks_tell(listener: Any) -> Iterator[None]:
    """While this lasts, the blocks of this thread's runs tell a listener that they begin and end; it may change what
    they are given.
    """
    token = _blocks.set(listener)
    try:
        yield
    finally:
        _blocks.reset(token)


def _block_begins(_module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    listener = _blocks.get()
    return None if listener is None else listener.block_begins(args, kwargs)


def _block_ends(_module: Any, _args: Any, output: Any) -> None:
    listener = _blocks.get()
    if listener is not None:
        listener.block_ends(output)


@contextmanager
def packed_maps_tell(watcher: Any) -> Iterator[None]:
    """While this lasts, the linear maps of packed numbers in this thread's runs tell a watcher what they did: their own
    code is none of torch's functions.
    """
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def _packed_ran(module: Any, inputs: tuple[Any, ...], output: Any) -> None:
    watcher = _watcher.get()
    if watcher is not None and inputs:
        watcher.packed_ran(module, inputs[0], output)


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
