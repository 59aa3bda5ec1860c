"""A told lesson → one HTML file of all its steps, tasks and questions, played by keys without network, or printed."""

from __future__ import annotations

from collections.abc import Sequence

from mha_viz.evidence.cards.model_cards import whose_sentence
from mha_viz.language import gettext
from mha_viz.lessons.lesson import Quiz
from mha_viz.playing.parts import Drawn, Explore, Heading, Missing, Part, Sentence, Text
from mha_viz.playing.tasks import Answer
from mha_viz.playing.told import ToldLesson, ToldStep
from mha_viz.printing.marks import element, items, paragraphs, plain
from mha_viz.printing.style import page_style
from mha_viz.views.exports.page import buffer_of, whole_page
from mha_viz.views.style.scripts import script
from mha_viz.views.view import View
from mha_viz.wording import quoted, safe_name


def whole_lesson(told: ToldLesson) -> bytes:
    """All of it as a page: arrow keys and Page Up and Down go through it, questions come before what answers them."""
    steps = "".join(step_markup(told, place) for place in range(len(told.steps)))
    body = f'<main class="lesson">{head_markup(told)}{steps}{_tasks(told)}{_quiz(told)}</main>{_buttons()}'
    return whole_page(
        told.lesson.title, body, script("lesson", *kinds_in(told)), page_style("lesson"),
        {"model": told.scene.model.name, "text": told.scene.capture.text},
    )  # fmt: skip


def _buttons() -> str:
    """What goes through the steps; ``data-says`` is how the place among them is told."""
    said = gettext("Steps"), gettext("{n} of {all}"), gettext("Back"), gettext("Next"), gettext("Presenter's notes")
    steps, place, back, forth, notes = map(plain, said)
    return (
        f'<nav aria-label="{steps}"><button type="button" id="back">{back}</button>'
        f'<output id="place" data-says="{place}"></output>'
        f'<button type="button" id="next">{forth}</button>'
        f'<button type="button" id="notes" aria-pressed="false">{notes}</button></nav>'
    )


def stills_page(told: ToldLesson) -> bytes:
    """The steps as a page that puts pictures of them, SVG and PNG, in place of itself; a browser prints what it holds
    then.
    """
    steps = "".join(step_markup(told, place) for place in range(len(told.steps)))
    body = f'<main class="lesson">{head_markup(told)}{steps}</main>'
    return whole_page(told.lesson.title, body, script("stills", *kinds_in(told)), page_style("lesson"))


def kinds_in(told: ToldLesson) -> list[str]:
    """The kinds of views that are drawn in the lesson."""
    drawn = {part.view.kind for step in told.steps for part in step.parts if isinstance(part, Drawn)}
    return sorted(drawn | {view.kind for view in told.connections})


def name_of_step(told: ToldLesson, place: int) -> str:
    """What the pictures of a step are called: in their order."""
    return f"{place + 1:02d}-{safe_name(told.steps[place].step.title).lower()}"


def head_markup(told: ToldLesson) -> str:
    """Title, what it is about, and which model gave the numbers for which sentence."""
    lesson = told.lesson
    return (
        f"<header>{element('h1', lesson.title)}{element('p', lesson.about, 'about')}{element('p', source(told), 'of')}"
        "</header>"
    )


def source(told: ToldLesson) -> str:
    """Where the numbers come from."""
    texts = " / ".join(capture.text for capture in told.scene.captures.values())
    said = gettext(
        "Numbers: computed by mha_viz with {model} for {text}", model=told.scene.model.name, text=quoted(texts)
    )
    level = gettext("Told to a school class.")
    return f"{said} {level}" if told.scene.is_school else said


def step_markup(told: ToldLesson, place: int) -> str:
    """A step: its question, what may be guessed, and what answers it."""
    told_step = told.steps[place]
    asked = _asked(told, told_step) if told_step.question else ""
    shown = "".join(map(_part, told_step.parts)) + _whose(told, told_step)
    explained = gettext("**{term}**: {meaning}")
    terms = "".join(paragraphs(Text(explained, {"term": term, "meaning": said})) for term, said in told_step.terms)
    return (
        f'<section class="step" data-name="{plain(name_of_step(told, place))}">'
        f"{element('h2', f'{place + 1}. {told_step.step.title}')}{asked}"
        f'<div class="shown">{shown}</div><div class="terms">{terms}</div>{_notes(told_step)}</section>'
    )


def _asked(told: ToldLesson, told_step: ToldStep) -> str:
    guesses = items(told_step.step.guesses)
    sentence = element("p", told.scene.capture.text, "said")
    hint = element("p", gettext("Guess first. The answer comes with Next."), "hint")
    return (
        f'<div class="question">{paragraphs(Text(told_step.step.question, told.scene.numbers))}</div>'
        f'<div class="asked">{sentence}{guesses}{hint}</div>'
    )


def _notes(told_step: ToldStep) -> str:
    step = told_step.step
    minutes = gettext("{n} min.", n=step.minutes) if step.minutes else ""
    believed = [gettext("Students may think: {misconception}", misconception=text) for text in step.misconceptions]
    return f'<aside class="notes">{element("p", f"{minutes} {step.notes}".strip())}{items(believed)}</aside>'


def _whose(told: ToldLesson, told_step: ToldStep) -> str:
    """Whose profile a step rests on that says what heads do in general."""
    profile = told.scene.profile
    if profile is None or told.scene.is_school or told_step.step.shows not in ("specialists", "evidence"):
        return ""
    return element("p", whose_sentence(told.scene.model.name, profile.whose, profile.facts), "of")


def _part(part: Part) -> str:
    match part:
        case Text():
            return f'<div class="text">{paragraphs(part)}</div>'
        case Sentence(text):
            return element("p", text, "text")
        case Heading(text):
            return element("h3", text)
        case Missing(text):
            return element("p", text, "missing")
        case Drawn(view):
            return picture(view)
        case Explore(label):
            return element("p", gettext("In the app: {label}", label=label), "elsewhere")


def picture(view: View) -> str:
    """A view: drawn on the screen, and as it is printed."""
    return (
        f'<div class="picture" data-buffer="{buffer_of(view)}"><div class="view"></div><div class="still"></div></div>'
    )


def _tasks(told: ToldLesson) -> str:
    if not told.answers:
        return ""
    pairs = zip(told.lesson.tasks, told.answers, strict=True)
    summary = element("summary", gettext("Answer"))
    tasks = "".join(
        f"<li>{element('p', task.task)}{element('p', task.text, 'said')}"
        f"<details>{summary}{element('p', ' '.join(answer_sentences(answer)))}</details></li>"
        for task, answer in pairs
    )
    title = element("h2", gettext("Tasks"))
    return f'<section class="step" data-name="tasks">{title}<ol class="tasks">{tasks}</ol></section>'


def answer_sentences(answer: Answer | str) -> Sequence[str]:
    """What is right, with the model that says so; or why there is no answer."""
    if isinstance(answer, str):
        return [gettext("There is no answer here: {why}", why=answer)]
    first, *rest = answer.sentences
    return [gettext("In {model}, {found}", model=answer.model, found=first), *rest]


def _quiz(told: ToldLesson) -> str:
    if not told.lesson.quiz:
        return ""
    questions = "".join(map(_question, told.lesson.quiz))
    title, count = element("h2", gettext("Quiz")), plain(gettext("{n} of {all} right"))
    return (
        f'<section class="step quiz" data-name="quiz">{title}<ol>{questions}</ol>'
        f'<p class="count" data-says="{count}" aria-live="polite"></p></section>'
    )


def _question(quiz: Quiz) -> str:
    choices = "".join(f'<button type="button">{plain(choice)}</button>' for choice in quiz.choices)
    right = gettext("Right: {answer}.", answer=quiz.choices[quiz.right])
    why = f"{right} {quiz.why}".strip()
    return (
        f'<li class="asks" data-right="{quiz.right}">{element("p", quiz.question)}<div class="choices">{choices}</div>'
        f"{element('p', why, 'why')}</li>"
    )
