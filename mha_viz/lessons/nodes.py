"""A lesson's YAML → a tree of plain text, each piece with its line and the name of its field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import yaml

from mha_viz.errors import InputError
from mha_viz.outside import cut

MOST_CHARACTERS = 200_000
DEEPEST = 12  # levels of lists and fields inside each other

T = TypeVar("T")


@dataclass(frozen=True)
class Node:
    """A text, a list or fields, where it stands, and what it is called: ``steps[2].title``."""

    value: str | tuple[Node, ...] | dict[str, Node]
    source: str
    line: int
    field: str

    def refuse(self, sentence: str, key: str = "") -> NoReturn:
        """
        Raises
        ------
        InputError
            Always: the file, the line, the field, and what is wrong with it.
        """
        field = ".".join(filter(None, (self.field, key)))
        raise InputError(f"{self.source}, line {self.line}{f', {field}' if field else ''}: {sentence}")


def read_nodes(text: str, source: str) -> Node:
    """The tree of a file; ``source`` is what refusals call it.

    Raises
    ------
    InputError
        If it is too long, no YAML, or uses what could be more than text: tags, anchors and aliases, several documents.
    """
    whole = Node("", source, 1, "")
    if len(text) > MOST_CHARACTERS:
        whole.refuse(f"{len(text):,} characters; a lesson has at most {MOST_CHARACTERS:,}.")
    try:
        _refuse_more_than_text(text, whole)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Node("", source, mark.line + 1 if mark else 1, "")
        at.refuse(f"this is no YAML: {cut(error.problem or 'something is missing')}.")
    except yaml.reader.ReaderError as error:  # a character that no YAML may hold; it says where, in characters
        line = text.count("\n", 0, error.position) + 1
        Node("", source, line, "").refuse(f"the character U+{error.character:04X} cannot be in a YAML file.")
    if root is None:
        whole.refuse("the file is empty; `mha-viz lesson new` writes one to begin with.")
    return _tree(root, source, "")


def _refuse_more_than_text(text: str, whole: Node) -> None:
    depth = n_documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        at = Node("", whole.source, event.start_mark.line + 1, "")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            at.refuse("& and * repeat parts of a YAML file, which a lesson cannot; put the text into quotes.")
        if getattr(event, "tag", None):
            at.refuse("a text that begins with ! is a command to YAML; put it into quotes.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            at.refuse(f"lists and fields inside each other, {DEEPEST} deep; a lesson has four levels.")
        n_documents += isinstance(event, yaml.DocumentStartEvent)
        if n_documents > 1:
            at.refuse("a line of --- begins a second lesson; write one a file.")


def _tree(node: yaml.Node, source: str, field: str) -> Node:
    here = Node("", source, node.start_mark.line + 1, field)
    if isinstance(node, yaml.MappingNode):
        return Node(_fields(node, here), source, here.line, field)
    if isinstance(node, yaml.SequenceNode):
        parts = tuple(_tree(part, source, f"{field}[{i}]") for i, part in enumerate(node.value, start=1))
        return Node(parts, source, here.line, field)
    return Node(str(node.value), source, here.line, field)


def _fields(node: yaml.MappingNode, here: Node) -> dict[str, Node]:
    fields: dict[str, Node] = {}
    for key, value in node.value:
        at = Node("", here.source, key.start_mark.line + 1, here.field)
        if not isinstance(key, yaml.ScalarNode):
            at.refuse("a field needs a name before its colon.")
        if key.value in fields:
            at.refuse("this field stands here twice.", key.value)
        fields[key.value] = _tree(value, here.source, f"{here.field}.{key.value}".lstrip("."))
    return fields


def fields_of(node: Node, known: tuple[str, ...], needed: tuple[str, ...] = ()) -> dict[str, Node]:
    """The fields of a node; none but ``known``, and all that are ``needed``."""
    if not isinstance(node.value, dict):
        node.refuse(f"here belong fields, a line each: {', '.join(known)}.")
    for key, part in node.value.items():
        if key not in known:
            part.refuse(f"there is no such field; there are {', '.join(known)}.")
    for key in needed:
        if key not in node.value:
            node.refuse("this field is missing.", key)
    return node.value


def text_of(node: Node | None) -> str:
    """A text as it is typed, without space around it; "" where the field is not there."""
    if node is None:
        return ""
    if not isinstance(node.value, str):
        node.refuse("here belongs a text; one with a colon or a # stands in quotes.")
    return node.value.strip()


def list_of(node: Node | None, read: Callable[[Node], T]) -> tuple[T, ...]:
    """What ``read`` makes of each part of a list; none where the field is not there."""
    if node is None:
        return ()
    if not isinstance(node.value, tuple):
        node.refuse("here belongs a list, each part on a line that begins with a dash.")
    return tuple(map(read, node.value))
