"""Treebank files → ``Annotated``, one sentence at a time: CoNLL-U and CoNLL-U Plus.

Nothing is mended: a line that breaks its format is refused, with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mha_viz.annotation.annotated import Annotated, Arc, Span
from mha_viz.annotation.files.formats import other_format
from mha_viz.annotation.files.lines import Line, Unit, end_of, placed, sentences_of
from mha_viz.annotation.files.mentions import Brackets, entities_of, mentions_of
from mha_viz.language import N_, lazy_gettext
from mha_viz.outside import whole_number

EMPTY_NODE, RANGE = re.compile(r"\d+\.\d+"), re.compile(r"(\d+)-(\d+)")
COLUMNS: tuple[str, ...] = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
ENTITY_FIELDS: tuple[str, ...] = ("GRP", "etype")  # of a bracket, where the file does not say


def read_conllu(path: str | Path) -> Iterator[Annotated]:
    """Sentences of a CoNLL-U file: words with tags, features and lemmas, dependencies, mentions and entities.

    Empty nodes are left out, and so are mentions that begin or end at one or stand in several parts, which are counted.
    The text is ``# text``, against which every word is checked; without it, it is put together from the words. Mentions
    stand in ``Entity=`` of MISC; they carry cluster ids, entity types and links as ``# global.Entity`` lays them out.

    Of CoNLL-U Plus, where ``# global.columns`` names the columns, those that CoNLL-U has are read.

    Raises
    ------
    InputError
        If a line breaks the format, or the words are not those of ``# text``.

    References
    ----------
    .. [1] https://universaldependencies.org/format.html
    .. [2] https://universaldependencies.org/ext-format.html
    .. [3] Zeldes (2017), GUM; its brackets: https://gucorpling.org/gum/guidelines.html
    """
    fields, columns = ENTITY_FIELDS, COLUMNS
    for block, comments, document in sentences_of(path):
        if "global.Entity" in comments:
            fields = tuple(comments["global.Entity"].split("-"))
        if "global.columns" in comments:
            columns = _named_columns(block, comments["global.columns"])
        sentence = _sentence_of(block, columns, has_text="text" in comments)
        rows, (text, spans) = sentence.rows, placed(sentence.units, comments.get("text"))
        mentions, n_left_out = mentions_of(sentence.brackets, fields)
        yield Annotated(
            text=text,
            words=tuple(row.form for row in rows),
            spans=spans if len(spans) == len(rows) else _inside(rows, sentence.units, spans, text),
            arcs=_tree_of(rows),
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
        head = whole_number(self.head, most=n_words)
        if head is None or head == self.index + 1:
            message = N_("the head {head} is no other word of this sentence of {n}.")
            raise self.line.refuse(lazy_gettext(message, head=repr(self.head), n=n_words))
        if self.relation == "_":
            raise self.line.refuse(lazy_gettext("a head without a relation."))
        return Arc(self.index, head - 1, self.relation) if head else None


def _tree_of(rows: list[Row]) -> tuple[Arc, ...]:
    """The dependencies of a sentence: one word at most is a root, and from each word heads lead to a word without one,
    so that words that all have heads have one root.
    """
    arcs = tuple(arc for row in rows if (arc := row.arc(len(rows))) is not None)
    heads = {arc.dependent: arc.head for arc in arcs}
    roots = [row for row in rows if row.head != "_" and row.index not in heads]
    if len(roots) > 1:
        message = N_("a second root: word {n} is the root of this sentence.")
        raise roots[1].line.refuse(lazy_gettext(message, n=roots[0].index + 1))
    is_above: dict[int, int] = {}  # each word, and from which one it was reached first
    for row in rows:
        at: int | None = row.index
        while at is not None and at not in is_above:
            is_above[at] = row.index
            at = heads.get(at)
        if at is not None and is_above[at] == row.index:
            message = N_("the heads of word {n} lead back to it, not to a root.")
            raise rows[at].line.refuse(lazy_gettext(message, n=at + 1))
    return arcs


@dataclass
class _Sentence:
    """What is read of a sentence so far: words up to ``covered`` belong to a unit, empty nodes have brackets alone."""

    rows: list[Row] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    brackets: list[Brackets] = field(default_factory=list)
    covered: int = 0
    is_silent: bool = False  # whether the last range does not say what follows it


def _named_columns(block: list[Line], names: str) -> tuple[str, ...]:
    columns = tuple(names.split())
    if not {"ID", "FORM"} <= set(columns) or len(set(columns)) < len(columns):
        line = next(line for line in block if "global.columns" in line.text)
        raise line.refuse(lazy_gettext("'# global.columns' names each column once, ID and FORM among them."))
    return columns


def _cells(line: Line, block: list[Line], columns: tuple[str, ...]) -> dict[str, str]:
    """What a line says, by the names of its columns; "_" in those of CoNLL-U that it does not have."""
    cells = line.text.split("\t")
    if len(cells) != len(columns):
        message = N_("a word has {n} columns, this line has {here}.")
        what = lazy_gettext(message, n=len(columns), here=len(cells))
        raise line.refuse(other_format(line, block, "CoNLL-U") or what)
    named = dict(zip(columns, cells, strict=True))
    return named if columns is COLUMNS else dict.fromkeys(COLUMNS, "_") | named


def _sentence_of(block: list[Line], columns: tuple[str, ...], *, has_text: bool) -> _Sentence:
    sentence = _Sentence()
    for line in block:
        if line.text.startswith("#"):
            continue
        cells = _cells(line, block, columns)
        misc = dict(part.split("=", 1) for part in cells["MISC"].split("|") if "=" in part)
        if EMPTY_NODE.fullmatch(cells["ID"]):
            _add_brackets(sentence, line, None, misc)
        elif not cells["FORM"]:
            raise line.refuse(lazy_gettext("a word without a form."))
        elif ends := RANGE.fullmatch(cells["ID"]):
            _add_range(sentence, line, ends, cells["FORM"], misc)
        else:
            _add_word(sentence, line, cells, misc, has_text=has_text)
    n_words = len(sentence.rows)
    if not n_words:
        raise block[-1].refuse(other_format(block[-1], block, "CoNLL-U") or lazy_gettext("a sentence without words."))
    if sentence.covered > n_words:
        raise block[-1].refuse(lazy_gettext("the sentence ends before its words do."))
    if n_words > 1 and all(row.form == "_" for row in sentence.rows):
        message = N_(
            "all words of this sentence are '_': the treebank leaves its text out, and a script that comes with it "
            "puts the words there."
        )
        raise sentence.rows[0].line.refuse(lazy_gettext(message))
    return sentence


def _add_range(sentence: _Sentence, line: Line, ends: re.Match[str], form: str, misc: dict[str, str]) -> None:
    """Words that the text writes as one: 1-2."""
    n_words = len(sentence.rows)
    first, last = whole_number(ends[1]), whole_number(ends[2])
    if first != n_words + 1 or last is None or last < first or sentence.covered > n_words:
        message = N_("the range {range} does not go on after word {n}.")
        raise line.refuse(lazy_gettext(message, range=ends[0], n=n_words))
    sentence.units.append(Unit(line, form, last - n_words, misc.get("SpaceAfter") != "No"))
    sentence.covered, sentence.is_silent = last, "SpaceAfter" not in misc


def _add_word(sentence: _Sentence, line: Line, cells: dict[str, str], misc: dict[str, str], *, has_text: bool) -> None:
    """The next word, and its unit where no range covers it."""
    rows, form, has_space = sentence.rows, cells["FORM"], misc.get("SpaceAfter") != "No"
    if cells["ID"] != str(len(rows) + 1):
        message = N_("the word after {n} is numbered {number}.")
        raise line.refuse(lazy_gettext(message, n=len(rows), number=repr(cells["ID"])))
    lemma = cells["LEMMA"] if form == "_" else _stated(cells["LEMMA"])  # the lemma of a line "_" is one
    tag, features = _stated(cells["UPOS"]), _stated(cells["FEATS"])
    rows.append(Row(line, len(rows), form, lemma, tag, features, cells["HEAD"], cells["DEPREL"]))
    _add_brackets(sentence, line, len(rows) - 1, misc)
    if len(rows) > sentence.covered:
        sentence.units.append(Unit(line, form, 1, has_space))
        sentence.covered += 1
    elif len(rows) == sentence.covered and sentence.is_silent and not has_space:
        # The range does not say what follows it, but its last word does. Where there is a text, the text decides.
        sentence.units[-1] = replace(sentence.units[-1], space_after=None if has_text else False)


def _add_brackets(sentence: _Sentence, line: Line, word: int | None, misc: dict[str, str]) -> None:
    if brackets := misc.get("Entity"):
        sentence.brackets.append(Brackets(line, word, brackets))


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
