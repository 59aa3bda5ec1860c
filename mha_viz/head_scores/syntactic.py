"""Which heads point along a dependency relation, against what a fixed offset gets on the same sentences.

Hits are counted per sentence and add up, so a corpus is the sum of its sentences and a test can turn each one round.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from mha_viz.annotations import Annotated, annotated_word_map, pieces_of_words, strongest_other
from mha_viz.errors import InputError
from mha_viz.objects import Positions

TO_HEAD, TO_DEPENDENT = "dep → head", "head → dep"
OFFSETS = (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5)  # key minus query, in words
Item = tuple[int, list[int]]  # the word whose row is asked, the words it may point at
NOT_SCORED = "punct"  # where a sign is attached is a convention of the annotation


@dataclass(frozen=True, eq=False)
class Hits:
    """How often each head, and each fixed offset, points along one relation in one direction.

    ``n`` items; ``hits (...,)`` for the leading axes of the pattern, ``offset_hits (10,)`` in the order of
    ``OFFSETS``, both integers from 0 to ``n``; ``n_sentences`` have at least one item.
    """

    n: int
    hits: Tensor
    offset_hits: Tensor
    n_sentences: int = 1

    def __add__(self, other: Hits) -> Hits:
        if self.hits.shape != other.hits.shape:
            raise InputError(
                f"Counts of {tuple(self.hits.shape)} and of {tuple(other.hits.shape)} heads are not of one model."
            )
        return Hits(
            self.n + other.n,
            self.hits + other.hits,
            self.offset_hits + other.offset_hits,
            self.n_sentences + other.n_sentences,
        )

    @property
    def share(self) -> Tensor:
        """Share of items on which each head is right, (...,), 0 to 1; nan without items."""
        return self.hits.double() / (self.n or math.nan)

    @property
    def best_offset(self) -> tuple[int, float]:
        """The offset that is right most often, of equals the lowest, and its share, 0 to 1; nan without items."""
        counts = self.offset_hits.tolist()
        best = counts.index(max(counts))
        return OFFSETS[best], counts[best] / (self.n or math.nan)


@dataclass(frozen=True, eq=False)
class RelationCounts:
    """Hits by (relation, direction) of one sentence, or of many that were added up."""

    relations: Mapping[tuple[str, str], Hits] = field(default_factory=dict)
    n_sentences: int = 0  # measured
    n_left_out: int = 0  # a word owns no piece, so it has neither row nor column


def relation_counts(pattern: Tensor, tokens: Positions, annotated: Annotated) -> RelationCounts:
    """Does the word that a word looks at most stand at the other end of its dependency?

    The token map is joined to the annotated words (attention to a word is summed over its pieces, from a word
    averaged); special tokens and the diagonal are dropped; the strongest word of the row is what the head points at.

    - dep → head: one item an arc; right when the dependent's row points at its head.
    - head → dep: one item a (head, relation); right when the head's row points at *any* dependent of that relation.

    A fixed offset k always points at the word k places on; where no word stands there it is wrong. Roots have no arc,
    ``punct`` is not scored. A sentence in which a word owns no piece is left out, whole, and counted.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_token, n_token)
        Self-attention; the leading axes are heads, or layers and heads.
    tokens : Positions
        Of the same text as ``annotated``.

    Returns
    -------
    RelationCounts
        Of this sentence; ``pooled`` adds sentences. A causal head never points ahead: there every such item is wrong.

    Raises
    ------
    InputError
        If pattern and tokens do not fit, or the tokens are of another text.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.2: argmax on words, against the best fixed offset.
    .. [2] Voita et al. (2019), arXiv:1905.09418, section 5.2: both directions, and at least 10 % above the offset.
    """
    n = len(tokens)
    if tuple(pattern.shape[-2:]) != (n, n):
        raise InputError(f"A pattern of shape {tuple(pattern.shape)} does not fit {n} tokens on both axes.")
    pieces = pieces_of_words(tokens, annotated)
    if not all(pieces):
        return RelationCounts(n_left_out=1)
    items = _items(annotated)
    if not items:
        return RelationCounts(n_sentences=1)
    points_at = strongest_other(annotated_word_map(pattern, pieces))  # (..., word)
    return RelationCounts(_hits(points_at, items), n_sentences=1)


def pooled(counts: Iterable[RelationCounts]) -> RelationCounts:
    """The counts of many sentences added up: items weigh the same, whatever the length of their sentence.

    Raises
    ------
    InputError
        If the counts are of different numbers of heads.
    """
    relations: dict[tuple[str, str], Hits] = {}
    n_sentences = n_left_out = 0
    for one in counts:
        for name, hits in one.relations.items():
            relations[name] = relations[name] + hits if name in relations else hits
        n_sentences += one.n_sentences
        n_left_out += one.n_left_out
    return RelationCounts(relations, n_sentences, n_left_out)


def _hits(points_at: Tensor, items: dict[tuple[str, str], list[Item]]) -> dict[tuple[str, str], Hits]:
    """All items of a sentence at once: a table of what is right, looked up where heads and offsets point."""
    n_word, device = points_at.shape[-1], points_at.device
    together = [item for of_name in items.values() for item in of_name]
    table = [[False] * (n_word + 1) for _ in together]  # the last column stays False: -1, "at no word", is never right
    for row, (_, keys) in zip(table, together, strict=True):
        for key in keys:
            row[key] = True
    right = torch.tensor(table, dtype=torch.bool, device=device)
    queries = torch.tensor([query for query, _ in together], dtype=torch.long, device=device)
    ahead = queries + torch.tensor(OFFSETS, device=device)[:, None]  # (offset, item)
    ahead = torch.where((ahead >= 0) & (ahead < n_word), ahead, -1)
    index = torch.arange(len(together), device=device)
    sizes = [len(of_name) for of_name in items.values()]
    by_head = right[index, points_at[..., queries]].split(sizes, dim=-1)
    by_offset = right[index, ahead].split(sizes, dim=-1)
    return {
        name: Hits(size, head.sum(dim=-1), offset.sum(dim=-1))
        for name, size, head, offset in zip(items, sizes, by_head, by_offset, strict=True)
    }


def _items(annotated: Annotated) -> dict[tuple[str, str], list[Item]]:
    items: dict[tuple[str, str], dict[object, Item]] = {}
    for arc in annotated.arcs:
        if arc.relation.partition(":")[0] == NOT_SCORED:
            continue
        items.setdefault((arc.relation, TO_HEAD), {})[arc] = (arc.dependent, [arc.head])
        by_head = items.setdefault((arc.relation, TO_DEPENDENT), {})
        by_head.setdefault(arc.head, (arc.head, []))[1].append(arc.dependent)
    return {name: list(of_name.values()) for name, of_name in items.items()}
