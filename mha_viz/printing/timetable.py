"""The minutes that a lesson gives its steps → the timetable of a lesson as long as school has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mha_viz.language import N_, apart, gettext, ngettext
from mha_viz.lessons.lesson import Lesson
from mha_viz.wording import joined

UNSAID = 4  # minutes of a step that gives none
LONGEST = 1.5  # times as long as its minutes a step may become; more would be waiting
TASK, QUESTION = 5, 2  # minutes for a task, for a question of the quiz
OWN = 5  # minutes from which on there is time for sentences of the students' own
TASKS, QUIZ, SENTENCES, ROOM = N_("Tasks"), N_("Quiz"), N_("Sentences of their own"), N_("Room for questions")


@dataclass(frozen=True)
class Slot:
    """Some minutes of a lesson; ``step`` is the place of its step, or None where ``title`` is a message of ours."""

    minutes: int
    title: str
    step: int | None = None


@dataclass(frozen=True)
class Timetable:
    """The slots of a lesson, and what is said of how its minutes were come by."""

    slots: tuple[Slot, ...]
    sentences: tuple[str, ...]


def timetable(lesson: Lesson, minutes: int) -> Timetable:
    """A lesson of so many minutes: its steps as long as they ask for, longer or shorter where they must be.

    Tasks and quiz come where there is time for them; else they are homework, and that is said.
    """
    asked = [step.minutes or UNSAID for step in lesson.steps]
    extras = [Slot(TASK * len(lesson.tasks), TASKS)] * bool(lesson.tasks)
    extras += [Slot(QUESTION * len(lesson.quiz), QUIZ)] * bool(lesson.quiz)
    sentences = _of_unsaid(lesson)
    if extras and sum(asked) + sum(slot.minutes for slot in extras) > minutes:
        what = joined([gettext(slot.title) for slot in extras])
        sentences.append(gettext("{what}: homework, on the worksheet.", what=what))
        extras = []
    free = minutes - sum(slot.minutes for slot in extras)
    times = min(LONGEST, free / sum(asked))
    given = _shared([times * one for one in asked], max(len(asked), int(times * sum(asked) + 0.5)))
    slots = [Slot(n, step.title, i) for i, (n, step) in enumerate(zip(given, lesson.steps, strict=True))] + extras
    if rest := minutes - sum(slot.minutes for slot in slots):
        if rest > 0:
            slots.append(Slot(rest, SENTENCES if rest >= OWN else ROOM))
        else:
            sentences.append(
                gettext("There are more steps than minutes: this takes {n} minutes. Leave some out.", n=minutes - rest)
            )
    return Timetable(tuple(slots), (*_of_scale(sum(asked), sum(given)), *sentences))


def _of_unsaid(lesson: Lesson) -> list[str]:
    unsaid = sum(not step.minutes for step in lesson.steps)
    said = ngettext(
        "{n} step gives no minutes: {taken} are taken.", "{n} steps give no minutes: {taken} are taken.",
        unsaid, taken=UNSAID,
    )  # fmt: skip
    return [said] if unsaid else []


def _of_scale(asked: int, given: int) -> list[str]:
    if asked == given:
        return [gettext("The steps take the {n} minutes that the lesson gives them.", n=asked)]
    said = (
        gettext("The lesson gives its steps {asked} minutes; here they have {given}, with room to discuss.")
        if given > asked
        else gettext("The lesson gives its steps {asked} minutes; here they have {given}.")
    )
    return [said.format(asked=apart(asked), given=apart(given))]


def _shared(wanted: Sequence[float], total: int) -> list[int]:
    """Whole minutes, one at least, that add up to ``total``: where much was rounded off, a minute more.

    >>> _shared([1.5, 1.5, 3.0], 6), _shared([0.2, 3.8], 4)
    ([2, 1, 3], [1, 3])
    """
    given = [max(1, int(one)) for one in wanted]
    while sum(given) != total:
        more = sum(given) < total
        signs = [(one - n) if more else (n - one if n > 1 else -1e9) for one, n in zip(wanted, given, strict=True)]
        place = signs.index(max(signs))
        given[place] += 1 if more else -1
    return given
