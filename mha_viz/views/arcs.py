"""Annotation + marks → the view of its arcs and links: what is drawn of a text, and what is said with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mha_viz.annotation.annotated import Annotated, Span
from mha_viz.annotation.corrections import arcs_after, candidate_of, head_in, link_of, links_after
from mha_viz.annotation.marks import Mark
from mha_viz.inputs.labels import shortened
from mha_viz.language import N_, gettext, ngettext, said, whole
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.captions.labels import long_sentence
from mha_viz.views.view import View
from mha_viz.wording import isolated, runs_from_right

FROM_RIGHT = N_("Text that runs from right to left is drawn so; each word is laid out by itself.")
MOST_WORDS = 60  # a longer text is drawn in parts
Row = tuple[int, int, str, str]


def source_sentence(annotated: Annotated) -> str:
    """Whose an annotation is, and whether people made it."""
    source = said(annotated.source) if annotated.source else gettext("an unknown source")
    if annotated.is_gold:
        return gettext("Gold: from {source}; it is taken as right.", source=source)
    return gettext("Silver: a program's guess, from {source}.", source=source)


def parts_of(annotated: Annotated, most: int = MOST_WORDS) -> list[range]:
    """The words of a text in parts of at most ``most``: whole sentences, as many as fit.

    A sentence is what no arc leaves; one that is longer is cut.
    """
    n = len(annotated)
    reach = list(range(n))  # how far the arcs that begin at a word go
    for arc in annotated.arcs:
        low, high = sorted((arc.dependent, arc.head))
        reach[low] = max(reach[low], high)
    sentences: list[range] = []
    begin = end = 0
    for word in range(n):
        end = max(end, reach[word])
        if end == word:
            sentences += [range(at, min(at + most, word + 1)) for at in range(begin, word + 1, most)]
            begin = word + 1
    parts: list[range] = []
    for sentence in sentences:
        if parts and sentence.stop - parts[-1].start <= most:
            parts[-1] = range(parts[-1].start, sentence.stop)
        else:
            parts.append(sentence)
    return parts


def arc_rows(annotated: Annotated, marks: Sequence[Mark] = ()) -> list[Row]:
    """Every arc as (head, dependent, relation, state); the state is "", "marked" or "removed"."""
    after = arcs_after(annotated, marks)
    before = set(annotated.arcs)
    rows = [(arc.head, arc.dependent, arc.relation, "" if arc in before else "marked") for arc in after]
    drawn = {row[:2] for row in rows}
    gone = [arc for arc in annotated.arcs if (arc.head, arc.dependent) not in drawn]
    return rows + [(arc.head, arc.dependent, arc.relation, "removed") for arc in gone]


def link_rows(annotated: Annotated, marks: Sequence[Mark] = (), part: range | None = None) -> list[Row]:
    """Links as (pronoun, candidate, what the link says, state), of a part of the text only those that touch it.

    Of candidates of several words their head. The states are "candidate", "answer", "marked" and "removed".
    """
    part = range(len(annotated)) if part is None else part
    after, rows = links_after(annotated, marks), []
    for link in after:
        touching = [span for span in link.candidates if _touches(annotated, part, link.pronoun, span)]
        pronoun = head_in(annotated, link.pronoun) if touching else None
        if pronoun is None:
            continue
        before = link_of(annotated, annotated.links, pronoun)
        for i, span in enumerate(link.candidates):
            word = head_in(annotated, span) if span in touching else None
            if word is None or word == pronoun:
                continue
            was = before is not None and before.answer is not None and before.candidates[before.answer] == span
            state = "candidate" if i != link.answer else "answer" if was else "marked"
            if state != "candidate" or before is not None:
                rows.append(
                    (pronoun, word, gettext("perhaps") if state == "candidate" else gettext("stands for"), state)
                )
    for mark in marks:
        if mark.kind == "link" and mark.removed and (mark.start in part or mark.end in part):
            left = link_of(annotated, after, mark.start)
            if left is None or candidate_of(annotated, left, mark.end) is None:
                rows.append((mark.start, mark.end, gettext("stands for"), "removed"))
    return rows


def arcs_view(
    annotated: Annotated, marks: Sequence[Mark] = (), *, part: range | None = None, chosen: Sequence[int] = (),
    clickable: bool = True, note: str = "", said: Sequence[str] = (), **header: Any,
) -> View:  # fmt: skip
    """The words of a text with their dependencies above them, and below them what pronouns stand for.

    Parameters
    ----------
    annotated : Annotated
        Before the marks, which are drawn in a colour of their own; what they remove stays, dashed.
    part : range, optional
        The words to draw; the note says how many arcs and links lead out of them.
    chosen : pair of words, optional
        Between which a relation is being chosen.
    clickable : bool
        Whether clicks mark: two words send ``mark`` with both, an arc or a link sends ``unmark`` with kind, start and
        end. Words are counted in the whole text.
    said : list of str, optional
        What is said of each word of the text beside its arcs: the tokens that it is to a model.
    header
        ``title``, ``facts``, ``file_name``, ``caption``, …
    """
    part = range(len(annotated)) if part is None else part
    arcs, links = arc_rows(annotated, marks), link_rows(annotated, marks, part)
    inside = [[row for row in rows if row[0] in part and row[1] in part] for rows in (arcs, links)]
    out = sum((row[0] in part) != (row[1] in part) for row in arcs + links)
    notes = [note] if note else []
    if len(part) < len(annotated):
        first, last, n = (whole(number) for number in (part.start + 1, part.stop, len(annotated)))
        notes.append(gettext("Words {first} to {last} of {n} are drawn.", first=first, last=last, n=n))
    if out:
        notes.append(ngettext("One arc or link leads out of them.", "{n} arcs and links lead out of them.", out))
    words = [isolated(shortened(word)) for word in annotated.words[part.start : part.stop]]
    if any(map(runs_from_right, words)):
        notes.append(gettext(FROM_RIGHT))
    notes += [sentence.strip()] if (sentence := long_sentence(words)) else []
    return View(
        "arcs",
        {
            "words": words,
            **({"said": {"query": list(said[part.start : part.stop])}} if any(said) else {}),
            "first": part.start,
            "n_words": len(annotated),
            "arcs": [_moved(row, part.start) for row in inside[0]],
            "links": [_moved(row, part.start) for row in inside[1]],
            "chosen": [word - part.start for word in chosen] if all(word in part for word in chosen) else [],
            "clickable": clickable,
            "right_to_left": runs_from_right(annotated.text, mostly=True),
            **said_hint(Hints.arcs_change if clickable else Hints.arcs),
            "note": " ".join(notes),
            **{"label": gettext("The words and their dependencies"), **header},
        },
        {},
    )


def _touches(annotated: Annotated, part: range, *spans: Span) -> bool:
    """Whether one of some ranges of the text stands in a part of it: told by characters, as texts can be long."""
    drawn = [annotated.spans[word] for word in (part.start, part.stop - 1)] if part else []
    return any(drawn and span[0] < drawn[1][1] and span[1] > drawn[0][0] for span in spans)


def _moved(row: Row, by: int) -> list[Any]:
    return [row[0] - by, row[1] - by, *row[2:]]
