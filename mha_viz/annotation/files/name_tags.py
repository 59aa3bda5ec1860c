"""Files with a name tag for each word (IOB2) → ``Annotated``, one sentence at a time.

Nothing is mended: a line that breaks its format is refused, with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mha_viz.annotation.annotated import Annotated, Entity
from mha_viz.annotation.files.formats import other_format
from mha_viz.annotation.files.lines import Line, Unit, placed, sentences_of
from mha_viz.language import N_, lazy_gettext


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
    for block, comments, document in sentences_of(path):
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
            message = N_("this is not number {n}, a word and a tag, between tabs.")
            what = lazy_gettext(message, n=len(units) + 1)
            raise line.refuse(other_format(line, block, "IOB2") or what)
        tag = re.fullmatch(r"O|([BI])-(\S+)", cells[2])
        if tag is None:
            what = lazy_gettext("{tag} is no tag: O, or B- or I- and a type.", tag=repr(cells[2]))
            raise line.refuse(other_format(line, block, "IOB2") or what)
        i, (begins, entity_type) = len(units), tag.groups()
        if begins == "B":
            entities.append(Entity(i, i + 1, entity_type))
        elif begins == "I":
            if not entities or (entities[-1].end, entities[-1].entity_type) != (i, entity_type):
                message = N_("{tag} goes on with nothing: there is no {type} right before it.")
                raise line.refuse(lazy_gettext(message, tag=cells[2], type=entity_type))
            entities[-1] = Entity(entities[-1].begin, i + 1, entity_type)
        units.append(Unit(line, cells[1]))
    if not units:
        raise block[-1].refuse(lazy_gettext("a sentence without words."))
    return units, tuple(entities)
