"""What sessions share of scores: rankings, annotations, random twins, the scores of recent texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import streamlit as st

from mha_viz.annotation.annotated import Annotated, Span
from mha_viz.annotation.code.parser import parse_code
from mha_viz.annotation.code.syntax import is_code
from mha_viz.annotation.english.parser import parse, parse_together
from mha_viz.annotation.english.pronouns import pronoun_links
from mha_viz.errors import InputError, MhaVizError, TooLongError
from mha_viz.evidence.cards.model_cards import model_sentence
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.given import with_given
from mha_viz.evidence.one_text import score_table
from mha_viz.evidence.ranking import Question, kinds_of_heads, ranked
from mha_viz.language import language, lazy_gettext
from mha_viz.models.load import random_twin
from mha_viz.objects import Capture, Model
from mha_viz.progress import Progress
from mha_viz.recording.again import read_again
from mha_viz.recording.capture import capture
from mha_viz.scores.tallies import similarity_of
from mha_viz.ui.shared.captures import AT_ONCE, LONG, is_read_at_once
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.queue import Batch
from mha_viz.ui.shared.waiting import loader, put_in_batch, put_in_line, result_of, slow_worker, workers
from mha_viz.views.figures import heads_by_layer
from mha_viz.views.scores.tables import ranking_table

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PARSING = lazy_gettext("parsing the text")
SHORT_TEXT = 500  # characters; longer ones are parsed alone, so that nobody waits for them with a sentence


def get_ranked(profile: Profile, question: Question) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The heads of a model in the order of what is asked, in general: as scores (``ranked``), and as people read them
    (``ranking_table``).
    """
    return _ranking(profile, astuple(question), language())


def get_summary(profile: Profile, model_name: str) -> tuple[str, Figure]:
    """What kinds of heads a model has: in a sentence, and by layer as a chart."""
    return _summary(profile, model_name, language())


def get_annotated(text: str, contents: tuple[Span, ...] = (), *, as_code: bool = False) -> Annotated:
    """What the parser says of a text, or of a chat's messages, Python's own of code; where it cannot, the same sentence
    for some minutes.

    Raises
    ------
    MhaVizError
        If the text is not in Latin letters, which cannot be English, the parser cannot be fetched or cannot read it, or
        what is to be code is no Python.
    """
    if as_code and not contents:
        return parse_code(text)
    typed = "".join(text[slice(*span)] for span in contents) if contents else text
    letters = [unicodedata.name(letter, "").startswith("LATIN") for letter in typed if letter.isalpha()]
    if letters and 2 * sum(letters) < len(letters):
        raise InputError(lazy_gettext("The parser reads English; this text is in other letters."))
    parsed = result_of(_parsing, text, contents)
    if isinstance(parsed, MhaVizError):
        raise parsed
    return parsed


def get_scores(model: Model, capture: Capture, annotated: Annotated | None, kind: str) -> pd.DataFrame:
    """Every score of one text, beside those of random weights; without annotation, those that need none."""
    n = len(capture.query_positions[kind])
    if n > LONG:
        sentence = lazy_gettext(
            "This text has {n} tokens; scores are computed of texts of up to {most}.", n=n, most=LONG
        )
        raise TooLongError(sentence, n, LONG, capture.text)
    twin = get_random_twin(model)  # not within the work: who waits in a queue for the queue waits forever
    return result_of(_scoring, capture, annotated, kind, model, twin)


def get_random_twin(model: Model) -> Model:
    """The same architecture with random weights."""
    return result_of(_twinning, model)


def get_texts(model: Model, texts: Sequence[str | Annotated]) -> list[tuple[Capture, Annotated]]:
    """Captures of some texts, with their annotation or the parser's; what cannot be read or parsed is left out."""
    return result_of(_reading_all, model, tuple(texts))


@st.cache_resource(max_entries=64, ttl=60, show_spinner=False, hash_funcs=KEYS)
def _ranking(
    profile: Profile,
    question: tuple[str, str | None, str | None],
    in_language: str,  # noqa: ARG001 - each its own
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = ranked(profile.table, Question(*question))
    return rows, ranking_table(rows, has_scores=question[1] is None)


@st.cache_resource(max_entries=6, ttl=60, show_spinner=False, hash_funcs=KEYS)
def _summary(
    profile: Profile,
    model_name: str,
    in_language: str,  # noqa: ARG001 - each has its own
) -> tuple[str, Figure]:
    kinds, n_heads = kinds_of_heads(profile.table), len(profile.table[["layer", "head"]].drop_duplicates())
    chart = heads_by_layer(kinds, int(profile.table["layer"].max()) + 1)
    return model_sentence(kinds, n_heads, model_name), chart


@st.cache_resource(max_entries=64, ttl=300, show_spinner=False)
def _parsing(text: str, contents: tuple[Span, ...]) -> Job[Annotated | MhaVizError]:
    if contents or len(text) > SHORT_TEXT:
        return put_in_line(loader(), PARSING, lambda progress: _parse(text, progress, contents))
    return put_in_batch(loader(), PARSING, Batch(_parse_at_once, None, AT_ONCE), text)


@st.cache_resource(max_entries=1, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _twinning(model: Model) -> Job[Model]:
    return put_in_line(
        workers(), lazy_gettext("drawing random weights to compare with"), lambda _progress: random_twin(model)
    )


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _scoring(
    text_capture: Capture, annotated: Annotated | None, kind: str, _model: Model, _twin: Model
) -> Job[pd.DataFrame]:
    what, asked = (
        lazy_gettext("{model} with random weights reads the text", model=_model.short_name),
        _Asked(text_capture, annotated, kind),
    )
    if is_read_at_once(text_capture):
        return put_in_batch(workers(), what, Batch(_score_at_once, (_model, _twin), AT_ONCE), asked)
    return put_in_line(
        workers(), what, lambda progress: _score(_model, asked, read_again(_twin, text_capture), progress)
    )


class _Asked(NamedTuple):
    """A text whose scores somebody wants."""

    capture: Capture
    annotated: Annotated | None
    kind: str


def _score_at_once(models: tuple[Model, Model], asked: list[_Asked], progress: Progress) -> list[pd.DataFrame]:
    """The random weights read the texts of a class together, as the model did (``captures``)."""
    model, twin = models
    controls = capture(twin, [one.capture.text for one in asked], batch_size=len(asked))
    return [_score(model, *of, progress) for of in zip(asked, controls, strict=True)]


def _score(model: Model, asked: _Asked, control: Capture, progress: Progress) -> pd.DataFrame:
    progress(0.3, lazy_gettext("scoring every head"))
    similarity = None
    if asked.annotated is not None and asked.kind == asked.capture.kinds[0]:  # only of its tokens are embeddings known
        similarity = similarity_of(model, asked.capture, asked.annotated)
    table = score_table(asked.capture, asked.annotated, kind=asked.kind, control=control, similarity=similarity)
    return with_given(table, asked.capture, asked.annotated, kind=asked.kind)


@st.cache_resource(max_entries=3, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _reading_all(model: Model, texts: tuple[str | Annotated, ...]) -> Job[list[tuple[Capture, Annotated]]]:
    def work(progress: Progress) -> list[tuple[Capture, Annotated]]:
        pairs = []
        for i, text in enumerate(texts):
            progress(i, total=len(texts))
            annotated = _parse_any(text, progress) if isinstance(text, str) else text
            if not isinstance(annotated, MhaVizError):
                with suppress(InputError):  # longer than the model reads
                    pairs.append((capture(model, annotated.text), annotated))
        return pairs

    return put_in_line(
        slow_worker(), lazy_gettext("{model} reads sentences to look for examples", model=model.short_name), work
    )


def _parse_at_once(_of: None, texts: list[str], progress: Progress) -> list[Annotated | MhaVizError]:
    """The sentences of a class in one go; where one of them cannot be parsed, the queue asks for each alone."""
    if len(texts) > 1:
        return [_with_links(parsed) for parsed in parse_together(texts, progress=progress)]
    return [_parse(text, progress) for text in texts]


def _parse(text: str, progress: Progress, contents: tuple[Span, ...] = ()) -> Annotated | MhaVizError:
    try:
        return _with_links(parse(text, stretches=contents or None, progress=progress))
    except MhaVizError as error:
        return error


def _parse_any(text: str, progress: Progress) -> Annotated | MhaVizError:
    """One of our examples, of which some are code."""
    return parse_code(text) if is_code(text) else _parse(text, progress)


def _with_links(parsed: Annotated) -> Annotated:
    return replace(parsed, links=pronoun_links(parsed))
