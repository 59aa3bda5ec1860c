"""A told lesson → a worksheet of two pages: sentence, questions of the steps, tasks, quiz; or the same with answers."""

from __future__ import annotations

from collections.abc import Iterator

from mha_viz.language import gettext
from mha_viz.playing.parts import Text
from mha_viz.playing.told import ToldLesson, ToldStep
from mha_viz.printing.marks import element, paragraphs, plain
from mha_viz.printing.style import page_style
from mha_viz.printing.whole import answer_sentences, picture
from mha_viz.views.exports.page import whole_page
from mha_viz.views.style.scripts import script
from mha_viz.wording import quoted

LINES = 3  # to write on, for a question; one with choices needs fewer
BOXES = ("☐", "☒")


def worksheet(told: ToldLesson, *, answers: bool) -> bytes:
    """Two pages, whatever the lesson holds: the page makes letters smaller until all fits, and says what did not."""
    said = gettext("{lesson}: answers") if answers else gettext("{lesson}: worksheet")
    title = said.format(lesson=told.lesson.title)
    left = plain(gettext("Left out here, for there is no room: {n}. It is all in the lesson."))
    body = (
        f'<main class="worksheet" data-says="{left}"><section class="page"></section><section class="page"></section>'
        f'<div class="items">{"".join(_items(told, answers))}</div></main>'
    )
    kinds = sorted({view.kind for view in told.connections}) if answers else []
    return whole_page(title, body, script("worksheet", *kinds), page_style("worksheet"))


def _items(told: ToldLesson, answers: bool) -> Iterator[str]:
    """What stands on the pages, piece by piece; ``data-part`` is the page where it belongs."""
    yield _head(told, answers)
    yield _sentences(told, answers)
    asking = [(place, step) for place, step in enumerate(told.steps, start=1) if step.question]
    if asking:
        yield _item(1, element("h2", gettext("Questions of the steps")), "title")
    for place, step in asking:
        yield _item(1, _question(place, step, answers))
    if told.lesson.tasks:
        yield _item(2, element("h2", gettext("Tasks")), "title")
    for i in range(len(told.lesson.tasks)):
        yield _item(2, _task(told, i, answers))
    if told.lesson.quiz:
        yield _item(2, element("h2", gettext("Quiz")), "title")
    for i in range(len(told.lesson.quiz)):
        yield _item(2, _choices(told, i, answers))
    if not told.lesson.tasks and not told.lesson.quiz:
        yield _item(2, element("h2", gettext("A sentence of my own")) + _own(told), "extra")


def _item(part: int, markup: str, name: str = "") -> str:
    return f'<div class="item {name}" data-part="{part}">{markup}</div>'


def _head(told: ToldLesson, answers: bool) -> str:
    name, date = plain(gettext("Name")), plain(gettext("Date"))
    whose = gettext(
        "Answers. Numbers and heads: computed by mha_viz with {model}; another model has others.",
        model=told.scene.model.name,
    )
    who = element("p", whose) if answers else f'<p class="who"><span>{name}</span><span>{date}</span></p>'
    return _item(1, f"<h1>{plain(told.lesson.title)}</h1>{who}", "title")


def _sentences(told: ToldLesson, answers: bool) -> str:
    looks = quoted(told.scene.it)
    drawn = zip(told.scene.captures.values(), told.connections, strict=True)
    boxes = [picture(view) if answers else _room_to_draw(told, capture.text) for capture, view in drawn]
    asked = gettext("Which word do you connect with {word}? Draw a line.", word=looks)
    return _item(1, f"{element('p', asked)}{''.join(boxes)}")


def _room_to_draw(told: ToldLesson, text: str) -> str:
    """The words of a sentence, with room above them; the one that looks is framed."""
    at = told.scene.words.positions.spans[told.scene.looks]
    begin, end = at if at is not None else (len(text), len(text))
    framed = f'<span class="looks">{plain(text[begin:end])}</span>'
    return f'<div class="draw">{plain(text[:begin])}{framed}{plain(text[end:])}</div>'


def _question(place: int, told_step: ToldStep, answers: bool) -> str:
    question = f"{place}. {told_step.question}"
    if answers:
        return element("p", question, "asks") + "".join(_answer(part) for part in told_step.answers)
    guesses = "".join(f"<span>{BOXES[0]} {plain(guess)}</span>" for guess in told_step.step.guesses)
    boxes = f'<p class="guesses">{guesses}</p>' if guesses else ""
    return element("p", question, "asks") + boxes + _lines(LINES - bool(guesses))


def _answer(part: Text) -> str:
    return f'<div class="answer">{paragraphs(part)}</div>'


def _task(told: ToldLesson, place: int, answers: bool) -> str:
    task = told.lesson.tasks[place]
    asked = element("p", f"{place + 1}. {task.task}", "asks") + element("p", task.text, "said")
    if answers:
        return asked + element("p", " ".join(answer_sentences(told.answers[place])), "answer")
    head, gives = element("span", gettext("Head:"), "label"), element("span", gettext("It gives (%):"))
    return f'{asked}<p class="blanks">{head}<bdi dir="ltr"><span>L</span><span>H</span></bdi>{gives}</p>{_lines(1)}'


def _choices(told: ToldLesson, place: int, answers: bool) -> str:
    quiz = told.lesson.quiz[place]
    chosen = quiz.right if answers else -1
    choices = "".join(f"<li>{BOXES[i == chosen]} {plain(choice)}</li>" for i, choice in enumerate(quiz.choices))
    why = element("p", quiz.why, "answer") if answers else ""
    return f'{element("p", f"{place + 1}. {quiz.question}", "asks")}<ul class="choices">{choices}</ul>{why}'


def _own(told: ToldLesson) -> str:
    asked = gettext(
        "Write a sentence in which a word like {word} stands for another, and draw the line.",
        word=quoted(told.scene.it),
    )
    found = gettext("Which head of the model connects them? How much does it give?")
    return element("p", asked) + _lines(9) + element("p", found) + _lines(6)


def _lines(n: int) -> str:
    return f'<div class="lines">{"<i></i>" * n}</div>'
