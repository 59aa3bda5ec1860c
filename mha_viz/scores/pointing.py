"""Scores that ask "which word does this word look at?": items, and how often heads and simple rules are right.

An annotation is turned into items (``syntactic``, ``coreference``, ``entities``, ``relation_words``); what a head
points at, what simple rules point at, and what an even choice gives are counted here, in one way for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Tensor

from mha_viz.scores.counting import Counts, Tally
from mha_viz.scores.items import Asked, Item, Name, Questions, table_of

OFFSETS = (-1, 1, -2, 2, -3, 3, -4, 4, -5, 5)  # key minus query, in words (Clark et al. 2019); the near ones first
OFFSET_RULES = tuple(f"offset {k:+d}" for k in OFFSETS)


def tally_items(
    word_map: Tensor, items: Mapping[Name, Sequence[Item]], *, is_causal: bool = False, missing: Collection[int] = ()
) -> dict[Name, Tally]:
    """How often each head points at a right word, beside what simple rules and an even choice get on the same items.

    Parameters
    ----------
    word_map : Tensor of shape (..., n_word, n_word)
        Of ``annotated_word_map``; the leading axes are heads, or layers and heads.
    items : mapping of (score, direction) to items
    is_causal : bool
        Whether words never look ahead: then words after the query are neither right nor to choose from.
    missing : collection of int
        Words without a token of their own. They are nobody's answer.

    Returns
    -------
    dict of (score, direction) to Tally
        Counts of shape (...), 0 to n. A head that gives no candidate any attention points at none and is wrong. Rules:
        ``offset k`` for each of ``OFFSETS`` points at the word k places on, among the candidates or not, and is wrong
        where no word stands there. Chance is the sum over items of right words per candidate.
        An item is left out, and counted as such, where its query is missing or no right word can be looked at.

    Raises
    ------
    InputError
        If an item names a word that the map does not have.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.2: argmax on words, against the best fixed offset.
    """
    heads, n_word = word_map.shape[:-2], word_map.shape[-1]
    rows = word_map.reshape(-1, n_word, n_word).movedim(0, 1)[None]  # (text, query, head, key)
    (tallies,) = tally_texts(rows, [Asked(items, n_word, missing)], heads, is_causal=is_causal)
    return tallies


def tally_texts(
    rows: Tensor, texts: Sequence[Asked[Name]], heads: Sequence[int], *, is_causal: bool = False
) -> list[dict[Name, Tally]]:
    """``tally_items`` of several texts at once: a step costs about as much for all of them as for one.

    Parameters
    ----------
    rows : Tensor of shape (text, query, head, key)
        Their maps of words, with zeros behind the last word of each.
    texts : sequence of Asked
    heads : sequence of int
        The shape that the counts of a text are given: of one axis of heads, or of layers and heads.
    """
    names = [(i, name) for i, text in enumerate(texts) for name in text.items]
    questions = Questions(texts, rows.shape[-1], is_causal=is_causal)
    at, n = questions.can_be_asked.nonzero().squeeze(1), len(names)
    into, right, among = questions.of_score[at], questions.right[at], questions.among[at]
    asked = rows[questions.of_text[at].to(rows.device), questions.queries[at].to(rows.device)]  # (item, head, key)
    most = (asked * among[:, None].to(rows.device)).max(dim=-1)
    points = right.gather(1, most.indices.cpu()) & (most.values > 0).cpu()  # who gives nothing to any points at none
    hits = _summed(points, into, n).reshape(n, *heads)
    place = questions.queries[at, None] + torch.tensor(OFFSETS)  # (item, offset)
    is_word = (place >= 0) & (place < rows.shape[-1])
    by_offset = _summed(right.gather(1, place.where(is_word, 0)) & is_word, into, n).tolist()
    of_each = torch.stack([torch.ones(len(at)), (right.sum(dim=1).double() / among.sum(dim=1)).float()], dim=1)
    n_items, chance = _summed(of_each, into, n).unbind(1)
    left_out = torch.bincount(questions.of_score[~questions.can_be_asked], minlength=n).tolist()
    rules = [dict(zip(OFFSET_RULES, row, strict=True)) if n_items[i] else {} for i, row in enumerate(by_offset)]
    for i, rule, is_right in questions.answers_of_rules():
        rules[i][rule] = rules[i].get(rule, 0.0) + is_right
    items = n_items.reshape(-1, *[1] * len(heads)).expand(hits.shape)
    tallies: list[dict[Name, Tally]] = [{} for _ in texts]
    of_names = zip(names, hits, items, rules, chance.tolist(), left_out, strict=True)
    for (i, name), of_heads, of_items, of_rules, by_chance, out in of_names:
        tallies[i][name] = Tally(Counts(of_heads, of_items), of_rules, by_chance, out)
    return tallies


def _summed(values: Tensor, into: Tensor, n: int) -> Tensor:
    """Values of items (item, ...) added up by the score they belong to, (n, ...), in float64."""
    return torch.zeros(n, *values.shape[1:], dtype=torch.float64).index_add_(0, into, values.double())


def given_to_right(
    word_map: Tensor, items: Mapping[Name, Sequence[Item]], *, is_causal: bool = False, missing: Collection[int] = ()
) -> dict[Name, Tensor]:
    """How much of its attention each query gives to its right words, on average over the items that can be asked.

    Of a few cases hits say little and are often equal; how much is given tells heads apart, and proves nothing.

    Parameters
    ----------
    word_map, items, is_causal, missing
        As for ``tally_items``.

    Returns
    -------
    dict of name to Tensor of shape (...), 0 to 1
        nan where nothing could be asked.
    """
    nothing = word_map.new_full(word_map.shape[:-2], torch.nan)
    given: dict[Name, Tensor] = {}
    for name, of_score in items.items():
        asked = [(item.query, _askable(item, word_map.shape[-1], is_causal, missing)) for item in of_score]
        parts = [word_map[..., query, sorted(words[0])].sum(dim=-1) for query, words in asked if words is not None]
        given[name] = torch.stack(parts).mean(dim=0) if parts else nothing
    return given


def points_at(word_map: Tensor, items: Sequence[tuple[int, Collection[int]]]) -> Tensor:
    """The word that each query looks at most among its candidates; -1 where it gives none of them anything.

    Parameters
    ----------
    word_map : Tensor of shape (..., n_word, n_word)
    items : sequence of (query, candidates)

    Returns
    -------
    Tensor of shape (..., n_items), integers
        Of equal candidates the first.
    """
    chosen = table_of([among for _, among in items], word_map.shape[-1]).to(word_map.device)
    queries = torch.tensor([query for query, _ in items], dtype=torch.long, device=word_map.device)
    most = (word_map[..., queries, :] * chosen).max(dim=-1)
    return torch.where(most.values > 0, most.indices, -1)


def _askable(
    item: Item, n_word: int, is_causal: bool, missing: Collection[int]
) -> tuple[frozenset[int], frozenset[int]] | None:
    """The right words and the candidates that can be looked at; None where the item cannot be asked."""
    if item.query in missing:
        return None
    seen = frozenset(range(item.query if is_causal else n_word))
    among = (seen if item.among is None else seen.intersection(item.among)).difference(missing, (item.query,))
    right = among.intersection(item.right)
    return (right, among) if right else None
