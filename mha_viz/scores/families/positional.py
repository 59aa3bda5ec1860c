"""Whether a head looks a fixed number of positions away: at itself, the previous token, the next one, any offset."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.scores.counting import Counts, count_hits, count_queries, holds
from mha_viz.scores.wanted import Wanted

OFFSETS = tuple(range(-5, 6))  # the fixed offsets a head is compared with (Clark et al. 2019)
OFFSET_NAMES = {
    **{k: f"{abs(k)} tokens {'back' if k < 0 else 'ahead'}" for k in OFFSETS},
    0: "looks at itself", -1: "previous token", 1: "next token",
}  # fmt: skip
POSITIONAL = 0.9  # share of queries at one offset from which a head is called positional (Voita et al. 2019)


def argmax_at_offset(
    pattern: Tensor, k: int, *, first_query: int = 0, is_causal: bool = False, queries: Tensor | None = None
) -> Counts:
    """How many queries look most at the key ``k`` positions away: 0 itself, −1 the previous one, +1 the next.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_query, n_key)
        Of self-attention, so both axes count the same positions. Of equal keys the first is the largest.
    k : int
        Key position minus query position.
    first_query : int
        Where the first row stands, when these are a block of the rows; keys may be missing that none of them can see.
    is_causal : bool
        Whether queries never look ahead: then nothing is counted for ``k > 0``.
    queries : bool Tensor of shape (n_query,), optional
        The queries that count; all by default.

    Returns
    -------
    Counts of shape (...)
        A query counts if it has a key at that offset and its row is not empty. The share is 0 to 1, no unit; the same
        score of ``even_spread`` attention (``attention_at_offset``) is what chance gives. nan if no query counts.

    References
    ----------
    .. [1] Voita et al. (2019), arXiv:1905.09418, section 5.2: positional at 0.9 and more, at one offset.

    Examples
    --------
    >>> argmax_at_offset(torch.tensor([[1.0, 0.0, 0.0], [0.9, 0.1, 0.0], [0.2, 0.5, 0.3]]), -1).share.item()  # 2 of 2
    1.0
    """
    counts = argmax_offsets(pattern, (k,), first_query=first_query, is_causal=is_causal, queries=queries)
    return Counts(counts.hits[..., 0], counts.n[..., 0])


def argmax_offsets(
    pattern: Tensor,
    offsets: Sequence[int] = OFFSETS,
    *,
    first_query: int = 0,
    is_causal: bool = False,
    queries: Tensor | None = None,
    n_keys: Tensor | None = None,
) -> Counts:
    """``argmax_at_offset`` for several offsets, in one pass over the pattern: Counts of shape (..., n_offsets).

    ``n_keys`` (...) is how many keys each map has, where maps of several texts were filled up with zeros.
    """
    value, best = pattern.max(dim=-1)  # (…, query)
    n_query, n_key = pattern.shape[-2:]
    query = torch.arange(first_query, first_query + n_query, device=pattern.device)
    wanted = torch.tensor(tuple(offsets), device=pattern.device)[:, None]
    # A causal block may come without the keys that its rows cannot see: those are no place to look at either way.
    there = _has_key(query, wanted, n_key, is_causal, n_keys)  # (…, offset, query)
    if queries is not None:
        there = there & queries.to(there.device)
    hit = (best - query)[..., None, :] == wanted  # (…, offset, query)
    return count_hits(hit, there & (value > 0)[..., None, :])


def offset_scores(
    pattern: Tensor, *, first_query: int = 0, is_causal: bool = False, n_keys: Tensor | None = None
) -> dict[str, Counts]:
    """``argmax_at_offset`` for each of ``OFFSETS``, by name ("previous token")."""
    counts = argmax_offsets(pattern, first_query=first_query, is_causal=is_causal, n_keys=n_keys)
    both = zip(counts.hits.unbind(-1), counts.n.unbind(-1), strict=True)
    return {OFFSET_NAMES[k]: Counts(hits, n) for k, (hits, n) in zip(OFFSETS, both, strict=True)}


def offset_chances(
    pattern: Tensor, *, first_query: int = 0, is_causal: bool = False, n_keys: Tensor | None = None
) -> dict[str, Counts]:
    """How often an even choice is at each offset: what an even spread, (..., n_query, n_key), has there."""
    n_query, n_key = pattern.shape[-2:]
    query = torch.arange(first_query, first_query + n_query, device=pattern.device)[:, None]
    k = torch.tensor(OFFSETS, device=pattern.device)
    there = _has_key(query, k, n_key, is_causal, n_keys)  # (…, query, offset)
    places = (query + k).clamp(0, n_key - 1).expand(*pattern.shape[:-1], len(OFFSETS))
    hits = pattern.gather(-1, places).double().where(there, 0.0).sum(dim=-2)
    n = there.sum(dim=-2).expand(hits.shape)
    both = zip(OFFSETS, hits.unbind(-1), n.unbind(-1), strict=True)
    return {OFFSET_NAMES[offset]: Counts(*counts) for offset, *counts in both}


def attention_at_offset(
    pattern: Tensor, k: int, *, first_query: int = 0, is_causal: bool = False, queries: Tensor | None = None,
    n_keys: Tensor | None = None,
) -> Counts:  # fmt: skip
    """How much attention goes to the key ``k`` positions away, averaged over the queries that have one.

    Parameters
    ----------
    pattern, k, first_query, is_causal, queries, n_keys
        As for ``argmax_offsets``. Rows are not normalised: what a learned sink takes goes nowhere.

    Returns
    -------
    Counts of shape (...)
        The share is 0 to 1, no unit. An even spread gives about ``1 / n_key``. nan if no query counts.

    References
    ----------
    .. [1] Vig & Belinkov (2019), arXiv:1906.04284, average over positions; Clark et al. (2019), arXiv:1906.04341,
       section 3.1.

    Examples
    --------
    >>> attention_at_offset(torch.tensor([[1.0, 0.0], [0.75, 0.25]]), -1).share.item()  # the second query only
    0.75
    """
    n_query, n_key = pattern.shape[-2:]
    query = torch.arange(first_query, first_query + n_query, device=pattern.device)
    there = _has_key(query, torch.tensor(k, device=pattern.device), n_key, is_causal, n_keys)
    if queries is not None:
        there = there & queries.to(there.device)
    place = (query + k).clamp(0, n_key - 1)[:, None].expand(*pattern.shape[:-1], 1)
    return count_queries(pattern.gather(-1, place).squeeze(-1), there & holds(pattern))


def places_at_offset(
    n_query: int, n_key: int, k: int, *, first_query: int = 0, is_causal: bool = False, n_keys: Tensor | None = None
) -> Wanted:
    """The places that ``attention_at_offset`` adds up, and the queries that have one."""
    query = torch.arange(first_query, first_query + n_query)
    there = _has_key(query, torch.tensor(k), n_key, is_causal, n_keys)
    return Wanted(torch.arange(n_key) == (query + k)[:, None], there)


def best_offset(counts: Counts, offsets: Sequence[int] = OFFSETS) -> tuple[Tensor, Counts]:
    """The offset that most queries follow, and how many do; of equal ones the nearest to 0.

    Most queries, not the largest share: an offset of 5 that three queries of a short text have is no rule.

    Parameters
    ----------
    counts : Counts of shape (..., n_offsets)
        From ``argmax_offsets``, of one text or pooled over many.

    Returns
    -------
    Tensor of shape (...)
        The offsets, integers.
    Counts of shape (...)
        At that offset; its share is 0 to 1.
    """
    if counts.hits.shape[-1] != len(offsets):
        raise InputError(f"{len(offsets)} offsets, but counts of shape {tuple(counts.hits.shape)}: give as many.")
    order = torch.tensor(sorted(range(len(offsets)), key=lambda i: abs(offsets[i])))
    best = order[counts.hits[..., order].argmax(dim=-1)]
    both = torch.broadcast_tensors(counts.hits, counts.n)
    hits, n = (numbers.gather(-1, best[..., None]).squeeze(-1) for numbers in both)
    return torch.tensor(tuple(offsets))[best], Counts(hits, n)


def _has_key(query: Tensor, k: Tensor, n_key: int, is_causal: bool, n_keys: Tensor | None = None) -> Tensor:
    """Whether the place ``k`` away from each query exists and may be looked at; with ``n_keys`` (...), in each map."""
    place = query + k
    end = n_key if n_keys is None else n_keys.to(place.device)[(..., *[None] * place.dim())]
    there = (place >= 0) & (place < end)
    return there & (k <= 0) if is_causal else there
