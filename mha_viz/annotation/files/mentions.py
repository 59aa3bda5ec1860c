"""The brackets of ``Entity=`` → mentions of a sentence; those that are no run of words are left out and counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mha_viz.annotation.annotated import Annotated, Entity, Mention
from mha_viz.annotation.files.lines import Line
from mha_viz.language import N_, lazy_gettext, ngettext

BRACKET = re.compile(r"(\(?)([^()]+)(\)?)")
PART = re.compile(r"\[(\d+)/\d+\]$")  # of a mention that stands in several: e7[1/2]


class Brackets(NamedTuple):
    """What ``Entity=`` holds at one line; ``word`` is None at an empty node, which the text lacks."""

    line: Line
    word: int | None
    text: str


class _Opened(NamedTuple):
    place: Brackets
    name: str
    fields: dict[str, str]


def mentions_of(places: Sequence[Brackets], fields: Sequence[str]) -> tuple[tuple[Mention, ...], int]:
    """Mentions from the brackets that open and close at words: ``(7-person-new(3-place``, ``3)``, ``7)``.

    Parameters
    ----------
    places : the lines of one sentence that have some, in their order
    fields : names of what an opening bracket holds between its hyphens; the first is the cluster

    Returns
    -------
    mentions : tuple of Mention
        In the order they begin, the longer one first.
    n_left_out : int
        Mentions that are no run of words: they stand in several parts, or begin or end at an empty node.

    Raises
    ------
    InputError
        If a bracket closes what is not open, or is never closed in its sentence.
    """
    opened: dict[str, list[_Opened]] = {}  # of each cluster, outside in
    mentions: list[Mention] = []
    n_left_out = 0
    for place in places:
        for begins, body, ends in _brackets(place):
            held = dict(zip(fields, body.split("-", len(fields) - 1), strict=False))
            name = held[fields[0]]
            part = PART.search(name)
            if "[" in name and part is None:
                message = N_("the part in {name} is not written as in e1[1/2].")
                raise place.line.refuse(lazy_gettext(message, name=name))
            if begins:
                opened.setdefault(name, []).append(_Opened(place, name, held))
            if not ends:
                continue
            if not opened.get(name):
                message = N_("{entity} closes {name}, which is not open.")
                raise place.line.refuse(lazy_gettext(message, entity=f"'Entity={place.text}'", name=name))
            opening = opened[name].pop()  # of one cluster the brackets close inside out
            if part is None and opening.place.word is not None and place.word is not None:
                entity_type, link = opening.fields.get("etype", ""), opening.fields.get("link", "")
                mentions.append(Mention(opening.place.word, place.word + 1, name, entity_type, link))
            else:
                n_left_out += part is None or part[1] == "1"  # a mention in parts counts once
    if left := [openings[-1] for openings in opened.values() if openings]:
        last = max(left, key=lambda opening: opening.place.line.number)
        message = N_("the mention {name} is never closed in its sentence.")
        raise last.place.line.refuse(lazy_gettext(message, name=last.name))
    return tuple(sorted(mentions, key=lambda mention: (mention.begin, -mention.end))), n_left_out


def entities_of(mentions: Sequence[Mention]) -> tuple[Entity, ...]:
    """The mentions that have a type, as names."""
    return tuple(Entity(mention.begin, mention.end, mention.entity_type) for mention in mentions if mention.entity_type)


def left_out_sentence(sentences: Iterable[Annotated]) -> str:
    """How many mentions of a file cannot be shown, and why; "" where all can."""
    n = n_left_out = 0
    for sentence in sentences:
        n_left_out += sentence.n_mentions_left_out
        n += sentence.n_mentions_left_out + len(sentence.mentions)
    if not n_left_out:
        return ""
    return ngettext(
        "{n} of {all} is left out: a mention can be shown where it is one run of words, not where it stands in "
        "several parts or at an empty node.",
        "{n} of {all} are left out: a mention can be shown where it is one run of words, not where it stands in "
        "several parts or at an empty node.",
        n_left_out, all=ngettext("{n} mention", "{n} mentions", n),
    )  # fmt: skip


def _brackets(place: Brackets) -> Iterator[tuple[str, str, str]]:
    """Whether each begins, what it holds, and whether it ends."""
    parts = BRACKET.findall(place.text)
    if "".join(map("".join, parts)) != place.text or any(not begins and not ends for begins, _, ends in parts):
        message = N_("{entity} is not a row of brackets that open or close.")
        raise place.line.refuse(lazy_gettext(message, entity=f"'Entity={place.text}'"))
    yield from parts
