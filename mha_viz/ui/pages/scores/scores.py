"""The page of scores: what was asked of all heads as a grid and a table, and everything known of one head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.annotation.annotated import Annotated, Span, placed, with_words
from mha_viz.errors import InputError, MhaVizError
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.given import shown_as_shares
from mha_viz.evidence.one_text import attention_rows
from mha_viz.evidence.ranking import Question, each_row, ranked
from mha_viz.evidence.score_names import WORDS, points_at_words, question_sentence
from mha_viz.language import N_, gettext, lazy_gettext, said
from mha_viz.objects import Model
from mha_viz.ui.pages.scores.annotation import annotation_panel, corrected, gold_of
from mha_viz.ui.pages.scores.in_models import show_in_models
from mha_viz.ui.pages.scores.measuring import show_measuring
from mha_viz.ui.pages.scores.own_file import uploaded_sentences
from mha_viz.ui.pages.scores.question import choose_question, choose_where, fit_where
from mha_viz.ui.pages.scores.ranking import show_ranking
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.card import Here, card_title, show_card
from mha_viz.ui.parts.field import reads_code
from mha_viz.ui.parts.profiles import choose_profile, say_whose
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.profiles import get_profile, get_profile_note
from mha_viz.ui.shared.scores import get_annotated, get_ranked, get_scores, get_summary
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.settings import Settings, fit_setting, setting
from mha_viz.views.scores.facts import how_to_profile, score_facts, score_note, without_annotation_sentence
from mha_viz.views.scores.scores import GENERAL, HERE, score_picture
from mha_viz.views.view import View

SHARES_HERE = N_("Of one sentence the share of attention that goes there is shown.")


def show_scores(desk: Desk) -> None:
    """The scores, and under them the annotation that those of this text are made with."""
    kind = controls.choose_kind(desk.capture, ("encoder", "decoder"))
    profile = get_profile(desk.model)
    where = fit_where(profile)
    scores, annotation = st.container(), st.container()
    with annotation:
        here = _here(desk, kind, annotation_panel) if where == HERE or profile is None else None
    with scores:
        _show(desk, kind, profile, where, here)


def _show(desk: Desk, kind: str, profile: Profile | None, where: str, here: Here | None) -> None:
    """What to look for, here or in general; the heads as a grid beside the card of one; the heads ranked."""
    question, table = _ask(desk, kind, profile, here), None
    if question.family == WORDS:
        where, words = HERE, (setting(Settings.from_), setting(Settings.to))
        rows = attention_rows(desk.capture, *words, kind=kind, score=question.score)
    elif profile is not None and where == GENERAL:
        rows, table = get_ranked(profile, question)
    else:
        rows = shown_as_shares(ranked([known.table for known in (profile, here) if known][-1], question))
    if here and here.why:
        st.caption(frame.told(without_annotation_sentence(here.why)))
    place = _fit_head(rows, question)
    facts = score_facts(desk.model, desk.capture, question, rows, where=where, kind=kind, profile=profile)
    note = score_note(question, where, profile, here and here.annotated, name := desk.model.short_name)
    view = score_picture(rows, question, where=where, model_name=name, facts=facts, chosen=place, note=note)
    is_known = where == HERE or profile is not None
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if is_known:
            mount(view, "scores", choose=lambda one: choose_head(*one))
        else:
            sentence, commands = how_to_profile(desk.model.name, get_profile_note(desk.model), desk.model.dtype)
            st.info(frame.told(sentence))
            st.code(commands, language="sh")
        _say_what_it_means(question, here, desk.model)
    with right, st.container(key="card", gap="small"):
        answers = rows if question.family == WORDS else None
        card_title(desk, place)
        show_card(
            desk, profile, place, kind, question=_asked_of(rows, place), answers=answers, own=uploaded_sentences(),
            here_of=lambda: here or _here(desk, kind, corrected), waits=where == GENERAL and profile is not None,
        )  # fmt: skip
    if is_known:
        _show_ranking(desk, view, rows, place, facts, table, has_scores=question.score is None)
    if where == GENERAL and question.family != WORDS:
        show_in_models(question)
    show_measuring(desk.model)
    if profile is not None and where == GENERAL:
        _show_summary(profile, desk.model)


def _ask(desk: Desk, kind: str, profile: Profile | None, here: Here | None) -> Question:
    """The row of widgets."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="menus_of_scores"):
        choose_where()
        choose_profile(desk.model)
        question = choose_question(profile, here.table if here else None, desk.capture, kind)
    return question


def _say_what_it_means(question: Question, here: Here | None, model: Model) -> None:
    """What the score is that was chosen, and whose profile it is of."""
    if question.family != WORDS:
        means = question_sentence(question.family, question.score, question.direction)
        shares = f" {gettext(SHARES_HERE)}" if here and points_at_words(question.family) else ""
        st.caption(frame.told(f"{means}{shares}"))
    say_whose(model)


def _show_ranking(
    desk: Desk, view: View, rows: pd.DataFrame, place: tuple[int, int], facts: dict[str, Any],
    table: pd.DataFrame | None, *, has_scores: bool,
) -> None:  # fmt: skip
    if rows["value"].notna().any():
        try:
            rows = show_ranking(rows, place, choose_head, table, has_scores=has_scores)
        except InputError as error:
            frame.say(error)
    share.fill(desk.share, view, lambda: rows.drop(columns="gain"), facts)


def _here(desk: Desk, kind: str, corrected_by: Callable[[Desk, Annotated], Annotated]) -> Here:
    """The scores of this text; without an annotation, those that need none, and why."""
    positions = desk.capture.query_positions[kind]
    text, contents, annotated, why = positions.text, tuple(sorted(positions.contents)), None, ""
    as_code = reads_code(desk.capture.text)
    try:
        if desk.capture.pair:
            raise InputError(lazy_gettext("Two texts that are read together are not parsed."))
        annotated = corrected_by(desk, gold_of(text) or get_annotated(text, contents, as_code=as_code))
    except MhaVizError as error:
        why = said(error)
        if not desk.capture.pair:  # a file of one's own, or marks, still give an annotation
            by_hand = corrected_by(desk, _words_alone(text, contents))
            annotated = by_hand if by_hand.arcs or by_hand.links else None
    return Here(get_scores(desk.model, desk.capture, annotated, kind), annotated, why)


def _words_alone(text: str, contents: Sequence[Span]) -> Annotated:
    """The words of a text, of a chat those of its messages, with nothing said of them."""
    source, whole = lazy_gettext("words alone, without a parser"), [(0, len(text))]
    bare = [(begin, Annotated(text[begin:end], is_gold=False, source=source)) for begin, end in contents or whole]
    return placed(text, [(begin, with_words(part)) for begin, part in bare])


def _fit_head(rows: pd.DataFrame, question: Question) -> tuple[int, int]:
    """The head that is chosen; the best one where something else is asked than before, or none was chosen yet."""
    layers, heads = (set(map(int, rows[axis])) for axis in ("layer", "head"))
    best = rows.iloc[0]
    is_new = recall(Memory.question) not in (None, question) and not pd.isna(best["value"])
    remember(Memory.question, question)
    if is_new:
        choose_head(best["layer"], best["head"])
    layer = fit_setting(Settings.layer, int(best["layer"]), layers)
    return layer, fit_setting(Settings.head, int(best["head"]), heads)


def _asked_of(rows: pd.DataFrame, place: tuple[int, int]) -> Question:
    """What one head stands in the ranking with: not always the same score, where a whole family was asked for."""
    row = each_row(rows[(rows["layer"] == place[0]) & (rows["head"] == place[1])])[0]
    return Question(row.family, row.score, row.direction)


def _show_summary(profile: Profile, model: Model) -> None:
    sentence, chart = get_summary(profile, model.short_name)
    st.subheader(gettext("The model in general"), anchor=False)
    st.markdown(frame.told(sentence))
    st.plotly_chart(chart)
