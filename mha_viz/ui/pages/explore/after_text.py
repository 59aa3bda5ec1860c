"""Beside the text, in sight: a second text read with it, and what the model finds likely next and goes on with."""

from __future__ import annotations

import streamlit as st

from mha_viz.errors import CannotGoOnError, MhaVizError
from mha_viz.language import N_, gettext
from mha_viz.ui.parts.refusal import show_refusal
from mha_viz.ui.parts.table import draw_table
from mha_viz.ui.parts.text import draw_more_tokens, draw_second_text
from mha_viz.ui.parts.top import Desk, panel
from mha_viz.ui.shared.effects import get_next_words
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, setting
from mha_viz.views.scores.tables import PERCENT
from mha_viz.wording import isolated

IN_SIGHT = (Settings.pair, Settings.continue_)  # what other pages have in the panel More

AT_THE_END = N_("What the model finds likeliest after the text.")
AT_EACH = N_("What the model finds likeliest after each token; the text goes on with the one that is written.")


def show_after_text(desk: Desk) -> None:
    """Two panels in a row, each called by what it has."""
    pair, n_new = setting(Settings.pair).strip(), desk.capture.n_generated
    has_pair = gettext("Second text: {text}", text=frame.plain(isolated(pair)))
    goes_on = gettext("Next words: {n} written", n=n_new)
    second = panel("second_text", has_pair if pair else gettext("Second text"), type="tertiary")
    following = panel("next_words", goes_on if n_new else gettext("Next words"), type="tertiary")
    frame.later(second, draw_second_text)
    frame.later(following, lambda: _draw_next(desk))


def _draw_next(desk: Desk) -> None:
    try:
        table = get_next_words(desk.model, desk.capture)
    except MhaVizError as error:
        show_refusal(error, where="next_words", is_fault=not isinstance(error, CannotGoOnError))
        return
    is_alone = desk.capture.kinds == ("decoder",)
    if is_alone:
        draw_more_tokens()
    places = not is_alone or desk.capture.n_generated > 0
    shown = (table if places else table[["next", "probability"]]).assign(probability=100 * table["probability"])
    columns = {
        "after": gettext("After"), "next": gettext("Next token"), "stands": gettext("Written"),
        "probability": st.column_config.ProgressColumn(gettext("Probability"), format=PERCENT, max_value=100.0),
    }  # fmt: skip
    draw_table(shown, {name: columns[name] for name in shown.columns}, height="content" if not places else 300)
    st.caption(gettext(AT_EACH if places else AT_THE_END))
