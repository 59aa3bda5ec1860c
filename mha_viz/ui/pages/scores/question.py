"""What heads are looked for: the row of widgets "Find heads that …"."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from mha_viz.attention.word_pairs import given_by
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.ranking import Question, families_in, may_be_any, scores_in
from mha_viz.evidence.score_names import FINDS, WORDS, direction_in_words, label_of, score_of_words
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.inputs.words import unique_labels, word_axes
from mha_viz.language import N_, gettext
from mha_viz.objects import Capture
from mha_viz.scores.table import ScoreKey
from mha_viz.ui.parts import controls
from mha_viz.ui.shared.general import Scores, get_families, get_scores_of_family
from mha_viz.ui.shell.settings import Settings, fit_setting, setting
from mha_viz.views.scores.scores import GENERAL, HERE

ANY = N_("any of these")
PLACES = {HERE: N_("Here"), GENERAL: N_("In general")}  # as they are shown
FIRST = ("syntactic", "coreference", "positional")  # what is shown where nothing was asked yet
FIRST_SCORES = {"syntactic": ("obj", "nsubj", "obl"), "positional": ("previous token",)}


def fit_where(profile: Profile | None) -> str:
    """One text or a corpus, before its widget is drawn: what can be chosen depends on it."""
    return fit_setting(Settings.where, GENERAL if profile else HERE)


def choose_where() -> None:
    st.segmented_control(
        gettext("Where"), (HERE, GENERAL), key=Settings.where.key, required=True,
        disabled=setting(Settings.find, "") == WORDS,
        format_func=lambda where: gettext(PLACES[where]),
        help=gettext("Here: in this sentence, at once. In general: over the sentences of a corpus, from the profile."),
    )  # fmt: skip


def choose_question(profile: Profile | None, here: pd.DataFrame | None, capture: Capture, kind: str) -> Question:
    """Words, a relation, or a family of scores: of those that the profile has, or that this text has cases of."""
    families, scores_of = _offered(profile, here)
    found = _established(profile) if here is None and profile is not None else set()
    offered = [family for family in FIRST if family in families] or families[-1:]
    first = next((family for family in offered if any(family == key[0] for key in found)), offered[0])
    fit_setting(Settings.find, first, families)
    family = st.selectbox(gettext("Find heads that …"), families, key=Settings.find.key, format_func=_find, width=275)
    if family == WORDS:
        query_words, key_words = word_axes(capture, kind)
        above_of = lambda query: given_by(capture, kind, query_words, key_words, query)[1]  # noqa: E731
        query, key = controls.choose_words(capture, query_words, key_words, kind, above_of)
        labels = unique_labels(query_words.positions.labels), unique_labels(key_words.positions.labels)
        return Question(WORDS, score_of_words(labels[0][query], labels[1][key]))
    scores = scores_of(family)
    options = [*([ANY] if may_be_any(family, scores) else []), *scores]
    usual = [score for score in FIRST_SCORES.get(family, ()) if score in scores]
    named = {score for of, score, _ in found if of == family}
    proposed = next((score for score in [*usual, *scores] if score in named), usual[0] if usual else options[0])
    fit_setting(Settings.score, proposed, options)
    score = st.selectbox(
        gettext("Which"), options, key=Settings.score.key, width=270,
        format_func=lambda score: gettext(ANY) if score == ANY else label_of(family, score),
    )  # fmt: skip
    directions = [direction for direction in scores.get(score, []) if direction]
    if not directions:
        return Question(family, None if score == ANY else score)
    looks = next((way for way in directions if (family, score, way) in found), directions[0])
    fit_setting(Settings.direction, looks, directions)
    direction = st.segmented_control(
        gettext("Direction"), directions, key=Settings.direction.key, required=True,
        format_func=direction_in_words,
        help=gettext(
            "From the dependent, does it look at what it hangs on? From the head, does that look at the dependent?"
        ),
    )  # fmt: skip
    return Question(family, score, direction)


def _established(profile: Profile) -> set[ScoreKey]:
    """What is established of some head: the page begins with what can be seen."""
    rows = profile.table[profile.table["verdict"] == ESTABLISHED]
    columns = (rows[name].tolist() for name in ("family", "score", "direction"))
    return set(zip(*columns, strict=True))


def _offered(profile: Profile | None, here: pd.DataFrame | None) -> tuple[list[str], Callable[[str], Scores]]:
    """The families that can be looked for, and the scores of each: of a text those that it has cases of."""
    if here is not None:
        there = here[here["n"] > 0]
        return families_in(there), partial(scores_in, there)
    if profile is not None:
        return get_families(profile), partial(get_scores_of_family, profile)
    return [WORDS], lambda _family: {}


def _find(family: str) -> str:
    found = FINDS.get(family, family)
    return gettext(found)
