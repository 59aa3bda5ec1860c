"""ClearNLP dependencies, which spaCy's English models give → Universal Dependencies v2, as in UD English EWT.

Most relations only have another name; prepositions and copulas change places with what they introduce; conjuncts,
names, dates and signs hang elsewhere. Each step is a function over the tree of a sentence; ``CONVERSION`` orders them.

References
----------
.. [1] Choi and Palmer (2012), Guidelines for the CLEAR style constituent to dependency conversion.
.. [2] https://universaldependencies.org/en/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mha_viz.annotation.english.trees import Node, Tree, hang_fixed, hang_signs, tree_of

UNIVERSAL_NAMES = {  # "prep" is one that nothing follows: "the house he lives in"
    "": "dep", "meta": "dep", "dobj": "obj", "pobj": "obl", "prep": "obl", "pcomp": "advcl", "agent": "obl:agent",
    "dative": "iobj", "nsubjpass": "nsubj:pass", "csubjpass": "csubj:pass", "auxpass": "aux:pass", "acomp": "xcomp",
    "attr": "xcomp", "oprd": "xcomp", "relcl": "acl:relcl", "poss": "nmod:poss", "neg": "advmod", "quantmod": "advmod",
    "npadvmod": "obl:unmarked", "prt": "compound:prt", "predet": "det:predet", "preconj": "cc:preconj",
    "intj": "discourse",
}  # fmt: skip
PREPOSITIONS = ("prep", "agent", "dative")
NOMINAL = ("nsubj", "nsubjpass", "dobj", "pobj", "attr", "poss")
QUOTES = ('"', "''", "”", "’")
PLACES = ("here", "there", "where", "home", "away", "back", "out", "up", "down", "off", "over", "how")
# Adjectives that say something of "it" even before a clause: "it is ready to go".
PERSONAL = ("able", "unable", "ready", "likely", "unlikely", "bound", "due", "free", "set", "prone", "eager", "willing")
NAMING = ("new", "united", "great", "good")  # adjectives that the tagger takes for names: New York
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIXED = (
    ("as", "well", "as"), ("as", "well"), ("because", "of"), ("such", "as"), ("according", "to"), ("of", "course"),
    ("rather", "than"), ("more", "than"), ("less", "than"), ("as", "of"), ("as", "to"), ("that", "is"), ("in", "order"),
)  # fmt: skip


def to_universal(nodes: Sequence[Node]) -> list[Node]:
    """The words of one sentence with heads and relations of Universal Dependencies; forms, lemmas and order stay.

    A tree stays a tree, with as many roots. Two tags change: *when*, *how* are adverbs, and a preposition before a
    clause is a conjunction.
    """
    tree = tree_of(nodes)
    for step in CONVERSION:
        step(tree)
    return [
        replace(node, head=head, relation=relation, tag=_tag(node, relation))
        for node, head, relation in zip(nodes, tree.heads, tree.relations, strict=True)
    ]


def _tag(node: Node, relation: str) -> str:
    is_mark = relation == "mark" and node.tag == "ADP"
    return "ADV" if node.fine == "WRB" else "SCONJ" if is_mark else node.tag


def _auxiliaries(tree: Tree) -> None:
    """Nothing hangs from *is* in *it is raining*: the verb has it all."""
    for i, relation in enumerate(tree.relations):
        if relation in ("aux", "auxpass") and tree.heads[i] >= 0:
            for j in tree.children(i):
                tree.attach(j, tree.heads[i], tree.relations[j])


def _prepositions(tree: Tree) -> None:
    """*on the mat*: the noun comes to stand where *on* stood, and *on* is its case, or the mark of a clause."""
    was = tuple(tree.relations)
    for i in reversed(tree.heads_first()):
        introduced = tree.children(i, "pobj", "pcomp")
        if not introduced and was[i] == "prep":
            introduced = [j for j in tree.children(i, "amod", "advmod") if j > i]  # in general
        if not introduced:
            continue
        new, head = introduced[0], tree.heads[i]
        inner = tree.relations[new]
        is_clause = inner == "pcomp" and tree.nodes[new].tag in ("VERB", "AUX")
        tree.turn(i, new, "mark" if is_clause else "case")
        if was[i] in PREPOSITIONS:
            obliquely = _governs_obliques(tree, head)
            in_another = head >= 0 and was[head] in PREPOSITIONS and not tree.children(head, "pobj", "pcomp")
            if was[i] == "agent":
                relation = "obl:agent"
            elif in_another:  # out of the house: what "out" introduces is the house
                relation = inner
            elif is_clause:
                relation = "advcl" if obliquely else "acl"
            else:
                relation = "obl" if obliquely else "nmod"
            tree.attach(new, head, relation)


def _governs_obliques(tree: Tree, head: int) -> bool:
    if head < 0 or tree.nodes[head].tag in ("VERB", "AUX", "ADV"):
        return True
    return tree.nodes[head].tag == "ADJ" and tree.relations[head] not in NOMINAL


def _run_on_clauses(tree: Tree) -> None:
    """*it rains, he said*: the first clause is the main one. In quotes it stays the complement of *said*."""
    for i in range(len(tree.nodes)):
        clause = next((j for j in tree.children(i, "ccomp") if j < i and not tree.children(j, "mark")), None)
        if clause is None or any(node.form in QUOTES for node in tree.nodes[clause:i]):
            continue
        tree.attach(clause, tree.heads[i], tree.relations[i])
        for j in tree.children(i):
            if j < clause:
                tree.attach(j, clause, tree.relations[j])
        tree.attach(i, clause, "parataxis")


def _small_clauses(tree: Tree) -> None:
    """*let me know*: *me* is the object of *let*, *know* a clause without a subject of its own."""
    for i, node in enumerate(tree.nodes):
        head = tree.heads[i]
        is_finite = node.fine in ("VBD", "VBZ", "VBP", "MD") or any(
            tree.nodes[j].fine != "TO" for j in tree.children(i, "aux", "auxpass")
        )
        if tree.relations[i] != "ccomp" or not 0 <= head < i or is_finite or tree.children(i, "mark"):
            continue
        for j in tree.children(i, "nsubj", "nsubjpass")[:1]:
            if head < j < i:
                tree.attach(j, head, "dobj")
                tree.attach(i, head, "xcomp")


def _copulas(tree: Tree) -> None:
    """*it was tired*: *tired* is the predicate, *was* its copula. *there is a cat*: *is* stays, with a subject."""
    for i in reversed(tree.heads_first()):
        if tree.nodes[i].lemma != "be" or tree.relations[i] in ("aux", "auxpass"):
            continue
        if any(tree.nodes[j].lemma == "there" for j in tree.children(i, "expl")):
            for j in tree.children(i, "attr"):
                tree.attach(j, i, "nsubj")
        elif (predicate := _predicate(tree, i)) is not None:
            if tree.relations[predicate] in ("ccomp", "xcomp"):
                for j in tree.children(i, "nsubj"):
                    tree.attach(j, i, "nsubj:outer")
            tree.turn(i, predicate, "cop")


def _predicate(tree: Tree, be: int) -> int | None:
    obliques, clauses = tree.children(be, "obl"), tree.children(be, "ccomp", "xcomp")
    places = [j for j in tree.children(be, "advmod") if tree.nodes[j].lemma.lower() in PLACES]
    candidates = [*tree.children(be, "attr", "acomp"), *sorted(obliques, key=lambda j: j < be), *places]
    return next(iter([*candidates, *(j for j in clauses if j > be)]), None)


def _extraposed(tree: Tree) -> None:
    """*it is clear that he left*: *it* stands for nothing, the clause is the subject."""
    for i, node in enumerate(tree.nodes):
        head = tree.heads[i]
        if node.lemma.lower() != "it" or tree.relations[i] != "nsubj" or not tree.children(head, "cop"):
            continue
        if tree.nodes[head].tag == "ADJ" and tree.nodes[head].lemma.lower() not in PERSONAL:
            for j in [j for j in tree.children(head, "ccomp", "xcomp") if j > head][:1]:
                tree.attach(i, head, "expl")
                tree.attach(j, head, "csubj")


def _conjuncts(tree: Tree) -> None:
    """All conjuncts hang from the first, and *and* from the conjunct that follows it."""
    first = list(range(len(tree.nodes)))
    for i in tree.heads_first():
        if tree.relations[i] == "conj" and tree.heads[i] >= 0:
            first[i] = first[tree.heads[i]]
    following: dict[int, int] = {}  # of each first conjunct: the next other one
    for i in reversed(range(len(first))):
        head, relation = tree.heads[i], tree.relations[i]
        if relation == "conj" and head >= 0:
            tree.attach(i, first[i], "conj")
            following[first[i]] = i
        elif relation == "cc" and head >= 0 and first[head] in following:
            tree.attach(i, following[first[head]], "cc")


def _names(tree: Tree) -> None:
    """*Dr. Ada King*: the first name is the head, the others are flat, a title describes it."""
    for i, node in enumerate(tree.nodes):
        if node.entity != "PERSON" or node.tag != "PROPN":
            continue
        before = [j for j in tree.children(i, "compound") if j < i]
        parts = [j for j in before if (tree.nodes[j].entity, tree.nodes[j].tag) == ("PERSON", "PROPN")]
        for j in set(before) - set(parts):
            tree.attach(j, i, "nmod:desc")
        if parts:
            tree.turn(i, parts[0], "flat")
            for j in parts[1:]:
                tree.attach(j, parts[0], "flat")


def _numbers(tree: Tree) -> None:
    """*May 5, 1995*: the day is the head. *$ 5*: the sign is what is counted."""
    for i, node in enumerate(tree.nodes):
        after = [j for j in tree.children(i, "nummod") if j > i]
        days = [j for j in after if len(tree.nodes[j].form) < len("1995")]
        signs = [j for j in tree.children(i) if j < i and tree.nodes[j].form in ("$", "€", "£")]
        if days and node.tag == "PROPN" and node.lemma.lower()[:3] in MONTHS:
            tree.turn(i, days[0], "nmod:unmarked")
            for j in set(after) - set(days):
                tree.attach(j, days[0], "nmod:unmarked")
        elif signs and node.tag == "NUM":
            tree.turn(i, signs[0], "nummod")
            for j in tree.children(signs[0]):
                if signs[0] < j < i:
                    tree.attach(j, i, tree.relations[j])


def _renamed(tree: Tree) -> None:
    for i, was in enumerate(tree.relations):
        tree.attach(i, tree.heads[i], _universal(tree, i, was))


def _universal(tree: Tree, i: int, was: str) -> str:
    """The relation of a word that already stands where it belongs."""
    node, head = tree.nodes[i], tree.heads[i]
    if head < 0:
        return "root"
    if was == "aux" and node.fine == "TO":
        return "mark"
    if was in ("npadvmod", "prep") and not _governs_obliques(tree, head):
        return "nmod:unmarked" if was == "npadvmod" else "nmod"
    if was == "relcl" and node.fine == "VB" and any(tree.nodes[j].fine == "TO" for j in tree.children(i)):
        return "acl"
    if was == "advmod" and node.tag == "ADP" and i < head:
        return "case"
    if was == "compound" and (node.entity == "NORP" or node.lemma.lower() in NAMING):
        return "amod"
    if was == "nmod" and i < head and not tree.children(i, "case"):
        return "compound"
    return UNIVERSAL_NAMES.get(was, was)


def _fixed(tree: Tree) -> None:
    hang_fixed(tree, FIXED)


CONVERSION = (
    _auxiliaries, _prepositions, _run_on_clauses, _small_clauses, _copulas, _extraposed, _conjuncts, _names, _numbers,
    _renamed, _fixed, hang_signs,
)  # fmt: skip
