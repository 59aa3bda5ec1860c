"""Text → the syntax tree of Python, or a sentence: whether it is code, and the text of a file."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from pathlib import Path
from sys import version_info

from mha_viz.errors import InputError, in_one_line
from mha_viz.language import N_, lazy_gettext
from mha_viz.outside import cut, open_file


def tree_of(text: str) -> ast.Module:
    """The syntax tree of a code.

    Raises
    ------
    InputError
        If it is no Python, or none of the version that runs here.
    """
    if "\r" in text.replace("\r\n", ""):
        message = N_("Lines end with a carriage return alone here: give code whose lines end with line feeds.")
        raise InputError(lazy_gettext(message))
    try:
        with warnings.catch_warnings():  # of invalid escapes in strings, which are the author's matter
            warnings.simplefilter("ignore", SyntaxWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            return ast.parse(text)
    except SyntaxError as error:
        where, what = lazy_gettext("line {n}", n=error.lineno or 1), error.msg or "invalid syntax"
    except (ValueError, RecursionError, MemoryError) as error:
        where, what = lazy_gettext("all of it"), in_one_line(error) or "nested too deeply"
    version = ".".join(map(str, version_info[:2]))
    message = N_(
        "This is no Python that can be read ({where}: {what}). Code is read by Python's own parser, here version "
        "{version}: give whole statements."
    )
    raise InputError(lazy_gettext(message, where=where, what=what, version=version))


def what_is_wrong(text: str) -> str:
    """Why a text is no Python, with the line, to be said in any language; "" where it is.

    >>> what_is_wrong("x = = 1").startswith("This is no Python that can be read (line 1: invalid syntax).")
    True
    """
    try:
        tree_of(text)
    except InputError as error:
        sentence: str = error.args[0]
        return sentence
    return ""


def is_code(text: str) -> bool:
    """Whether a text is taken for Python: several lines that its parser reads, of which one does something.

    Words on lines of their own, and lines such as ``Name: Anna``, are Python too; so a definition, an assignment, a
    call, an import or a statement with a block has to be among them.

    >>> is_code("x = 1\\nprint(x)"), is_code("Dear: Anna\\nyours"), is_code("print(1)")
    (True, False, False)
    """
    if "\n" not in text.strip():
        return False
    try:
        tree = tree_of(text)
    except InputError:
        return False
    return any(map(_does_something, tree.body))


def _does_something(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return any(isinstance(node, ast.Call) for node in ast.walk(statement))
    if isinstance(statement, ast.AnnAssign):
        return statement.value is not None
    return not isinstance(statement, (ast.Pass, ast.Break, ast.Continue, ast.Return))


def read_code(path: str | Path) -> str:
    """The text of a Python file, in the encoding that it names, with line feeds.

    Raises
    ------
    InputError
        If it cannot be read, or is not in that encoding.
    """
    with open_file(path) as file:
        try:
            encoding, _ = tokenize.detect_encoding(file.readline)
            file.seek(0)
            return io.TextIOWrapper(io.BytesIO(file.read()), encoding).read()
        except OSError as error:
            message = N_("{file} cannot be read: {why}.")
            raise InputError(lazy_gettext(message, file=cut(str(path)), why=str(error.strerror))) from None
        except (SyntaxError, UnicodeError, LookupError):
            message = N_("{file} is not in the encoding that it names, or not UTF-8: save it as UTF-8.")
            raise InputError(lazy_gettext(message, file=cut(str(path)))) from None
