"""Whether a head finds what stood in the text before: the same token, or the one that followed it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.inputs.chat import writes_around
from mha_viz.objects import Positions
from mha_viz.scores.counting import Counts, count_queries, holds
from mha_viz.scores.wanted import Wanted


def induction(
    pattern: Tensor, ids: Sequence[int] | Tensor, *, first_query: int = 0, queries: Tensor | None = None
) -> Counts:
    """How much attention goes to the token that followed an earlier copy of the query.

    An induction head completes ``A B ... A → B``: at the second ``A`` it looks at the token just after the first.
    The attention to all such tokens is added, if the query stood in the text several times.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_query, n_key)
        Of self-attention. Rows are not normalised.
    ids : (n_positions,) integers
        The token ids of the whole text; a causal block may come without the last keys.
    first_query : int
        Where the first row stands, when these are a block of the rows.
    queries : bool Tensor of shape (n_query,), optional
        The queries that count (``ordinary``); all by default.

    Returns
    -------
    Counts of shape (...)
        Only queries count whose token came before and was followed by another place than the query itself. The share
        is 0 to 1, no unit; an even spread gives about one over the row's length for each earlier copy. nan if nothing
        repeats.

    References
    ----------
    .. [1] Olsson et al. (2022), arXiv:2209.11895, "prefix matching", on ``random_repeats``. TransformerLens reads one
       diagonal of a sequence given twice and divides by all its queries.

    Examples
    --------
    >>> pattern = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.1, 0.8, 0.1]])
    >>> round(induction(pattern, [5, 7, 5]).share.item(), 3)
    0.8
    """
    return _attention_to_copies(pattern, ids, 1, first_query, queries)


def duplicate_token(
    pattern: Tensor, ids: Sequence[int] | Tensor, *, first_query: int = 0, queries: Tensor | None = None
) -> Counts:
    """How much attention goes to earlier copies of the query's own token, all of them together.

    Parameters
    ----------
    pattern, ids, first_query, queries
        As for ``induction``.

    Returns
    -------
    Counts of shape (...)
        Only queries count whose token came before. The share is 0 to 1, no unit; an even spread gives one over the
        row's length for each earlier copy. nan if nothing repeats.

    References
    ----------
    .. [1] Wang et al. (2022), arXiv:2211.00593, section 3.2: duplicate token heads.

    Examples
    --------
    >>> pattern = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.1, 0.8, 0.1]])
    >>> round(duplicate_token(pattern, [5, 7, 5]).share.item(), 3)
    0.1
    """
    return _attention_to_copies(pattern, ids, 0, first_query, queries)


def copies_at_offsets(
    pattern: Tensor, ids: Sequence[int] | Tensor, *, after: int, first_query: int = 0, queries: Tensor | None = None
) -> dict[str, float]:
    """What a head gets that always looks a fixed number of tokens back: where a token is repeated at once ("- - -"),
    a previous-token head finds copies without looking for any.

    Parameters
    ----------
    pattern, ids, first_query, queries
        As for ``induction``; of the pattern only the shape counts.
    after : int
        1 for ``induction``, 0 for ``duplicate_token``.

    Returns
    -------
    dict of rule to the number of queries that have a copy there
        For 1 to 5 tokens back.
    """
    n_query, n_key = pattern.shape[-2:]
    wanted = places_of_copies(n_query, n_key, ids, after=after, first_query=first_query, queries=queries)
    return at_offsets(wanted, first_query=first_query)[0]


def random_repeats(
    vocabulary: Sequence[int],
    *,
    n: int = 25,
    times: int = 4,
    samples: int = 10,
    bos: int | None = None,
    seed: int = 0,
) -> Tensor:
    """Token ids in which only repetition can be followed: random tokens, given several times over.

    Parameters
    ----------
    vocabulary : sequence of int
        The ids to draw from; leave special tokens out.
    n : int
        Different tokens a row.
    times : int
        How often they are given, at least 2.
    samples : int
        Rows.
    bos : int, optional
        The token that stands before each row.
    seed : int
        The same seed gives the same rows.

    Returns
    -------
    Tensor of shape (samples, n × times), one column more with ``bos``
        int64, on the CPU.

    Raises
    ------
    InputError
        If the vocabulary has fewer than n different tokens, or nothing would be repeated.

    References
    ----------
    .. [1] Olsson et al. (2022), arXiv:2209.11895, appendix: 25 random tokens, 4 times, 10 samples.
    """
    tokens = torch.tensor(sorted(set(vocabulary) - {bos}), dtype=torch.int64)
    if n < 1 or samples < 1 or times < 2:
        raise InputError(f"Give at least 1 token, 2 times and 1 sample, not {n}, {times} and {samples}.")
    if len(tokens) < n:
        raise InputError(f"{n} different tokens cannot be drawn from a vocabulary of {len(tokens)}.")
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.stack([tokens[torch.randperm(len(tokens), generator=generator)[:n]] for _ in range(samples)])
    rows = drawn.repeat(1, times)
    return rows if bos is None else torch.cat([torch.full((samples, 1), bos), rows], dim=1)


def ordinary(positions: Positions) -> Tensor:
    """Which positions are text, bool (n_positions,): special tokens, and what the template of a chat writes around each
    message, repeat by form; image patches have no ids.
    """
    pairs = enumerate(zip(positions.is_special, positions.spans, strict=True))
    flags = [not special and span is not None and not writes_around(positions, i) for i, (special, span) in pairs]
    return torch.tensor(flags, dtype=torch.bool)


def places_of_copies(
    n_query: int, n_key: int, ids: Sequence[int] | Tensor, *, after: int, first_query: int = 0,
    queries: Tensor | None = None,
) -> Wanted:  # fmt: skip
    """The places ``after`` positions behind each earlier copy of the query, and the queries that have one and count;
    of one text, or of several side by side, (..., n_positions).
    """
    ids = torch.as_tensor(ids)
    query = torch.arange(first_query, first_query + n_query, device=ids.device)[:, None]
    key = torch.arange(n_key, device=ids.device)
    before = key - after
    same = ids[..., first_query : first_query + n_query, None] == ids[..., None, before.clamp_min(0)]
    wanted = same & (before >= 0) & (key < query)  # (…, query, key)
    return Wanted(wanted, wanted.any(dim=-1)).of(queries)


def at_offsets(wanted: Wanted, *, first_query: int = 0) -> list[dict[str, float]]:
    """How many of the queries that count have a wanted place 1 to 5 tokens back, by rule, for each text."""
    n_query, n_key = wanted.places.shape[-2:]
    text, row, key = (wanted.places & wanted.counted[..., None]).reshape(-1, n_query, n_key).nonzero(as_tuple=True)
    n_texts, back = wanted.places[..., 0, 0].numel(), row + first_query - key  # 1 or more: none is ahead of its query
    found = torch.bincount(text * 7 + back.clamp_max(6), minlength=7 * n_texts).reshape(-1, 7).tolist()
    return [{f"offset {-k:+d}": float(of_text[k]) for k in range(1, 6)} for of_text in found]


def _attention_to_copies(
    pattern: Tensor, ids: Sequence[int] | Tensor, after: int, first_query: int, queries: Tensor | None
) -> Counts:
    """Attention to the places ``after`` positions behind each earlier copy of the query."""
    n_query, n_key = pattern.shape[-2:]
    ids = torch.as_tensor(ids, device=pattern.device)
    wanted = places_of_copies(n_query, n_key, ids, after=after, first_query=first_query, queries=queries)
    attention = torch.einsum("...qk,...qk->...q", pattern, wanted.places.to(pattern.dtype))
    return count_queries(attention, wanted.counted & holds(pattern))
