"""How far apart all heads of one or two models are, over one text or several; which heads look most like one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern, part_of, rows_at, widened
from mha_viz.attention.maps import call_at, chosen_kind
from mha_viz.attention.recent import pattern_parts
from mha_viz.comparison.comparison import ROWS, Comparison
from mha_viz.comparison.distance import pairwise_distances
from mha_viz.errors import InputError
from mha_viz.objects import AttentionCall, Capture, ModelHead
from mha_viz.wording import head_name


@dataclass(frozen=True, eq=False)
class Distances:
    """How far apart heads are: ``between`` is ``(head, head)``, in bits, averaged over ``n_rows`` rows of texts."""

    heads: tuple[ModelHead, ...]
    between: Tensor
    n_texts: int
    n_rows: int


def distances_in(
    text: Capture | Comparison, *, kind: str | None = None, progress: Callable[[float], None] | None = None
) -> Distances:
    """Every head against every other on one text: of one model, or of two on their common words.

    Parameters
    ----------
    text : Capture or Comparison
        Of a comparison, the heads of both models stand on the same axes, so all four blocks of the matrix, within and
        between the models, are the same kind of number.
    kind : str, optional
        Which attention of a capture; needed where it has several.

    Returns
    -------
    Distances
        Jensen-Shannon divergence, 0 to 1 bits. Of a long text, ``comparison.ROWS`` evenly spaced queries.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 6. They add rows up, in nats; a mean over rows in bits can be
       compared between texts.
    """
    heads, patterns = _heads_and_patterns(text, kind)
    return Distances(heads, pairwise_distances(patterns, progress=progress), 1, patterns.shape[1])


def distances_over(
    texts: Iterable[Capture | Comparison],
    *,
    n_texts: int | None = None,
    kind: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Distances:
    """The same over several texts: the mean over all their rows, so that a text counts by its length.

    Parameters
    ----------
    texts : iterable of Capture or Comparison
        All of the same model or models; each is let go of before the next is asked for.
    n_texts : int, optional
        How many there will be, for ``progress``, which is called with the share that is done.

    Raises
    ------
    InputError
        If there is no text, or two texts have other heads.
    """
    total: Tensor | None = None
    heads: tuple[ModelHead, ...] = ()
    rows = n = 0
    for n, text in enumerate(texts, 1):
        of_text = distances_in(text, kind=kind)
        if total is not None and of_text.heads != heads:
            raise InputError("Texts of other models cannot be averaged: their heads are not the same.")
        heads, rows = of_text.heads, rows + of_text.n_rows
        weighted = of_text.between.double() * of_text.n_rows
        total = weighted if total is None else total + weighted
        if progress and n_texts:
            progress(n / n_texts)
    if total is None:
        raise InputError("There is no text to compare heads on.")
    return Distances(heads, (total / rows).float(), n, rows)


def distances_from(
    capture: Capture, layer: int, head: int, *, kind: str | None = None
) -> tuple[tuple[ModelHead, ...], Tensor]:
    """One head against all heads of its model: the heads, and ``(head,)`` bits. Costs one row of the whole matrix."""
    kind = chosen_kind(capture, kind)
    heads, place = _heads_of(capture, kind), (capture.model_name, layer, head)
    if place not in heads:
        raise InputError(f"{capture.model_name} has no {head_name(layer, head)}.")
    here = _patterns(capture, kind, part_of(call_at(capture, layer, kind), heads=[head]))
    parts = [_patterns(capture, kind, call) for call, _ in pattern_parts(capture, kind)]
    return heads, torch.cat([pairwise_distances(here, part)[0] for part in parts])


def nearest_heads(distances: Tensor, heads: Sequence[ModelHead], head: ModelHead, k: int | None = None) -> pd.DataFrame:
    """The heads that look most like one, the nearest first.

    Parameters
    ----------
    distances : Tensor of shape (n, n), or (n,) from this head to all
    heads : n heads (model, layer, head), itself among them
    k : int, optional
        How many; all others by default.

    Returns
    -------
    DataFrame with columns model, layer, head, distance
        Bits, 0 to 1. Near is what is far below ``typical_distance``; chance gives no fixed number, and among more
        heads the nearest is nearer.

    Raises
    ------
    InputError
        If the head is not one of them.
    """
    if head not in heads:
        raise InputError(f"{head_name(*head[1:])} of {head[0]} is not among these {len(heads)} heads.")
    row = distances if distances.dim() == 1 else distances[list(heads).index(head)]
    table = pd.DataFrame(heads, columns=["model", "layer", "head"]).assign(distance=row.tolist())
    others = table[[other != head for other in heads]].sort_values("distance", kind="stable")
    return others.head(len(heads) if k is None else k).reset_index(drop=True)


def typical_distance(distances: Tensor) -> float:
    """The median distance of all pairs of heads, in bits; nan for a single head."""
    n = len(distances)
    if n < 2:
        return math.nan
    pairs = distances[tuple(torch.triu_indices(n, n, offset=1))]
    return pairs.quantile(0.5).item() if len(pairs) < 2**24 else pairs.median().item()  # quantile takes no more


def _heads_and_patterns(text: Capture | Comparison, kind: str | None) -> tuple[tuple[ModelHead, ...], Tensor]:
    """Every head, layer after layer, and its rows: (head, row, key)."""
    if isinstance(text, Comparison):
        heads = tuple((text.captures[side].model_name, *place) for side in (0, 1) for place in text.heads(side))
        return heads, torch.cat([text.head_patterns(side) for side in (0, 1)])
    kind = chosen_kind(text, kind)
    return _heads_of(text, kind), torch.cat([_patterns(text, kind, call) for call in text.calls_of(kind)])


def _heads_of(capture: Capture, kind: str) -> tuple[ModelHead, ...]:
    return tuple((capture.model_name, call.layer, head) for call in capture.calls_of(kind) for head in call.heads)


def _patterns(capture: Capture, kind: str, call: AttentionCall) -> Tensor:
    """Rows of each head of a call, (head, row, key): all of a short text, of a longer one evenly spread ones."""
    n, n_key = call.n_query, len(capture.key_positions[kind])
    some = call if n <= ROWS else rows_at(call, sorted({i * n // ROWS for i in range(ROWS)}))
    patterns = widened(call_pattern(some), n_key, 0.0).cpu()
    return patterns[list(call.heads)] if call.removed else patterns
