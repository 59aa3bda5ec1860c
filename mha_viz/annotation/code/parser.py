"""Python code → Annotated: its words, and every relation between them."""

from __future__ import annotations

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.code.relations import relations_of
from mha_viz.annotation.code.syntax import tree_of
from mha_viz.annotation.code.words import words_of
from mha_viz.language import lazy_gettext

PYTHON = "Python"
SOURCE = lazy_gettext("Python's own parser")


def parse_code(text: str) -> Annotated:
    """Words and relations of Python code, as the language defines them: nothing is guessed.

    Returns
    -------
    Annotated
        Of exactly this text, with ``language`` "Python". ``words`` are the tokens of Python's tokenizer but for line
        breaks and indentation, ``tags`` their kinds (``NAME``, ``KEYWORD``, ``OPENING``, …), ``arcs`` the relations
        bracket, identifier, definition, block and indentation: a word may have several.

    Raises
    ------
    InputError
        If the text is no Python of the version that runs here.
    """
    tree = tree_of(text)
    words = words_of(text)
    return Annotated(
        text,
        words=tuple(text[begin:end] for begin, end in words.spans),
        spans=words.spans,
        arcs=relations_of(tree, text, words),
        tags=words.kinds,
        source=SOURCE,
        language=PYTHON,
    )
