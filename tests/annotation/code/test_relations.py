"""The relations of code, by hand, and bindings against symtable."""

import ast
import inspect
import json
import queue
import symtable
import textwrap

import pytest

from mha_viz.annotation.code.parser import parse_code
from mha_viz.annotation.code.scopes import _Reader
from mha_viz.annotation.code.syntax import tree_of
from mha_viz.annotation.code.words import words_of


def told(text, relation):
    """Each arc as "word@line → word@line", in the order of the text."""
    code = parse_code(text)
    line = [text.count("\n", 0, begin) + 1 for begin, _ in code.spans]
    arcs = [arc for arc in code.arcs if arc.relation == relation]
    return [f"{code.words[arc.dependent]}{line[arc.dependent]} {code.words[arc.head]}{line[arc.head]}" for arc in arcs]


CODE = """def total(rows, key=None):
    found = {}
    for row in rows:
        # the sum of each
        if row in found:
            found[row] += key(row, (1))
        else:
            found[row] = 0

    return found
"""


def test_brackets_by_hand():
    code = parse_code("f(a[{1: (2)}], (3))")
    # f ( a [ { 1 : ( 2 ) } ] , ( 3 ) )
    pairs = {arc.dependent: arc.head for arc in code.arcs if arc.relation == "bracket"}
    assert pairs == {9: 7, 10: 4, 11: 3, 15: 13, 16: 1}


def test_blocks_and_indentation_by_hand():
    assert told(CODE, "block") == [
        "found2 def1", "for3 def1", "if5 for3", "found6 if5", "else7 for3", "found8 else7", "return10 def1",
    ]  # fmt: skip
    assert told(CODE, "indentation") == ["for3 found2", "else7 if5", "return10 for3"]


def test_decorators_and_statements_on_one_line():
    code = "@cached\n@one(2)\nasync def f(x):\n    if x: return 1\n    y = 2\n"
    assert told(code, "block") == ["if4 async3", "y5 async3"]
    assert told(code, "indentation") == ["@2 @1", "async3 @2", "y5 if4"]


def test_identifiers_point_at_the_last_place_before():
    code = parse_code("a = b\na.b = a\nif a: pass")
    pairs = [(arc.dependent, arc.head) for arc in code.arcs if arc.relation == "identifier"]
    # a = b a . b = a if a : pass
    assert pairs == [(3, 0), (5, 2), (7, 3), (9, 7)]


def test_keywords_are_no_identifiers():
    assert told("x = None\ny = None\nif x: pass\nif y: pass", "identifier") == ["x3 x1", "y4 y2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\nx = 2\ny = x", ["x3 x2"]),  # the last one before
        ("def f(a, *b, c=1, **d):\n    return a, b, c, d", ["a2 a1", "b2 b1", "c2 c1", "d2 d1"]),
        ("x = 1\ndef f(x=x):\n    return x", ["x2 x1", "x3 x2"]),  # a default is read around
        ("x = 1\nclass A:\n    x = 2\n    def f(self):\n        return x", ["x5 x1"]),  # not of the class
        ("class A:\n    x = 2\n    y = x", ["x3 x2"]),
        ("x = 1\nz = [x for x in x]", ["x2 x2", "x2 x1"]),  # the first iterable is read around
        ("def f():\n    global n\n    n = 1\nn", ["n4 n3"]),
        ("def f():\n    n = 0\n    def g():\n        nonlocal n\n        n = n + 1\n    return n", ["n5 n2", "n6 n5"]),
        ("n = 1\nn += 2", ["n2 n1"]),
        ("import os.path as p, sys\np.sys, sys", ["p2 p1", "sys2 sys1"]),
        ("from a import *\nfrom a import b as c\nc, b", ["c3 c2"]),
        ("try:\n    pass\nexcept (A, B) as e:\n    e", ["e4 e3"]),
        ("with open(f) as g, h:\n    g", ["g2 g1"]),
        ("for i, (j, k) in z:\n    i, j, k", ["i2 i1", "j2 j1", "k2 k1"]),
        ("def f():\n    return f, g\ndef g(): pass", ["f2 f1", "g2 g3"]),  # one that stands below
        ("f = lambda a: a + b\nb = 1", ["a1 a1", "b1 b2"]),
        ("y = [(t := x) for x in z]\nt", ["x1 x1", "t2 t1"]),
        ("match p:\n    case [a, *b]:\n        a, b", ["a3 a2", "b3 b2"]),
        ("match p:\n    case C(e=c) as f:\n        c, f", ["c3 c2", "f3 f2"]),
        ("match p:\n    case {'k': c, **d}:\n        c, d", ["c3 c2", "d3 d2"]),
        ("x = 1\nx = x + (\n  x)\nx", ["x2 x1", "x3 x1", "x4 x2"]),  # a value does not see its target
        ("x = 1\nfor x in x: x", ["x2 x1", "x2 x2"]),
        ("x = 1\n(x := x)\nx", ["x2 x1", "x3 x2"]),
        ("[b for a in z for b in a]", ["b1 b1", "a1 a1"]),
        ("x: int\nx = 1\nx", ["x3 x2"]),
        ("print(len)", []),  # built in
        ("a.x = 1\nx.a", []),  # attributes bind nothing
        ("x = 1\nf'{x}'", []),  # an f-string is one word
        ("x = 1\ndel x", ["x2 x1"]),
        ("class x(x): pass\nx", ["x1 x1", "x2 x1"]),
    ],
)  # fmt: skip
def test_definitions_by_hand(text, expected):
    assert told(text, "definition") == expected


class Recording(_Reader):
    """Keeps every scope that is opened."""

    def __init__(self, text):
        super().__init__(text, words_of(text))
        self.scopes = [self.module]

    def _inside(self, scope, *rest):
        self.scopes.append(scope)
        super()._inside(scope, *rest)


@pytest.mark.parametrize("module", [json.decoder, textwrap, inspect, ast, queue], ids=lambda module: module.__name__)
def test_what_each_scope_binds_is_what_symtable_says(module):
    text = inspect.getsource(module)
    reader = Recording(text)
    reader.visit(tree_of(text))
    bound = sorted(sorted(scope.defined) for scope in reader.scopes)
    tables, said = [symtable.symtable(text, "x", "exec")], []
    while tables:
        table = tables.pop()
        tables += table.get_children()
        own = [symbol.get_name() for symbol in table.get_symbols() if _binds(symbol)]
        said.append(sorted(name for name in own if not name.startswith(".")))
    assert bound == sorted(said)


def _binds(symbol):
    is_given = symbol.is_assigned() or symbol.is_parameter() or symbol.is_imported()
    return is_given and not symbol.is_nonlocal() and (symbol.is_local() or not symbol.is_global())
