"""Annotation + marks → the annotation as its reader corrected it, and what becomes of the marks at each click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from mha_viz.annotation.annotated import Annotated, Arc, Link, Span
from mha_viz.annotation.marks import Mark, lazy_quoted, refused_mark, short, written, wrong_in_itself
from mha_viz.errors import InputError
from mha_viz.language import N_, gettext, lazily, lazy_gettext, ngettext, said
from mha_viz.wording import in_a_row, joined

NAMED = ("NOUN", "PROPN")  # what a pronoun may stand for, where nothing else says


def marked(annotated: Annotated, marks: Sequence[Mark]) -> Annotated:
    """The annotation with what was marked by hand; ``source`` then says how much that is.

    A dependent has one head: a new arc takes the place of its old one. Of several marks on a word the last holds. A
    link sets the answer of the pronoun's ``Link``, to a candidate that may be new; where a word had no ``Link``, its
    candidates are the nouns and names before it (by the tags) and the marked one. ``is_gold`` stays what it was.

    Raises
    ------
    InputError
        If a mark does not fit (``fitting``).
    """
    _, refused = fitting(annotated, marks)
    if refused:
        raise InputError(refused[0])
    arcs, links = arcs_after(annotated, marks), links_after(annotated, marks)
    numbers = {
        "arc": len({arc.dependent for arc in set(annotated.arcs) ^ set(arcs)}),
        "link": len({link.pronoun for link in set(annotated.links) ^ set(links)}),
    }
    if not any(numbers.values()):
        return annotated
    source = lazily(partial(_source, annotated.source, numbers))
    return replace(annotated, arcs=arcs, links=links, source=source)


def _source(source: str, numbers: Mapping[str, int]) -> str:
    """Whose an annotation is, and how much was corrected."""
    arcs, links = ngettext("{n} arc", "{n} arcs", numbers["arc"]), ngettext("{n} link", "{n} links", numbers["link"])
    changed = joined([what for what, n in zip((arcs, links), numbers.values(), strict=True) if n])
    corrected = gettext("{changed} corrected by hand", changed=changed)
    return in_a_row([said(source), corrected]) if source else corrected


def fitting(annotated: Annotated, marks: Sequence[Mark]) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """The marks that an annotation can take, and one sentence for each that it cannot.

    Refused are words that are not there, removals of what is not there, and arcs that would go round in a circle.
    """
    accepted: list[Mark] = []
    refused: list[str] = []
    for mark in marks:
        wrong = _wrong_here(annotated, mark)
        if wrong:
            refused.append(refused_mark(written(mark), wrong))
        else:
            accepted.append(mark)
    while (round_again := _in_a_circle(annotated, accepted)) is not None:
        accepted.remove(round_again)
        head, dependent = (lazy_quoted(short(annotated.words[i])) for i in (round_again.start, round_again.end))
        message = N_(
            "An arc from {head} to {dependent} would go round in a circle, as {head} hangs on {dependent} already. "
            "Remove an arc between them first."
        )
        refused.append(lazy_gettext(message, head=head, dependent=dependent))
    return tuple(accepted), tuple(refused)


def with_mark(annotated: Annotated, marks: Sequence[Mark], mark: Mark) -> tuple[Mark, ...]:
    """The marks with one more, which takes the place of those that it contradicts.

    What the annotation says anyway needs no mark.
    """
    others = tuple(other for other in marks if not _contradicts(other, mark))
    return others if _says(annotated, mark) else (*others, mark)


def turned(annotated: Annotated, marks: Sequence[Mark], kind: str, start: int, end: int) -> tuple[Mark, ...]:
    """The marks after a click on an arc or a link: what was marked there is forgotten, else it is removed.

    For an arc, "there" is its dependent: the arc that the annotation gave it comes back.
    """
    others = tuple(
        other for other in marks if (other.kind, other.end) != (kind, end) or (kind == "link" and other.start != start)
    )
    if len(others) < len(marks):
        return others
    relation = next((arc.relation for arc in annotated.arcs if (arc.head, arc.dependent) == (start, end)), "")
    return (*others, Mark(kind, start, end, relation if kind == "arc" else "", removed=True))


def arcs_after(annotated: Annotated, marks: Sequence[Mark]) -> tuple[Arc, ...]:
    """The arcs with what was marked, in the order of their dependents."""
    last = {mark.end: mark for mark in marks if mark.kind == "arc"}
    unmarked = [arc for arc in annotated.arcs if arc.dependent not in last]
    added = [Arc(mark.end, mark.start, mark.relation) for mark in last.values() if not mark.removed]
    return tuple(sorted(unmarked + added, key=lambda arc: arc.dependent)) if last else annotated.arcs


def links_after(annotated: Annotated, marks: Sequence[Mark]) -> tuple[Link, ...]:
    """The links with what was marked, one mark after the other."""
    links = annotated.links
    for mark in marks:
        if mark.kind == "link":
            links = _with_answer(annotated, links, mark) if not mark.removed else _without(annotated, links, mark)
    return links


def words_in(annotated: Annotated, span: Span) -> list[int]:
    """The words that share a character with a range of the text."""
    return [i for i, word in enumerate(annotated.spans) if _meet(word, span)]


def head_in(annotated: Annotated, span: Span) -> int | None:
    """The word of a range that the others hang on; without arcs its last word, None where it has none."""
    words = words_in(annotated, span)
    head_of = {arc.dependent: arc.head for arc in annotated.arcs}
    tops = [word for word in words if head_of.get(word) not in words]
    last = words[-1] if words else None
    return tops[0] if any(word in head_of for word in words) and tops else last


def link_of(annotated: Annotated, links: Sequence[Link], word: int) -> Link | None:
    """The link of a pronoun, None where a word has none."""
    return next((link for link in links if _meet(link.pronoun, annotated.spans[word])), None)


def candidate_of(annotated: Annotated, link: Link, word: int) -> int | None:
    """Which candidate a word is: the one that it is the head of, else one that it stands in."""
    inside = [i for i, span in enumerate(link.candidates) if _meet(span, annotated.spans[word])]
    return min(inside, key=lambda i: head_in(annotated, link.candidates[i]) != word, default=None)


def _meet(first: Span, second: Span) -> bool:
    return first[0] < second[1] and second[0] < first[1]


def _with_answer(annotated: Annotated, links: tuple[Link, ...], mark: Mark) -> tuple[Link, ...]:
    link = link_of(annotated, links, mark.start)
    if link is None:
        earlier = [i for i, tag in enumerate(annotated.tags[: mark.start]) if tag in NAMED]
        candidates = tuple(annotated.spans[i] for i in earlier)
        link = Link(annotated.spans[mark.start], candidates, None, f"by hand, word {mark.start}")
        links = (*links, link)
    answer = candidate_of(annotated, link, mark.end)
    candidates = link.candidates if answer is not None else (*link.candidates, annotated.spans[mark.end])
    new = replace(link, candidates=candidates, answer=len(link.candidates) if answer is None else answer)
    return tuple(new if old is link else old for old in links)


def _without(annotated: Annotated, links: tuple[Link, ...], mark: Mark) -> tuple[Link, ...]:
    """The links without one candidate; a pronoun without candidates has no link."""
    link = link_of(annotated, links, mark.start)
    gone = None if link is None else candidate_of(annotated, link, mark.end)
    if link is None or gone is None:
        return links
    answer = None if link.answer is None or link.answer == gone else link.answer - (link.answer > gone)
    new = replace(link, candidates=link.candidates[:gone] + link.candidates[gone + 1 :], answer=answer)
    return tuple(new if old is link else old for old in links if old is not link or new.candidates)


def _contradicts(mark: Mark, other: Mark) -> bool:
    """Whether two marks speak of the same thing: the head of a word, or the answer of a pronoun."""
    if mark.kind != other.kind or mark.kind == "arc":
        return mark.kind == other.kind and mark.end == other.end
    return mark.start == other.start and (mark.end == other.end or not (mark.removed or other.removed))


def _says(annotated: Annotated, mark: Mark) -> bool:
    if mark.removed:
        return False
    if mark.kind == "arc":
        return Arc(mark.end, mark.start, mark.relation) in annotated.arcs
    link = link_of(annotated, annotated.links, mark.start)
    return link is not None and link.answer is not None and candidate_of(annotated, link, mark.end) == link.answer


def _wrong_here(annotated: Annotated, mark: Mark) -> str:
    if wrong := wrong_in_itself(mark):
        return wrong
    n = len(annotated)
    missing = [word for word in (mark.start, mark.end) if not 0 <= word < n]
    if missing:
        return lazy_gettext("names word {word}; this text has {n} words, counted from 0.", word=missing[0], n=n)
    if not mark.removed:
        return ""
    if mark.kind == "arc":
        is_there = any((arc.head, arc.dependent) == (mark.start, mark.end) for arc in annotated.arcs)
        return "" if is_there else lazy_gettext("removes an arc that is not there.")
    link = link_of(annotated, annotated.links, mark.start)
    is_there = link is not None and candidate_of(annotated, link, mark.end) is not None
    return "" if is_there else lazy_gettext("removes a link that is not there.")


def _in_a_circle(annotated: Annotated, marks: Sequence[Mark]) -> Mark | None:
    """The last marked arc whose head hangs, over other arcs, on its dependent."""
    head_of = {arc.dependent: arc.head for arc in arcs_after(annotated, marks)}
    for mark in reversed(marks):
        if mark.kind != "arc" or mark.removed or head_of.get(mark.end) != mark.start:
            continue
        word, seen = mark.start, {mark.end}
        while word not in seen and word in head_of:
            seen.add(word)
            word = head_of[word]
        if word == mark.end:
            return mark
    return None
