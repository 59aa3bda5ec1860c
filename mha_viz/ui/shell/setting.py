"""What one setting of the pages is: its key, its default, what it may be, and whether a link holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mha_viz.ui.shell.values import as_it_is

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Setting(Generic[T]):
    """One setting.

    Attributes
    ----------
    key : str
        What the session and the link call it.
    default : T
        Where nothing is chosen, or what is chosen does not fit; a page may propose something else.
    about : str
        What it is.
    parse : callable
        What is held, or what a link says → the value; raises ValueError or TypeError for what it cannot be.
    choices : sequence of T
        What it may be; none where that depends on what is shown, so that the page says it.
    write : callable
        The value → what is held.
    in_link : bool
        Whether a link holds it; a page keeps all of those alive, also what it does not show itself.
    is_text : bool
        Whether it may be long.
    """

    key: str
    default: T
    about: str
    parse: Callable[[Any], T]
    choices: Sequence[T] = ()
    write: Callable[[T], Any] = as_it_is
    in_link: bool = True
    is_text: bool = False
