"""The tallies of one text → the evidence of every score and head, the numbers of all scores in one go.

Said score by score, as a corpus is weighed, the same few operations on a handful of heads would be done forty times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import nan
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from mha_viz.evidence.statistics.intervals import one_unit_interval
from mha_viz.evidence.verdict import verdict
from mha_viz.scores.counting import Tally
from mha_viz.scores.rivals import is_lexical
from mha_viz.scores.table import ScoreKey, row_of

RIVALS = ("baseline", "blind", "chance", "control")


def best_heads(tallies: Mapping[ScoreKey, Tally]) -> dict[ScoreKey, float]:
    """The largest score of any head, by score; nan where it is undefined for all."""
    if not tallies:
        return {}
    hits, n = _side_by_side(list(tallies.values()))
    share = hits / n
    best = share.nan_to_num(-torch.inf).amax(dim=1).where(~share.isnan().all(dim=1), torch.nan)
    return dict(zip(tallies, best.tolist(), strict=True))


def text_evidence(tallies: Mapping[ScoreKey, Tally], controls: Mapping[ScoreKey, float]) -> dict[str, Any]:
    """What ``weigh`` says of each score of one text, as columns: score after score, and in each head after head.

    Parameters
    ----------
    tallies : mapping of (family, score, direction) to Tally of shape (n_layers, n_heads)
        The text is one unit.
    controls : mapping of the same to what the best head with random weights gets
        nan where it does not say.

    Returns
    -------
    dict of column to array, Series or list
        Layers are those that attend, from 0.
    """
    keys, values = list(tallies), list(tallies.values())
    shape = np.broadcast_shapes(values[0].counts.hits.shape, values[0].counts.n.shape)
    (hits, n), n_heads = _side_by_side(values), shape[0] * shape[1]
    share = (hits / n).numpy()
    is_share = torch.tensor([row_of(*key[:2]).is_share for key in keys])[:, None]  # a mean of one unit has no interval
    low, high = (end.where(is_share & (n > 0), torch.nan).numpy() for end in one_unit_interval(hits, n))
    rivals = [_rivals(tally, controls.get(key, nan)) for key, tally in tallies.items()]
    rules = [_best_rule(tally) for tally in values]
    numbers = {"value": share, "n": n.long().numpy(), "low": low, "high": high, "n_units": (n > 0).long().numpy()}
    layer, head = np.divmod(np.arange(n_heads), shape[1])
    same = {name: [rival[name] for rival in rivals] for name in ("baseline", "chance", "control")}
    return {
        **{name: _words([key[i] or "" for key in keys], n_heads) for i, name in enumerate(("family", "score"))},
        **{name: values.ravel() for name, values in numbers.items()},
        **{name: np.repeat(of_scores, n_heads) for name, of_scores in same.items()},
        "direction": _each([key[2] for key in keys], n_heads), "rule": _each(rules, n_heads),
        "left_out": np.repeat([tally.left_out for tally in values], n_heads), "p": np.full(share.size, nan),
        "layer": np.tile(layer, len(keys)), "head": np.tile(head, len(keys)),
        "verdict": _verdicts(keys, numbers, rivals),
    }  # fmt: skip


def _side_by_side(tallies: Sequence[Tally]) -> tuple[Tensor, Tensor]:
    """Hits and numbers of items, float64 (score, head)."""
    pairs = [torch.broadcast_tensors(tally.counts.hits.double(), tally.counts.n.double()) for tally in tallies]
    hits, n = (torch.stack(part).flatten(1) for part in zip(*pairs, strict=True))
    return hits, n


def _best_rule(tally: Tally) -> str | None:
    """The simple rule that is right most often, the first of equals; None where nothing is asked."""
    return max(tally.rules, key=lambda name: tally.rules[name], default=None) if tally.counts.n.any() else None


def _rivals(tally: Tally, control: float) -> dict[str, float]:
    """What a score is compared with; nothing where there are no items."""
    items = tally.counts.n.max().item()
    shares = {name: hits / items for name, hits in tally.rules.items()} if items else {}
    blind = max((share for name, share in shares.items() if not is_lexical(name)), default=nan)
    chance = tally.chance / items if items else nan
    return {"baseline": max(shares.values(), default=nan), "blind": blind, "chance": chance, "control": control}


def _verdicts(
    keys: Sequence[ScoreKey], numbers: Mapping[str, np.ndarray], rivals: Sequence[Mapping[str, float]]
) -> pd.Series:
    """What may be said, score after score; None where a score only describes."""
    words: list[str | None] = []
    of_scores = zip(*(numbers[name].tolist() for name in ("value", "n", "low", "high")), strict=True)
    for key, of_rivals, columns in zip(keys, rivals, of_scores, strict=True):
        claims, (baseline, blind, chance, control) = row_of(*key[:2]).claims, (of_rivals[name] for name in RIVALS)
        against = partial(_verdict, baseline, blind, chance, control)
        words += [against(*head) if claims or not head[1] else None for head in zip(*columns, strict=True)]
    return pd.Series(words, dtype="object")


def _verdict(
    baseline: float, blind: float, chance: float, control: float, value: float, n: int, low: float, high: float
) -> str:
    return verdict(value, n, low, high, baseline=baseline, blind=blind, chance=chance, control=control)


def _words(words: Sequence[str], times: int) -> pd.Series:
    return pd.Series(words).repeat(times).reset_index(drop=True)


def _each(words: Sequence[str | None], times: int) -> pd.Series:
    """Words of which some may be missing, each so many times."""
    return pd.Series([word for word in words for _ in range(times)], dtype="object")
