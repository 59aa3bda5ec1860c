"""The heads in the order of what was asked, as a table: to filter, to sort, to choose from."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.attention.head_filter import filtered_heads
from mha_viz.evidence.verdict import MOSTLY, VERDICTS_IN_WORDS
from mha_viz.language import N_, gettext, pgettext
from mha_viz.ui.parts.table import choose_row
from mha_viz.ui.shell.settings import Settings, fit_setting
from mha_viz.views.scores.tables import ranking_table

HELP = N_(
    "Names, verdicts or conditions, with commas: `L3` one layer, `L2-4` some, `H7` that head of each layer, "
    "`established`, `consistent`, `simple rule`, `value > 0.5`, `n > 100`."
)
COLUMNS = {name: name for name in ("value", "n", "p")}  # that conditions may use


def show_ranking(
    rows: pd.DataFrame, chosen: tuple[int, int], choose: Callable[[int, int], None],
    whole: pd.DataFrame | None = None, *, has_scores: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Draw the table, with the score of each head if it ``has_scores`` of several kinds; returns the rows left.
    ``whole`` is the table of all rows, where somebody has it already.

    Raises
    ------
    InputError
        If a filter is not understood, or nothing fits.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(gettext("The heads, ranked"), anchor=False, width="content")
        fit_setting(Settings.among)
        among = st.text_input(
            gettext("Show only"),
            key=Settings.among.key,
            placeholder=gettext("L3, H7, established"),
            help=gettext(HELP),
            width=230,
        )
    among = re.sub(r"\boffset\b", MOSTLY, among)  # what "mostly a simple rule" was called in links
    left = filtered_heads(rows, among, COLUMNS, VERDICTS_IN_WORDS)
    table = whole if whole is not None and len(left) == len(rows) else ranking_table(left, has_scores=has_scores)
    places = list(zip(left["layer"].tolist(), left["head"].tolist(), strict=True))
    choose_row(
        table, places, chosen, lambda place: choose(*place),
        key="ranked", height=300, column_config=_columns(),
    )  # fmt: skip
    return left


def _columns() -> dict[str, Any]:
    """What the columns are called on the page; files keep their English names."""
    number, text, interval = st.column_config.NumberColumn, st.column_config.TextColumn, gettext("95 % interval")
    looks = gettext("Cases in which the head looks most at the right word")
    return {
        "head": text(gettext("head")),
        "score": text(gettext("score")),
        "verdict": text(gettext("verdict")),
        "value": number(pgettext("column", "value"), format="%.3f"),
        "hits": number(gettext("hits"), format="localized", help=looks),
        "low": number(pgettext("interval", "from"), format="%.3f", help=interval),
        "high": number(pgettext("interval", "to"), format="%.3f", help=interval),
        "best rule": text(gettext("best rule")),
        "baseline": number(gettext("rule gets"), format="%.3f"),
        "chance": number(gettext("even choice"), format="%.3f"),
        "control": number(
            gettext("random weights"), format="%.3f", help=gettext("The best head of the same architecture")
        ),
        "n": number(format="localized", help=gettext("Cases, or tokens")),
        "p": number(format="%.4f", help=gettext("Corrected for every head and score of the family")),
    }
