"""Heads of an atlas in tables, as they are read: columns and what is established in the language of the run."""

from __future__ import annotations

import pandas as pd

from mha_viz.language import gettext, pgettext
from mha_viz.views.atlas_colours import NONE


def names_of_columns() -> dict[str, str]:
    """What the columns of ``nearest_table`` and ``picked_table`` are called, by what they are in English."""
    return {
        "head": gettext("head"), "model": gettext("model"), "distance": gettext("distance"),
        "cluster": gettext("cluster"), "called": pgettext("column", "called"),
        "established": gettext("established"), "address": gettext("address"),
    }  # fmt: skip


def in_language(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with its columns, and the families in it, as readers know them."""
    told = {"called": table["called"].map(_family), "established": table["established"].map(_families)}
    return table.assign(**told).rename(columns=names_of_columns())


def _family(name: str) -> str:
    return gettext(name) if name else ""


def _families(names: str) -> str:
    """As ``nearest_first`` joins them."""
    return gettext(NONE) if names == NONE else ", ".join(map(gettext, names.split(", ")))
