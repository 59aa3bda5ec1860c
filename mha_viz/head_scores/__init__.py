"""Head scores: one number a head, each a short pure function on a pattern, listed in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import Tensor

from mha_viz.head_scores.copying import duplicate_token, induction, ordinary
from mha_viz.head_scores.counting import Counts
from mha_viz.head_scores.positional import argmax_at_offset, attention_at_offset
from mha_viz.head_scores.sinks import attention_to_first, attention_to_keys, delimiters
from mha_viz.head_scores.spread import distance_counts, entropy, entropy_counts, mean_distance
from mha_viz.objects import Positions

__all__ = ["HEAD_SCORES", "HeadScore", "entropy", "every_score", "mean_distance"]


@dataclass(frozen=True)
class HeadScore:
    """One row of the table. ``takes`` names what the function wants beside the pattern, see ``every_score``."""

    family: str
    function: Callable[..., Counts]
    takes: tuple[str, ...]
    unit: str
    range: tuple[float, float]
    sentence: str
    source: str


def every_score(
    pattern: Tensor, positions: Positions, *, first_query: int = 0, is_causal: bool = False
) -> dict[str, Counts]:
    """All scores of the table on a map of self-attention, or on a block of its rows.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_query, n_key)
    positions : Positions
        Of the whole text.
    first_query : int
        Where the first row stands.
    is_causal : bool
        Whether queries never look ahead.

    Returns
    -------
    dict of name to Counts of shape (...)
        The counts of blocks, and of texts, add up (``pooled``).
    """
    n_query = pattern.shape[-2]
    known = {
        "first_query": first_query,
        "is_causal": is_causal,
        "ids": positions.ids,
        "keys": delimiters(positions),
        "queries": ordinary(positions)[first_query : first_query + n_query],
    }
    return {
        name: score.function(pattern, **{wish: known[wish] for wish in score.takes})
        for name, score in HEAD_SCORES.items()
    }


_PLACE = ("first_query", "is_causal")
_COPIES = ("ids", "first_query", "queries")
_INFINITY = float("inf")

# fmt: off
HEAD_SCORES = {
    "looks at itself": HeadScore(
        "positional", partial(argmax_at_offset, k=0), _PLACE, "share of queries", (0, 1),
        "How often the token itself gets the most attention.", "Voita et al. 2019, arXiv:1905.09418"),
    "previous token": HeadScore(
        "positional", partial(argmax_at_offset, k=-1), _PLACE, "share of queries", (0, 1),
        "How often the token just before gets the most attention.", "Voita et al. 2019, arXiv:1905.09418"),
    "next token": HeadScore(
        "positional", partial(argmax_at_offset, k=1), _PLACE, "share of queries", (0, 1),
        "How often the token just after gets the most attention.", "Voita et al. 2019, arXiv:1905.09418"),
    "attention to previous": HeadScore(
        "positional", partial(attention_at_offset, k=-1), _PLACE, "share of attention", (0, 1),
        "How much attention the token just before gets.", "Clark et al. 2019, arXiv:1906.04341"),
    "attention to next": HeadScore(
        "positional", partial(attention_at_offset, k=1), _PLACE, "share of attention", (0, 1),
        "How much attention the token just after gets.", "Clark et al. 2019, arXiv:1906.04341"),
    "entropy": HeadScore(
        "spread", entropy_counts, (), "nats", (0, _INFINITY),
        "How many keys a query hesitates between; rows are normalised.", "Clark et al. 2019, arXiv:1906.04341"),
    "mean distance": HeadScore(
        "spread", distance_counts, ("first_query",), "tokens", (0, _INFINITY),
        "How far a query looks on average; rows are normalised.", "Vig & Belinkov 2019, arXiv:1906.04284"),
    "first token": HeadScore(
        "sinks", attention_to_first, (), "share of attention", (0, 1),
        "How much attention the first token gets: a sink above 0.3.", "Gu et al. 2024, arXiv:2410.10781"),
    "delimiters": HeadScore(
        "sinks", attention_to_keys, ("keys", *_PLACE), "share of attention", (0, 1),
        "How much attention special tokens and punctuation get.", "Clark et al. 2019, arXiv:1906.04341"),
    "attention to itself": HeadScore(
        "sinks", partial(attention_at_offset, k=0), _PLACE, "share of attention", (0, 1),
        "How much attention a token gives itself.", "Clark et al. 2019, arXiv:1906.04341"),
    "induction": HeadScore(
        "copying", induction, _COPIES, "share of attention", (0, 1),
        "How much attention goes to what followed an earlier copy of the token.",
        "Olsson et al. 2022, arXiv:2209.11895"),
    "duplicate token": HeadScore(
        "copying", duplicate_token, _COPIES, "share of attention", (0, 1),
        "How much attention goes to earlier copies of the token.", "Wang et al. 2022, arXiv:2211.00593"),
}
# fmt: on
