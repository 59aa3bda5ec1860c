"""On the card of a head: what it does in prose, code, JSON and repeats, side by side."""

from __future__ import annotations

import streamlit as st

from mha_viz.evidence.cards.types_card import TypesCard
from mha_viz.language import N_, gettext
from mha_viz.objects import Head, Model
from mha_viz.ui.shared.general import get_types_card
from mha_viz.ui.shell import frame
from mha_viz.views.captions.terms import marked
from mha_viz.views.scores.scores import SIGNS

UNBROKEN = "\u00a0"  # on a phone a share stays beside its interval
TITLE = N_("In several types of text")


def show_text_types(model: Model, place: Head) -> None:
    """Nothing of a model of which nothing comes with the project."""
    card = get_types_card(model, *place)
    if card is None:
        return
    st.markdown(marked(f"**{gettext(TITLE)}**  \n{frame.plain(card.sentence)}"))
    if card.rows:
        st.markdown(types_table(card), width="content")
        st.caption(frame.told(card.ending))


def types_table(card: TypesCard) -> str:
    """A row a type, a column a score, in markdown; the signs are those of verdicts."""
    head = ["", *(f":small[{frame.told(score)}]" for score in card.scores)]
    rows = [
        [name, *(f"{SIGNS.get(verdict or '', '·')} {cell}".replace(" ", UNBROKEN) for verdict, cell in cells)]
        for name, cells in card.rows
    ]
    small = [[f":small[{frame.plain(cell)}]" for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *small]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
