"""An error on a page: the sentence that says what is wrong, and buttons that do what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import streamlit as st

from mha_viz.errors import BusyError, CannotGoOnError, InputError, MhaVizError, ModelError, NotSeenError, TooLongError
from mha_viz.inputs.text import first_tokens, tokenizer_of
from mha_viz.language import gettext, ngettext, said
from mha_viz.models.catalogue import DEFAULT, GOES_ON
from mha_viz.ui.parts.text import forget_places, take_text
from mha_viz.ui.shared.models import get_model, longer_model
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led.join import model_names
from mha_viz.ui.shell.settings import CHAT, Setting, Settings, set_setting, setting

TEXTS = (Settings.text, Settings.target, Settings.pair, Settings.second)


class Remedy(NamedTuple):
    """A button: what it says, and what it does before the page runs again."""

    label: str
    do: Callable[[], None]


def show_refusal(
    error: MhaVizError, remedies: Sequence[Remedy] | None = None, *, where: str = "page", is_fault: bool = True
) -> None:
    """Say what cannot be shown and offer what would help: ``remedies_of`` the error, or what the caller knows.
    ``where`` tells apart what is refused on one page; where somebody only looked what there is, it is no fault.
    """
    say, icon = (st.error, ":material/error:") if is_fault else (st.info, ":material/info:")
    say(frame.plain(said(error)), icon=icon)
    with st.container(horizontal=True):
        for i, remedy in enumerate(remedies_of(error) if remedies is None else remedies):
            st.button(frame.plain(remedy.label), key=f"remedy_{where}_{i}", on_click=remedy.do)


def remedies_of(error: MhaVizError) -> list[Remedy]:
    """What would mend an error, the nearest first."""
    return next((find(error) for kind, find in REMEDIES if isinstance(error, kind)), [])


def _when_too_long(error: TooLongError) -> list[Remedy]:
    row = next((row for row in TEXTS if error.text and setting(row) == error.text), None)
    longer = longer_model(setting(Settings.model), error.n) if error.is_of_model else None
    return [
        *([] if row is None else [Remedy(_first_of(error), partial(_cut, row, error))]),
        *([] if longer is None else [_open_in(longer.name)]),
        *_without(Settings.pair, gettext("Leave the second text out")),
    ]


def _first_of(error: TooLongError) -> str:
    n = error.most
    if error.unit == "tokens":
        return ngettext("Use the first {n} token", "Use the first {n} tokens", n)
    return ngettext("Use the first {n} character", "Use the first {n} characters", n)


def _cut(row: Setting[str], error: TooLongError) -> None:
    text = setting(row)
    if error.unit == "tokens":
        model = get_model(setting(Settings.model).strip())
        set_setting(row, first_tokens(tokenizer_of(model.processor), text, error.most))
    else:
        set_setting(row, text[: error.most])
    forget_places()


def _when_it_cannot_go_on(_error: MhaVizError) -> list[Remedy]:
    stop = _without(Settings.continue_, gettext("Do not go on with the text"))
    return [*([_open_in(GOES_ON)] if _is_offered(GOES_ON) else []), *stop]


def _when_a_model_is_refused(_error: MhaVizError) -> list[Remedy]:
    default = DEFAULT if DEFAULT in model_names() else model_names()[0]
    return [_open_in(default)] if setting(Settings.model) != default else []


def _when_it_is_not_seen(_error: MhaVizError) -> list[Remedy]:
    if setting(Settings.map) == Settings.map.default:
        return []
    return [Remedy(gettext("Show the pattern"), lambda: set_setting(Settings.map, Settings.map.default))]


def _when_an_input_is_refused(_error: MhaVizError) -> list[Remedy]:
    """What stands beside the text, and may be what is wrong; of a text that is empty a sentence to begin with."""
    if not setting(Settings.text).strip():
        return [Remedy(gettext("Read an example"), lambda: take_text(Settings.text.default))]
    chat = Remedy(gettext("Read the text alone, not as a chat"), lambda: set_setting(Settings.chat, CHAT[0]))
    return [
        *([chat] if setting(Settings.chat) != CHAT[0] else []),
        *_without(Settings.pair, gettext("Leave the second text out")),
        *_without(Settings.target, gettext("Leave the decoder's text out")),
        *_without(Settings.continue_, gettext("Do not go on with the text")),
    ]


def _when_busy(_error: MhaVizError) -> list[Remedy]:
    return [Remedy(gettext("Try again"), lambda: None)]


REMEDIES: tuple[tuple[type[MhaVizError], Callable[[Any], list[Remedy]]], ...] = (
    (TooLongError, _when_too_long),
    (CannotGoOnError, _when_it_cannot_go_on),
    (ModelError, _when_a_model_is_refused),
    (NotSeenError, _when_it_is_not_seen),
    (BusyError, _when_busy),
    (InputError, _when_an_input_is_refused),
)


def _without(row: Setting[Any], label: str) -> list[Remedy]:
    """A button that empties a setting, where it holds something."""
    if setting(row) == row.default:
        return []
    return [Remedy(label, lambda: set_setting(row, row.default))]


def _is_offered(name: str) -> bool:
    return name in model_names() and setting(Settings.model) != name


def _open_in(name: str) -> Remedy:
    return Remedy(gettext("Open in {model}", model=name), lambda: set_setting(Settings.model, name))
