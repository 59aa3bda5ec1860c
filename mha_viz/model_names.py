"""What models are called where they stand: those in folders without the path that leads there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath


def name_without_path(name: str) -> str:
    """What a heading calls a model: a folder or a file by its own name, every other model by its whole one.

    >>> name_without_path("/home/ada/tiny-llama/"), name_without_path("~/tiny.gguf"), name_without_path("ada/tiny")
    ('tiny-llama', 'tiny.gguf', 'ada/tiny')
    """
    path = PurePath(name)
    is_path = path.is_absolute() or name.startswith((".", "~")) or path.suffix.lower() == ".gguf"
    return path.name if is_path and path.name else name


def names_apart(names: Sequence[str]) -> list[str]:
    """What models beside each other are called: without paths, but with the folder above where two would be alike.

    >>> names_apart(["/home/ada/tiny", "mpnet"]), names_apart(["runs/a/last", "/runs/b/last"]), names_apart(["a", "a"])
    (['tiny', 'mpnet'], ['runs/a/last', 'last'], ['a', 'a'])
    """
    short = [name_without_path(name) for name in names]
    if len(set(short)) == len(set(names)):
        return short
    return ["/".join(PurePath(name).parts[-2:]) for name in names]
