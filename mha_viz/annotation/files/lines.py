"""The lines of annotation files, numbered so that whatever is wrong can be named, and their words in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mha_viz.annotation.annotated import Span
from mha_viz.errors import InputError


@dataclass(frozen=True)
class Line:
    """One line of a file; ``refuse`` is an error that names it."""

    path: Path
    number: int
    text: str

    @property
    def place(self) -> str:
        return f"{self.path}, line {self.number}"

    def refuse(self, what: str) -> InputError:
        return InputError(f"{self.place}: {what}")


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
        If the file cannot be read, or a line is not UTF-8.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:  # as bytes: the line that is not UTF-8 can be named
            for number, raw in enumerate(file, start=1):
                try:
                    text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                except UnicodeDecodeError:
                    raise InputError(f"{path}, line {number}: this line is not UTF-8.") from None
                yield Line(path, number, text)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def blocks_of(path: str | Path) -> Iterator[list[Line]]:
    """Runs of lines between empty lines: the sentences of a treebank."""
    block: list[Line] = []
    for line in lines_of(path):
        if line.text.strip():
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
    for unit in units:
        if not text.startswith(unit.form, at):
            raise unit.line.refuse(f"the word {unit.form!r} is not what '# text' says there: {text[at : at + 20]!r}.")
        spans.append((at, at + len(unit.form)))
        after = at + len(unit.form)
        at = len(text) - len(text[after:].lstrip())
        if unit.space_after is not None and at < len(text) and (at > after) != unit.space_after:
            between = "a space" if at > after else "no space"
            raise unit.line.refuse(f"'# text' has {between} after {unit.form!r}; SpaceAfter says otherwise.")
    if at < len(text):
        raise units[-1].line.refuse(f"'# text' goes on after the last word: {text[at : at + 20]!r}.")
    return text, tuple(spans)
