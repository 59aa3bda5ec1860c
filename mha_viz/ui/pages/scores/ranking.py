"""The heads in the order of what was asked, as a table: to filter, to sort, to choose from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.attention.head_filter import filtered_heads
from mha_viz.evidence.score_names import label_of, rule_in_words
from mha_viz.evidence.verdict import VERDICTS_IN_WORDS
from mha_viz.ui.parts.table import choose_row
from mha_viz.ui.shell.settings import Settings, fit_setting
from mha_viz.views.scores import SIGNS
from mha_viz.wording import head_name

HELP = (
    "Names, verdicts or conditions, with commas: `L3` one layer, `L2-4` some, `H7` that head of each layer, "
    "`established`, `consistent`, `offset`, `value > 0.5`, `n > 100`."
)
COLUMNS = {name: name for name in ("value", "n", "p")}  # that conditions may use


def show_ranking(
    rows: pd.DataFrame, chosen: tuple[int, int], choose: Callable[[int, int], None], *, has_scores: bool = False
) -> pd.DataFrame:
    """Draw the table, with the score of each head if it ``has_scores`` of several kinds; returns the rows left.

    Raises
    ------
    InputError
        If a filter is not understood, or nothing fits.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("The heads, ranked", anchor=False, width="content")
        fit_setting(Settings.among)
        among = st.text_input("Only", key=Settings.among.key, placeholder="L3, H7, established", help=HELP, width=230)
    rows = filtered_heads(rows, among, COLUMNS, VERDICTS_IN_WORDS)
    places = list(zip(rows["layer"].tolist(), rows["head"].tolist(), strict=True))
    choose_row(
        _in_words(rows, has_scores), places, chosen, lambda place: choose(*place), key="ranked", height=300,
        column_config=_columns(),
    )  # fmt: skip
    return rows


def _in_words(rows: pd.DataFrame, has_scores: bool) -> pd.DataFrame:
    table = pd.DataFrame({"head": [head_name(row.layer, row.head) for row in rows.itertuples(index=False)]})
    if has_scores:
        table["score"] = [
            f"{label_of(row.family, row.score)}{f', {row.direction}' if row.direction else ''}"
            for row in rows.itertuples(index=False)
        ]
    table["verdict"] = [verdict and f"{SIGNS.get(verdict, '')} {verdict}".strip() for verdict in rows["said"]]
    for column in ("value", "low", "high", "n"):
        table[column] = rows[column].to_numpy()
    table["best rule"] = [rule_in_words(rule).removeprefix("the ") if rule else None for rule in rows["rule"]]
    for column in ("baseline", "chance", "control", "p"):
        table[column] = rows[column].to_numpy()
    return table.drop(columns=[column for column in OPTIONAL if table[column].isna().all()])


OPTIONAL = ("verdict", "low", "high", "best rule", "baseline", "chance", "control", "p")


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "value": number(format="%.3f"),
        "low": number("from", format="%.3f", help="95 % interval"),
        "high": number("to", format="%.3f", help="95 % interval"),
        "baseline": number("rule gets", format="%.3f"),
        "chance": number("even choice", format="%.3f"),
        "control": number("random weights", format="%.3f", help="The best head of the same architecture"),
        "n": number(format="localized", help="Cases, or tokens"),
        "p": number(format="%.4f", help="Corrected for every head and score of the family"),
    }
