"""torch, transformers and spaCy, imported without what only a compiler, several machines and commands ask for."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

COMMANDS = ("spacy.cli", "spacy.cli.info")  # a fifth of its import: they fetch and train models
COMPILER = "torch._dynamo"  # half a second: transformers marks four functions for it while it is imported


_ours: list[int] = []  # this process, once it has said that it is one of our own


def allow_light_imports() -> None:
    """Say that this process is one of our own, such as a command: ``import_lightly`` then does what it says.

    Not for those who import the package: theirs may compile, or share a model between machines.
    """
    _ours.append(os.getpid())


def is_ours() -> bool:
    """Whether this process said so."""
    return os.getpid() in _ours


@contextmanager
def without_commands() -> Iterator[None]:
    """What imports and loads spaCy in here gets it without its own commands, in a process that is ours; they come as
    ever when they are asked for later.
    """
    if not is_ours() or "spacy" in sys.modules:
        yield
        return
    stand_ins: dict[str, Any] = {name: ModuleType(name) for name in COMMANDS}
    stand_ins[COMMANDS[1]].info = None
    sys.modules.update(stand_ins)
    try:
        with _uncollected():
            yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


def import_lightly() -> None:
    """Import torch and the parts of transformers that every model needs, without half of what they bring along.

    Nothing happens in a process that is not ours, or has transformers already. Numbers do not depend on it: what is
    left out only shards weights over machines, compiles networks, or computes the loss of found objects. Until the end
    of the process transformers takes torch for one that was built without ``torch.distributed``.
    """
    if not is_ours() or "transformers" in sys.modules:
        return
    with _uncollected(), suppress(AttributeError):  # of another version, which then comes whole
        import torch
        import transformers
        from transformers.utils import import_utils

        with ExitStack() as stack:
            stack.enter_context(_replaced(torch.distributed, "is_available", lambda: False))
            stack.enter_context(_absent("scipy"))
            for remembered in (import_utils.is_torch_distributed_available, import_utils.is_scipy_available):
                remembered.cache_clear()
                remembered()
            stack.callback(import_utils.is_scipy_available.cache_clear)  # some processors ask for it
            stack.enter_context(_read_once(import_utils))
            stack.enter_context(_without_compiler(torch))
            _ = transformers.modeling_utils, transformers.masking_utils  # imported as they are asked for


@contextmanager
def _uncollected() -> Iterator[None]:
    """No look for garbage among what is imported: it stays."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


@contextmanager
def _read_once(import_utils: Any) -> Iterator[None]:
    """transformers reads through all its files for what they define, and for ``transformers.models`` again: it notes
    what it found under a folder in one case, and a file of that folder in the other.
    """
    read = import_utils.create_import_structure_from_path

    def noted(path: str | Path) -> Any:
        place = Path(path)
        return read(place.parent if place.is_file() else place)

    with _replaced(import_utils, "create_import_structure_from_path", noted):
        yield


@contextmanager
def _absent(package: str) -> Iterator[None]:
    """Who asks whether a package is installed is told that it is not."""
    find_spec = importlib.util.find_spec

    def found(name: str, *where: Any) -> ModuleSpec | None:
        return None if name == package else find_spec(name, *where)

    with _replaced(importlib.util, "find_spec", found):
        yield


@contextmanager
def _without_compiler(torch: Any) -> Iterator[None]:
    """In its place a module of the same name whose marks do nothing; it comes as ever when it is asked for later."""
    stand_in: Any = ModuleType(COMPILER)
    stand_in.__path__ = [f"{place}/_dynamo" for place in torch.__path__]
    stand_in.assume_constant_result = stand_in.allow_in_graph = lambda function: function
    stand_in.disable = lambda function=None, *_places, **_options: function or (lambda later: later)
    sys.modules[COMPILER] = torch._dynamo = stand_in
    try:
        yield
    finally:
        del sys.modules[COMPILER], torch._dynamo


@contextmanager
def _replaced(place: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(place, name)
    setattr(place, name, value)
    try:
        yield
    finally:
        setattr(place, name, before)
