"""The dependency tree of one sentence while it is being changed; where fixed expressions and signs hang in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">", "“": "”", "‘": "’", "«": "»", '"': '"', "'": "'", "``": "''"}
PARTS_OF_FIXED = {"case", "mark", "advmod", "cc", "amod", "obl"}  # what words of a fixed expression are without it
DEEPEST = 100  # heads above one another that are looked at; no sentence that means something has as many


@dataclass(frozen=True)
class Node:
    """One word: ``tag`` is UPOS, ``fine`` the Penn Treebank tag, ``head`` an index in the sentence, -1 for a root.

    ``entity`` is the type of the name that it is part of, "" where it is part of none.
    """

    form: str
    lemma: str
    tag: str
    fine: str
    head: int
    relation: str
    entity: str = ""


@dataclass(frozen=True, eq=False)
class Tree:
    """The words of a sentence, which stay, and their heads, relations and dependents, which change."""

    nodes: Sequence[Node]
    heads: list[int]
    relations: list[str]
    dependents: list[set[int]]

    def attach(self, i: int, head: int, relation: str) -> None:
        if self.heads[i] >= 0:
            self.dependents[self.heads[i]].discard(i)
        if head >= 0:
            self.dependents[head].add(i)
        self.heads[i], self.relations[i] = head, relation

    def turn(self, old: int, new: int, relation: str) -> None:
        """Put the dependent ``new`` in the place of ``old``, with all its dependents; ``old`` becomes one of them."""
        self.attach(new, self.heads[old], self.relations[old])
        for j in self.children(old):
            self.attach(j, new, self.relations[j])
        self.attach(old, new, relation)

    def children(self, i: int, *relations: str) -> list[int]:
        """Dependents in the order of the text, of these relations or of any."""
        dependents = sorted(self.dependents[i])
        return [j for j in dependents if self.relations[j] in relations] if relations else dependents

    def heads_first(self) -> list[int]:
        """Every word after its head."""
        order = [i for i, head in enumerate(self.heads) if head < 0]
        for i in order:  # grows while it is walked
            order += self.dependents[i]
        return order

    def upwards(self, i: int) -> Iterator[int]:
        """The word, its head, the head of that, up to a root."""
        while i >= 0:
            yield i
            i = self.heads[i]


def tree_of(nodes: Sequence[Node]) -> Tree:
    tree = Tree(nodes, [node.head for node in nodes], [node.relation for node in nodes], [set() for _ in nodes])
    for i, node in enumerate(nodes):
        tree.attach(i, node.head, node.relation)
    return tree


def hang_fixed(tree: Tree, expressions: Sequence[tuple[str, ...]]) -> None:
    """Of *because of* and the like the first word gets the relation of the whole, and the others hang from it.

    Parameters
    ----------
    expressions : in lower case; of two that begin alike the longer first. They count where their words hang from one
        word, and no other word from them.
    """
    forms = [node.form.lower() for node in tree.nodes]
    for i in range(len(forms)):
        run = next((run for run in expressions if tuple(forms[i : i + len(run)]) == run), ())
        inside = range(i, i + len(run))
        tops = [j for j in inside if tree.heads[j] not in inside]
        relations = [tree.relations[j] for j in tops]
        others = [k for j in inside for k in tree.children(j) if k not in inside]
        heads = {tree.heads[j] for j in tops}
        if others or len(heads) != 1 or -1 in heads or not PARTS_OF_FIXED.issuperset(relations):
            continue
        relation = next((relation for relation in relations if relation in ("case", "cc", "mark")), "advmod")
        tree.attach(i, heads.pop(), relation)
        for j in inside[1:]:
            tree.attach(j, i, "fixed")


def hang_signs(tree: Tree) -> None:
    """Attach each sign as Universal Dependencies do; words do not move.

    Brackets and quotes hang from the top of what they hold. Any other sign has a top on its left and one on its right:
    the highest word that is reached from its neighbour without crossing it. One of the two is below the other, and the
    sign hangs from that one, the phrase it sets off.

    References
    ----------
    .. [1] https://universaldependencies.org/u/dep/punct.html
    """
    is_sign = [relation == "punct" and not tree.dependents[i] for i, relation in enumerate(tree.relations)]
    words = [i for i, sign in enumerate(is_sign) if not sign]
    held = _held(tree, is_sign)
    for i, sign in enumerate(is_sign):
        if not sign or tree.heads[i] < 0:
            continue
        at = bisect_left(words, i)
        tops = [_top(tree, j, i) for j in words[max(at - 1, 0) : at + 1]]
        if i in held:
            tree.attach(i, held[i], "punct")
        elif tops:
            tree.attach(i, tops[-1] if tops[0] in islice(tree.upwards(tops[-1]), DEEPEST) else tops[0], "punct")


def _top(tree: Tree, i: int, sign: int) -> int:
    for above in islice(tree.upwards(i), DEEPEST):
        if (above < sign) != (i < sign):
            break
        i = above
    return i


def _held(tree: Tree, is_sign: list[bool]) -> dict[int, int]:
    """For each bracket or quote of a pair the first word between that has its head outside."""
    held: dict[int, int] = {}
    opened: list[int] = []
    for i, node in enumerate(tree.nodes):
        if not is_sign[i]:
            continue
        if opened and PAIRS[tree.nodes[opened[-1]].form] == node.form:
            begin = opened.pop()
            top = next((j for j in range(begin + 1, i) if not is_sign[j] and not begin < tree.heads[j] < i), None)
            if top is not None:
                held[begin] = held[i] = top
        elif node.form in PAIRS:
            opened.append(i)
    return held
