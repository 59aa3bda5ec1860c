"""The page of comparisons: two heads on the same words, their difference, and all heads ranked by how they differ."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.comparison.changes import flips, nearest_first
from mha_viz.comparison.comparison import Comparison, Pairing, by_nearest, by_place
from mha_viz.inputs.chat import last_typed
from mha_viz.language import N_, gettext, whole
from mha_viz.objects import Capture, Head
from mha_viz.ui.pages.compare.pair import Asked, Pair, choose_heads, fit_heads, take_pair
from mha_viz.ui.pages.compare.sides import (
    HEADS,
    MODELS,
    PLACE,
    SENTENCES,
    choose_other,
    choose_pairing,
    choose_two_heads,
    choose_words,
    rank_by_cell,
)
from mha_viz.ui.pages.compare.two_models import show_heads_in_general, show_matching, show_models
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.naming import say_model
from mha_viz.ui.parts.table import choose_row, formats_of_changes
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.compare import get_changes, get_comparison, get_distances, get_layers, get_usual
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, set_setting
from mha_viz.views.compare.compare import comparison_facts, comparison_picture
from mha_viz.views.compare.sentences import cannot_differ_sentence, pair_sentences, proposed_sentence
from mha_viz.views.scores.tables import changes_table
from mha_viz.views.view import View
from mha_viz.wording import head_name, quoted


def show_comparison(desk: Desk) -> None:
    """What to compare; of two models what they are as a whole; two maps and their difference; the ranking."""
    row = st.container(horizontal=True, vertical_alignment="bottom", key="menus_of_two")
    mode, other, second = choose_other(desk, row)
    kinds, models, bars = _kinds(desk, second), (desk.model, other), st.container()
    with bars:  # all of them here: a picture that moves for one is drawn anew, and loses what was focused
        comparison = get_comparison(desk.capture, second, kinds)
        usual = None if mode == SENTENCES else get_usual(comparison)
        if mode == MODELS:
            get_layers(comparison)
        elif mode == HEADS:
            get_distances(comparison)
    whole = st.container() if mode == MODELS else None
    if mode == MODELS:
        st.subheader(gettext("Two of their heads"), anchor=False)
        row = st.container(horizontal=True, vertical_alignment="bottom")
    with row:
        pairing = _pairing(comparison, mode, kinds[0])
        chosen = st.container(horizontal=True, vertical_alignment="bottom", width="content")
        words = choose_words(comparison, last_typed(desk.capture))
    with bars:
        if words.looks is not None and words.looks not in comparison.rows:
            comparison = get_comparison(desk.capture, second, kinds, words.looks)
        changes = get_changes(comparison, pairing, **words._asdict())
    asked = Asked(mode, comparison, pairing, words, changes, usual)
    heads, proposed = (pairing[0], pairing[0][1]) if mode == HEADS else fit_heads(asked)
    if whole is not None:
        with whole:
            show_models(models, (desk.capture, second), comparison, heads)
        with chosen:
            choose_heads(comparison, heads, proposed)
    _show_pair(desk, asked, heads, proposed)
    if mode == MODELS:
        show_matching(comparison, pairing)
        show_heads_in_general(models, heads)
    else:
        say_model(desk.model, desk.capture, is_named=True)


def _show_pair(desk: Desk, asked: Asked, heads: Pair, proposed: Head) -> None:
    """The two heads, and all others in the order of what was asked."""
    _say_what_cannot_differ(asked)
    view = _picture(asked, heads, proposed)
    mount(view, "comparison", cell=lambda cell: rank_by_cell(asked.comparison, *cell))
    table = _relatives(asked.comparison, heads[0]) if asked.mode == HEADS else asked.changes
    _show_ranking(asked, table, heads)
    share.fill(desk.share, view, lambda: table, _facts(asked, heads, has_words=True))


def _kinds(desk: Desk, second: Capture) -> tuple[str, str]:
    kind = controls.choose_kind(desk.capture)
    return kind, kind if kind in second.kinds else second.kinds[0]


def _pairing(comparison: Comparison, mode: str, kind: str) -> Pairing:
    if mode == HEADS:
        return [choose_two_heads(comparison, kind)]
    if choose_pairing(comparison, mode) == PLACE:
        return by_place(comparison)
    return by_nearest(comparison, get_distances(comparison))


def _picture(asked: Asked, heads: Pair, proposed: Head) -> View:
    comparison, changes, is_own = asked.comparison, asked.changes, heads[1] == proposed
    if not is_own:
        changes = get_changes(comparison, [heads], **asked.words._asdict())
    caption, note = pair_sentences(
        comparison, heads, changes, asked.against, is_one_head=asked.mode == SENTENCES,
        is_ranked=is_own and asked.mode != HEADS, usual=asked.usual,
    )  # fmt: skip
    if not is_own:
        apart = get_changes(comparison, [(heads[0], proposed)])["distance"].iloc[0]
        note = proposed_sentence(comparison, (heads[0], proposed), apart) + note
    ranks = asked.mode != HEADS
    return comparison_picture(comparison, heads, caption=caption, note=note, facts=_facts(asked, heads), ranks=ranks)


def _say_what_cannot_differ(asked: Asked) -> None:
    """Where the row that was asked for is equal by construction: why, and the row that can differ."""
    comparison, words = asked.comparison, asked.words
    n = comparison.n_equal
    first, second = comparison.captures
    if asked.mode == SENTENCES and first.text == second.text:
        st.info(gettext("Both sides are the same: change a word of the second sentence."))
    if words.looks is None or words.looks not in comparison.rows[:n]:
        return
    labels = comparison.queries.labels()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(frame.told(cannot_differ_sentence(comparison, words.looks)))
        if n < len(comparison.rows):
            later = labels[comparison.rows[-1] if n + 1 >= len(comparison.rows) else comparison.rows[n]]
            st.button(gettext("Look from {word}", word=frame.plain(quoted(later))), on_click=_look_from, args=(later,))


def _look_from(label: str) -> None:
    set_setting(Settings.from_, label)


def _show_ranking(asked: Asked, changes: pd.DataFrame, heads: Pair) -> None:
    """The heads ranked; a row shows its head."""
    is_of_heads = asked.mode == HEADS
    turning = None if asked.against is None or is_of_heads else flips(changes, within=asked.within)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = N_("Relatives of the first head") if is_of_heads else N_("The heads, most changed first")
        st.subheader(gettext(title), anchor=False, width="content")
        if turning is not None and _is_flips_alone(len(changes[turning]), len(changes)):
            changes, turning = changes[turning], turning[turning]
    table = changes_table(changes, has_others=asked.mode != SENTENCES, turning=turning)
    side = "other_" if is_of_heads else ""
    choose_row(
        table, list(zip(changes[f"{side}layer"], changes[f"{side}head"], strict=True)), heads[is_of_heads],
        _take_other if is_of_heads else lambda place: take_pair(place, None), key="changes", height=300,
        column_config=formats_of_changes(),
    )  # fmt: skip
    n_rows = whole(len(asked.comparison.rows))
    st.caption(gettext("On one text, over {n} rows: what changes here need not change elsewhere.", n=n_rows))


def _is_flips_alone(n: int, of: int) -> bool:
    label = gettext("Only heads that flip ({n} of {all})", n=whole(n), all=whole(of))
    return st.toggle(label, key="flips_alone")


def _take_other(place: Head) -> None:
    set_setting(Settings.other, head_name(*place))


def _facts(asked: Asked, heads: Pair, *, has_words: bool = False) -> dict[str, Any]:
    return comparison_facts(
        asked.comparison, heads, asked.mode, asked.words if has_words else (), has_models=asked.mode == MODELS,
        has_texts=asked.mode == SENTENCES,
    )  # fmt: skip


def _relatives(comparison: Comparison, head: Head) -> pd.DataFrame:
    """All other heads of the model, the nearest first."""
    others = [other for other in comparison.heads(1) if other != head]
    return nearest_first(get_changes(comparison, [(head, other) for other in others]))
