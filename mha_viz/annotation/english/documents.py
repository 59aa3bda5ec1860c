"""An English text → sentences of plain words, by spaCy alone: here, or ahead of time in a process without torch."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import metadata
from subprocess import DEVNULL, PIPE, Popen
from typing import TYPE_CHECKING, NamedTuple

from mha_viz.annotation.english.trees import Node
from mha_viz.errors import InputError, ModelError
from mha_viz.language import N_, lazy_gettext
from mha_viz.models.catalogue import PARSER
from mha_viz.models.fetching.sums import is_whole
from mha_viz.models.light import allow_light_imports, is_ours, without_commands
from mha_viz.paths import parser_folder

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

LONGEST = 100_000  # characters
LONGEST_RUN = 1_000  # of them without a space: what spaCy needs to cut one grows with the square of its length
BESIDE = f"import sys; sys.path[:] = sys.argv[1:]; from {__name__} import answer; answer()"
UNUSED = ["senter"]  # the parser finds the sentences


class Document(NamedTuple):
    """What spaCy says of a text; spaces are no words, and what hangs from one hangs from its head.

    ``sentences`` have the nodes of their words, heads counted from the sentence's first. ``spans`` and ``features``
    have one entry a word of the text, ``names`` are (the words, what they name).
    """

    text: str
    sentences: list[list[Node]]
    spans: list[tuple[int, int]]
    features: list[str]
    names: list[tuple[list[int], str]]


_ahead: dict[tuple[str, str], Popen[bytes]] = {}  # by source and text: the process that reads it


def read_documents(source: str, texts: Sequence[str]) -> list[Document]:
    """Read each text with the model of this name or folder; what was read ahead is taken over.

    Raises
    ------
    ModelError
        If the model cannot be loaded.
    """
    if len(texts) == 1:
        with suppress(KeyError, EOFError, pickle.UnpicklingError):  # a process that found no end: it is read here
            document: Document = pickle.loads(_ahead.pop((source, texts[0])).communicate()[0])  # noqa: S301 - its own
            return [document]
    pipeline = _pipeline(source)
    together = len(texts) > 1
    read = pipeline.pipe(texts, batch_size=len(texts)) if together else map(pipeline, texts)
    return [_document(each) for each in read]


def read_ahead(text: str) -> None:
    """Begin to read, in a process of its own on another core, what will be asked for once this one has imported what
    takes as long. Nothing is begun where that process is not ours, or where it would fail.
    """
    try:
        refuse_unreadable(text)
    except InputError:
        return
    if not is_ours() or not (source := source_here()):
        return
    with suppress(OSError):  # then it is read here
        process = Popen([sys.executable, "-c", BESIDE, *sys.path], stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        with process.stdin as asked:  # type: ignore[union-attr]  # a pipe
            pickle.dump((source, text), asked)
        process.stdin = None  # closed
        _ahead[source, text] = process


def refuse_unreadable(text: str) -> None:
    """Refuse what spaCy would not read, or not in a life.

    Raises
    ------
    InputError
        If the text is too long, goes on too long without a space, or holds half of a character.
    """
    if len(text) > LONGEST:
        message = N_("This text has {n} characters; up to {most} can be parsed.")
        raise InputError(lazy_gettext(message, n=len(text), most=LONGEST))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(
            lazy_gettext("This text holds half of a character (a lone surrogate), which cannot be parsed.")
        )
    if (run := max(map(len, text.split()), default=0)) > LONGEST_RUN:
        message = N_("This text has {n} characters without a space; up to {most} can be parsed.")
        raise InputError(lazy_gettext(message, n=run, most=LONGEST_RUN))


def source_here() -> str:
    """Name or folder of the model: the installed one where it is the same, else the fetched one; "" for neither."""
    with suppress(metadata.PackageNotFoundError):
        if metadata.version(PARSER.package) == PARSER.version:
            return PARSER.package
    return str(parser_folder()) if is_whole(PARSER.name) else ""


def answer() -> None:
    """What the process beside does: read what its standard input asks for, without torch, which spaCy would import and
    not use.
    """
    allow_light_imports()
    sys.modules["torch"] = None  # type: ignore[assignment]
    source, text = pickle.load(sys.stdin.buffer)  # noqa: S301 - from ``read_ahead``
    sys.stdout.buffer.write(pickle.dumps(read_documents(source, [text])[0]))


@cache
def _pipeline(source: str) -> Language:
    try:
        with without_commands():
            import spacy

            return spacy.load(source, exclude=UNUSED)
    except Exception as error:
        what = (str(error) or type(error).__name__).splitlines()[0]
        message = N_("The parser in {source} cannot be loaded: {what}")
        raise ModelError(lazy_gettext(message, source=source, what=what)) from error


def _document(read: Doc) -> Document:
    tokens = [token for token in read if not token.is_space]
    index = {token.i: i for i, token in enumerate(tokens)}
    sentences: list[list[Node]] = []
    begin = 0
    for sentence in read.sents if tokens else ():
        sentences.append([_node(token, index, begin) for token in sentence if token.i in index])
        begin += len(sentences[-1])
    return Document(
        read.text, sentences, [(token.idx, token.idx + len(token)) for token in tokens],
        [str(token.morph) for token in tokens],
        [([index[token.i] for token in name if token.i in index], name.label_) for name in read.ents],
    )  # fmt: skip


def _node(token: Token, index: dict[int, int], begin: int) -> Node:
    above = token.head
    while above.is_space and above.head != above:
        above = above.head
    head = -1 if above == token or above.is_space else index[above.i] - begin
    return Node(token.text, token.lemma_, token.pos_, token.tag_, head, token.dep_, token.ent_type_)
