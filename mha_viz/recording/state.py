"""What a network carries with it beside its weights: a run that changes it finds it again as it was.

Some families change themselves while they read: BigBird turns to full attention at a short text and stays there, a
rotary embedding follows the longest text, a recurrent layer keeps its last state. The next text would be read by
another network than the first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import chain
from threading import RLock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import torch

from mha_viz.errors import UnreadableModelError

HELD = ("__dict__", "_buffers")  # and its modules, of which the keeper has a copy already
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_forward_hooks_with_kwargs", "_forward_pre_hooks_with_kwargs")
# transformers' note that it has hooked its collectors to the modules. They do nothing unless asked, and stay: without
# the note it would hook them twice, and a network that picks one of its own layers' states would pick another one.
HOOKED = "_output_capturing_hooks_installed"
SMALL = 2**16  # bytes: buffers up to this size, such as rotary frequencies, are kept to be put back


class _Places(NamedTuple):
    """Where a network's modules and settings keep what they keep, as long as it has the same modules."""

    parts: list[dict[str, Any]]  # of each module
    known: list[dict[str, Any]]  # copies of these
    held: list[dict[str, Any]]
    buffers: list[dict[str, Any]]


@dataclass
class _Keeper:
    """What is known of one network's state; ``changes`` once a run has changed it: then runs follow one another."""

    lock: Any = field(default_factory=RLock)  # Any: the type of a lock has no public name
    changes: bool = False
    n_restored: int = 0
    places: _Places | None = None


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
        places = keeper.places
        if places is None or places.parts != places.known:
            keeper.places = places = _places_in(network)
        self.name = type(network).__name__
        self.hooks = hooks
        held = _held(list(network.modules()), HELD + HOOKS) if hooks else places.held
        self.held = [*places.parts, *held]
        self.before = [*places.known, *map(dict.copy, held)]
        named = chain.from_iterable(map(dict.values, places.buffers))
        buffers = {id(buffer): buffer for buffer in named if buffer is not None}
        self.buffers = [
            (buffer, buffer._version, buffer.clone() if buffer.nbytes <= SMALL else None)
            for buffer in buffers.values()
            if not buffer.is_inference()
        ]

    def differs(self) -> bool:
        written = any(buffer._version != version for buffer, version, _ in self.buffers)
        if not written and _same(self.held, self.before):  # nearly always: all of them in one comparison
            return False
        if not self.hooks:
            for own, before in zip(self.held, self.before, strict=True):
                before.update({HOOKED: own[HOOKED]} if HOOKED in own else {})
        return written or not all(map(_same, self.held, self.before))

    def restore(self) -> None:
        for own, before in zip(self.held, self.before, strict=True):
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


def _places_in(network: Any) -> _Places:
    modules = _changeable(network)
    parts = [module._modules for module in modules]
    return _Places(parts, [own.copy() for own in parts], _held(modules, HELD), [module._buffers for module in modules])


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


def _same(own: Any, before: Any) -> bool:
    try:
        return bool(own == before)  # what is the same object is not compared further
    except (RuntimeError, ValueError, TypeError):  # two tensors that are not the same one
        return False
