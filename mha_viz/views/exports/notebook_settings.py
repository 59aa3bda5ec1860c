"""What is said to a notebook's view, in our words or in BertViz's → what it shows."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from typing import Any

from mha_viz.attention.maps import chosen_kind
from mha_viz.attention.selection import HIDDEN, MAPS, OVER, Selection
from mha_viz.attention.shown import Shown, choose
from mha_viz.errors import InputError
from mha_viz.objects import Capture
from mha_viz.recording.elsewhere.tensors import capture_of
from mha_viz.wording import listed

SETTINGS = ("map", "over", "words", "hidden", "renormalise", "between", "parts")
OF_ARRAYS = tuple(
    name for name, one in inspect.signature(capture_of).parameters.items() if one.kind is inspect.Parameter.KEYWORD_ONLY
)
ACTIONS = ("view", "return")


def shown_of(attention: Any, tokens: Any, sentence_b_start: Any, settings: dict[str, Any]) -> Shown:
    """What is to be drawn.

    Raises
    ------
    InputError
        If an argument is not known, or does not fit the others.
    """
    _check_looks(settings)
    kind = settings.pop("kind", None)
    if isinstance(attention, Capture):
        if tokens is not None or sentence_b_start is not None:
            raise InputError("A capture has its own tokens and texts: hand it in alone, model_view(capture).")
        capture = attention
    else:
        own = {name: settings.pop(name) for name in OF_ARRAYS if name in settings}
        capture = capture_of(attention, tokens, kind=kind, sentence_b_start=sentence_b_start, **own)
        kind = kind if kind in capture.kinds else None  # key tokens make any kind cross
    kind = chosen_kind(capture, kind)
    positions = capture.query_positions[kind]
    parts = tuple(dict.fromkeys((*positions.parts, *capture.key_positions[kind].parts)))
    selection = _selection(kind, settings, parts)
    if selection.words and not any(positions.spans):
        raise InputError(
            "Tokens alone do not tell where words begin and end: leave out words=, or use mha_viz.capture."
        )
    if selection.between and not positions.segments:
        raise InputError(
            "between= needs a text in parts: a chat, or two texts; say where the second begins with sentence_b_start=."
        )
    if unknown := [part for part in selection.between or () if isinstance(part, str) and part not in parts]:
        raise InputError(f"{unknown[0]!r} is no part of this text: {listed(parts)}.")
    return choose(capture, selection)


def numbers_of(chosen: Any, there: Sequence[int], argument: str) -> list[int]:
    """Layers or heads that somebody names, one or several; all that are there by default.

    Raises
    ------
    InputError
        If one is not there.
    """
    if chosen is None:
        return list(there)
    numbers = list(chosen) if isinstance(chosen, Iterable) and not isinstance(chosen, str) else [chosen]
    if not numbers or any(number not in there for number in numbers):
        what = "heads" if "heads" in argument else "layers"
        raise InputError(f"{argument}={chosen!r} does not exist: there are {what} {_from_to(there)}.")
    return [int(number) for number in numbers]


def _from_to(there: Sequence[int]) -> str:
    is_whole = list(there) == list(range(there[0], there[-1] + 1))
    return f"{there[0]} to {there[-1]}" if is_whole else ", ".join(map(str, there))


def _check_looks(settings: dict[str, Any]) -> None:
    """BertViz's settings of how it shows a view."""
    action = settings.pop("html_action", "view")
    if action not in ACTIONS:
        raise InputError(f"{action!r} is not known as html_action: {', '.join(ACTIONS)}; both return the view.")
    if "display_mode" in settings:
        raise InputError("display_mode has nothing to say here: a view follows its reader's light or dark setting.")


def _selection(kind: str, settings: dict[str, Any], parts: Sequence[str]) -> Selection:
    for name, choices in (("map", MAPS), ("over", OVER)):
        if settings.get(name, next(iter(choices))) not in list(choices):
            raise InputError(f"{settings[name]!r} is not known as {name}: {', '.join(choices)}.")
    hidden = settings.get("hidden", ())
    hidden = (hidden,) if isinstance(hidden, str) else tuple(hidden)
    if unknown := [part for part in hidden if part not in (*HIDDEN, *parts)]:
        raise InputError(f"{unknown[0]!r} cannot be hidden: {', '.join((*HIDDEN, *parts))}.")
    if unknown := sorted(set(settings) - set(SETTINGS)):
        raise InputError(f"{unknown[0]!r} is no setting of a view: {', '.join((*SETTINGS, 'kind'))}.")
    return Selection(kind, **{**settings, "hidden": hidden})
