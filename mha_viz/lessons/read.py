"""A lesson's file → a checked ``Lesson``; what is wrong is refused with its line and its field."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from mha_viz.errors import InputError
from mha_viz.inputs.media.picture_examples import DRAWN
from mha_viz.lessons.lesson import (
    ARROW,
    FROM_CLASS,
    FROM_PATCH,
    RELATIONS,
    Lesson,
    Quiz,
    Sentence,
    Step,
    Task,
    names_in,
    relations_of,
)
from mha_viz.lessons.nodes import MOST_CHARACTERS, Node, fields_of, list_of, read_nodes, text_of
from mha_viz.lessons.pictures import EVERYWHERE, PICTURES, names_of
from mha_viz.outside import cut, open_file, whole_number
from mha_viz.wording import quoted

# What a link to the page Explore can say; the page itself is on a later floor.
VIEWS = ("Lines", "Text", "Steps", "From → to", "Passage", "Names", "What if")
HOWS = (
    "remove", "mean", "look evenly", "look at the word before", "take from another text", "cut a line", "double",
)  # fmt: skip
STEPS_INSIDE = (
    "Token vectors", "Query, key, value", "Query · key", "Scale and mask", "Softmax", "Weighted values",
    "All heads side by side", "Output projection", "What this head added",
)  # fmt: skip
CHOICES = {
    "view": VIEWS, "how": HOWS, "step": STEPS_INSIDE, "of": ("next words", "repeated words"),
    "head": ("the right noun", "the previous word", "what followed before"), "when": ("before", "after", "all along"),
    "drawing": DRAWN, "looks": (FROM_PATCH, FROM_CLASS),
}  # fmt: skip
MARKUP = re.compile(r"<[A-Za-z/!?]|\]\(|\]\[|```")
MOST_MINUTES = 240
ENDING = "ending"
_EVERYWHERE = tuple(EVERYWHERE)
OF_LESSON = ("title", "about", "aims", "before", "model", "sentence", "steps", "tasks", "quiz")
OF_SENTENCE = ("text", "from", "to", "endings", "reads_left_to_right")
OF_STEP = ("title", "question", "guesses", "shows", "text", "notice", "notes", "minutes", "misconceptions", "school")
OF_TASK = ("task", "text", "from", "to")
OF_QUIZ = ("question", "choices", "right", "why")


def read_lesson(path: Path) -> Lesson:
    """
    Raises
    ------
    InputError
        If the file cannot be read, or something in it is no lesson: names file, line and field.
    """
    with open_file(path) as file:
        data = file.read(4 * MOST_CHARACTERS)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise InputError(f"{cut(path.name)} is not UTF-8: save it as UTF-8 text.") from None
    return lesson_in(read_nodes(text.replace("\r\n", "\n"), path.name))


def lesson_in(root: Node) -> Lesson:
    """The lesson that a tree holds."""
    fields = fields_of(root, OF_LESSON, ("title", "sentence", "steps"))
    sentence = _sentence(fields["sentence"])
    steps = list_of(fields["steps"], partial(_step, has_endings=len(sentence.endings) > 1))
    if not steps:
        fields["steps"].refuse("a lesson needs a step.")
    return Lesson(
        _written(fields["title"]), sentence, steps, _written(fields.get("about")), text_of(fields.get("model")),
        list_of(fields.get("tasks"), _task), list_of(fields.get("quiz"), _quiz),
        list_of(fields.get("aims"), _written), list_of(fields.get("before"), _written),
    )  # fmt: skip


def _sentence(node: Node) -> Sentence:
    fields = fields_of(node, OF_SENTENCE, ("text", "from"))
    if ("to" in fields) == ("endings" in fields):
        node.refuse("give either the one word that is meant (to), or the endings, each with its word.")
    endings = fields_of(fields["endings"], _any_names(fields["endings"])) if "endings" in fields else None
    meant = {"": text_of(fields["to"])} if endings is None else {key: text_of(end) for key, end in endings.items()}
    if endings is not None and len(endings) != 2:
        fields["endings"].refuse("two endings are compared, no more and no fewer.")
    causal = None
    if "reads_left_to_right" in fields:
        of_causal = fields_of(fields["reads_left_to_right"], ("text", "from"), ("text", "from"))
        causal = _with_ending(of_causal["text"], endings is not None), text_of(of_causal["from"])
    return Sentence(_with_ending(fields["text"], endings is not None), text_of(fields["from"]), meant, causal)


def _any_names(node: Node) -> tuple[str, ...]:
    return tuple(node.value) if isinstance(node.value, dict) else ("the ending: the word that is meant",)


def _with_ending(node: Node, has_endings: bool) -> str:
    text = text_of(node)
    if names_in(text) != [ENDING] * has_endings:
        node.refuse(
            "a sentence with two endings has {ending} where they belong."
            if has_endings
            else "a sentence with one ending has nothing in { }."
        )
    return text


def _step(node: Node, *, has_endings: bool) -> Step:
    fields = fields_of(node, OF_STEP, ("title", "shows"))
    shows, settings = _shown(fields["shows"])
    if PICTURES[shows].needs_endings and not has_endings:
        fields["shows"].refuse(f"{quoted(shows)} needs a sentence with two endings.")
    written = partial(_written, names=names_of(shows))
    if "guesses" in fields and "question" not in fields:
        fields["guesses"].refuse("guesses answer a question, and this step has none.")
    if "school" in fields and "text" not in fields:
        fields["school"].refuse("this is said in place of the text, and this step has none.")
    return Step(
        _written(fields["title"]), shows, written(fields.get("text")), _written(fields.get("question"), _EVERYWHERE),
        list_of(fields.get("guesses"), _written), written(fields.get("notice")), _written(fields.get("notes")),
        _number(fields["minutes"], MOST_MINUTES) if "minutes" in fields else 0,
        list_of(fields.get("misconceptions"), _written), written(fields.get("school")), settings,
    )  # fmt: skip


def _shown(node: Node) -> tuple[str, dict[str, str]]:
    """The picture by its name, or by fields: the picture, and its settings."""
    fields = {} if isinstance(node.value, str) else dict(node.value) if isinstance(node.value, dict) else None
    at = fields.pop("picture", None) if fields else node
    if fields is None or at is None:
        node.refuse("here belongs the name of a picture, or picture: and its settings.")
    name = text_of(at)
    if name not in PICTURES:
        at.refuse(f"there is no picture {quoted(cut(name))}; there are {', '.join(PICTURES)}.")
    known = PICTURES[name].settings
    has = f"has the settings {', '.join(known)}" if known else "has no settings"
    for key, part in fields.items():
        if key not in known:
            part.refuse(f"{quoted(name)} {has}.")
        choices = CHOICES.get(key)
        if choices and text_of(part) not in choices:
            part.refuse(f"{quoted(cut(text_of(part)))} is not one of {', '.join(choices)}.")
        if key in RELATIONS and not all(relations_of({key: text_of(part)})[key]):
            part.refuse(f"here belong two words of the sentence with {ARROW} between them, such as it {ARROW} cat.")
    return name, {key: text_of(part) for key, part in fields.items()}


def _task(node: Node) -> Task:
    fields = fields_of(node, OF_TASK, OF_TASK)
    return Task(_written(fields["task"]), *(text_of(fields[key]) for key in OF_TASK[1:]))


def _quiz(node: Node) -> Quiz:
    fields = fields_of(node, OF_QUIZ, ("question", "choices", "right"))
    choices = list_of(fields["choices"], _written)
    if len(choices) < 2:
        fields["choices"].refuse("a quiz needs two choices or more.")
    right = _number(fields["right"], len(choices)) - 1
    return Quiz(_written(fields["question"]), choices, right, _written(fields.get("why")))


def _written(node: Node | None, names: tuple[str, ...] = ()) -> str:
    """A text for readers: words, no markup; it names no number but ``names``."""
    text = text_of(node)
    if node is None:
        return text
    if not text:
        node.refuse("this text is empty.")
    if found := MARKUP.search(text):
        node.refuse(f"a lesson is text alone, no HTML, links, pictures or code; found {quoted(found[0])}.")
    for name in names_in(text):
        if name not in names:
            known = ", ".join(f"{{{known}}}" for known in names)
            node.refuse(f"there is no number {{{cut(name)}}}; {f'there are {known}' if names else 'none stands here'}.")
    return text


def _number(node: Node, most: int) -> int:
    number = whole_number(text_of(node), most)
    if not number:
        node.refuse(f"{quoted(cut(text_of(node)))} is no whole number from 1 to {most}.")
    return number
