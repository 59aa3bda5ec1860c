"""A lesson on a projector: nothing but the lesson, and the presenter's notes in a window of their own."""

from __future__ import annotations

import streamlit as st

from mha_viz.language import N_, gettext
from mha_viz.lessons.lesson import Lesson
from mha_viz.paths import app_folder
from mha_viz.ui.shell.settings import Settings, set_setting, setting

PRESENTED = (
    "<style>[data-testid=stHeader]{display:none}"
    # All but the lesson: out of sight, and still there for the keys that press its buttons.
    ".stMainBlockContainer>.stVerticalBlock>div:not(:has(.st-key-lesson)):not(.st-key-present_end)"
    "{position:fixed!important;top:-9999px;visibility:hidden}"
    ".stMainBlockContainer:has(.st-key-lesson){padding:1rem 2rem 0;max-width:none}"
    ".st-key-lesson p,.st-key-lesson li{font-size:1.375rem;line-height:1.4}"
    ".st-key-lesson h3{font-size:2.25rem!important}"
    ".st-key-lesson h4{font-size:1.75rem}"
    # Of two columns, where that makes all larger.
    ".st-key-lesson[data-columns='2']{display:block;columns:2;column-gap:2rem}"
    ".st-key-lesson[data-columns='2']>*{break-inside:avoid;margin-bottom:.5rem}"
    ".st-key-lesson[data-columns='2']>*:has(h3){column-span:all}"
    # A heading, also one that is only bold, goes with what follows it.
    ".st-key-lesson[data-columns='2']>*:is(:has(h4),:has(p:last-child>strong:only-child)){break-after:avoid}"
    ".st-key-present_end{position:fixed;right:1rem;bottom:.5rem;width:auto;opacity:0;z-index:99}"
    ".st-key-present_end:hover,.st-key-present_end:focus-within{opacity:1}"
    ".mha-viz-blank{position:fixed;inset:0;z-index:98;display:grid;place-content:center;text-align:center;padding:3rem;"
    "font-size:3rem;line-height:1.3;font-weight:600;background:Canvas;color:CanvasText}</style>"
)
GUESS = N_("Guess first.")
KEYS = N_("→ and Page Down go on, ← and Page Up back; B: a blank screen; Esc on the lesson's screen: leave.")
_presenter = st.components.v2.component(
    "mha_viz_presenter", html="<div></div>\n", js=(app_folder() / "assets" / "presenter.js").read_text(encoding="utf-8")
)


def is_presented() -> bool:
    """Whether nothing but the lesson is on the page."""
    return setting(Settings.present) == "yes"


def offer_presenting() -> None:
    """The button that begins it; the browser makes the page a full screen."""
    st.button(
        gettext("Present"), key="present_begin", icon=":material/slideshow:", on_click=set_setting,
        args=(Settings.present, "yes"),
        help=gettext("Nothing but the lesson, as large as fits. Esc leaves, B is a blank screen, N opens the notes."),
    )  # fmt: skip


def clear_the_page() -> None:
    """Where it is presented: all but the lesson goes out of sight; a button in the corner ends it."""
    if is_presented():
        st.html(PRESENTED)
        st.button(gettext("Leave"), key="present_end", on_click=set_setting, args=(Settings.present, "no"))


def draw_presenter(lesson: Lesson, number: int, title: str, question: str) -> None:
    """What follows the step: the size, the notes, the blank screen with its question."""
    with st.container(key="presenter_place"):
        _presenter(
            data={
                "presents": is_presented(),
                "place": f"{setting(Settings.lesson)} {number} {setting(Settings.asked)}",
                "notes": notes_of(lesson, number, title),
                "blank": question or gettext(GUESS),
            },
            key="presenter",
        )


def notes_of(lesson: Lesson, number: int, title: str) -> list[tuple[str, str]]:
    """What stands in the window of notes: elements with their text."""
    lines = [("h1", f"{number + 1}. {title}")]
    if number < len(lesson.steps):
        step = lesson.steps[number]
        so_far = sum(one.minutes for one in lesson.steps[: number + 1])
        if step.minutes:
            told = gettext(
                "{n} min; {so_far} of {all} when it ends.", n=step.minutes, so_far=so_far, all=lesson.minutes
            )
            lines.append(("p", told))
        lines.append(("p", step.notes or gettext("No notes.")))
        lines += [("h2", gettext("Students may think"))] * bool(step.misconceptions)
        lines += [("p", misconception) for misconception in step.misconceptions]
    if number + 1 < len(lesson.steps):
        lines += [("h2", gettext("Next")), ("p", f"{number + 2}. {lesson.steps[number + 1].title}")]
    return [*lines, ("small", gettext(KEYS))]
