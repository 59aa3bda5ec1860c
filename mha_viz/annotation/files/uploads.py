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
    name = cut(PureWindowsPath(PurePosixPath(name).name).name) or "the file"
    if len(data) > most_bytes:
        raise InputError(f"{name} has {len(data) / 1e6:.0f} MB; up to {most_bytes / 1e6:.0f} MB are read.")
    with _put_aside(name, data) as path:
        try:
            sentences = tuple(islice(_reader_of(path)(path), MOST_SENTENCES + 1))
        except InputError as error:
            raise InputError(str(error).replace(str(path), name)) from None
    if not sentences:
        raise InputError(f"{name} holds no sentence. CoNLL-U and IOB2 files are read.")
    sentences = tuple(replace(one, source=one.source.replace(str(path), name)) for one in sentences)
    if len(sentences) > MOST_SENTENCES:
        raise InputError(f"{sentences[-1].source}: up to {MOST_SENTENCES:,} sentences are read, and here is one more.")
    return sentences


@contextmanager
def _put_aside(name: str, data: bytes) -> Iterator[Path]:
    """The bytes as a file, which is gone afterwards, under a name that is never from outside."""
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "upload"
            path.write_bytes(data)
            yield path
    except OSError as error:
        room = f"{len(data) / 1e6:.1f} MB are needed in the system's folder for temporary files ({error.strerror})"
        raise StorageError(f"{name} cannot be read here: {room}.") from error


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
