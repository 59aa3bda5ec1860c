"""A lesson and a model → all that the lesson says and shows, worked out once: for whatever is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mha_viz.errors import MhaVizError
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.corpus.profiles import other_profile_sentence, profiles_of
from mha_viz.language import gettext
from mha_viz.lessons.lesson import Lesson, Step, Task, fill, names_in
from mha_viz.objects import Model
from mha_viz.playing.parts import Drawn, Missing, Part, Text
from mha_viz.playing.scene import Scene, begin_scene, connection
from mha_viz.playing.school import new_terms, plainly
from mha_viz.playing.steps import PARTS
from mha_viz.playing.tasks import Answer, answer_of
from mha_viz.progress import Report, progress_of
from mha_viz.recording.capture import capture
from mha_viz.views.captions.glossary import GLOSSARY
from mha_viz.views.view import View
from mha_viz.wording import quoted


@dataclass(frozen=True)
class ToldStep:
    """A step, its question with the numbers in it, and its parts."""

    step: Step
    question: str
    parts: tuple[Part, ...]
    terms: tuple[tuple[str, str], ...] = ()  # for a school class: those that it is the first to use, explained

    @property
    def answers(self) -> list[Text]:
        """What the step says, beside its pictures and over them."""
        return [part for part in self.parts if isinstance(part, Text)] + [
            Text(part.view.header["caption"])
            for part in self.parts
            if isinstance(part, Drawn) and part.view.header.get("caption")
        ]


@dataclass(frozen=True)
class ToldLesson:
    """A lesson as one model tells it; ``answers`` has a task's sentence of refusal where it has no answer."""

    scene: Scene
    steps: tuple[ToldStep, ...]
    answers: tuple[Answer | str, ...]
    connections: tuple[View, ...]  # what a reader connects, by ending

    @property
    def lesson(self) -> Lesson:
        return self.scene.lesson


def tell_lesson(
    lesson: Lesson, model: Model, progress: Report | None = None, *, profiles: Sequence[Profile] | None = None,
    no_profile: str | None = None, is_school: bool = False,
) -> ToldLesson:  # fmt: skip
    """
    Parameters
    ----------
    profiles : sequence of Profile, optional
        What is known of the model in general, the first counts; by default what is on this machine. ``no_profile`` says
        why there is none.
    is_school : bool
        Whether it is told to a school class: percent alone, and terms explained where they are first used.

    Raises
    ------
    InputError
        If the word that looks is not in the lesson's sentence.
    """
    report = progress_of(progress)
    n = 1 + len(lesson.steps) + len(lesson.tasks)
    report(0.0, gettext("reading the sentence"))
    if profiles is None:
        profiles = list(profiles_of(model.name, model.identity, dtype=model.dtype).values())
    if no_profile is None:
        no_profile = "" if profiles else other_profile_sentence(model.name, model.identity, model.dtype)
    scene = begin_scene(lesson, model, next(iter(profiles), None), no_profile, capture, opens=False)
    scene = replace(scene, is_school=is_school)
    steps: list[ToldStep] = []
    for i, step in enumerate(lesson.steps):
        report((1 + i) / n, gettext("step {n}: {title}", n=i + 1, title=step.title))
        steps.append(told_step(scene, i))
    report((1 + len(lesson.steps)) / n, gettext("solving the tasks"))
    answers = tuple(_answer(scene, task) for task in lesson.tasks)
    connections = tuple(connection(lesson, scene.captures[end], scene.kind, end) for end in scene.endings)
    report(1.0)
    return ToldLesson(scene, tuple(steps), answers, connections)


def told_step(scene: Scene, place: int) -> ToldStep:
    """A step that cannot be shown says why, after what comes before that."""
    step, parts = scene.lesson.steps[place], list[Part]()
    step = step.for_school() if scene.is_school else step
    terms = new_terms(scene.lesson, place) if scene.is_school else []
    try:
        told = PARTS.get(step.shows, _in_the_app)(scene, step)
        parts.extend(map(plainly, told) if scene.is_school else told)
    except MhaVizError as error:
        parts.append(Missing(str(error)))
    explained = tuple((gettext(term), gettext(GLOSSARY[term])) for term in terms)
    return ToldStep(step, fill(step.question, scene.numbers), tuple(parts), explained)


def _in_the_app(scene: Scene, step: Step) -> list[Part]:
    """Of a picture that only the page has: what can be said without it."""
    texts = [text for text in (step.text, step.notice) if text and set(names_in(text)) <= scene.numbers.keys()]
    parts: list[Part] = [Text(text, scene.numbers) for text in texts]
    return [*parts, Missing(gettext("The picture {name} is shown in the app.", name=quoted(step.shows)))]


def _answer(scene: Scene, task: Task) -> Answer | str:
    try:
        return answer_of(task, scene.model, capture)
    except MhaVizError as error:
        return str(error)
