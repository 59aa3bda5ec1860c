"""A syntax tree → which name is defined where: the uses of a name, and what gives it its value in their scope.

Scopes are those of Python's reference: functions, lambdas, comprehensions, classes (which what is nested in them does
not see) and the module. Decorators, defaults, annotations, base classes and the first iterable of a comprehension are
of the scope around.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from mha_viz.annotation.code.places import Places
from mha_viz.annotation.code.words import Words

Bound = tuple[int, int]  # the word, and until which word it is not seen


@dataclass
class Scope:
    """Where names are defined, as words of the text, each with the last word that does not see it yet.

    ``elsewhere`` are names that a statement gives to another scope.
    """

    around: Scope | None
    is_class: bool = False
    is_comprehension: bool = False
    defined: dict[str, list[Bound]] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)  # name → "global" or "nonlocal"


def definitions(tree: ast.AST, text: str, words: Words) -> list[tuple[int, int]]:
    """Each use of a name and its definition, as words: (use, definition), in the order of the uses.

    The definition is the last place that has bound the name when the use is reached, in the scope where the use finds
    it; where none has (in a comprehension the name stands before what binds it), the first of all. Assignments,
    parameters, ``for``, ``with``, ``except``, ``import``, ``def``, ``class``, patterns and ``:=`` bind. Names without
    a binding in the text (built-in ones) have none; attributes, and what stands in f-strings, are not followed. How
    often a loop runs is not followed either: a binding further down that a later round would read is not the
    definition.
    """
    reader = _Reader(text, words)
    reader.visit(tree)
    found = ((use, reader.definition_of(name, use, scope)) for name, use, scope in reader.uses)
    return sorted((use, place) for use, place in found if place is not None)


class _Reader(ast.NodeVisitor):
    """Walks a tree once: who binds and who reads, each with its scope."""

    def __init__(self, text: str, words: Words) -> None:
        self.places, self.unseen = Places(text, words), -1  # until which word what is bound now is not seen
        self.module = self.scope = Scope(None)
        self.uses: list[tuple[str, int, Scope]] = []

    def definition_of(self, name: str, use: int, scope: Scope) -> int | None:
        """The word that gives a name its value for a use."""
        owner: Scope | None = self._owner(name, scope)
        while owner is not None and (name not in owner.defined or (owner.is_class and owner is not scope)):
            owner = owner.around
        if owner is None:
            return None
        bound = [(unseen, place) for place, unseen in owner.defined[name] if place != use]
        before = [one for one in bound if one[0] < use]
        return max(before)[1] if before else min((place for _, place in bound), default=None)

    def _owner(self, name: str, scope: Scope) -> Scope:
        said = scope.elsewhere.get(name)
        if said == "global":
            return self.module
        return scope.around or scope if said else scope

    # ---- what binds and reads ----------------------------------------------------------------------------------

    def _bind(self, name: str, word: int | None, scope: Scope | None = None) -> None:
        if word is None:
            return
        scope = scope or self.scope
        owner = self._owner(name, scope)
        while scope.elsewhere.get(name) == "nonlocal" and name not in owner.defined and owner.around is not None:
            owner = owner.around
        owner.defined.setdefault(name, []).append((word, max(word, self.unseen)))

    def visit_Name(self, node: ast.Name) -> None:
        word = self.places.word(node, node.id)
        if isinstance(node.ctx, ast.Store):
            self._bind(node.id, word)
        elif word is not None:
            self.uses.append((node.id, word, self.scope))

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        self._bind_after(node.value, node.targets)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_all([node.annotation, *([node.value] if node.value else [])])
        if node.value or not isinstance(node.target, ast.Name):  # ``x: int`` alone gives no value
            self._bind_after(node.value or node.annotation, [node.target])

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """``x += 1`` reads x and binds it."""
        if isinstance(node.target, ast.Name) and (word := self.places.word(node.target, node.target.id)) is not None:
            self.uses.append((node.target.id, word, self.scope))
        self.visit(node.value)
        self._bind_after(node.value, [node.target])

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._bind_after(node.iter, [node.target])
        self._visit_all([*node.body, *node.orelse])

    visit_AsyncFor = visit_For  # noqa: N815 - as ast calls it

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.visit(node.iter)
        self._bind_after(node.iter, [node.target])
        self._visit_all(node.ifs)

    def _bind_after(self, value: ast.expr, targets: Iterable[ast.expr]) -> None:
        """Targets that are bound once a value is there, which does not see them, though it stands behind them."""
        before, self.unseen = self.unseen, self.places.end(value)
        self._visit_all(targets)
        self.unseen = before

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """``:=`` binds in the scope around a comprehension."""
        scope = self.scope
        while scope.is_comprehension and scope.around is not None:
            scope = scope.around
        self.visit(node.value)
        before, self.unseen = self.unseen, self.places.end(node.value)
        self._bind(node.target.id, self.places.word(node.target, node.target.id), scope)
        self.unseen = before

    def visit_Global(self, node: ast.Global) -> None:
        self.scope.elsewhere.update(dict.fromkeys(node.names, "global"))

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.scope.elsewhere.update(dict.fromkeys(node.names, "nonlocal"))

    def visit_alias(self, node: ast.alias) -> None:
        if node.name != "*":
            bound = node.asname or node.name.partition(".")[0]
            self._bind(bound, self.places.inside(node, bound, last=node.asname is not None))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            self._bind(node.name, self.places.following(node, node.name, "as"))
        self._visit_all(node.body)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.generic_visit(node)
        if node.name:
            self._bind(node.name, self.places.inside(node, node.name, last=True))

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._bind(node.name, self.places.inside(node, node.name, last=True))

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self._bind(node.rest, self.places.inside(node, node.rest, last=True))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """An f-string is one word: what stands in it is none."""

    # ---- what opens a scope ------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._visit_all(node.decorator_list)
        self._bind(node.name, self.places.following(node, node.name, "def"))
        outer = self._type_parameters(node)
        self._outside_of(node.args)
        if node.returns:
            self.visit(node.returns)
        self._inside(Scope(self.scope), node.body, node.args)
        self.scope = outer

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - as ast calls it

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._outside_of(node.args)
        self._inside(Scope(self.scope), [node.body], node.args)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all(node.decorator_list)
        self._bind(node.name, self.places.following(node, node.name, "class"))
        outer = self._type_parameters(node)
        self._visit_all([*node.bases, *node.keywords])
        self._inside(Scope(self.scope, is_class=True), node.body)
        self.scope = outer

    def visit_TypeAlias(self, node: ast.AST) -> None:
        """``type Pair[T] = tuple[T, T]``, since Python 3.12."""
        self.visit(node.name)  # type: ignore[attr-defined]
        outer = self._type_parameters(node)
        self.visit(node.value)  # type: ignore[attr-defined]
        self.scope = outer

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        first, *others = node.generators
        values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.visit(first.iter)
        self._inside(Scope(self.scope, is_comprehension=True), [first.target, *first.ifs, *others, *values])

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension  # noqa: N815 - as ast does

    def _type_parameters(self, node: ast.AST) -> Scope:
        """Opens a scope for the type parameters of Python 3.12, if there are any; the scope around."""
        outer, parameters = self.scope, getattr(node, "type_params", [])
        if parameters:
            self.scope = Scope(outer)
            for parameter in parameters:
                self._bind(parameter.name, self.places.inside(parameter, parameter.name, last=False))
                self._visit_all([bound] if (bound := getattr(parameter, "bound", None)) is not None else [])
        return outer

    def _outside_of(self, arguments: ast.arguments) -> None:
        """Defaults and annotations are read around the function."""
        self._visit_all([*arguments.defaults, *(each for each in arguments.kw_defaults if each is not None)])
        self._visit_all([each.annotation for each in _each(arguments) if each.annotation is not None])

    def _inside(self, scope: Scope, body: Iterable[ast.AST], arguments: ast.arguments | None = None) -> None:
        around, self.scope = self.scope, scope
        for each in _each(arguments) if arguments else ():
            self._bind(each.arg, self.places.word(each, each.arg))
        self._visit_all(body)
        self.scope = around

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)


def _each(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters of a function, in their order."""
    some = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return [each for each in some if each is not None]
