"""Which heads follow the words that are said: in this sound, or in all of ours, in ms where times are known."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.errors import InputError
from mha_viz.inputs.media.timings import TimedWord
from mha_viz.language import N_, gettext
from mha_viz.objects import Capture, Head, Model
from mha_viz.ui.parts import share
from mha_viz.ui.parts.table import choose_row
from mha_viz.ui.shared.sounds import get_alignment, get_followers
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, fit_setting, set_setting
from mha_viz.views.media.followers import COLUMNS, alignment_sentences, followers_sentences, followers_table
from mha_viz.views.view import View

OF = {"sound": N_("This sound"), "ours": N_("All eight of ours")}
TIMES_HELP = N_("A file with them goes into *Your own sound*: JSON, a CSV of start, end and word, or a TextGrid.")
OURS_HELP = N_("All eight are heard twice, the second time by random weights: about 20 s of computing.")
FORMATS = {
    "rises": ("%.2f", N_("Whether the moments it listens to rise from word to word: 1 all, 0 no order, -1 all fall.")),
    "ms": ("%.0f", N_(
        "How far the moment it listens to most is from the middle of the word, in the mean, in the row that writes it."
    )),
    "ms_read": ("%.0f", N_("The same in the row of the word's own tokens.")),
}  # fmt: skip
OVER_SOUNDS = N_("Intervals are of 95 % over sounds.")


def show_followers(model: Model, found: Capture, timed: tuple[TimedWord, ...], head: Head, view: View) -> None:
    """A row a head, to choose from and to save, below what is said of them."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    row.subheader(gettext("Heads that follow the words"), anchor=False, width="content")
    of = fit_setting(Settings.timed)
    row.segmented_control(
        gettext("Measured in"), tuple(OF), key=Settings.timed.key, format_func=lambda name: gettext(OF[name]),
        required=True, label_visibility="collapsed", help=gettext(OURS_HELP),
    )  # fmt: skip
    try:
        table, sentences, is_timed = _measured(model, found, timed, head, of)
    except InputError as error:
        frame.say(error)
        return
    facts = {"model": found.short_name, "measured in": OF[of], "notes": sentences}
    share.fill(row, view, lambda: table, facts, N_("Share the heads"))
    st.markdown(frame.told(" ".join(sentences)))
    if not is_timed:
        st.caption(gettext(TIMES_HELP))
    places = list(zip(table["layer"].tolist(), table["head"].tolist(), strict=True))
    choose_row(
        followers_table(table, is_timed=is_timed), places, head,
        lambda place: set_setting(Settings.sound_head, place), key="followers", height=300, column_config=_formats(),
    )  # fmt: skip


def _formats() -> dict[str, Any]:
    """How columns are written, and what each says."""
    number = st.column_config.NumberColumn
    return {
        gettext(COLUMNS[name]): number(format=how, help=gettext(meaning)) for name, (how, meaning) in FORMATS.items()
    }


def _measured(
    model: Model, found: Capture, timed: tuple[TimedWord, ...], head: Head, of: str
) -> tuple[pd.DataFrame, list[str], bool]:
    if of == "ours":
        ours = get_alignment(model)
        return ours.table, [*alignment_sentences(model.short_name, ours), gettext(OVER_SOUNDS)], ours.is_timed
    here = get_followers(model, found, timed)
    return here.table, followers_sentences(here, head), here.is_timed
