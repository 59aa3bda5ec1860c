"""Treebank files → ``Annotated``, one sentence at a time: CoNLL-U and IOB2.

Nothing is mended: a line that breaks its format is refused, with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mha_viz.annotation.annotated import Annotated, Arc, Entity, Span
from mha_viz.annotation.files.lines import Line, Unit, blocks_of, comments_of, placed
from mha_viz.annotation.files.mentions import Brackets, entities_of, mentions_of

ENTITY_FIELDS = ("GRP", "etype")  # of a bracket, where the file does not say


def read_conllu(path: str | Path) -> Iterator[Annotated]:
    """Sentences of a CoNLL-U file: words with tags, features and lemmas, dependencies, mentions and entities.

    Empty nodes are left out, and so are mentions that begin or end at one or stand in several parts, which are counted.
    The text is ``# text``, against which every word is checked; without it, it is put together from the words. Mentions
    stand in ``Entity=`` of MISC; they carry cluster ids, entity types and links as ``# global.Entity`` lays them out.

    Raises
    ------
    InputError
        If a line breaks the format, or the words are not those of ``# text``.

    References
    ----------
    .. [1] https://universaldependencies.org/format.html
    .. [2] Zeldes (2017), GUM; its brackets: https://gucorpling.org/gum/guidelines.html
    """
    fields: tuple[str, ...] = ENTITY_FIELDS
    for block, comments, document in _sentences(path):
        if "global.Entity" in comments:
            fields = tuple(comments["global.Entity"].split("-"))
        rows, units, brackets = _conllu_rows(block)
        text, spans = placed(units, comments.get("text"))
        mentions, n_left_out = mentions_of(brackets, fields)
        yield Annotated(
            text=text,
            words=tuple(row.form for row in rows),
            spans=spans if len(spans) == len(rows) else _inside(rows, units, spans),
            arcs=tuple(arc for row in rows if (arc := row.arc(len(rows))) is not None),
            mentions=mentions,
            entities=entities_of(mentions),
            tags=tuple(row.tag for row in rows),
            features=tuple(row.features for row in rows),
            lemmas=tuple(row.lemma for row in rows),
            document=document,
            sentence_id=comments.get("sent_id", ""),
            source=block[0].place,
            n_mentions_left_out=n_left_out,
        )


@dataclass(frozen=True)
class Row:
    """One word of a CoNLL-U file."""

    line: Line
    index: int
    form: str
    lemma: str
    tag: str
    features: str
    head: str
    relation: str

    def arc(self, n_words: int) -> Arc | None:
        """Its dependency, checked; None for a root and for a file without dependencies."""
        if self.head == self.relation == "_":
            return None
        if not self.head.isdecimal() or not 0 <= int(self.head) <= n_words or int(self.head) == self.index + 1:
            raise self.line.refuse(f"the head {self.head!r} is no other word of this sentence of {n_words}.")
        if self.relation == "_":
            raise self.line.refuse("a head without a relation.")
        return Arc(self.index, int(self.head) - 1, self.relation) if int(self.head) else None


def _conllu_rows(block: list[Line]) -> tuple[list[Row], list[Unit], list[Brackets]]:
    rows: list[Row] = []
    units: list[Unit] = []
    brackets: list[Brackets] = []
    covered = 0  # words up to here belong to a unit
    for line in block:
        if line.text.startswith("#"):
            continue
        cells = line.text.split("\t")
        if len(cells) != 10:
            raise line.refuse(f"a word has 10 columns, this line has {len(cells)}.")
        number, form, misc = cells[0], cells[1], dict(part.split("=", 1) for part in cells[9].split("|") if "=" in part)
        space = misc.get("SpaceAfter") != "No"
        if re.fullmatch(r"\d+\.\d+", number):
            brackets.append(Brackets(line, None, misc.get("Entity", "")))
            continue
        if not form:
            raise line.refuse("a word without a form.")
        if joined := re.fullmatch(r"(\d+)-(\d+)", number):
            first, last = map(int, joined.groups())
            if first != len(rows) + 1 or last < first or covered > len(rows):
                raise line.refuse(f"the range {number} does not go on after word {len(rows)}.")
            units.append(Unit(line, form, last - first + 1, space))
            covered = last
            continue
        if number != str(len(rows) + 1):
            raise line.refuse(f"the word after {len(rows)} is numbered {number!r}.")
        lemma = cells[2] if form == "_" else _stated(cells[2])  # the lemma of a line "_" is one
        rows.append(Row(line, len(rows), form, lemma, _stated(cells[3]), _stated(cells[5]), cells[6], cells[7]))
        brackets.append(Brackets(line, rows[-1].index, misc.get("Entity", "")))
        if len(rows) > covered:
            units.append(Unit(line, form, 1, space))
            covered += 1
    if not rows or covered > len(rows):
        raise block[-1].refuse("the sentence ends before its words do." if rows else "a sentence without words.")
    return rows, units, brackets


def _stated(cell: str) -> str:
    return "" if cell == "_" else cell


def _inside(rows: list[Row], units: list[Unit], ranges: tuple[Span, ...]) -> tuple[Span, ...]:
    """Ranges of words from ranges of units: cut where the words spell the unit, else the whole for each."""
    spans: list[Span] = []
    for unit, (begin, end) in zip(units, ranges, strict=True):
        forms = [row.form for row in rows[len(spans) : len(spans) + unit.n_words]]
        for i, form in enumerate(forms):
            at = begin + len("".join(forms[:i]))
            spans.append((at, at + len(form)) if "".join(forms) == unit.form else (begin, end))
    return tuple(spans)


def read_iob2(path: str | Path) -> Iterator[Annotated]:
    """Sentences of a file with an entity tag a word: number, word, ``O``, ``B-PER`` or ``I-PER`` (UniversalNER).

    Raises
    ------
    InputError
        If a line breaks the format, an ``I-`` goes on with nothing, or the words are not those of ``# text``.

    References
    ----------
    .. [1] Mayhew et al. (2024), arXiv:2311.09122.
    """
    for block, comments, document in _sentences(path):
        units, entities = _iob2_rows(block)
        text, spans = placed(units, comments.get("text"))
        words = tuple(unit.form for unit in units)
        sentence_id, source = comments.get("sent_id", ""), block[0].place
        yield Annotated(
            text, words, spans, entities=entities, document=document, sentence_id=sentence_id, source=source
        )


def _iob2_rows(block: list[Line]) -> tuple[list[Unit], tuple[Entity, ...]]:
    units: list[Unit] = []
    entities: list[Entity] = []
    for line in block:
        if line.text.startswith("#"):
            continue
        cells = line.text.split("\t")
        if len(cells) < 3 or cells[0] != str(len(units) + 1) or not cells[1]:
            raise line.refuse(f"this is not number {len(units) + 1}, a word and a tag, between tabs.")
        tag = re.fullmatch(r"O|([BI])-(\S+)", cells[2])
        if tag is None:
            raise line.refuse(f"{cells[2]!r} is no tag: O, or B- or I- and a type.")
        i, (begins, entity_type) = len(units), tag.groups()
        if begins == "B":
            entities.append(Entity(i, i + 1, entity_type))
        elif begins == "I":
            if not entities or (entities[-1].end, entities[-1].entity_type) != (i, entity_type):
                raise line.refuse(f"{cells[2]} goes on with nothing: there is no {entity_type} right before it.")
            entities[-1] = Entity(entities[-1].begin, i + 1, entity_type)
        units.append(Unit(line, cells[1]))
    if not units:
        raise block[-1].refuse("a sentence without words.")
    return units, tuple(entities)


def _sentences(path: str | Path) -> Iterator[tuple[list[Line], dict[str, str], str]]:
    """Each sentence with its comments and the name of its document."""
    document, n_documents = "", 0
    for block in blocks_of(path):
        comments = comments_of(block)
        if "newdoc" in comments or "newdoc id" in comments:
            n_documents += 1
            document = comments.get("newdoc id") or f"document {n_documents}"
        yield block, comments, document
