"""How much attention a head parks where it takes little: on the first token, on delimiters."""

from __future__ import annotations

import torch
from torch import Tensor

from mha_viz.inputs.labels import VISIBLE
from mha_viz.inputs.words import is_sign
from mha_viz.objects import Positions
from mha_viz.scores.counting import Counts, count_queries, holds
from mha_viz.scores.wanted import Wanted

_NO_SPACE = str.maketrans(dict.fromkeys(VISIBLE.values(), ""))
SINK = 0.3  # mean attention to the first token above which a head has a sink there (Gu et al. 2024)


def attention_to_first(pattern: Tensor, *, queries: Tensor | None = None) -> Counts:
    """How much attention goes to the first token, averaged over queries.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_query, n_key)
        Rows are not normalised: what a learned sink takes is not on the first token. A block of rows will do.
    queries : bool Tensor of shape (n_query,), optional
        The queries that count; all by default.

    Returns
    -------
    Counts of shape (...)
        The share is 0 to 1, no unit; above ``SINK`` the head has a sink. In a causal model an even spread gives
        ``1 + 1/2 + … + 1/n`` divided by n, which on fewer than about 10 tokens is above 0.3 too: compare with the same
        score of ``even_spread``. nan if no query counts.

    References
    ----------
    .. [1] Gu et al. (2024), arXiv:2410.10781, section 3.1: the first query, which sees nothing else, counts, as here;
       they measure texts of 64 tokens. Xiao et al. (2023), arXiv:2309.17453, named the attention sink.

    Examples
    --------
    >>> attention_to_first(torch.tensor([[1.0, 0.0], [0.5, 0.5]])).share.item()
    0.75
    """
    counted = holds(pattern) if queries is None else holds(pattern) & queries.to(pattern.device)
    return count_queries(pattern[..., 0], counted)


def attention_to_keys(
    pattern: Tensor, keys: Tensor, *, first_query: int = 0, is_causal: bool = False, queries: Tensor | None = None
) -> Counts:
    """How much attention goes to some keys together (delimiters, for example), averaged over queries.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_query, n_key)
        Rows are not normalised.
    keys : bool Tensor of shape (..., n_key) or longer
        Which keys; of ``delimiters``. A causal block may come without the last keys.
    first_query, is_causal
        Where the first row stands, and whether queries never look ahead: a query that comes before all of these
        keys could not have looked at one and does not count.
    queries : bool Tensor of shape (n_query,), optional
        The queries that count; all by default.

    Returns
    -------
    Counts of shape (...)
        The share is 0 to 1, no unit; an even spread gives the share of the keys that are meant. nan if no query can
        look at any of them.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 3.2: attention to separators and punctuation.

    Examples
    --------
    >>> attention_to_keys(torch.tensor([[0.5, 0.25, 0.25]]), torch.tensor([True, False, True])).share.item()
    0.75
    """
    n_query, n_key = pattern.shape[-2:]
    keys = keys.to(pattern.device)
    _, able = places_of_keys(n_query, n_key, keys, first_query=first_query, is_causal=is_causal).of(queries)
    given = (pattern @ keys[..., :n_key, None].to(pattern.dtype)).squeeze(-1)
    return count_queries(given, able & holds(pattern))


def places_of_keys(n_query: int, n_key: int, keys: Tensor, *, first_query: int = 0, is_causal: bool = False) -> Wanted:
    """The places that ``attention_to_keys`` adds up, and the queries that can look at one."""
    shape = *keys.shape[:-1], n_query
    if is_causal:
        able = keys.cumsum(dim=-1)[..., first_query : first_query + n_query] > 0
    else:
        able = keys.any(dim=-1, keepdim=True).expand(shape)
    return Wanted(keys[..., None, :n_key].expand(*shape, n_key), able)


def first_places(n_query: int, n_key: int) -> Wanted:
    """The places that ``attention_to_first`` adds up: every query has one."""
    return Wanted((torch.arange(n_key) == 0).expand(n_query, n_key), torch.ones(n_query, dtype=torch.bool))


def delimiters(positions: Positions) -> Tensor:
    """Which positions are special tokens or punctuation, bool (n_positions,); white space, shown as ␣, is neither."""
    pairs = zip(positions.labels, positions.is_special, strict=True)
    return torch.tensor([special or is_sign(label.translate(_NO_SPACE)) for label, special in pairs], dtype=torch.bool)
