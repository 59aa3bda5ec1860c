"""In which models heads do what was asked for: a table of all whose profiles are at hand."""

from __future__ import annotations

import streamlit as st

from mha_viz.evidence.ranking import Question
from mha_viz.table_files import to_csv
from mha_viz.ui.parts.table import draw_table
from mha_viz.ui.shared.profiles import get_in_models
from mha_viz.ui.shell import frame
from mha_viz.views.scores.tables import in_models_sentence, in_models_table


def show_in_models(question: Question) -> None:
    """A line that opens the table; profiles are read when somebody asks."""
    panel = st.expander("In which models?", key="in_models_open", on_change="rerun")
    if not panel.open:
        return
    with panel:
        found = get_in_models(question)
        if found.empty:
            st.caption("No profile that is at hand has measured this.")
            return
        st.caption(frame.told(in_models_sentence(found)))
        draw_table(in_models_table(found, question), _columns())
        facts = {"shows": "in which models", "family": question.family, "score": question.score}
        facts |= {"direction": question.direction, "measured on": "what each model's profile says"}
        file = to_csv(found, {name: fact for name, fact in facts.items() if fact})
        st.download_button("CSV", file, "in_which_models.csv", "text/csv", key="in_models_csv", on_click="ignore")


def _columns() -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "whose": st.column_config.TextColumn("profile"),
        "established": number(help="How many heads are established for it"),
        "heads": number("of heads", help="How many heads were measured"),
        "best": st.column_config.TextColumn("best head", help="The best of those that are established, or of all"),
        "said": st.column_config.TextColumn("verdict"),
        "value": number(format="%.3f"),
        "low": number("from", format="%.3f", help="95 % interval"),
        "high": number("to", format="%.3f", help="95 % interval"),
        "n": number(format="localized", help="Cases, or tokens"),
        "open": st.column_config.LinkColumn("", display_text="Open"),
    }
