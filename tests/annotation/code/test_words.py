"""The words of code: against tokenize, against hand, whatever the strings hold."""

import ast
import inspect
import io
import json
import textwrap
import tokenize

import pytest

from mha_viz.annotation.code.parser import parse_code
from mha_viz.annotation.code.syntax import is_code
from mha_viz.annotation.code.words import Line, words_of
from mha_viz.errors import InputError

CODE = '''def mean(xs):  # é
    """Über
    all."""
    if xs:
        return sum(xs) / len(xs)
    print(f"no {xs!r:>{3}} here", "ü" if xs else 7.5e3)

x = mean([1,
  2])
'''
WORDS = [
    "def", "mean", "(", "xs", ")", ":", "# é", '"""Über\n    all."""', "if", "xs", ":", "return", "sum", "(", "xs", ")",
    "/", "len", "(", "xs", ")", "print", "(", 'f"no {xs!r:>{3}} here"', ",", '"ü"', "if", "xs", "else", "7.5e3", ")",
    "x", "=", "mean", "(", "[", "1", ",", "2", "]", ")",
]  # fmt: skip
WHOLE = {tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING, tokenize.COMMENT}


def test_words_by_hand():
    code = parse_code(CODE)
    assert list(code.words) == WORDS
    assert [CODE[slice(*span)] for span in code.spans] == WORDS
    kinds = dict(zip(code.words, code.tags, strict=True))
    asked = ("def", "xs", "(", ")", "/", "7.5e3", '"ü"', "# é", 'f"no {xs!r:>{3}} here"', "[")
    assert [kinds[word] for word in asked] == [
        "KEYWORD", "NAME", "OPENING", "CLOSING", "OPERATOR", "NUMBER", "STRING", "COMMENT", "STRING", "OPENING",
    ]  # fmt: skip
    assert code.is_gold
    assert code.language == "Python"


def test_lines_by_hand():
    words = words_of(CODE)
    first = [(WORDS[line.first], line.opener) for line in words.lines]
    assert first == [("def", None), (WORDS[7], 0), ("if", 0), ("return", 2), ("print", 0), ("x", None)]
    assert words.lines[1] == Line(7, 0)


@pytest.mark.parametrize("module", [json.decoder, textwrap, inspect, ast], ids=lambda module: module.__name__)
def test_words_are_the_tokens_of_tokenize(module):
    text = inspect.getsource(module)
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type in WHOLE]
    lines = text.split("\n")
    code = parse_code(text)
    words = [word for word in code.words if word[:1].lower() != "f" or word[-1:] not in "'\""]  # f-strings: since 3.12
    assert set(words) <= {token.string for token in tokens}
    where = {(text.count("\n", 0, begin), begin - text.rfind("\n", 0, begin) - 1) for begin, _ in code.spans}
    assert {(token.start[0] - 1, token.start[1]) for token in tokens if "{" not in token.line} <= where
    assert len(lines) == text.count("\n") + 1


@pytest.mark.parametrize("module", [json.decoder, textwrap, inspect])
def test_the_tree_finds_the_words(module):
    text = inspect.getsource(module)
    words = words_of(text)
    tree = ast.parse(text)
    in_strings = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in in_strings]
    assert len(names) > 100
    for node in names:
        assert text[slice(*words.spans[words.at[node.lineno, node.col_offset]])] == node.id


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f(:\n  pass", "line 1: invalid syntax"), ("if x:\npass", "line 2: expected an indented block"),
        ("The cat sat.\nIt slept.", "line 1: invalid syntax"), ("x = 1\ry = 2", "carriage return"),
        ("x = (1,\n", "line 1: '(' was never closed"), ("a\0b\n", "null bytes"),
        ("(" * 500 + ")" * 500, "all of it|line 1"),
    ],
)  # fmt: skip
def test_what_is_no_python_is_refused_in_a_sentence(text, said):
    with pytest.raises(InputError, match=said.replace("(", r"\(")) as error:
        parse_code(text)
    assert "\n" not in str(error.value)
    assert not is_code(text)


def test_a_carriage_return_before_a_line_feed_is_no_word():
    code = parse_code("if x:\r\n    y = 1\r\nz = 2\r\n")
    assert code.words == ("if", "x", ":", "y", "=", "1", "z", "=", "2")
    assert ("y", "if") in {(code.words[arc.dependent], code.words[arc.head]) for arc in code.arcs}


def test_an_invalid_escape_is_its_authors_matter():
    assert parse_code("x = '\\d'\ny = 1\n").words[2] == "'\\d'"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("x = 1\nprint(x)", True), ("def f():\n    return 1", True), ("import os\n", False), ("import os\nos", True),
        ("hello\nworld", False), ("Name: Anna\nAge: five", False), ("yes; no\nperhaps", False), ("pass\npass", False),
        ("Dear Anna,\nhow are you?", False), ("total: int = 3\ntotal", True), ("", False), ("f(1)", False),
    ],
)  # fmt: skip
def test_what_is_taken_for_code(text, answer):
    assert is_code(text) is answer
