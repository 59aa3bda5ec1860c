"""GAP: texts with one pronoun and two names → ``Annotated``.

Empty lines are passed over; nothing is mended: a line that breaks its format is refused, with file and line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from mha_viz.annotation.annotated import Annotated, Link, Span
from mha_viz.annotation.files.lines import Line, end_of, lines_of
from mha_viz.outside import whole_number

GAP_COLUMNS = (
    "ID", "Text", "Pronoun", "Pronoun-offset", "A", "A-offset", "A-coref", "B", "B-offset", "B-coref", "URL",
)  # fmt: skip
GAP_ANSWERS = {("TRUE", "FALSE"): 0, ("FALSE", "TRUE"): 1, ("FALSE", "FALSE"): None}
NAMES = ("Pronoun", "A", "B")
OFFSETS = tuple(f"{name}-offset" for name in NAMES)
SEPARATORS = {"\t": "without quotation marks", ",": "with tabs, not commas", ";": "with tabs, not semicolons"}


def read_gap(path: str | Path) -> Iterator[Annotated]:
    """Texts of a GAP file (tab-separated, one header line): a pronoun and two names, of which at most one is right.

    Raises
    ------
    InputError
        If a line breaks the format, or a name is not where its offset says; where a spreadsheet or another way to count
        explains that, the sentence says so.

    References
    ----------
    .. [1] Webster et al. (2018), arXiv:1810.05201.
    """
    for line in lines_of(path):
        cells = line.text.split("\t")
        if line.number == 1:
            if tuple(cells) != GAP_COLUMNS:
                raise line.refuse(f"a GAP file begins with the columns {', '.join(GAP_COLUMNS)}{_other_header(line)}.")
            continue
        if not line.text.strip():
            continue
        if len(cells) != len(GAP_COLUMNS):
            raise line.refuse(f"a GAP line has {len(GAP_COLUMNS)} columns, this one has {len(cells)}.")
        held = dict(zip(GAP_COLUMNS, cells, strict=True))
        right = held["A-coref"].upper(), held["B-coref"].upper()
        if right not in GAP_ANSWERS:
            raise line.refuse(f"A-coref and B-coref are TRUE or FALSE and not both TRUE, not {' and '.join(right)}.")
        pronoun, *names = (_named(line, held, name) for name in NAMES)
        link = Link(pronoun, tuple(names), GAP_ANSWERS[right], held["ID"])
        yield Annotated(held["Text"], links=(link,), document=held["ID"], sentence_id=held["ID"], source=line.place)


def _named(line: Line, held: dict[str, str], name: str) -> Span:
    """The range of a name, checked against the text."""
    span = _range(held["Text"], held[name], held[f"{name}-offset"])
    if span is None:
        raise line.refuse(
            f"{name} {held[name]!r} does not stand at character {held[f'{name}-offset']!r} of this text{_cause(held)}."
        )
    return span


def _range(text: str, spelled: str, offset: str) -> Span | None:
    begin = whole_number(offset, most=len(text) - 1)
    if not spelled or begin is None:
        return None
    end = end_of(spelled, text, begin)
    return None if end is None else (begin, end)


def _cause(held: dict[str, str]) -> str:
    """Why names do not stand where they should, where one cause explains all three; "" where none does."""
    if _all_fit({name: _unquoted(cell) for name, cell in held.items()}):
        return "; without the quotation marks of a CSV file it does: save it as text between tabs, without quotes"
    if _all_fit(held | {offset: re.sub(r"\.0+$", "", held[offset]) for offset in OFFSETS}):
        return "; as a whole number, which a spreadsheet has given decimals, it does"
    return _otherwise_written(held, (_read_as_utf_8, _composed)) or _counted_otherwise(held)


def _otherwise_written(held: dict[str, str], changes: Iterable[Callable[[str], str]]) -> str:
    for change in changes:
        if _all_fit({name: change(cell) for name, cell in held.items()}):
            return f"; {OTHERWISE_WRITTEN[change]}"
    return ""


def _counted_otherwise(held: dict[str, str]) -> str:
    """An accent as a character of its own is as one byte more: where both explain it, bytes are the likelier cause."""
    offsets = {offset: whole_number(held[offset]) for offset in OFFSETS}
    begins = {offset: begin for offset, begin in offsets.items() if begin is not None}
    if len(begins) == len(OFFSETS):
        for encoding, size, units in (("utf-8", 1, "UTF-8 bytes"), ("utf-16-le", 2, "UTF-16 units")):
            text = held["Text"].encode(encoding)
            if all(text.startswith(held[name].encode(encoding), size * begins[f"{name}-offset"]) for name in NAMES):
                return f"; counted in {units} it does: count characters"
        if _all_fit(held | {offset: str(begin - 1) for offset, begin in begins.items()}):
            return "; counted from 1 it does: count from 0"
    return _otherwise_written(held, (_decomposed,))


def _read_as_utf_8(cell: str) -> str:
    """A cell whose UTF-8 was taken for Windows-1252, as it was before."""
    with suppress(UnicodeError):
        return cell.encode("cp1252").decode()
    return cell


def _composed(cell: str) -> str:
    return unicodedata.normalize("NFC", cell)


def _decomposed(cell: str) -> str:
    return unicodedata.normalize("NFD", cell)


OTHERWISE_WRITTEN: dict[Callable[[str], str], str] = {
    _read_as_utf_8: "its letters (such as Ã) are UTF-8 that was opened as Windows-1252; opened as UTF-8 it does",
    _composed: "with letters and accents in one character (NFC) it does",
    _decomposed: "with accents as characters of their own (NFD) it does",
}


def _all_fit(held: Mapping[str, str]) -> bool:
    return all(_range(held["Text"], held[name], held[f"{name}-offset"]) is not None for name in NAMES)


def _unquoted(cell: str) -> str:
    """A cell as it was before a CSV writer put it between quotation marks, or doubled those in it."""
    inside = cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell
    return inside.replace('""', '"')


def _other_header(line: Line) -> str:
    """What the first line has in place of tabs; "" where it is no such header."""
    for sign, what in SEPARATORS.items():
        if tuple(map(_unquoted, line.text.split(sign))) == GAP_COLUMNS:
            return f", between tabs: this one is a spreadsheet's CSV, to be saved {what}"
    return ""
