"""A line of another well-known format → a sentence that says which one it is, and what is read instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mha_viz.annotation.files.lines import Line

NUMBER = re.compile(r"\d+([-.]\d+)?")  # of a word, a range, an empty node
TAG = re.compile(r"O|[BIESLU]-\S+")  # of names or chunks, also where single words and last words have tags of their own
COREFERENCE = re.compile(r"[-_*]|\(?\d+\)?(\|\(?\d+\)?)*")  # of a word: none, or brackets with numbers

NAMES = "names are read as IOB2, a line a word: its number, the word and its tag, between tabs."
COREFERENCES = "coreference is read from CoNLL-U with 'Entity=' in its last column, as CorefUD has it."


def other_format(line: Line, block: Sequence[Line], wanted: str) -> str | None:
    """What a line that breaks its format looks like; None where it is like nothing that we know.

    Parameters
    ----------
    line : the line of a word; a comment where a sentence has no words
    block : the lines of its sentence, comments included
    wanted : {"CoNLL-U", "IOB2"}
        What it should have been.
    """
    words = [other.text.split() for other in block if not other.text.startswith("#")]
    cells = [] if line.text.startswith("#") else line.text.split()
    if _is_conll_2012(cells, block):
        return f"this is CoNLL-2012: {COREFERENCES}"
    if any(other.text.startswith("#FORMAT=WebAnno") for other in block):
        return "this is WebAnno's TSV: export CoNLL-U from there."
    if not cells:
        return None
    if cells[0] == "-DOCSTART-" or all(len(word) in (4, 5) and _has_tags(word, -1, -2) for word in words):
        return f"this is CoNLL-2003 (word, part of speech, chunk, name): {NAMES}"
    if NUMBER.fullmatch(cells[0]):
        return _numbered(line, words, wanted)
    if all(len(word) in (2, 3) and _has_tags(word, -1) for word in words):
        return f"these are words and name tags without numbers, as in CoNLL-2002: {NAMES}"
    return None


def _numbered(line: Line, words: Sequence[Sequence[str]], wanted: str) -> str | None:
    """The same for a line that begins with the number of a word."""
    n_tabs = line.text.count("\t")
    is_iob2 = all(len(word) > 2 and _has_tags(word, 2) for word in words)
    if n_tabs > 12:
        return "this is CoNLL-2009: dependencies are read from CoNLL-U, a word with 10 columns."
    if n_tabs == 9 and wanted == "IOB2":
        return "this is CoNLL-U, a word with 10 columns, not IOB2."
    if 2 <= n_tabs < 9 and is_iob2 and wanted == "CoNLL-U":
        return "this is IOB2, a name tag in the third column, not CoNLL-U."
    if n_tabs < 9 and len(line.text.split()) >= 10:
        return "this is CoNLL-U with spaces between its columns: put one tab between two columns."
    if n_tabs < 2 and is_iob2:
        return "this is IOB2 with spaces between its columns: put one tab between two columns."
    return None


def _has_tags(cells: Sequence[str], *places: int) -> bool:
    return all(TAG.fullmatch(cells[i]) for i in places)


def _is_conll_2012(cells: Sequence[str], block: Sequence[Line]) -> bool:
    """By the line that begins a document; or name and part of it, number and word, and coreference at the end."""
    if any(line.text.startswith("#begin document") for line in block):
        return True
    has_numbers = len(cells) >= 11 and not NUMBER.fullmatch(cells[0]) and cells[1].isdecimal() and cells[2].isdecimal()
    return has_numbers and COREFERENCE.fullmatch(cells[-1]) is not None
