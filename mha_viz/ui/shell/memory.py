"""What pages remember between two runs that is no setting, one row each: never in a link, gone with the session."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.annotation.annotated import Annotated
from mha_viz.errors import MhaVizError
from mha_viz.objects import Head, ModelHead
from mha_viz.ui.shell.settings import Setting

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Remembered(Generic[T]):
    """Something that a session remembers.

    Attributes
    ----------
    key : str
        What the session calls it; an underscore goes before it, so that it is no setting and no widget.
    default : T
        Where nothing is remembered yet.
    about : str
        What it is.
    """

    key: str
    default: T
    about: str


class Memory:
    """The table; a page's own rows stand under its name."""

    # every page
    page = Remembered("_page", "", "the page of the last run")
    is_translated = Remembered("_is_translated", False, "whether the page of the last run is in other languages too")
    left_out: Remembered[dict[str, str]] = Remembered(
        "_left_out", {}, "what the address does not say yet, as the page may propose something else"
    )
    answered = Remembered("_answered", 0, "the last step back or forward in the browser that was drawn, by its number")
    is_opening = Remembered("_is_opening", False, "whether a page was opened and has not shown its picture yet")
    later: Remembered[tuple[tuple[DeltaGenerator, Callable[[], object]], ...]] = Remembered(
        "_later", (), "what is drawn after the picture, and where"
    )
    share: Remembered[DeltaGenerator | None] = Remembered("_share", None, "where the menu for links and exports stands")
    clicked: Remembered[dict[Setting[Any], Any]] = Remembered("_clicked", {}, "what a click chose, for the next run")
    is_teacher = Remembered("_is_teacher", False, "whether the session was opened by the teacher's link")
    was_teacher = Remembered("_was_teacher", False, "whether it says so itself, of an earlier start of the server")
    follows = Remembered("_follows", True, "whether the session goes where the teacher goes, while a class is led")
    before_lead: Remembered[Any] = Remembered("_before_lead", None, "where it was before that")
    led_to = Remembered("_led_to", "", "the file of the page to which the teacher went, or from where one came")
    is_first_run = Remembered("_is_first_run", False, "whether the session has had no run before the one that runs")
    came_again: Remembered[tuple[Callable[[], object], ...]] = Remembered(
        "_came_again", (), "what is to be done of what a new session found in its browser, and the address did not say"
    )
    is_new = Remembered("_is_new", True, "whether no page of it has run yet")
    given_up: Remembered[Any] = Remembered("_given_up", None, "the work that the button Cancel ended")
    missing_model = Remembered("_missing_model", "", "why the default model could not be had")
    tables: Remembered[dict[str, tuple[Hashable, list[Hashable], str]]] = Remembered(
        "_tables", {}, "of each table of heads: which row is chosen, what its rows stand for, the key of its widget"
    )
    recent: Remembered[tuple[str, ...]] = Remembered("_recent", (), "the texts that were read, the latest first")
    model_facts: Remembered[dict[str, list[str]]] = Remembered(
        "_model_facts", {}, "what is known of models outside the catalogue that were read"
    )
    proposed: Remembered[tuple[tuple[str, ...], Head | None]] = Remembered(
        "_proposed", ((), None), "the head that a page began with, and of which model, text and kind of attention"
    )
    words_chosen = Remembered("_words_chosen", False, "whether one of two words was just chosen, and no head for them")
    last_read: Remembered[Any] = Remembered("_last_read", None, "what was read last, and what was chosen then")
    had_file: Remembered[frozenset[str]] = Remembered("_had_file", frozenset(), "the uploaders that held a file")
    # Lessons
    answers: Remembered[dict[tuple[str, str, int], str | int]] = Remembered(
        "_answers", {}, "what was answered: of which lesson, to a task or of the quiz, which"
    )
    prints = Remembered("_prints", False, "whether somebody wants it on paper")
    # Training
    trainings: Remembered[dict[str, Any]] = Remembered("_trainings", {}, "what was asked for in each lesson")
    training_refused: Remembered[MhaVizError | None] = Remembered("_training_refused", None, "why it was not begun")
    last_step: Remembered[int | None] = Remembered("_last_step", None, "the last checkpoint of the last run")
    marked_text = Remembered("_marked_text", "", "the text in which the passage stands")
    best_head: Remembered[Head | None] = Remembered("_best_head", None, "the head that was proposed")
    # Scores
    question: Remembered[Any] = Remembered("_question", None, "what was asked of all heads, and of what")
    handed_over: Remembered[Any] = Remembered("_handed_over", None, "name and bytes of a file that is not yet read")
    uploaded: Remembered[Sequence[Annotated]] = Remembered("_uploaded", (), "the sentences of one's own file")
    upload_refused = Remembered("_upload_refused", "", "why a file was not taken")
    measuring: Remembered[Any] = Remembered(
        "_measuring", None, "the profile that is being measured: whose, and the job"
    )
    annotated_text: Remembered[Any] = Remembered("_annotated_text", None, "the text, in words, that the marks are of")
    chosen_words: Remembered[Sequence[int]] = Remembered("_chosen_words", (), "the two words that are marked next")
    mark_refused: Remembered[Sequence[str]] = Remembered("_mark_refused", (), "why a mark was not taken")
    # Atlas
    picked: Remembered[Sequence[ModelHead]] = Remembered("_picked", (), "the heads that were marked")
    # Claims
    claims_refused: Remembered[MhaVizError | None] = Remembered("_claims_refused", None, "why it was not begun")
    # Compare
    last_second = Remembered("_last_second", "", "the second model that was compared last")
    opened: Remembered[Sequence[str]] = Remembered("_opened", (), "second models that were typed")
    comparison: Remembered[Any] = Remembered("_comparison", None, "what was compared with what")


MEMORY: tuple[Remembered[Any], ...] = tuple(row for row in vars(Memory).values() if isinstance(row, Remembered))


def recall(row: Remembered[T]) -> T:
    """What the session remembers."""
    return st.session_state.get(row.key, row.default)  # type: ignore[no-any-return]  # a session holds anything


def recall_once(row: Remembered[T]) -> T:
    """What the session remembers, and forgets with this."""
    return st.session_state.pop(row.key, row.default)  # type: ignore[no-any-return]


def remember(row: Remembered[T], value: T) -> None:
    """From here on, until something else is remembered."""
    st.session_state[row.key] = value


def widget_value(key: str) -> Any:
    """What the widget of that key holds; None where the run before did not draw it."""
    return st.session_state.get(key)


def set_widget(key: str, value: Any) -> None:
    """What the widget of that key holds once it is drawn in this run."""
    st.session_state[key] = value
