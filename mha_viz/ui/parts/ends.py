"""Start and end tokens of what is read: one that is there twice, or nowhere, is said beside a button that mends it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.inputs.ends import missing_start_token, with_start_token, without_doubled_ends
from mha_viz.inputs.notes import is_of_doubled_ends
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import gettext, said
from mha_viz.objects import Capture, Model
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Setting, Settings, setting

Take = Callable[[str], None]  # what is to be read from the next run on


def offer_one_end(model: Model, capture: Capture, row: Setting[str], take: Take) -> None:
    """Where a start or end token is typed and comes from the tokenizer too: say so, and offer the text without it.

    Parameters
    ----------
    row : Setting
        Which of the texts on a page ``capture`` is of.
    take : callable
        Called with the text that is to be read instead.
    """
    text = setting(row)
    notes = [note for note in capture.key_positions[capture.kinds[0]].notes if is_of_doubled_ends(note)]
    single = without_doubled_ends(tokenizer_of(model.processor), text) if notes else text
    if single == text:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        whose = gettext("Second sentence: ") if row is Settings.second else ""
        st.info(frame.told(whose + " ".join(map(said, notes))))
        st.button(
            gettext("Keep one"), key=f"one_end_{row.key}", on_click=take, args=(single,),
            help=gettext("Takes the typed one out of the text."),
        )  # fmt: skip


def offer_start_token(model: Model, capture: Capture, text: str, take: Take, more: DeltaGenerator) -> None:
    """In the panel More, where the tokenizer has a start token and puts it nowhere: a button that puts it first."""
    tokenizer = tokenizer_of(model.processor)
    token = missing_start_token(tokenizer, capture.key_positions[capture.kinds[0]])
    if token is None:
        return

    def draw() -> None:
        sentence = gettext(
            "{model}'s tokenizer has a start token ({token}) and does not put it before a text: heads that rest on the "
            "first token rest on the text's first word.",
            model=model.short_name, token=token,
        )  # fmt: skip
        st.caption(frame.told(sentence))
        st.button(gettext("Put it before this text"), on_click=take, args=(with_start_token(tokenizer, text),))

    frame.later(more, draw)
