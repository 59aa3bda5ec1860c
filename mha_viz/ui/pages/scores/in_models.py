"""In which models heads do what was asked for: a table of all whose profiles are at hand."""

from __future__ import annotations

import streamlit as st

from mha_viz.evidence.ranking import Question
from mha_viz.language import gettext, pgettext
from mha_viz.table_files import to_csv
from mha_viz.ui.parts.table import draw_table
from mha_viz.ui.shared.profiles import get_in_models
from mha_viz.ui.shell import frame
from mha_viz.views.scores.tables import in_models_sentence, in_models_table

CSV = "CSV"  # as everywhere


def show_in_models(question: Question) -> None:
    """A line that opens the table; profiles are read when somebody asks."""
    panel = st.expander(gettext("In which models?"), key="in_models_open", on_change="rerun")
    if not panel.open:
        return
    with panel:
        with st.spinner(gettext("Profiles …")):
            found = get_in_models(question)
        if found.empty:
            st.caption(gettext("No profile that is at hand has measured this."))
            return
        st.caption(frame.told(in_models_sentence(found)))
        draw_table(in_models_table(found, question), _columns())
        facts = {"shows": "in which models", "family": question.family, "score": question.score}
        facts |= {"direction": question.direction, "measured on": "what each model's profile says"}
        file = to_csv(found, {name: fact for name, fact in facts.items() if fact})
        st.download_button(CSV, file, "in_which_models.csv", "text/csv", key="in_models_csv", on_click="ignore")


def _columns() -> dict[str, object]:
    number, text, interval = st.column_config.NumberColumn, st.column_config.TextColumn, gettext("95 % interval")
    return {
        "model": text(gettext("model")),
        "whose": text(gettext("profile")),
        "established": number(gettext("established"), help=gettext("How many heads are established for it")),
        "heads": number(gettext("of heads"), help=gettext("How many heads were measured")),
        "best": text(gettext("best head"), help=gettext("The best of those that are established, or of all")),
        "for": text(gettext("score")),
        "said": text(gettext("verdict")),
        "value": number(pgettext("column", "value"), format="%.3f"),
        "low": number(pgettext("interval", "from"), format="%.3f", help=interval),
        "high": number(pgettext("interval", "to"), format="%.3f", help=interval),
        "n": number(format="localized", help=gettext("Cases, or tokens")),
        "open": st.column_config.LinkColumn("", display_text=gettext("Open")),
    }
