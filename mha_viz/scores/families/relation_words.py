"""Whether a head follows a connective of time, place or cause to the two things that it connects."""

from __future__ import annotations

from mha_viz.annotation.annotated import Annotated
from mha_viz.scores.items import Item, Key

OPENS, SAID_OF = "what it opens", "what that is said of"
CLAUSE, NOMINAL = ("advcl",), ("obl", "nmod")  # relations of what a connective opens
# English, single words; the first of a fixed expression (because of). A word stands once in a column: what may mean
# several things counts as the first of them, so since is time; as, which compares more often than it tells time or
# cause, is in neither. In, on and at are place also where they are said of years and days.
CONNECTIVES = {
    "time": {
        CLAUSE: "after before once since till until when whenever while whilst",
        NOMINAL: "after before during since throughout till until",
    },
    "place": {
        CLAUSE: "where wherever",
        NOMINAL: (
            "aboard above across along alongside amid among amongst around at atop behind below beneath beside between"
            " beyond in inside into near off on onto opposite outside over past through toward towards under underneath"
            " up upon within"
        ),
    },
    "cause": {CLAUSE: "because cause 'cause cuz", NOMINAL: "because due owing thanks"},
}
_SENSE = {
    (relations, word): sense
    for sense, columns in CONNECTIVES.items()
    for relations, words in columns.items()
    for word in words.split()
}


def relation_word_items(annotated: Annotated) -> dict[Key, list[Item]]:
    """Does a connective look most at what it opens, or at what that is said of?

    In "They left **because** it rained", *because* opens *rained*, which is said of *left*; in "the house **near** the
    lake", *near* opens *lake*, which is said of *house*.

    Returns
    -------
    dict of (score, None) to items
        Six scores: time, place and cause, each with both questions of the same connectives. A connective counts where
        it hangs as ``mark`` or ``advmod`` (*when*, *where*) on an adverbial clause, or as ``case`` on an oblique or
        nominal modifier. All other words are candidates, and the fixed offsets compete.

    References
    ----------
    .. [1] Quirk et al. (1985), "A Comprehensive Grammar of the English Language": subordinators of time, place and
       reason (chapter 15), prepositions of space, time and cause (chapter 9).
    .. [2] Clark et al. (2019), arXiv:1906.04341, section 4.2: argmax on words, against the best fixed offset.
    """
    arc_of = {arc.dependent: arc for arc in annotated.arcs}
    items: dict[Key, list[Item]] = {}
    for arc in annotated.arcs:
        opened = arc_of.get(arc.head)
        relations = {"mark": CLAUSE, "advmod": CLAUSE, "case": NOMINAL}.get(_base(arc.relation))
        if opened is None or relations is None or _base(opened.relation) not in relations:
            continue
        sense = _SENSE.get((relations, annotated.words[arc.dependent].casefold()))
        if sense is not None:
            items.setdefault((f"{sense}: {OPENS}", None), []).append(Item(arc.dependent, (arc.head,)))
            items.setdefault((f"{sense}: {SAID_OF}", None), []).append(Item(arc.dependent, (opened.head,)))
    return items


def _base(relation: str) -> str:
    return relation.partition(":")[0]
