"""What the map of all heads is coloured by: patterns, the clusters of this text, a score of the profile, a passage."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mha_viz.attention.shown import Shown
from mha_viz.comparison.atlas import WARD, atlas_table
from mha_viz.errors import MhaVizError
from mha_viz.evidence.ranking import rows_of
from mha_viz.evidence.score_names import label_of, what_it_does
from mha_viz.language import ENGLISH, gettext, language
from mha_viz.objects import Head
from mha_viz.reprs import beginning
from mha_viz.ui.pages.explore.passages import marked_shares, passage_of_map
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.shared.atlas import get_atlas
from mha_viz.ui.shared.general import get_scores_by_name
from mha_viz.ui.shared.profiles import get_profile
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, fit_setting, setting
from mha_viz.ui.shell.views import Views
from mha_viz.views.grid_tints import Tints, cluster_tints, passage_tints, score_tints
from mha_viz.wording import quoted

PATTERNS = Settings.coloured.default
CLUSTERS, PASSAGE = "clusters", "passage"


def choose_colours(desk: Desk, shown: Shown) -> tuple[Tints | None, dict[str, str]]:
    """What fills the pictures, None for their patterns; and what can be chosen, each with its name in the menu."""
    if setting(Settings.view) == Views.passage and shown.has_heads:
        return of_passage(desk, shown.selection.kind), {}  # of a view of its own: there is nothing to choose
    is_first = shown.selection.kind == desk.capture.kinds[0]
    profile = get_profile(desk.model) if is_first else None
    scores = get_scores_by_name(profile) if profile and shown.has_heads else {}
    offered = {PATTERNS: gettext("Patterns")}
    if shown.has_heads and shown.selection.kind != "cross":
        offered[CLUSTERS] = gettext("Clusters: heads that look alike here")
    if shown.has_heads and (words := passage_of_map(desk.capture, shown.selection.kind)) is not None:
        offered[PASSAGE] = gettext("What goes to {passage}", passage=quoted(beginning(words)))
    offered |= {name: _label(*key) for name, key in scores.items()}
    chosen = fit_setting(Settings.coloured, choices=offered)
    try:
        if chosen == CLUSTERS:
            return cluster_tints(_clusters(desk, shown.selection.kind)), offered
    except MhaVizError as error:  # of a long text the patterns stay
        frame.say(error)
    if chosen == PASSAGE:
        return of_passage(desk, shown.selection.kind), offered
    if chosen in scores and profile is not None:
        return score_tints(rows_of(profile.table, scores[chosen]), chosen, _said(*scores[chosen])), offered
    return None, offered


def draw_choice(offered: dict[str, str]) -> None:
    """The menu."""
    st.selectbox(
        gettext("Heads coloured by"), list(offered), key=Settings.coloured.key,
        format_func=lambda name: offered.get(name, name),
        help=gettext(
            "Scores are of the profile, in general: pale where they are not established. Clusters are of this text."
        ),
    )  # fmt: skip


def coloured_table(table: pd.DataFrame, tints: Tints | None) -> pd.DataFrame:
    """The table of the heads with what they are coloured by."""
    if tints is None:
        return table
    places = list(zip(table["layer"], table["head"], strict=True))
    return table.assign(**{name: [of.get(place) for place in places] for name, of in tints.columns.items()})


def said_of_score(label: str) -> str:
    """A score as ``heads_by_score`` calls it, in the language of the run: one for all its directions."""
    family, _, score = label.partition(": ")
    score = score.partition(" (")[0]
    if language() == ENGLISH:
        return label
    if family == "syntactic":
        return gettext("dependency {relation}", relation=quoted(score))
    return _said(family, score, None)


def _label(family: str, score: str, direction: str | None) -> str:
    name = _said(family, score, direction) or f"{family}: {label_of(family, score)} {direction or ''}".strip()
    return name[0].upper() + name[1:]


def _said(family: str, score: str, direction: str | None) -> str:
    """Outside of English what a head does that has it; in English a score is called by its name."""
    return "" if language() == ENGLISH else what_it_does(family, score, direction).format("…")


def of_passage(desk: Desk, kind: str) -> Tints | None:
    """What goes to the marked passage; patterns where none can be marked, of which its view says why."""
    try:
        return passage_tints(marked_shares(desk.capture, kind), kind)
    except MhaVizError:
        return None


def _clusters(desk: Desk, kind: str) -> dict[Head, int]:
    table = atlas_table(get_atlas(desk.capture, kind, None), fit_setting(Settings.clusters), method=WARD)
    return {(int(row.layer), int(row.head)): int(row.cluster) for row in table.itertuples(index=False)}
