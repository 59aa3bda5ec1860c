"""A line of another well-known format → a sentence that says which one it is, and what is read instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mha_viz.annotation.files.lines import Line
from mha_viz.language import N_, lazy_gettext

NUMBER = re.compile(r"\d+([-.]\d+)?")  # of a word, a range, an empty node
TAG = re.compile(r"O|[BIESLU]-\S+")  # of names or chunks, also where single words and last words have tags of their own
COREFERENCE = re.compile(r"[-_*]|\(?\d+\)?(\|\(?\d+\)?)*")  # of a word: none, or brackets with numbers

CHUNK = re.compile(r"O|[BI]-(NP|VP|PP|ADVP|ADJP|SBAR|PRT|CONJP|INTJ|LST|UCP)")  # of phrases, not of names
# How lines begin that are of no table of words.
BEGINNINGS = {
    re.compile(r"\s*[\[{]\s*[\[{\"]"): N_("this is JSON"),
    re.compile(r"\s*<[?!a-zA-Z]"): N_("this is XML or HTML"),
    re.compile(r"\s*\((\s*\(|[A-Z]+ \()"): N_("these are trees in brackets, as the Penn Treebank has them"),
    re.compile(r"\"?ID\"?[\t,;]\"?Text\"?[\t,;]\"?Pronoun\b"): N_(
        "this is GAP, which the command profile reads (--gap)"
    ),
    re.compile(r"[TERAMN]\d+\t"): N_("this is brat's standoff format, whose text is in another file"),
}

COLUMNS = N_("words are read from CoNLL-U, a line a word with 10 columns between tabs, or from IOB2.")
NAMES = N_("names are read as IOB2, a line a word: its number, the word and its tag, between tabs.")
COREFERENCES = N_("coreference is read from CoNLL-U with 'Entity=' in its last column, as CorefUD has it.")


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
        return _instead(N_("this is CoNLL-2012"), COREFERENCES)
    if any(other.text.startswith("#FORMAT=WebAnno") for other in block):
        return lazy_gettext("this is WebAnno's TSV: export CoNLL-U from there.")
    if not cells:
        return None
    if begun := next((what for begin, what in BEGINNINGS.items() if begin.match(line.text)), None):
        return _instead(begun, COLUMNS)
    if all(len(word) > 2 and _has_tags(word, *range(1, len(word))) for word in words):
        return _instead(N_("these are words with several columns of name tags, as nested names have them"), NAMES)
    if cells[0] == "-DOCSTART-" or all(len(word) in (4, 5) and _has_tags(word, -1, -2) for word in words):
        return _instead(N_("this is CoNLL-2003 (word, part of speech, chunk, name)"), NAMES)
    if separator := next((sign for sign in ",;" if line.text.count(sign) == 9 and "\t" not in line.text), None):
        commas = N_("this is CoNLL-U with commas between its columns, as spreadsheets save it: put one tab there.")
        semicolons = N_(
            "this is CoNLL-U with semicolons between its columns, as spreadsheets save it: put one tab there."
        )
        message = commas if separator == "," else semicolons
        return lazy_gettext(message)
    if NUMBER.fullmatch(cells[0]):
        return _numbered(line, words, wanted)
    if all(len(word) == 3 and CHUNK.fullmatch(word[-1]) for word in words):
        message = N_("this is CoNLL-2000 (word, part of speech, chunk), which has neither dependencies nor names.")
        return lazy_gettext(message)
    if all(len(word) in (2, 3) and _has_tags(word, -1) for word in words):
        return _instead(N_("these are words and name tags without numbers, as in CoNLL-2002"), NAMES)
    return None


def _instead(what: str, read: str) -> str:
    """What a line looks like, and what is read."""
    return lazy_gettext("{what}: {read}", what=lazy_gettext(what), read=lazy_gettext(read))


def _numbered(line: Line, words: Sequence[Sequence[str]], wanted: str) -> str | None:
    """The same for a line that begins with the number of a word."""
    n_tabs = line.text.count("\t")
    if all(re.fullmatch(r"\d+\.0+", word[0]) for word in words):
        message = N_(
            "words are numbered in decimals ({number}), as spreadsheets write them: they must be whole numbers."
        )
        return lazy_gettext(message, number=words[0][0])
    is_iob2 = all(len(word) > 2 and _has_tags(word, 2) for word in words)
    if n_tabs > 12:
        return lazy_gettext("this is CoNLL-2009: dependencies are read from CoNLL-U, a word with 10 columns.")
    if n_tabs == 9 and wanted == "IOB2":
        return lazy_gettext("this is CoNLL-U, a word with 10 columns, not IOB2.")
    if is_iob2 and any(word[2][0] in "ESLU" for word in words):
        message = N_(
            "single and last words of names have tags of their own here (BIOES): names are read as IOB2, with B- and "
            "I- alone."
        )
        return lazy_gettext(message)
    if 2 <= n_tabs < 9 and is_iob2 and wanted == "CoNLL-U":
        return lazy_gettext("this is IOB2, a name tag in the third column, not CoNLL-U.")
    if n_tabs < 9 and len(line.text.split()) >= 10:
        return lazy_gettext("this is CoNLL-U with spaces between its columns: put one tab between two columns.")
    if n_tabs < 2 and is_iob2:
        return lazy_gettext("this is IOB2 with spaces between its columns: put one tab between two columns.")
    return None


def _has_tags(cells: Sequence[str], *places: int) -> bool:
    return all(TAG.fullmatch(cells[i]) for i in places)


def _is_conll_2012(cells: Sequence[str], block: Sequence[Line]) -> bool:
    """By the line that begins a document; or name and part of it, number and word, and coreference at the end."""
    if any(line.text.startswith("#begin document") for line in block):
        return True
    has_numbers = len(cells) >= 11 and not NUMBER.fullmatch(cells[0]) and cells[1].isdecimal() and cells[2].isdecimal()
    return has_numbers and COREFERENCE.fullmatch(cells[-1]) is not None
