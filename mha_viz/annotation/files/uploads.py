"""Annotated files that somebody hands over as bytes → sentences; the format is told by the lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.files.lines import comments_of, lines_of
from mha_viz.annotation.files.name_tags import read_iob2
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.errors import InputError, StorageError
from mha_viz.language import N_, lazily, lazy_gettext, said
from mha_viz.outside import cut

MOST_BYTES, MOST_SENTENCES = 20_000_000, 50_000


def read_upload(name: str, data: bytes, *, most_bytes: int = MOST_BYTES) -> tuple[Annotated, ...]:
    """The sentences of a CoNLL-U or IOB2 file, with the name that its owner gave it.

    Raises
    ------
    InputError
        If a line breaks the format, the file holds no sentence, more than 50,000, or more than ``most_bytes``, 20 MB.
    StorageError
        If there is no room to put it aside.
    """
    name = cut(PureWindowsPath(PurePosixPath(name).name).name) or lazy_gettext("the file")
    if len(data) > most_bytes:
        message = N_("{file} has {size}; up to {most} are read.")
        sizes = {"size": f"{len(data) / 1e6:.0f} MB", "most": f"{most_bytes / 1e6:.0f} MB"}
        raise InputError(lazy_gettext(message, file=name, **sizes))
    with _put_aside(name, data) as path:
        try:
            sentences = tuple(islice(_reader_of(path)(path), MOST_SENTENCES + 1))
        except InputError as error:
            raise InputError(_named(error.args[0], path, name)) from None
    if not sentences:
        message = N_("{file} holds no sentence. CoNLL-U and IOB2 files are read.")
        raise InputError(lazy_gettext(message, file=name))
    sentences = tuple(replace(one, source=_named(one.source, path, name)) for one in sentences)
    if len(sentences) > MOST_SENTENCES:
        what = lazy_gettext("up to {n} sentences are read, and here is one more.", n=MOST_SENTENCES)
        raise InputError(lazy_gettext("{place}: {what}", place=sentences[-1].source, what=what))
    return sentences


def _named(sentence: str, path: Path, name: str) -> str:
    """A sentence about a file that was put aside, by the name that its owner knows."""
    return lazily(lambda: said(sentence).replace(str(path), said(name)))


@contextmanager
def _put_aside(name: str, data: bytes) -> Iterator[Path]:
    """The bytes as a file, which is gone afterwards, under a name that is never from outside."""
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "upload"
            path.write_bytes(data)
            yield path
    except OSError as error:
        message = N_(
            "{file} cannot be read here: {size} are needed in the system's folder for temporary files ({why})."
        )
        size = f"{len(data) / 1e6:.1f} MB"
        raise StorageError(lazy_gettext(message, file=name, size=size, why=str(error.strerror))) from error


def _reader_of(path: Path) -> Callable[[str | Path], Iterator[Annotated]]:
    """IOB2 where the first word's line holds a tag in its third column and no line names the columns, else CoNLL-U."""
    for line in lines_of(path):
        if "global.columns" in comments_of([line]):
            return read_conllu
        cells = line.text.split("\t")
        if line.text.strip() and not line.text.startswith("#"):
            is_iob2 = len(cells) < 10 and len(cells) > 2 and (cells[2] == "O" or cells[2][:2] in ("B-", "I-"))
            return read_iob2 if is_iob2 else read_conllu
    return read_conllu
