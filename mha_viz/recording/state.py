"""What a network carries with it beside its weights: a run that changes it finds it again as it was.

Some families change themselves while they read: BigBird turns to full attention at a short text and stays there, a
rotary embedding follows the longest text, a recurrent layer keeps its last state. The next text would be read by
another network than the first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import torch

from mha_viz.errors import UnreadableModelError

HELD = ("__dict__", "_buffers")  # and its modules, of which the keeper has a copy already
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_forward_hooks_with_kwargs", "_forward_pre_hooks_with_kwargs")
# transformers' note that it has hooked its collectors to the modules. They do nothing unless asked, and stay: without
# the note it would hook them twice, and a network that picks one of its own layers' states would pick another one.
HOOKED = "_output_capturing_hooks_installed"
SMALL = 2**16  # bytes: buffers up to this size, such as rotary frequencies, are kept to be put back


@dataclass
class _Keeper:
    """What is known of one network's state; ``changes`` once a run has changed it: then runs follow one another."""

    lock: Any = field(default_factory=RLock)  # Any: the type of a lock has no public name
    changes: bool = False
    n_restored: int = 0
    parts: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)  # of each module, and a copy
    held: list[dict[str, Any]] = field(default_factory=list)  # where its modules and settings keep what they keep
    buffers: list[dict[str, Any]] = field(default_factory=list)


_keepers: WeakKeyDictionary[Any, _Keeper] = WeakKeyDictionary()
_first = RLock()


def run_and_restore(network: Any, run: Callable[[], None], *, alone: bool = False, hooks: bool = False) -> None:
    """Run something that reads with a network, and leave the network as it was.

    Runs of a network that changes itself follow one another; so does a run that is to be ``alone``. ``run`` is called
    a second time where another run changed the network meanwhile. ``hooks`` says that it may also install hooks, which
    are then taken away.

    Raises
    ------
    UnreadableModelError
        If the network writes into a large tensor that it keeps: that cannot be taken back.
    """
    with _first:
        keeper = _keepers.setdefault(network, _Keeper())
    held = alone or keeper.changes
    with keeper.lock if held else nullcontext():
        n_restored, before = keeper.n_restored, _Snapshot(keeper, network, hooks)
        try:
            run()
        finally:
            changed = _restore(keeper, before, n_restored, remember=not hooks)
    if changed and not held:
        run_and_restore(network, run, alone=True)


def _restore(keeper: _Keeper, before: _Snapshot, n_restored: int, *, remember: bool) -> bool:
    """Whether the network changed meanwhile; it is then put back, unless another run has done that."""
    with keeper.lock:
        if keeper.n_restored != n_restored:
            return True
        if not before.differs():
            return False
        keeper.changes = keeper.changes or remember
        keeper.n_restored += 1
        before.restore()
        return True


class _Snapshot:
    """The attributes, buffers and parts of a network's modules and the settings of its configurations."""

    def __init__(self, keeper: _Keeper, network: Any, hooks: bool) -> None:
        if not keeper.parts or not all(own == before for own, before in keeper.parts):
            modules = _changeable(network)
            keeper.parts = [(module._modules, module._modules.copy()) for module in modules]
            keeper.held, keeper.buffers = _held(modules, HELD), [module._buffers for module in modules]
        self.name = type(network).__name__
        self.hooks = hooks
        held = _held(list(network.modules()), HELD + HOOKS) if hooks else keeper.held
        self.held = [*keeper.parts, *((own, own.copy()) for own in held)]
        buffers = {id(buffer): buffer for own in keeper.buffers for buffer in own.values() if buffer is not None}
        self.buffers = [
            (buffer, buffer._version, buffer.clone() if buffer.nbytes <= SMALL else None)
            for buffer in buffers.values()
            if not buffer.is_inference()
        ]

    def differs(self) -> bool:
        if not self.hooks:
            for own, before in self.held:
                before.update({HOOKED: own[HOOKED]} if HOOKED in own else {})
        written = any(buffer._version != version for buffer, version, _ in self.buffers)
        return written or any(not _same(own, before) for own, before in self.held)

    def restore(self) -> None:
        for own, before in self.held:
            if not _same(own, before):
                own.clear()
                own.update(before)
        for buffer, version, numbers in self.buffers:
            if buffer._version == version:
                continue
            if numbers is None:
                raise UnreadableModelError(
                    f"{self.name} writes into numbers that it keeps while it reads: what it reads next would depend "
                    "on this text."
                )
            with torch.no_grad():
                buffer.copy_(numbers)


def _held(modules: list[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The dictionaries in which modules and their configurations keep what they keep."""
    configs = {id(config): config for module in modules if (config := getattr(module, "config", None)) is not None}
    settings = [vars(config) for config in configs.values() if hasattr(config, "__dict__")]
    return [getattr(module, name) for module in modules for name in names] + settings


def _changeable(network: Any) -> list[Any]:
    """The modules that may keep something: all but torch's own without parts."""
    waiting, modules = [network], {}
    while waiting:
        module = waiting.pop()
        is_plain = type(module).__module__.startswith("torch.nn") and not module._modules
        if module is not None and id(module) not in modules and not is_plain:
            modules[id(module)] = module
            waiting += module._modules.values()
    return list(modules.values())


def _same(own: dict[str, Any], before: dict[str, Any]) -> bool:
    try:
        return own == before  # what is the same object is not compared further
    except (RuntimeError, ValueError, TypeError):  # two tensors that are not the same one
        return False
