"""The page of comparisons: two heads on the same words, their difference, and all heads ranked by how they differ."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.comparison.changes import flips, most_changed, nearest_first
from mha_viz.comparison.comparison import Comparison, Pairing, by_nearest, by_place, nearest_counterpart
from mha_viz.inputs.chat import last_typed
from mha_viz.objects import Capture, Head
from mha_viz.ui.pages.compare.sides import (
    HEADS,
    MODELS,
    PLACE,
    SENTENCES,
    ChosenWords,
    choose_other,
    choose_pairing,
    choose_two_heads,
    choose_words,
    rank_by_cell,
)
from mha_viz.ui.pages.compare.two_models import show_model_pair
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.table import choose_row
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.compare import get_changes, get_comparison, get_distances, get_usual
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.settings import Settings, fit_setting, set_setting
from mha_viz.views.compare.compare import comparison_facts, comparison_picture
from mha_viz.views.compare.sentences import Usual, cannot_differ_sentence, pair_sentences
from mha_viz.views.scores.tables import changes_table
from mha_viz.views.view import View
from mha_viz.wording import head_name, quoted


def show_comparison(desk: Desk) -> None:
    """What to compare; two maps and their difference; the ranking; and what the two models do in general."""
    mode, other, second = choose_other(desk)
    kinds = _kinds(desk, second)
    comparison = get_comparison(desk.capture, second, kinds)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pairing = _pairing(comparison, mode)
        words = choose_words(comparison, last_typed(desk.capture))
    if words.looks is not None and words.looks not in comparison.rows:
        comparison = get_comparison(desk.capture, second, kinds, words.looks)
    changes = get_changes(comparison, pairing, **words._asdict())
    usual = None if mode == SENTENCES else get_usual(comparison)
    heads = pairing[0] if mode == HEADS else _fit_head(comparison, changes, pairing, mode, words, usual)
    _say_what_cannot_differ(comparison, mode, words)
    against = None if words.against is None else comparison.keys.labels()[words.against]
    view = _picture(comparison, heads, mode, changes, against, usual)
    mount(view, "comparison", cell=lambda cell: rank_by_cell(comparison, *cell))
    table = _relatives(comparison, heads[0]) if mode == HEADS else changes
    _show_ranking(comparison, table, heads, mode, against, usual)
    if mode == MODELS:
        show_model_pair((desk.model, other), comparison, pairing, heads)
    share.fill(desk.share, view, lambda: table, _facts(comparison, heads, mode, words))


def _kinds(desk: Desk, second: Capture) -> tuple[str, str]:
    kind = controls.choose_kind(desk.capture)
    return kind, kind if kind in second.kinds else second.kinds[0]


def _pairing(comparison: Comparison, mode: str) -> Pairing:
    if mode == HEADS:
        return [choose_two_heads(comparison)]
    if choose_pairing(comparison, mode) == PLACE:
        return by_place(comparison)
    return by_nearest(comparison, get_distances(comparison))


def _fit_head(
    comparison: Comparison, changes: pd.DataFrame, pairing: Pairing, mode: str, words: ChosenWords, usual: Usual | None
) -> tuple[Head, Head]:
    """The chosen head and its counterpart; where something else is asked than before, the most changed one of those
    that are alike.
    """
    question = (mode, comparison.names, [capture.text for capture in comparison.captures], words)
    best = changes.loc[most_changed(changes, within=usual and usual.distance)]
    before = recall(Memory.comparison)
    remember(Memory.comparison, question)
    if before is not None and before != question:
        choose_head(best["layer"], best["head"])
    layer = fit_setting(Settings.layer, int(best["layer"]), comparison.layers(0))
    heads = comparison.heads_in(0, layer)
    head = fit_setting(Settings.head, int(best["head"]) if int(best["head"]) in heads else heads[0], heads)
    counterparts = dict(pairing)
    if (layer, head) in counterparts:
        return (layer, head), counterparts[(layer, head)]
    return (layer, head), nearest_counterpart(comparison, get_distances(comparison), (layer, head))


def _picture(
    comparison: Comparison, heads: tuple[Head, Head], mode: str, changes: pd.DataFrame, against: str | None,
    usual: Usual | None,
) -> View:  # fmt: skip
    caption, note = pair_sentences(
        comparison, heads, changes, against, is_one_head=mode == SENTENCES, is_ranked=mode != HEADS, usual=usual
    )
    facts = _facts(comparison, heads, mode)
    click = "compares the two heads at" if mode == HEADS else "ranks the heads by"
    return comparison_picture(comparison, heads, caption=caption, note=note, facts=facts, click=click)


def _say_what_cannot_differ(comparison: Comparison, mode: str, words: ChosenWords) -> None:
    """Where the row that was asked for is equal by construction: why, and the row that can differ."""
    n = comparison.n_equal
    first, second = comparison.captures
    if mode == SENTENCES and first.text == second.text:
        st.info("Both sides are the same: change a word of the second sentence.")
    if words.looks is None or words.looks not in comparison.rows[:n]:
        return
    labels = comparison.queries.labels()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(frame.plain(cannot_differ_sentence(comparison, words.looks)))
        if n < len(comparison.rows):
            later = labels[comparison.rows[-1] if n + 1 >= len(comparison.rows) else comparison.rows[n]]
            st.button(f"Look from {frame.plain(quoted(later))}", on_click=_look_from, args=(later,))


def _look_from(label: str) -> None:
    set_setting(Settings.from_, label)


def _show_ranking(
    comparison: Comparison, changes: pd.DataFrame, heads: tuple[Head, Head], mode: str, against: str | None,
    usual: Usual | None,
) -> None:  # fmt: skip
    """The heads ranked; a row shows its head."""
    turning = flips(changes, within=usual and usual.distance) if against is not None and mode != HEADS else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = "Relatives of the first head" if mode == HEADS else "The heads, most changed first"
        st.subheader(title, anchor=False, width="content")
        if turning is not None and st.toggle(f"Only heads that flip ({len(changes[turning]):,} of {len(changes):,})"):
            changes, turning = changes[turning], turning[turning]
    table = changes_table(changes, has_others=mode != SENTENCES, turning=turning)
    side = "other_" if mode == HEADS else ""
    number = st.column_config.NumberColumn
    choose_row(
        table, list(zip(changes[f"{side}layer"], changes[f"{side}head"], strict=True)), heads[mode == HEADS],
        _take_other if mode == HEADS else lambda place: choose_head(*place), key="changes", height=300,
        column_config={
            "first": number(format="%.3f"), "second": number(format="%.3f"), "change": number(format="%+.3f"),
            "distance": number(format="%.4f", help="Jensen-Shannon divergence in bits, averaged over the rows"),
        },
    )  # fmt: skip
    st.caption(f"On one text, over {len(comparison.rows):,} rows: what changes here need not change elsewhere.")


def _take_other(place: Head) -> None:
    set_setting(Settings.other, head_name(*place))


def _facts(
    comparison: Comparison, heads: tuple[Head, Head], mode: str, words: ChosenWords | tuple[()] = ()
) -> dict[str, Any]:
    return comparison_facts(comparison, heads, mode, words, has_models=mode == MODELS, has_texts=mode == SENTENCES)


def _relatives(comparison: Comparison, head: Head) -> pd.DataFrame:
    """All other heads of the model, the nearest first."""
    others = [other for other in comparison.heads(1) if other != head]
    return nearest_first(get_changes(comparison, [(head, other) for other in others]))
