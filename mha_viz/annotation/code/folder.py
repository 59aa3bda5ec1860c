"""A folder of Python files → its functions, each as a text of its own with its relations."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from textwrap import dedent
from typing import TypeVar

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.code.parser import parse_code
from mha_viz.annotation.code.syntax import read_code, tree_of
from mha_viz.errors import InputError
from mha_viz.outside import cut

LEAST_WORDS, MOST_WORDS = 24, 128  # of a function: shorter ones hold little to ask, longer ones few models read whole
MOST, MOST_FILES = 512, 256  # functions, and files from which they are taken
PASSED_OVER = ("test", "tests", "site-packages")
GOLDEN = (5**0.5 - 1) / 2  # whose multiples spread over 0 to 1, however few are taken
T = TypeVar("T")


def read_functions(folder: str | Path) -> Iterator[Annotated]:
    """Functions and methods of 24 to 128 words in the Python files below a folder; ``document`` is the file.

    At most 512, of at most 256 files, and of each as many: files are taken at even distances, and functions in an
    order that spreads over their file, so that the same folder gives the same functions. Folders called test, tests
    and site-packages, and hidden ones, are passed over, and so is what cannot be parsed. A function comes with its
    decorators, moved to the left edge.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise InputError(f"{cut(str(root))} is no folder: give one that holds Python files.")
    files = _files(root, MOST_FILES)
    for path in files:
        yield from islice(_functions(path, path.relative_to(root).as_posix()), -(-MOST // len(files)))


def functions_at_distances(
    folder: Path, most_files: int, *, shortest: int = LEAST_WORDS, longest: int = MOST_WORDS
) -> Iterator[Annotated]:
    """One function of so many words from each of so many files below a folder, taken at even distances as by
    ``read_functions``; a file without one is passed over.
    """
    for path in _files(folder, most_files):
        functions = _functions(path, path.relative_to(folder).as_posix())
        yield from islice((one for one in functions if shortest <= len(one) <= longest), 1)


def _files(root: Path, most: int) -> list[Path]:
    return evenly(sorted(path for path in root.rglob("*.py") if _counts(path.relative_to(root))), most)


def evenly(items: Sequence[T], most: int) -> list[T]:
    """At most so many of some items, at even distances.

    >>> evenly("abcdefg", 3), evenly("ab", 3)
    (['a', 'c', 'e'], ['a', 'b'])
    """
    return [items[i * len(items) // most] for i in range(most)] if len(items) > most else list(items)


def _counts(path: Path) -> bool:
    return not any(part in PASSED_OVER or part.startswith(".") for part in path.parts[:-1])


def _functions(path: Path, name: str) -> Iterator[Annotated]:
    try:
        text = read_code(path)
        tree = tree_of(text)
    except InputError:
        return
    lines = text.split("\n")
    nodes = list(_outermost(tree))
    for place in sorted(range(len(nodes)), key=lambda i: i * GOLDEN % 1):
        node = nodes[place]
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        try:
            function = parse_code(dedent("\n".join(lines[first - 1 : node.end_lineno])))
        except InputError:  # a string in it reaches farther to the left
            continue
        if LEAST_WORDS <= len(function) <= MOST_WORDS:
            yield replace(function, document=name, sentence_id=f"{name}:{first}", source=f"{path}, line {first}")


def _outermost(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions and methods, in the order of the text; those in another function belong to that."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
        else:
            yield from _outermost(node)
