"""A lesson in another language, ``name.de.yaml`` beside ``name.yaml``: where it lies, and whether it is the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mha_viz.errors import InputError
from mha_viz.language import ENGLISH, LANGUAGES
from mha_viz.lessons.lesson import Lesson, Quiz, Step, names_in
from mha_viz.outside import cut
from mha_viz.wording import quoted

OWN_WORDS = ("label",)  # settings of pictures that are words for readers


def in_language(path: Path, code: str) -> Path:
    """The file of a lesson in a language, or the lesson's own where it has none in this language."""
    if code == ENGLISH or not path.name:  # "." is a path without a name
        return path
    translated = path.with_name(f"{path.stem}.{code}{path.suffix}")
    return translated if translated.is_file() else path


def language_of(path: Path) -> str:
    """The language that the name of a lesson's file says; English where it says none.

    >>> language_of(Path("mine.de.yaml")), language_of(Path("mine.yaml"))
    ('de', 'en')
    """
    code = path.stem.rpartition(".")[2]
    return code if code in LANGUAGES and code != path.stem else ENGLISH


def original_of(path: Path) -> Path | None:
    """The file that another one translates; None where it translates none."""
    stem, _, code = path.stem.rpartition(".")
    if not stem or code not in LANGUAGES:
        return None
    original = path.with_name(f"{stem}{path.suffix}")
    return original if original.is_file() else None


def check_same(translated: Lesson, original: Lesson, path: Path, original_path: Path) -> None:
    """Refuse a translation that is not the lesson it translates.

    Raises
    ------
    InputError
        If sentences, steps, pictures, minutes, numbers, tasks or right answers differ: names the first field that does.
    """
    theirs = dict(_frame_of(original))
    for field, here in _frame_of(translated):
        there = theirs.get(field)
        if here != there:
            raise InputError(
                f"{cut(path.name)}, {field}: here is {cut(str(here))}, in {cut(original_path.name)} "
                f"{cut(str(there))}; a translation has the same."
            )


def _frame_of(lesson: Lesson) -> Iterator[tuple[str, object]]:
    """All of a lesson but its words, field by field; numbers of parts first, so that a missing one is named as such."""
    yield "sentence", lesson.sentence
    yield "model", lesson.model
    for name, parts in (("steps", lesson.steps), ("tasks", lesson.tasks), ("quiz", lesson.quiz),
                        ("aims", lesson.aims), ("before", lesson.before)):  # fmt: skip
        yield f"{name}, how many", len(parts)
    for i, step in enumerate(lesson.steps, start=1):
        for field, said in _of_step(step).items():
            yield f"steps[{i}].{field}", said
    for i, task in enumerate(lesson.tasks, start=1):
        yield f"tasks[{i}]", f"{quoted(task.text)}, {task.looks} → {task.at}"
    for i, quiz in enumerate(lesson.quiz, start=1):
        for field, answer in _of_quiz(quiz).items():
            yield f"quiz[{i}].{field}", answer


def _of_step(step: Step) -> Mapping[str, object]:
    written = {"text": step.text, "question": step.question, "notice": step.notice, "school": step.school}
    return {
        "shows": step.shows,
        "shows, its settings": {key: said for key, said in step.settings.items() if key not in OWN_WORDS},
        "minutes": step.minutes,
        "guesses, how many": len(step.guesses),
        "misconceptions, how many": len(step.misconceptions),
        **{f"{name}, the numbers in it": sorted(set(names_in(text))) for name, text in written.items()},
        **{f"{name}, whether it is there": bool(text) for name, text in {**written, "notes": step.notes}.items()},
    }


def _of_quiz(quiz: Quiz) -> Mapping[str, object]:
    return {"choices, how many": len(quiz.choices), "right": quiz.right + 1, "why, whether it is there": bool(quiz.why)}
