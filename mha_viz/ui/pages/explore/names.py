"""Names: a text, a name in it, and how much its later mentions look back to the first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mha_viz.annotation.names import Returning, returning_names
from mha_viz.inputs import examples
from mha_viz.inputs.words import unique_labels
from mha_viz.language import N_, gettext
from mha_viz.objects import Head
from mha_viz.scores.families.trails import best_trails
from mha_viz.ui.pages.explore.turning import show_lines_of
from mha_viz.ui.parts import share
from mha_viz.ui.parts.field import reads_code
from mha_viz.ui.parts.text import take_text
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared import trail
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.settings import Settings, fit_setting, set_setting, setting
from mha_viz.views.trail import SHOWN, trail_facts, trail_picture, trail_rows
from mha_viz.wording import head_name, isolated

NO_NAME = N_(
    "No name stands in this text twice, so there is no trail to follow. Give a longer text in the field above, or read "
    "the example."
)


def show_names(desk: Desk, kind: str) -> Head | None:
    """A name and one of the best heads to choose; the text with the mentions; links and exports. Returns that head."""
    if kind == "cross":  # from one text to another: there no name comes again
        kind = desk.capture.kinds[0]
    positions = desk.capture.query_positions[kind]
    as_code = desk.capture.pair is None and reads_code(desk.capture.text)
    annotated = trail.get_names(positions.text, tuple(sorted(positions.contents)), as_code=as_code)
    names = returning_names(annotated)
    if not names:
        _offer_example()
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = _choose_name(names)
        table = trail.get_trail(desk.capture, annotated, names[chosen], kind)
        best = best_trails(table)
        head = _choose_head(best)
    facts = trail_facts(desk.capture, kind, names[chosen], best.iloc[head], annotated.source)
    view = trail_picture(desk.capture, annotated, names, chosen, table, best, head=head, kind=kind, facts=facts)
    labels = _labels(names)
    mount(view, "trail", name=lambda i: set_setting(Settings.name, labels[i]), head=lambda place: choose_head(*place))
    layer, index = int(best["layer"][head]), int(best["head"][head])
    label = gettext("Lines of {head}", head=head_name(layer, index))
    if st.button(label, help=gettext("All that this head does with this text.")):
        show_lines_of(layer, index)
    share.fill(desk.share, view, lambda: trail_rows(table, annotated, names[chosen]), facts)
    return layer, index


def _offer_example() -> None:
    st.info(gettext(NO_NAME))
    st.button(gettext("Read the example"), on_click=lambda: take_text(examples.long_example()), type="primary")


def _labels(names: list[Returning]) -> list[str]:
    return unique_labels(tuple(name.name for name in names))


def _choose_name(names: list[Returning]) -> int:
    """The name that is followed, the most frequent one where none was chosen."""
    labels = _labels(names)
    order = sorted(range(len(names)), key=lambda i: -len(names[i].mentions))
    fit_setting(Settings.name, labels[order[0]], labels)
    counts = {labels[i]: f"{isolated(labels[i])} · {len(names[i].mentions)}×" for i in order}  # short: menus cut
    chosen = st.selectbox(
        gettext("Name"), list(counts), key=Settings.name.key, format_func=lambda name: counts.get(name, ""), width=210
    )
    return labels.index(chosen)


def _choose_head(best: pd.DataFrame) -> int:
    """One of the heads with the clearest trail; the head of the link where it is one of them."""
    heads = [(int(row.layer), int(row.head)) for row in best.head(SHOWN).itertuples()]
    linked = setting(Settings.layer, -1), setting(Settings.head, -1)
    set_setting(Settings.trail_head, heads.index(linked) if linked in heads else 0)
    return st.selectbox(
        gettext("Head"), range(len(heads)), key=Settings.trail_head.key, width=120,
        format_func=lambda i: head_name(*heads[i]),
        on_change=lambda: choose_head(*heads[setting(Settings.trail_head)]),
        help=gettext("The heads in which later mentions are most above ordinary words, the clearest first."),
    )  # fmt: skip
