"""The lesson about one head or several of the same width: every seed, means, and what the numbers say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.language import N_, gettext
from mha_viz.paths import app_folder
from mha_viz.table_files import to_csv
from mha_viz.training.findings import MEASURES, at_the_end, method_sentences, models_sentence, what_is_lost
from mha_viz.ui.parts.table import draw_table
from mha_viz.ui.shell import frame
from mha_viz.views.captions.terms import marked
from mha_viz.views.figures import seed_points

MORE, CSV = 4, "CSV"
NAMES = {
    "heads": N_("heads"), "seed": N_("seed"), "accuracy": N_("accuracy"), "unread_loss": N_("loss"),
    "best": N_("twins of the best head"), "learned": N_("accuracy, learned nouns"),
}  # fmt: skip


@st.cache_resource(max_entries=1, show_spinner=False)
def trained_models() -> pd.DataFrame:
    """The table that comes with the app."""
    return pd.read_parquet(app_folder() / "assets" / "classroom" / "head_counts.parquet")


def show_head_counts(share: DeltaGenerator) -> None:
    """The same parameters cut into one head or several: three measures, every seed."""
    table = trained_models()
    ends = at_the_end(table)
    counts = sorted(ends["heads"].unique())
    st.markdown(frame.told(models_sentence(ends)))
    more = _choose_more(counts)
    first, *others = what_is_lost(ends, more)
    st.markdown(f"**{frame.told(first)}**")
    for column, measure in zip(st.columns(len(MEASURES), gap="medium"), MEASURES, strict=True):
        with column:
            st.markdown(marked(f"**{gettext(measure.title)}**"))
            figure = seed_points(ends, measure.column, unit=gettext(measure.unit), share=measure.share)
            st.plotly_chart(figure, key=measure.column, config={"displayModeBar": False})
    st.markdown("\n".join(f"- {frame.told(sentence)}" for sentence in others))
    st.caption(marked(method_sentences(ends)))
    with st.expander(gettext("As a table")):
        names = {name: gettext(said) for name, said in NAMES.items()}
        draw_table(ends[list(NAMES)].rename(columns=names), _formats(list(names.values())[2:]))
    frame.later(share, lambda: _draw_share(table))


def _draw_share(table: pd.DataFrame) -> None:
    with st.popover(gettext("Share")):
        st.download_button(CSV, lambda: to_csv(table, table.attrs), "head_counts.csv", "text/csv", on_click="ignore")


def _choose_more(counts: list[int]) -> int:
    """With how many heads one head is compared."""
    several = [int(count) for count in counts if count > 1]
    return st.segmented_control(gettext("One head against"), several, default=MORE, key="more_heads", required=True)


def _formats(names: list[str]) -> dict[str, Any]:
    return {name: st.column_config.NumberColumn(format="%.3f") for name in names}
