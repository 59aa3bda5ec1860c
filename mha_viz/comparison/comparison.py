"""Two captures side by side: the same words, and each head beside its counterpart."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mha_viz.arguments import refuse_other_shape
from mha_viz.attention.calls import call_pattern, rows_at, stacked, widened
from mha_viz.attention.maps import chosen_kind
from mha_viz.attention.media.words_on_picture import KIND as IN_TEXT
from mha_viz.attention.media.words_on_picture import axis_of, is_in_text, words_at
from mha_viz.comparison.alignment import Alignment, on_common
from mha_viz.comparison.distance import match_one_to_one, pairwise_distances
from mha_viz.comparison.places import Axis, align_axes
from mha_viz.errors import InputError
from mha_viz.inputs.words import word_axes
from mha_viz.language import N_, lazy_gettext
from mha_viz.model_names import names_apart
from mha_viz.objects import AttentionCall, Capture, Head
from mha_viz.reprs import beginning, one_line
from mha_viz.wording import counted

ROWS = 128  # of a longer text, as many queries, evenly spaced

Pairing = list[tuple[Head, Head]]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two captures on the words that they have in common; ``patterns[side]`` is ``(layer, head, row, pair + 1)``.

    ``rows`` are the pairs of ``queries`` that are compared; the last column of the patterns is what goes to positions
    without a counterpart.
    """

    captures: tuple[Capture, Capture]
    kinds: tuple[str, str]
    queries: Alignment
    keys: Alignment
    rows: tuple[int, ...]
    patterns: tuple[Tensor, Tensor]
    __repr__ = one_line(
        lambda of: (
            " beside ".join(f"{side.model_name} {beginning(side.text)!r}" for side in of.captures)
            + f"; {counted(len(of.rows), 'word')} compared"
        )
    )

    @property
    def names(self) -> tuple[str, str]:
        first, second = names_apart([capture.model_name for capture in self.captures])
        return first, second

    def heads(self, side: int) -> list[Head]:
        """Every head that is there, layer after layer."""
        return [(call.layer, head) for call in self._calls(side) for head in call.heads]

    def heads_in(self, side: int, layer: int) -> list[int]:
        """The heads of one layer that are there."""
        return [head for number, head in self.heads(side) if number == layer]

    def head_patterns(self, side: int) -> Tensor:
        """The rows of ``heads``, in their order: (head, row, pair + 1)."""
        there = [head not in call.removed for call in self._calls(side) for head in range(call.n_heads)]
        every = self.patterns[side].flatten(0, 1)
        return every if all(there) else every[torch.tensor(there)]

    def _calls(self, side: int) -> tuple[AttentionCall, ...]:
        return self.captures[side].calls_of(self.kinds[side])

    def layers(self, side: int) -> tuple[int, ...]:
        """The numbers of the layers of one side, in their order in ``patterns``."""
        return self.captures[side].layers_of(self.kinds[side])

    def pattern(self, side: int, head: Head) -> Tensor:
        """The rows of one head: (row, pair + 1)."""
        return self.patterns[side][self.layers(side).index(head[0]), head[1]]

    @property
    def n_equal(self) -> int:
        """Leading rows that are equal by construction: both sides are the same causal model, and read the same text up
        to there.
        """
        first, second = self.captures
        same = first.model_name == second.model_name and first.identity == second.identity
        if not same or set(self.kinds) != {"decoder"}:
            return 0
        if _read_beside(first) != _read_beside(second):
            return 0
        texts = [capture.query_positions["decoder"] for capture in self.captures]
        if texts[0].ids == texts[1].ids:
            return 0  # the same text: all is equal, and no row is more so than another
        shared = 0
        while shared < min(map(len, texts)) and texts[0].ids[shared] == texts[1].ids[shared]:
            shared += 1
        tokens = self.queries.tokens(0)
        return sum(max(tokens[row]) < shared for row in self.rows)


def comparison_of(
    first: Capture,
    second: Capture,
    *,
    kinds: tuple[str, str] | None = None,
    row: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Two captures on their common words: of two models, of two texts, or of both. Of pictures patch stands beside
    patch, of sounds moment beside moment. Of a picture inside a text the words look, at words and at patches.

    Parameters
    ----------
    kinds : (str, str), optional
        Which attention of each; needed where a model has several.
    row : int, optional
        A pair of ``queries`` that must be among the rows.

    Raises
    ------
    InputError
        If they have no word in common, or one's layers have different numbers of heads; if one is of a picture or a
        sound and the other is not, or their patches or frames are not the same places.
    """
    wanted = kinds or (None, None)
    kinds = chosen_kind(first, wanted[0]), chosen_kind(second, wanted[1])
    axes = [_axes(capture, kind) for capture, kind in zip((first, second), kinds, strict=True)]
    queries = align_axes(axes[0][0], axes[1][0])
    is_same = all(query.words is key.words for query, key in axes)
    keys = queries if is_same else align_axes(axes[0][1], axes[1][1])
    if not queries.pairs or not keys.pairs:
        raise InputError(lazy_gettext("The two sides have no word in common, so there is nothing to set side by side."))
    rows = _spaced(_looking(first, kinds[0], queries), row)
    parts = []
    for side, capture in enumerate((first, second)):

        def tell(done: float, side: int = side) -> None:
            if progress:
                progress((side + done) / 2)

        parts.append(_patterns(capture, kinds[side], (queries, keys), rows, side, tell))
    return Comparison((first, second), kinds, queries, keys, rows, (parts[0], parts[1]))


def by_place(comparison: Comparison) -> Pairing:
    """Each head beside the one at the same place; one that was removed on one side stands in no pair.

    Raises
    ------
    InputError
        If the two have other layers or heads.
    """
    is_same = comparison.patterns[0].shape[:2] == comparison.patterns[1].shape[:2]
    if not is_same or comparison.layers(0) != comparison.layers(1):
        sizes = [f"{layers} × {heads}" for layers, heads in (part.shape[:2] for part in comparison.patterns)]
        message = N_(
            "{model} has {n} heads and {other} {m}: there are no heads at the same place. Pair them by what they do."
        )
        first, second = comparison.names
        raise InputError(lazy_gettext(message, model=first, n=sizes[0], other=second, m=sizes[1]))
    on_both = set(comparison.heads(1))
    return [(head, head) for head in comparison.heads(0) if head in on_both]


def by_nearest(comparison: Comparison, distances: Tensor) -> Pairing:
    """Each head beside its nearest relative, one to one; heads that are left over stand in no pair."""
    here, there = comparison.heads(0), comparison.heads(1)
    shape = len(here), len(there)
    refuse_other_shape("distances", distances.shape, f"{shape}, of distances_between", fits=distances.shape == shape)
    return [(here[i], there[j]) for i, j in match_one_to_one(distances)]


def distances_between(comparison: Comparison, progress: Callable[[float], None] | None = None) -> Tensor:
    """Jensen-Shannon divergence (bits) of every head of the first from every head of the second: (first, second)."""
    first, second = (comparison.head_patterns(side) for side in (0, 1))
    return pairwise_distances(first, second, progress=progress)


def left_over(comparison: Comparison, pairing: Pairing, side: int) -> list[Head]:
    """Heads of one side that are in no pair."""
    paired = {pair[side] for pair in pairing}
    return [head for head in comparison.heads(side) if head not in paired]


def _patterns(
    capture: Capture,
    kind: str,
    axes: tuple[Alignment, Alignment],
    rows: Sequence[int],
    side: int,
    progress: Callable[[float], None],
) -> Tensor:
    """The patterns of every head on the common words, some rows of them: (layer, head, row, pair + 1)."""
    queries, keys = axes
    groups = [queries.tokens(side)[row] for row in rows]
    tokens = [token for group in groups for token in group]
    place = {token: i for i, token in enumerate(tokens)}
    n_key = len(capture.key_positions[kind])
    own = [tuple(place[token] for token in group) for group in groups]
    parts, calls = [], capture.calls_of(kind)
    for layer, call in enumerate(calls):
        weights = widened(call_pattern(rows_at(call, tokens)), n_key, 0.0)
        parts.append(on_common(weights, own, keys.tokens(side)).cpu())
        progress((layer + 1) / len(calls))
    return stacked(parts)


def _axes(capture: Capture, kind: str) -> tuple[Axis, Axis]:
    positions = capture.query_positions[kind], capture.key_positions[kind]
    queries, keys = (
        Axis(words, tokens, capture) for words, tokens in zip(word_axes(capture, kind), positions, strict=True)
    )
    return queries, keys


def _read_beside(capture: Capture) -> tuple[object, ...]:
    """What a decoder reads beside its own text: from there, rows of the same text can differ."""
    source = capture.key_positions["cross"].ids if "cross" in capture.kinds else None
    return source, capture.picture and capture.picture.digest, capture.sound and capture.sound.digest


def _looking(capture: Capture, kind: str, queries: Alignment) -> list[int]:
    """The pairs that look: all; of a picture inside a text the words, of which there are few among many patches."""
    if kind != IN_TEXT or not is_in_text(capture):
        return list(range(len(queries)))
    words = set(words_at(axis_of(capture)))
    return [pair for pair, group in enumerate(queries.tokens(0)) if words & {*group}]


def _spaced(looking: Sequence[int], wanted: int | None) -> tuple[int, ...]:
    n = len(looking)
    rows = set(looking) if n <= ROWS else {looking[math.floor(i * n / ROWS)] for i in range(ROWS)}
    return tuple(sorted(rows | ({wanted} if wanted is not None else set())))


def nearest_counterpart(comparison: Comparison, distances: Tensor, head: Head) -> Head:
    """The head of the second side that is nearest to one of the first; ``distances`` of ``distances_between``."""
    return comparison.heads(1)[int(distances[comparison.heads(0).index(head)].argmin())]


def nearest_other(comparison: Comparison, distances: Tensor, head: Head) -> Head:
    """The same among the others, where both sides are one model reading one text; the head itself where it is alone."""
    place = comparison.heads(0).index(head)
    others = distances[place].clone()
    others[place] = math.inf
    return comparison.heads(1)[int(others.argmin())]
