"""The card of one head: what it does in general and here, how sure that is, and its clearest examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from mha_viz.annotation.annotated import Annotated
from mha_viz.errors import InputError, MhaVizError
from mha_viz.evidence.alignment.shipped import linked_words_of
from mha_viz.evidence.cards.cards import Card, here_card
from mha_viz.evidence.cards.cross_card import NOTHING_IN_GENERAL, cross_card
from mha_viz.evidence.cards.examples import (
    Example,
    candidates_sentence,
    clearest_examples,
    example_lines,
    pointing_score,
    pronoun_candidates,
)
from mha_viz.evidence.cards.links_card import links_card
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.ranking import Question
from mha_viz.evidence.score_names import what_it_does
from mha_viz.inputs import examples
from mha_viz.language import ENGLISH, N_, gettext, language, said
from mha_viz.objects import Head
from mha_viz.scores.table import ScoreKey
from mha_viz.training.findings import cost_sentence
from mha_viz.ui.parts.naming import heading, say_model
from mha_viz.ui.parts.text_types import show_text_types
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.shared import atlas, scores
from mha_viz.ui.shared.effects import measured_sentence
from mha_viz.ui.shared.general import get_examples_of_ours, get_general_card
from mha_viz.ui.shared.profiles import get_profile_note
from mha_viz.ui.shell import frame
from mha_viz.views.atlas import like_sentence
from mha_viz.views.captions.terms import marked
from mha_viz.views.scores.scores import SIGNS

OWN = 200  # sentences of a reader's own file in which examples are looked for
LIKE = 3  # nearest heads that the card names
IN_THIS_TEXT = N_("What it does here, heads like it, examples")


class Here(NamedTuple):
    """The scores of one text; ``why`` is the sentence that says why there is no annotation."""

    table: pd.DataFrame
    annotated: Annotated | None
    why: str


NOTHING_HERE = Here(pd.DataFrame(), None, "")


def card_title(desk: Desk, place: Head) -> None:
    """Which head the card is of, and the way to its picture."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(heading(place, desk.model.name, desk.capture), width="content")
        if st.button(gettext("Explore this head"), help=gettext("Its lines and its heatmap, in this sentence.")):
            frame.open_head(*place)
    say_model(desk.model, desk.capture)


def show_card(
    desk: Desk,
    profile: Profile | None,
    place: Head,
    kind: str,
    *,
    question: Question | None = None,
    here_of: Callable[[], Here] | None = None,
    answers: pd.DataFrame | None = None,
    own: Sequence[Annotated] = (),
    waits: bool = False,
) -> None:
    """Draw it; what takes longest comes last, and where it ``waits``, when somebody asks for it: what one text adds has
    to be parsed, and read by random weights too.

    Parameters
    ----------
    question : Question, optional
        What was asked of all heads, which the card answers too.
    here_of : callable, optional
        The scores of the text; without it nothing is said of what the head does here.
    answers : DataFrame, optional
        Rows of a question that no score table answers.
    own : list of Annotated
        A reader's own sentences, in which examples are looked for too.
    """
    if kind == "cross":
        _show_cross(desk, place)
        return
    in_general = _show_in_general(desk, profile, place, question)
    if kind in desk.capture.kinds[:1]:
        show_text_types(desk.model, place)
    _show_cost(desk, profile, place, kind)

    def show_here() -> None:
        _show_here(desk, in_general, place, kind, question=question, here_of=here_of, answers=answers, own=own)

    if not waits:
        show_here()
        return
    panel = st.expander(gettext(IN_THIS_TEXT), key="here_open", on_change="rerun")
    if panel.open:
        with panel:
            show_here()


def _show_cross(desk: Desk, place: Head) -> None:
    linked = linked_words_of(desk.model)
    if linked is None:
        st.markdown("**" + gettext("In general") + "** " + frame.told(gettext(NOTHING_IN_GENERAL)))
    else:
        st.markdown(card_words(gettext("In general"), links_card(linked, *place)))
    try:
        st.markdown(card_words(gettext("Here"), cross_card(desk.capture, *place)))
        _show_like(desk, *place, "cross")
    except MhaVizError as error:
        frame.say(error)


def _show_here(
    desk: Desk,
    in_general: Sequence[ScoreKey],
    place: Head,
    kind: str,
    *,
    question: Question | None,
    here_of: Callable[[], Here] | None,
    answers: pd.DataFrame | None,
    own: Sequence[Annotated],
) -> None:
    """What the head does in this text, the heads like it, and its clearest examples: of a score that it points by here
    or ``in_general``.
    """
    layer, head = place
    pointing = list(in_general)
    try:
        with st.container():  # for a progress bar
            table, annotated, _ = here_of() if here_of else NOTHING_HERE
        if here_of:
            rows = table if answers is None else pd.concat([answers.filter(table.columns), table])
            card = here_card(rows, layer, head, question)
            st.markdown(card_words(gettext("Here"), card))
            pointing += card.pointing
        if annotated is not None:
            pronouns = pronoun_candidates(desk.capture, annotated, layer, head, kind=kind)
            if sentence := candidates_sentence(pronouns):
                st.caption(frame.told(sentence))
        _show_like(desk, layer, head, kind)
        key = pointing_score(pointing, question)
        if key is not None:
            with st.container():
                clearest = _examples(desk, annotated, layer, head, key, kind, own[:OWN])
            _show_examples(clearest, key)
    except MhaVizError as error:
        frame.say(error)


def _show_in_general(desk: Desk, profile: Profile | None, place: Head, question: Question | None) -> Sequence[ScoreKey]:
    """The scores that the head points by."""
    if profile is not None:
        card = get_general_card(profile, *place, question)
        st.markdown(card_words(gettext("In general"), card))
        return card.pointing
    st.markdown(marked(gettext("**In general** nothing is known: there is no profile of these weights.")))
    if note := get_profile_note(desk.model):
        st.markdown(frame.told(note))
    return ()


def _show_cost(desk: Desk, profile: Profile | None, place: Head, kind: str) -> None:
    """What the model loses without the head, where that was measured, and the way to try it."""
    in_general = cost_sentence(profile.facts.get("without", []), *place) if profile is not None else ""
    costs = [sentence for sentence in (in_general, measured_sentence(desk.capture, kind, place)) if sentence]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if costs:
            st.markdown(frame.told(" ".join(costs)), width="content")
        help_ = gettext("The prediction before and after.")
        if st.button(gettext("What if it were gone?"), type="tertiary", help=help_):
            frame.open_what_if(*place)


def card_words(title: str, card: Card) -> str:
    """What a card says, in markdown."""
    lines = [f"{SIGNS.get(verdict or '', '·')}&ensp;{frame.plain(sentence)}" for verdict, sentence in card.lines]
    if card.ending:
        lines.append(frame.plain(card.ending))
    return marked("  \n".join([f"**{title}**", *lines]))


def _examples(
    desk: Desk, annotated: Annotated | None, layer: int, head: int, key: ScoreKey, kind: str, own: Sequence[Annotated]
) -> list[Example]:
    """From this text; where it has too few, from a file that the reader gave, then from the example sentences."""
    texts = [(desk.capture, annotated)] if annotated is not None else []
    clearest = clearest_examples(texts, layer, head, key, kind=kind)
    if kind not in desk.capture.kinds[:1]:
        return clearest
    if len(clearest) < 3 and own:
        texts = scores.get_texts(desk.model, [one for one in own if one.text != desk.capture.text])
        clearest += clearest_examples(texts, layer, head, key, kind=kind)[: 3 - len(clearest)]
    if len(clearest) < 3:
        ours = [row["text"] for row in examples.examples() if row["text"] != desk.capture.text]
        clearest += get_examples_of_ours(desk.model, ours, layer, head, key, kind)[: 3 - len(clearest)]
    return clearest


def _show_like(desk: Desk, layer: int, head: int, kind: str) -> None:
    """The nearest heads on this text, in one line, and the way to all of them."""
    try:
        sentence = like_sentence(atlas.heads_like(desk.capture, layer, head, kind, LIKE))
        like = gettext("**Heads like this one**, here: {heads}", heads=frame.plain(sentence)) if sentence else ""
    except InputError as error:
        like = frame.plain(said(error))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if like:
            st.markdown(marked(like), width="content")
        help_ = gettext("All heads, by what they look at in this sentence.")
        if st.button(gettext("Show in the Atlas"), type="tertiary", help=help_):
            frame.open_atlas(layer, head)


def _show_examples(clearest: list[Example], key: ScoreKey) -> None:
    if not clearest:
        return
    of = key[1] if language() == ENGLISH else what_it_does(*key).format("…")
    lines = [f":small[**{frame.plain(words)}** {frame.plain(where)}]" for words, where in example_lines(clearest)]
    st.markdown("  \n".join([gettext("**Clearest examples** of {what}", what=frame.told(of)), *lines]))
