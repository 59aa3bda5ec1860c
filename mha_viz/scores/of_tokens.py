"""A pattern of tokens → every score that needs no annotation, in few steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from mha_viz.attention.rows import row_entropy
from mha_viz.objects import Positions
from mha_viz.scores.counting import Counts, Tally
from mha_viz.scores.families.copying import at_offsets, ordinary
from mha_viz.scores.families.sinks import delimiters
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
    n_keys = torch.tensor([pattern.shape[-1]])
    (tallies,) = _of_texts(pattern[None], [positions], n_keys, first_query=first_query, is_causal=is_causal)
    return tallies


def token_scores_of_texts(
    patterns: Tensor, positions: Sequence[Positions], *, is_causal: bool = False
) -> list[dict[ScoreKey, Tally]]:
    """``token_scores`` of several texts at once: a step costs about as much for all of them as for one.

    Parameters
    ----------
    patterns : Tensor of shape (text, ..., n, n)
        Whole maps, with zeros behind the last token of each text.
    positions : sequence of Positions
    """
    return _of_texts(patterns, positions, torch.tensor([*map(len, positions)]), first_query=0, is_causal=is_causal)


def _of_texts(
    patterns: Tensor, positions: Sequence[Positions], n_keys: Tensor, *, first_query: int, is_causal: bool
) -> list[dict[ScoreKey, Tally]]:
    """All scores of (text, ..., query, key). What is known of texts has an axis of one for their heads."""
    n_query, n_key = patterns.shape[-2:]
    even = _even_spreads(n_query, n_keys, n_key, first_query, is_causal).to(patterns)[:, None]
    # The even spread is scored as one more head.
    maps = torch.cat([patterns.reshape(len(patterns), -1, n_query, n_key), even], dim=1)
    available = {
        "first_query": first_query,
        "is_causal": is_causal,
        "n_keys": n_keys[:, None],
        "ids": _side_by_side([torch.tensor(one.ids) for one in positions]),
        "keys": _side_by_side([*map(delimiters, positions)]),
        "queries": _side_by_side([*map(ordinary, positions)])[..., first_query : first_query + n_query],
        "entropies": row_entropy(maps),
    }
    wanted = _wanted(n_query, n_key, available)
    summed = attention_to_each(maps, list(wanted.values())) if n_query * n_key <= SHORT else []
    at_once = dict(zip(wanted, summed, strict=False))
    counts: dict[ScoreKey, Counts] = {}
    chances: dict[ScoreKey, Counts] = {}  # where an even spread is scored by another function
    rules: list[Sequence[dict[str, float]]] = []
    for name, score in HEAD_SCORES.items():
        if score.on == "tokens":
            arguments = {wish: available[wish] for wish in score.takes}
            of_score = _by_score(name, at_once[name] if name in at_once else score.function(maps, **arguments))
            counts |= {(score.family, each, None): of_each for each, of_each in of_score.items()}
            if score.by_chance:
                by_chance = _by_score(name, score.by_chance(even, **arguments))
                chances |= {(score.family, each, None): of_each for each, of_each in by_chance.items()}
            none = [dict[str, float]() for _ in positions]
            rules += [at_offsets(wanted[name], first_query=first_query) if score.is_ruled else none] * len(of_score)
    return _tallies(counts, chances, rules, patterns.shape[1:-2])


def _even_spreads(n_query: int, n_keys: Tensor, n_key: int, first_query: int, is_causal: bool) -> Tensor:
    """``even_spread`` of several texts, (text, n_query, n_key), with zeros behind the last token of each."""
    query, key = torch.arange(first_query, first_query + n_query)[:, None], torch.arange(n_key)
    seen = (torch.maximum(query, key) < n_keys[:, None, None]) & ((key <= query) | (not is_causal))
    return seen / seen.sum(dim=-1, keepdim=True).clamp_min(1)


def _side_by_side(of_texts: Sequence[Tensor]) -> Tensor:
    """(text, 1, n_positions), with zeros behind the last of each."""
    return pad_sequence(list(of_texts), batch_first=True)[:, None]


def _wanted(n_query: int, n_key: int, available: dict[str, Any]) -> dict[str, Wanted]:
    """The places that scores add up, by their names."""
    return {
        name: score.wants(n_query, n_key, **{wish: available[wish] for wish in score.takes})
        for name, score in HEAD_SCORES.items()
        if score.on == "tokens" and score.wants is not None
    }


def _tallies(
    counts: dict[ScoreKey, Counts], chances: dict[ScoreKey, Counts], rules: Sequence[Sequence[dict[str, float]]],
    shape: torch.Size,
) -> list[dict[ScoreKey, Tally]]:  # fmt: skip
    """What was counted of each text, the even spread last, as tallies.

    All scores in one go: a text has few numbers, and each step over them costs as much as they do.
    """
    hits = torch.stack([of_score.hits.cpu() for of_score in counts.values()])  # (score, text, head)
    n = torch.stack([of_score.n.cpu() for of_score in counts.values()])
    by_chance = dict(zip(counts, hits[..., -1].tolist(), strict=True))
    by_chance |= {key: of_score.hits.squeeze(1).tolist() for key, of_score in chances.items()}
    tallies: list[dict[ScoreKey, Tally]] = []
    for i in range(hits.shape[1]):
        of_heads = (part[:, i, :-1].unflatten(1, shape).unbind() for part in (hits, n))
        each_score = zip(counts, *of_heads, rules, strict=True)
        tallies.append(
            {key: Tally(Counts(*both), of_rules[i], by_chance[key][i]) for key, *both, of_rules in each_score}
        )
    return tallies


def _by_score(name: str, counts: Counts | dict[str, Counts]) -> dict[str, Counts]:
    return {name: counts} if isinstance(counts, Counts) else counts
