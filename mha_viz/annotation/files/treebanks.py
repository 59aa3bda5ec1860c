"""Treebank files → ``Annotated``, one sentence at a time: CoNLL-U and IOB2.

Nothing is mended: a line that breaks its format is refused, with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mha_viz.annotation.annotated import Annotated, Arc, Entity, Span
from mha_viz.annotation.files.lines import Line, Unit, blocks_of, comments_of, end_of, placed
from mha_viz.annotation.files.mentions import Brackets, entities_of, mentions_of

EMPTY_NODE, RANGE = re.compile(r"\d+\.\d+"), re.compile(r"(\d+)-(\d+)")
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
        sentence = _sentence_of(block, has_text="text" in comments)
        rows, (text, spans) = sentence.rows, placed(sentence.units, comments.get("text"))
        mentions, n_left_out = mentions_of(sentence.brackets, fields)
        yield Annotated(
            text=text,
            words=tuple(row.form for row in rows),
            spans=spans if len(spans) == len(rows) else _inside(rows, sentence.units, spans, text),
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


@dataclass
class _Sentence:
    """What is read of a sentence so far: words up to ``covered`` belong to a unit, empty nodes have brackets alone."""

    rows: list[Row] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    brackets: list[Brackets] = field(default_factory=list)
    covered: int = 0
    is_silent: bool = False  # whether the last range does not say what follows it


def _sentence_of(block: list[Line], *, has_text: bool) -> _Sentence:
    sentence = _Sentence()
    for line in block:
        if line.text.startswith("#"):
            continue
        cells = line.text.split("\t")
        if len(cells) != 10:
            raise line.refuse(f"a word has 10 columns, this line has {len(cells)}.")
        misc = dict(part.split("=", 1) for part in cells[9].split("|") if "=" in part)
        if EMPTY_NODE.fullmatch(cells[0]):
            sentence.brackets.append(Brackets(line, None, misc.get("Entity", "")))
        elif not cells[1]:
            raise line.refuse("a word without a form.")
        elif ends := RANGE.fullmatch(cells[0]):
            _add_range(sentence, line, int(ends[1]), int(ends[2]), cells[1], misc)
        else:
            _add_word(sentence, line, cells, misc, has_text=has_text)
    n_words = len(sentence.rows)
    if not n_words or sentence.covered > n_words:
        raise block[-1].refuse("the sentence ends before its words do." if n_words else "a sentence without words.")
    return sentence


def _add_range(sentence: _Sentence, line: Line, first: int, last: int, form: str, misc: dict[str, str]) -> None:
    """Words that the text writes as one: 1-2."""
    n_words = len(sentence.rows)
    if first != n_words + 1 or last < first or sentence.covered > n_words:
        raise line.refuse(f"the range {first}-{last} does not go on after word {n_words}.")
    sentence.units.append(Unit(line, form, last - n_words, misc.get("SpaceAfter") != "No"))
    sentence.covered, sentence.is_silent = last, "SpaceAfter" not in misc


def _add_word(sentence: _Sentence, line: Line, cells: list[str], misc: dict[str, str], *, has_text: bool) -> None:
    """The next word, and its unit where no range covers it."""
    rows, form, has_space = sentence.rows, cells[1], misc.get("SpaceAfter") != "No"
    if cells[0] != str(len(rows) + 1):
        raise line.refuse(f"the word after {len(rows)} is numbered {cells[0]!r}.")
    lemma = cells[2] if form == "_" else _stated(cells[2])  # the lemma of a line "_" is one
    rows.append(Row(line, len(rows), form, lemma, _stated(cells[3]), _stated(cells[5]), cells[6], cells[7]))
    sentence.brackets.append(Brackets(line, len(rows) - 1, misc.get("Entity", "")))
    if len(rows) > sentence.covered:
        sentence.units.append(Unit(line, form, 1, has_space))
        sentence.covered += 1
    elif len(rows) == sentence.covered and sentence.is_silent and not has_space:
        # The range does not say what follows it, but its last word does. Where there is a text, the text decides.
        sentence.units[-1] = replace(sentence.units[-1], space_after=None if has_text else False)


def _stated(cell: str) -> str:
    return "" if cell == "_" else cell


def _inside(rows: list[Row], units: list[Unit], ranges: tuple[Span, ...], text: str) -> tuple[Span, ...]:
    """Ranges of words from ranges of units: cut where the words spell the unit, else the whole for each."""
    spans: list[Span] = []
    for unit, (begin, end) in zip(units, ranges, strict=True):
        forms = [row.form for row in rows[len(spans) : len(spans) + unit.n_words]]
        spans += _cut(forms, text, begin, end) or [(begin, end)] * len(forms)
    return tuple(spans)


def _cut(forms: list[str], text: str, begin: int, end: int) -> list[Span]:
    """The ranges of forms that follow each other from ``begin`` to ``end``; none where they do not fill it."""
    spans: list[Span] = []
    for form in forms:
        its_end = end_of(form, text, begin)
        if its_end is None:
            return []
        spans.append((begin, its_end))
        begin = its_end
    return spans if begin == end else []


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
