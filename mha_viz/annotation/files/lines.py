"""The lines of annotation files, numbered so that whatever is wrong can be named, and their words in the text."""

from __future__ import annotations

import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mha_viz.annotation.annotated import Span
from mha_viz.errors import InputError
from mha_viz.language import N_, lazily, lazy_gettext, said
from mha_viz.outside import cut, open_file

# Soft hyphen; zero-width space, non-joiner, joiner, word joiner and no-break space; marks of the writing direction.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"
WITHOUT = dict.fromkeys(map(ord, INVISIBLE))
# How files begin that hold no lines of text.
PACKED = {
    b"PK\x03\x04": N_("this is a ZIP archive, as office documents are too: unpack it, or save its text as UTF-8."),
    b"\x1f\x8b": N_("this file is packed with gzip: unpack it."),
    b"BZh": N_("this file is packed with bzip2: unpack it."),
    b"\xfd7zXZ": N_("this file is packed with xz: unpack it."),
    b"%PDF-": N_("this is a PDF: save its text as UTF-8."),
}
LONGEST_LINE, LONGEST_SENTENCE, LONGEST_FORM = 1_000_000, 10_000, 1_000  # bytes, lines, characters


@dataclass(frozen=True)
class Line:
    """One line of a file; ``refuse`` is an error that names it."""

    path: Path
    number: int
    text: str

    @property
    def place(self) -> str:
        return lazy_gettext("{file}, line {n}", file=str(self.path), n=str(self.number))

    def refuse(self, what: str) -> InputError:
        """``what`` may be lazy."""
        return InputError(lazy_gettext("{place}: {what}", place=self.place, what=lazily(lambda: cut(said(what)))))


@dataclass(frozen=True)
class Unit:
    """A run of characters without a break of ours: one word, or several that the text writes as one."""

    line: Line
    form: str
    n_words: int = 1
    space_after: bool | None = None  # None: the format does not say


def lines_of(path: str | Path) -> Iterator[Line]:
    """The lines of a UTF-8 file, counted from 1, without their ends.

    Raises
    ------
    InputError
        If the file cannot be read, or a line is not UTF-8 or has no end.
    """
    path = Path(path)
    with open_file(path) as file:  # as bytes: the line that is not UTF-8 can be named
        try:
            for number, raw in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), start=1):
                yield Line(path, number, _decoded(raw, Line(path, number, "")))
        except OSError as error:
            message = N_("{file} cannot be read: {why}.")
            raise InputError(lazy_gettext(message, file=str(path), why=str(error.strerror))) from None


def _decoded(raw: bytes, line: Line) -> str:
    """A line without its end, as text."""
    is_first = line.number == 1
    if is_first and (packed := next((what for begin, what in PACKED.items() if raw.startswith(begin)), None)):
        raise line.refuse(lazy_gettext(packed))
    if is_first and b"\r" in raw.rstrip(b"\r\n"):
        message = N_("lines end with a carriage return alone here: save the file with line feeds.")
        raise line.refuse(lazy_gettext(message))
    if len(raw) > LONGEST_LINE:
        message = N_("lines of up to {n} bytes are read, and this one is longer.")
        raise line.refuse(lazy_gettext(message, n=LONGEST_LINE))
    try:
        return raw.decode("utf-8-sig" if is_first else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        is_utf16 = is_first and raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        what = N_("this file is UTF-16: save it as UTF-8.") if is_utf16 else N_("this line is not UTF-8.")
        raise line.refuse(lazy_gettext(what)) from None


def blocks_of(path: str | Path) -> Iterator[list[Line]]:
    """Runs of lines between empty lines: the sentences of a treebank.

    Raises
    ------
    InputError
        If a line cannot be read, or one has no end.
    """
    block: list[Line] = []
    for line in lines_of(path):
        if line.text.strip():
            if len(block) == LONGEST_SENTENCE:
                message = N_("the sentence goes on after {n} lines: an empty line ends one.")
                raise line.refuse(lazy_gettext(message, n=LONGEST_SENTENCE))
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def comments_of(block: list[Line]) -> dict[str, str]:
    """``# name = value`` lines; a comment without a value has the empty one."""
    pairs = (line.text[1:].partition("=") for line in block if line.text.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def sentences_of(path: str | Path) -> Iterator[tuple[list[Line], dict[str, str], str]]:
    """Each sentence with its comments and the name of its document."""
    document, n_documents = "", 0
    for block in blocks_of(path):
        comments = comments_of(block)
        if "newdoc" in comments or "newdoc id" in comments:
            n_documents += 1
            document = comments.get("newdoc id") or f"document {n_documents}"
        yield block, comments, document


def placed(units: list[Unit], text: str | None) -> tuple[str, tuple[Span, ...]]:
    """The text and the range of each unit in it, checked character by character; without a text, one put together.

    Raises
    ------
    InputError
        If a unit is not what the text says, a space is there that should not be or the other way round, or the text
        says more.
    """
    if text is None:
        text = "".join(unit.form + " " * (unit.space_after is not False) for unit in units).rstrip()
    spans: list[Span] = []
    at = 0
    for i, unit in enumerate(units):
        begin = _begin(unit.form, text, at)
        if i and begin < len(text):
            _check_space(units[i - 1], text[at:begin])
        end = end_of(unit.form, text, begin)
        if end is None:
            message = N_("the word {word} is not what '# text' says there: {there}.")
            raise unit.line.refuse(lazy_gettext(message, word=repr(unit.form), there=repr(text[begin : begin + 20])))
        spans.append((begin, end))
        at = end
    if (at := _skipped(text, at, INVISIBLE)) < len(text):
        message = N_("'# text' goes on after the last word: {there}.")
        raise units[-1].line.refuse(lazy_gettext(message, there=repr(text[at : at + 20])))
    return text, tuple(spans)


def end_of(form: str, text: str, begin: int) -> int | None:
    """Where a form ends that begins at this character of a text; None where the text says something else.

    A text may write the same with other code points (NFC), and with or without characters that nobody sees.

    >>> end_of("cafe\u0301", "un caf\u00e9", 3), end_of("zur\u00adück", "zurück", 0), end_of("cafe", "café", 0)
    (7, 6, None)
    """
    if text.startswith(form, begin):
        return begin + len(form)
    if len(form) > LONGEST_FORM:  # no word
        return None
    wanted = _as_seen(form)
    n_seen = 0  # code points: as many as of the form, however they are put together
    for end in range(begin + 1, len(text) + 1):
        n_seen += len(_as_seen(text[end - 1]))
        if n_seen >= len(wanted):
            return end if n_seen == len(wanted) and _as_seen(text[begin:end]) == wanted else None
    return None


def _as_seen(text: str) -> str:
    """Without what nobody sees, and taken apart (NFD): the same letters are then the same code points."""
    return unicodedata.normalize("NFD", text.translate(WITHOUT))


def _begin(form: str, text: str, at: int) -> int:
    """Where the next word begins: after spaces, and after invisible characters that are not its own."""
    begin = _skipped(text, at)
    return begin if text.startswith(form, begin) else _skipped(text, begin, INVISIBLE)


def _skipped(text: str, at: int, others: str = "") -> int:
    """The first place from here on that is neither white space nor one of some other characters."""
    while at < len(text) and (text[at].isspace() or text[at] in others):
        at += 1
    return at


def _check_space(unit: Unit, between: str) -> None:
    """Whether what stands between a unit and the next is what ``SpaceAfter`` says."""
    has_space = any(map(str.isspace, between))
    if unit.space_after is not None and has_space != unit.space_after:
        with_space = N_("'# text' has a space after {word}; SpaceAfter says otherwise.")
        without = N_("'# text' has no space after {word}; SpaceAfter says otherwise.")
        raise unit.line.refuse(lazy_gettext(with_space if has_space else without, word=repr(unit.form)))
