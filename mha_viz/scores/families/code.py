"""Whether a head follows the structure of code: brackets, identifiers, definitions, blocks, indentation."""

from __future__ import annotations

from collections.abc import Iterator

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.code.relations import BLOCK, BRACKET, IDENTIFIER, INDENTATION
from mha_viz.annotation.code.words import CLOSED_BY, COMMENT, OPENING, STRING
from mha_viz.scores.items import Item, Key

SAME_TOKEN, FIRST_SAME = "nearest same token", "first same token"
FIRST_WORD, LINE_BEFORE = "first word", "first word of the line before"
SAME_SHAPE = "nearest opening bracket of its shape before"  # a rule of word form, as its name says (``is_lexical``)


def code_items(annotated: Annotated) -> dict[Key, list[Item]]:
    """Does the word that a word of code looks at most stand at the other end of its relation?

    Items go from later to earlier words, as causal models look; of a comprehension's name to its definition, which
    stands after it, only others can be asked. Strings and comments are never candidates: a docstring is one word of
    many tokens, which would win by its size.

    Returns
    -------
    dict of (relation, None) to items
        One item an arc (``relations_of``); right is its head, and of *identifier* every earlier place of the name.
        Empty where the text is no code.

    Notes
    -----
    Rules beside the fixed offsets and the rules of word form: "nearest same token" and "first same token", the last and
    the first earlier word that is spelled like the query (not for *identifier*, where both are right by definition);
    "first word" of the text, on which heads rest that do nothing, and which opens a function's block; "first word of
    the line before" for *block* and *indentation*; the nearest opening bracket of the right shape for *bracket*.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.2: argmax on words, against the best fixed offset.
    .. [2] Wan et al. (2022), arXiv:2202.06840: attention beside the syntax trees of code.
    """
    if not annotated.language:
        return {}
    candidates = frozenset(i for i, kind in enumerate(annotated.tags) if kind not in (STRING, COMMENT))
    begins = sorted(_line_begins(annotated))
    earlier: dict[int, tuple[int, ...]] = {}  # an identifier → every place before where it stands, the last first
    items: dict[Key, list[Item]] = {}
    for arc in annotated.arcs:
        right: tuple[int, ...] = (arc.head,)
        if arc.relation == IDENTIFIER:
            right = earlier[arc.dependent] = (arc.head, *earlier.get(arc.head, ()))
        among = tuple(sorted(candidates - {arc.dependent}))
        rules = tuple(_rules(annotated, arc.relation, arc.dependent, begins))
        items.setdefault((arc.relation, None), []).append(Item(arc.dependent, right, among, rules))
    return items


def _rules(annotated: Annotated, relation: str, query: int, begins: list[int]) -> Iterator[tuple[str, int]]:
    """What simple rules answer, by name."""
    before = annotated.words[:query]
    if relation != IDENTIFIER and annotated.words[query] in before:
        yield SAME_TOKEN, query - 1 - before[::-1].index(annotated.words[query])
        yield FIRST_SAME, before.index(annotated.words[query])
    if query > 0:
        yield FIRST_WORD, 0
    if relation in (BLOCK, INDENTATION) and (above := [begin for begin in begins if begin < query]):
        yield LINE_BEFORE, above[-1]
    if relation == BRACKET:
        shapes = [
            i for i, word in enumerate(before) if annotated.tags[i] == OPENING and _closes(annotated, query, word)
        ]
        yield from [(SAME_SHAPE, shapes[-1])] if shapes else []


def _closes(annotated: Annotated, query: int, opening: str) -> bool:
    return CLOSED_BY[opening] == annotated.words[query]


def _line_begins(annotated: Annotated) -> set[int]:
    """The first words of the logical lines, as far as arcs tell: of those that are in a block or have one."""
    return {end for arc in annotated.arcs if arc.relation in (BLOCK, INDENTATION) for end in (arc.head, arc.dependent)}
