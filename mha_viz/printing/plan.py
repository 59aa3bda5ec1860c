"""A told lesson → its plan for so many minutes: aims, prior knowledge, timing, what students may think."""

from __future__ import annotations

from collections.abc import Sequence

from mha_viz.language import N_, gettext
from mha_viz.playing.told import ToldLesson
from mha_viz.printing.marks import element, items, plain
from mha_viz.printing.style import page_style
from mha_viz.printing.timetable import QUIZ, SENTENCES, TASKS, Slot, timetable
from mha_viz.printing.whole import answer_sentences, head_markup
from mha_viz.views.exports.page import whole_page

LENGTHS = (45, 90)  # minutes
SCRIPT = ""  # a plan is read and printed; nothing in it moves
DOES = {
    TASKS: N_("On the worksheet, alone or in pairs; the answers are below."),
    QUIZ: N_("On the worksheet, or by a show of hands; the answers are on the sheet of answers."),
    SENTENCES: N_(
        "In pairs: type a sentence, find a head that connects what you connect. Look at three of them together."
    ),
}


def lesson_plan(told: ToldLesson, minutes: int) -> bytes:
    """The plan as a page."""
    lesson, times = told.lesson, timetable(told.lesson, minutes)
    title, timing = gettext("Lesson plan, {n} minutes", n=minutes), element("h3", gettext("Timing"))
    aims, before = gettext("Aims: afterwards students can"), gettext("Prior knowledge")
    body = (
        f'<main class="plan">{head_markup(told)}{element("h2", title)}'
        f"{_listed(aims, lesson.aims)}{_listed(before, lesson.before)}"
        f"{timing}{''.join(element('p', sentence) for sentence in times.sentences)}"
        f"{_table(told, times.slots)}{_believed(told)}{_tasks(told)}</main>"
    )
    return whole_page(f"{lesson.title}: {title}", body, SCRIPT, page_style("plan"))


def _listed(title: str, texts: Sequence[str]) -> str:
    return f"<section>{element('h3', title)}{items(texts)}</section>" if texts else ""


def _table(told: ToldLesson, slots: tuple[Slot, ...]) -> str:
    rows, begin = [], 0
    for slot in slots:
        rows.append(_row(told, slot, begin))
        begin += slot.minutes
    head = "".join(element("th", said) for said in (gettext("Minute"), gettext("Step"), gettext("What happens")))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(told: ToldLesson, slot: Slot, begin: int) -> str:
    title = gettext(slot.title) if slot.step is None else f"{slot.step + 1}. {slot.title}"
    return (
        f'<tr><td dir="ltr">{begin}–{begin + slot.minutes}</td>'
        f"<td>{plain(title)}</td>"
        f"<td>{_what_happens(told, slot)}</td></tr>"
    )


def _what_happens(told: ToldLesson, slot: Slot) -> str:
    if slot.step is None:
        return element("p", gettext(DOES[slot.title])) if slot.title in DOES else ""
    told_step = told.steps[slot.step]
    asked = element("p", gettext("Ask first: {question}", question=told_step.question)) if told_step.question else ""
    return asked + element("p", told_step.step.notes)


def _believed(told: ToldLesson) -> str:
    """What students may think, by step."""
    lines = [
        f"{place}. {told_step.step.title}: {text}"
        for place, told_step in enumerate(told.steps, start=1)
        for text in told_step.step.misconceptions
    ]
    return _listed(gettext("Students may think"), lines)


def _tasks(told: ToldLesson) -> str:
    pairs = zip(told.lesson.tasks, told.answers, strict=True)
    lines = [f"{task.task} {' '.join(answer_sentences(answer))}" for task, answer in pairs]
    return _listed(gettext("Answers of the tasks"), lines)
