"""A pattern of tokens → every score that needs no annotation, in few steps."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.rows import row_entropy
from mha_viz.objects import Positions
from mha_viz.scores.copying import at_offsets, ordinary
from mha_viz.scores.counting import Counts, Tally, even_spread
from mha_viz.scores.sinks import delimiters
from mha_viz.scores.table import HEAD_SCORES, ScoreKey
from mha_viz.scores.wanted import Wanted, attention_to_each

SHORT = 2**16  # places of a map, up to which scores are summed at once: of more, their numbers cost more than the steps


def token_scores(
    pattern: Tensor, positions: Positions, *, first_query: int = 0, is_causal: bool = False
) -> dict[ScoreKey, Tally]:
    """All scores of the table that are made of tokens, on a map of self-attention or on a block of its rows.

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
    dict of (family, score, None) to Tally of shape (...)
        Chance is what an even spread over the same rows gets. The tallies of blocks, and of texts, add up (``pooled``).
    """
    n_query, n_key = pattern.shape[-2:]
    even = even_spread(n_query, n_key, first_query=first_query, is_causal=is_causal).to(pattern)[None]
    maps = torch.cat([pattern.reshape(-1, n_query, n_key), even])  # the even spread is scored as one more head
    available = {
        "first_query": first_query,
        "is_causal": is_causal,
        "ids": positions.ids,
        "keys": delimiters(positions),
        "queries": ordinary(positions)[first_query : first_query + n_query],
        "entropies": row_entropy(maps),
    }
    wanted = _wanted(n_query, n_key, available)
    summed = attention_to_each(maps, list(wanted.values())) if n_query * n_key <= SHORT else []
    at_once = dict(zip(wanted, summed, strict=False))
    counts: dict[ScoreKey, Counts] = {}
    chances: dict[ScoreKey, Counts] = {}  # where an even spread is scored by another function
    rules: list[dict[str, float]] = []
    for name, score in HEAD_SCORES.items():
        if score.on == "tokens":
            arguments = {wish: available[wish] for wish in score.takes}
            of_score = _by_score(name, at_once[name] if name in at_once else score.function(maps, **arguments))
            counts |= {(score.family, each, None): of_each for each, of_each in of_score.items()}
            if score.by_chance:
                by_chance = _by_score(name, score.by_chance(even, **arguments))
                chances |= {(score.family, each, None): of_each for each, of_each in by_chance.items()}
            of_rules = at_offsets(wanted[name], first_query=first_query) if score.is_ruled else {}
            rules += [of_rules] * len(of_score)
    return _tallies(counts, chances, rules, pattern.shape[:-2])


def _wanted(n_query: int, n_key: int, available: dict[str, Any]) -> dict[str, Wanted]:
    """The places that scores add up, by their names."""
    return {
        name: score.wants(n_query, n_key, **{wish: available[wish] for wish in score.takes})
        for name, score in HEAD_SCORES.items()
        if score.on == "tokens" and score.wants is not None
    }


def _tallies(
    counts: dict[ScoreKey, Counts], chances: dict[ScoreKey, Counts], rules: list[dict[str, float]],
    shape: torch.Size,
) -> dict[ScoreKey, Tally]:  # fmt: skip
    """What was counted, the even spread last, as tallies.

    All scores in one go: a text has few numbers, and each step over them costs as much as they do.
    """
    hits = torch.stack([of_score.hits.cpu() for of_score in counts.values()])
    n = torch.stack([of_score.n.cpu() for of_score in counts.values()])
    by_chance = dict(zip(counts, hits[:, -1].tolist(), strict=True))
    by_chance |= {key: of_score.hits.item() for key, of_score in chances.items()}
    each_score = zip(counts, hits[:, :-1].unflatten(1, shape), n[:, :-1].unflatten(1, shape), rules, strict=True)
    return {key: Tally(Counts(*of_heads), by_rule, by_chance[key]) for key, *of_heads, by_rule in each_score}


def _by_score(name: str, counts: Counts | dict[str, Counts]) -> dict[str, Counts]:
    return {name: counts} if isinstance(counts, Counts) else counts
