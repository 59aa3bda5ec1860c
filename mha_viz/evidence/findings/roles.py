"""Roles that heads have in general → where in a text they play them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mha_viz.annotation.annotated import Annotated, pieces_of_words, words_inside
from mha_viz.annotation.english.pronouns import pronoun_links
from mha_viz.evidence.findings.finding import ROLE, Finding, finding_of
from mha_viz.evidence.findings.looks import Look, Looks
from mha_viz.evidence.findings.sentences import role_sentence
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.objects import Positions
from mha_viz.scores.families.coreference import TO_ANTECEDENT
from mha_viz.scores.families.twins import is_twins
from mha_viz.scores.items import Item
from mha_viz.scores.table import ScoreKey
from mha_viz.scores.tallies import items_of

SHOWS = 0.2  # of its attention that a word must give another, above what the other words give it, for a role to show
PRONOUN_SCORES = (TO_ANTECEDENT, "pronoun → name")
PRONOUNS_HERE: ScoreKey = ("coreference", TO_ANTECEDENT, None)
COPIES, FOLLOWERS = "duplicate token", "induction"  # also on random tokens


def role_findings(looks: Looks, rows: Sequence[Any], items: Mapping[ScoreKey, Sequence[Item]]) -> list[Finding]:
    """Where heads do in this text what they do in general, the clearest first: established before "consistent with",
    words apart before neighbours, then by how much more the word gives than others do.

    Parameters
    ----------
    rows : of ``each_row``
        What is strong in the profile.
    items : of ``items_here``
        Words count as in ``looks``.
    """
    places = {layer: place for place, layer in enumerate(looks.layers)}
    shown = []
    for row in rows:
        for item in items.get(_asked(row), ()):
            look = _points(looks, places.get(row.layer), int(row.head), item)
            if look is not None:
                shown.append((look, row))
    shown.sort(key=lambda one: (one[1].said != ESTABLISHED, abs(one[0].query - one[0].key) < 2, -looks.above[one[0]]))
    return [finding_of(ROLE, role_sentence(looks, *one), looks, *one) for one in shown]


def _asked(row: Any) -> ScoreKey:
    """The questions that a score asks in a text; sets of twins, and random tokens, are of other texts."""
    score = TO_ANTECEDENT if is_twins(row.score) or row.score in PRONOUN_SCORES else row.score
    return row.family, score.removesuffix(" on random tokens"), row.direction


def _points(looks: Looks, layer: int | None, head: int, item: Item) -> Look | None:
    """Where a head points in an item, if that is right and stands out from what the other words give."""
    among = looks.others(item.query)
    if item.among is not None:
        among = [word for word in among if word in item.among]
    if layer is None or not among:
        return None
    row = looks.shares[layer, head, item.query, among]
    look = Look(layer, head, item.query, among[int(row.argmax())])
    return look if look.key in item.right and looks.above[look] >= SHOWS else None


def items_here(looks: Looks, annotated: Annotated | None, tokens: Positions) -> dict[ScoreKey, list[Item]]:
    """What an annotation, and words that return, ask of heads, by score, on the words of ``looks``.

    A pronoun is asked whether it looks at one of its candidates by agreement, before it; which is right is not known.
    """
    items = _of_copies(looks)
    if annotated is None:
        return items
    word_of = _words_of(looks, annotated, tokens)
    asked = {**items_of(annotated), PRONOUNS_HERE: _of_pronouns(annotated)}
    for key, of_score in asked.items():
        moved = (_moved(item, word_of) for item in of_score)
        items[key] = _told(looks, key[0], [item for item in moved if item is not None])
    return items


def _of_copies(looks: Looks) -> dict[ScoreKey, list[Item]]:
    """Words that return: an earlier copy, and what followed it. Articles return in nearly every text."""
    labels, telling = [label.casefold() for label in looks.words.positions.labels], looks.telling
    copies, followers = [], []
    for query in telling:
        earlier = tuple(word for word in telling if word < query and labels[word] == labels[query])
        after = tuple(word + 1 for word in earlier if word + 1 in telling and word + 1 < query)
        copies += [Item(query, earlier)] if earlier else []
        followers += [Item(query, after)] if after else []
    return {("copying", COPIES, None): copies, ("copying", FOLLOWERS, None): followers}


def _of_pronouns(annotated: Annotated) -> list[Item]:
    items = []
    for link in annotated.links or pronoun_links(annotated):
        (query, *_), before = words_inside(annotated, link.pronoun), []
        for candidate in link.candidates:
            before += [word for word in words_inside(annotated, candidate) if word < query]
        items.append(Item(query, tuple(before)))
    return items


def _told(looks: Looks, family: str, items: Sequence[Item]) -> list[Item]:
    """Items whose answer says something: pronouns that stand for a noun, words of a name without its article."""
    if family not in ("coreference", "entities"):
        return list(items)
    told = (replace(item, right=tuple(word for word in item.right if word in looks.telling)) for item in items)
    return [item for item in told if item.right and (family == "coreference" or item.query in looks.telling)]


def _words_of(looks: Looks, annotated: Annotated, tokens: Positions) -> dict[int, int]:
    """Annotated words that are words of ``looks`` too: the same tokens, no more and no fewer."""
    place = {group: i for i, group in enumerate(looks.words.groups)}
    return {i: place[owned] for i, owned in enumerate(pieces_of_words(tokens, annotated)) if owned in place}


def _moved(item: Item, word_of: Mapping[int, int]) -> Item | None:
    if item.query not in word_of:
        return None
    right = tuple(word_of[word] for word in item.right if word in word_of)
    among = None if item.among is None else tuple(word_of[word] for word in item.among if word in word_of)
    return replace(item, query=word_of[item.query], right=right, among=among) if right else None
