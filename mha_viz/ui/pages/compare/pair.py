"""The two heads that are compared: a head and its counterpart, or any two that a reader chooses."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import streamlit as st

from mha_viz.comparison.changes import most_changed
from mha_viz.comparison.comparison import Comparison, Pairing, nearest_counterpart
from mha_viz.language import gettext
from mha_viz.objects import Head
from mha_viz.ui.pages.compare.sides import MODELS, ChosenWords
from mha_viz.ui.shared.compare import get_distances
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.settings import Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.views.compare.sentences import Usual
from mha_viz.wording import head_name

Pair = tuple[Head, Head]


class Asked(NamedTuple):
    """What is compared, and by what heads are ranked."""

    mode: str
    comparison: Comparison
    pairing: Pairing
    words: ChosenWords
    changes: pd.DataFrame  # of ``head_changes``
    usual: Usual | None  # None where a head stands beside itself

    @property
    def against(self) -> str | None:
        """The word that is taken off, by its label."""
        return None if self.words.against is None else self.comparison.keys.labels()[self.words.against]

    @property
    def within(self) -> float | None:
        """How far two heads may be apart that are called alike, in bits."""
        return None if self.usual is None else self.usual.distance


def fit_heads(asked: Asked) -> tuple[Pair, Head]:
    """The chosen head beside its counterpart, or beside the one that was chosen for it; and its counterpart.

    Where something else is asked than before, the most changed head of those that are alike, unless both were chosen.
    """
    comparison, words = asked.comparison, asked.words
    sides = asked.mode, comparison.names, [capture.text for capture in comparison.captures]
    best = asked.changes.loc[most_changed(asked.changes, within=asked.within)]
    before = recall(Memory.comparison)
    remember(Memory.comparison, (sides, words))
    if before is not None and before[0] != sides:
        clear_settings(Settings.partner)
    partner = fit_setting(Settings.partner, choices=comparison.heads(1)) if asked.mode == MODELS else None
    if before not in (None, (sides, words)) and partner is None:
        choose_head(best["layer"], best["head"])
    layer = fit_setting(Settings.layer, int(best["layer"]), comparison.layers(0))
    heads = comparison.heads_in(0, layer)
    head = fit_setting(Settings.head, int(best["head"]) if int(best["head"]) in heads else heads[0], heads)
    first, counterparts = (layer, head), dict(asked.pairing)
    proposed = counterparts.get(first) or nearest_counterpart(comparison, get_distances(comparison), first)
    return (first, partner or proposed), proposed


def choose_heads(comparison: Comparison, heads: Pair, proposed: Head) -> None:
    """Both heads, each of all of its side; the second is the proposed one until another is chosen."""
    of_side = [{head_name(*head): head for head in comparison.heads(side)} for side in (0, 1)]
    keys = Settings.first_head, Settings.second_head
    for key, head in zip(keys, heads, strict=True):
        set_setting(key, head_name(*head))

    def take_first() -> None:
        choose_head(*of_side[0][setting(Settings.first_head)])

    def take_second() -> None:
        head = of_side[1][setting(Settings.second_head)]
        set_setting(Settings.partner, None if head == proposed else head)

    def with_sign(name: str) -> str:
        return gettext("{head}, proposed", head=name) if of_side[1].get(name) == proposed else name

    first, second = comparison.names
    of_first, of_second = gettext("Head of {model}", model=first), gettext("Head of {model}", model=second)
    st.selectbox(of_first, list(of_side[0]), key=keys[0].key, on_change=take_first, width=150)
    st.selectbox(
        of_second, list(of_side[1]), key=keys[1].key, on_change=take_second, format_func=with_sign, width=190,
        help=gettext("Any head; the proposed one is the counterpart of the first."),
    )  # fmt: skip


def take_pair(first: Head | None, second: Head | None) -> None:
    """Set two heads side by side, for the next run; None leaves a side to the proposal."""
    if first is not None:
        choose_head(*first)
    set_setting(Settings.partner, second)
