"""A passage of a text → how much of what each position looks at goes to it, in every head, beside an even spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from mha_viz.arguments import refuse_without
from mha_viz.attention.awaited import told_of_each, whole
from mha_viz.attention.calls import at_least_float32, call_pattern, masked_below, part_of, query_blocks
from mha_viz.attention.maps import chosen_kind
from mha_viz.errors import InputError
from mha_viz.inputs.passages import passage_tokens
from mha_viz.inputs.words import unique_labels
from mha_viz.objects import AttentionCall, Capture, Head, seen

COLUMNS = ("layer", "head", "share", "even", "counts")
NOTHING_OUTSIDE = "Nothing comes after this passage, or it is the whole text, so no mean can be taken: mark less of it."


@dataclass(frozen=True, eq=False)
class PassageShares:
    """How much every position gives to a passage.

    ``tokens`` are those of the passage, on the axis of what is looked at; ``heads`` those that are there, layer by
    layer. ``share`` and ``even`` are (head, query), from 0 to 1; ``counts`` (query,) says over which positions means
    are taken.
    """

    tokens: tuple[int, ...]
    heads: tuple[Head, ...]
    share: Tensor
    even: Tensor
    counts: Tensor

    @property
    def means(self) -> tuple[Tensor, Tensor]:
        """Of each head what the positions that count give on average, and what an even spread would: (head,) each,
        nan where none counts.
        """
        return self.share[:, self.counts].mean(dim=1), self.even[:, self.counts].mean(dim=1)


def passage_share(
    capture: Capture, passage: tuple[int, int] | str | None = None, *, part: str | None = None, kind: str | None = None
) -> pd.DataFrame:
    """How much of its attention each position gives to a passage of the text, in every head: a curve a head.

    Parameters
    ----------
    passage : (int, int) or str
        The first character and the one after the last, counted from 0 in the ``text`` of the positions; or its words,
        where they stand first. A token belongs to it if it covers one of its characters.
    part : str
        In place of a passage a part of the text: a role of a chat, A or B of two texts, typed or generated.
    kind : {"encoder", "decoder", "cross"}, optional
        May be left out when the capture holds only one. In cross-attention the passage is one of the source.

    Returns
    -------
    DataFrame with columns layer, head, position, token, share, even, counts
        One row a head and position. ``share`` is the sum of the pattern over the tokens of the passage, 0 to 1; before
        the passage a model that reads left to right gives it 0. ``even`` is what it would be if the position looked at
        everything alike that it may look at. ``counts`` says whether ``passage_heads`` takes it into its means: in a
        model that reads left to right the positions after the passage, else all outside of it.

    Raises
    ------
    InputError
        If there is no such passage, or no token covers a character of it.
    """
    kind = chosen_kind(capture, kind)
    tokens = passage_tokens(capture.key_positions[kind], passage, part)
    return shares_frame(shares_of(capture, tokens, kind), capture, kind)


def passage_heads(shares: pd.DataFrame) -> pd.DataFrame:
    """Heads by how much the positions that count give to a passage on average, most first.

    Parameters
    ----------
    shares : DataFrame
        Of ``passage_share``.

    Returns
    -------
    DataFrame with columns layer, head, share, even
        0 to 1; of equals the earlier head first.

    Raises
    ------
    InputError
        If no position counts: none comes after the passage, or it is the whole text.
    """
    refuse_without(shares, COLUMNS, "passage_share")
    counted = shares[shares["counts"]]
    if counted.empty:
        raise InputError(NOTHING_OUTSIDE)
    means = counted.groupby(["layer", "head"], sort=True)[["share", "even"]].mean().reset_index()
    return means.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def shares_of(
    capture: Capture, tokens: tuple[int, ...], kind: str, progress: Callable[[float], None] | None = None
) -> PassageShares:
    """The shares of a passage whose tokens are known; of each layer one block of queries at a time is there."""
    calls = capture.calls_of(kind)
    layers = told_of_each(calls, lambda call: _of_call(call, tokens), progress)
    heads = tuple((call.layer, head) for call in calls for head in call.heads)
    share, even = (torch.cat(parts) for parts in zip(*layers, strict=True))
    return PassageShares(tokens, heads, share, even, counting(tokens, len(capture.query_positions[kind]), kind))


def counting(tokens: tuple[int, ...], n_query: int, kind: str) -> Tensor:
    """Which positions means are taken over: those after the passage in a model that reads left to right, else all that
    are not in it; in cross-attention all, which stand in another text. (query,)
    """
    counts = torch.ones(n_query, dtype=torch.bool)
    if kind == "decoder":
        counts[: tokens[-1] + 1] = False
    elif kind == "encoder":
        counts[list(tokens)] = False
    return counts


def holds_sink(tokens: tuple[int, ...], kind: str) -> bool:
    """Whether a passage holds the first token of what reads left to right, where heads look that have nothing to look
    for: then a large share says little of the passage.
    """
    return kind == "decoder" and 0 in tokens


def shares_frame(shares: PassageShares, capture: Capture, kind: str) -> pd.DataFrame:
    """The same as a table, one row a head and position: as ``passage_share``."""
    labels = unique_labels(capture.query_positions[kind].labels)
    n, n_heads = len(labels), len(shares.heads)
    places = torch.tensor(shares.heads, dtype=torch.long).reshape(-1, 2).repeat_interleave(n, dim=0).numpy()
    return pd.DataFrame(
        {
            "layer": places[:, 0], "head": places[:, 1], "position": torch.arange(n).repeat(n_heads).numpy(),
            "token": labels * n_heads, "share": shares.share.flatten().numpy(), "even": shares.even.flatten().numpy(),
            "counts": shares.counts.repeat(n_heads).numpy(),
        }
    )  # fmt: skip


def _of_call(call: AttentionCall, tokens: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """What the heads of one layer give to some keys, and what an even spread would: (head, query) each."""
    call = whole(call)
    blocks = [_of_rows(part_of(call, queries=rows), tokens) for rows in query_blocks(call)]
    share, even = (torch.cat(parts, dim=1).float().cpu() for parts in zip(*blocks, strict=True))
    there = list(call.heads)
    return share[there], even.expand(call.n_heads, -1)[there]


def _of_rows(part: AttentionCall, tokens: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Some rows of a layer: (head, row), and for the even spread (1, row) where all heads may look at the same."""
    weights, may = call_pattern(part), _may_look(part)
    keys = torch.tensor(tokens, device=weights.device)
    inside = keys[keys < weights.shape[2]]  # a causal part lacks keys at which none of its queries may look
    even = may[..., inside].sum(dim=-1) / may.sum(dim=-1).clamp_min(1)
    return weights[..., inside].sum(dim=-1), even


def _may_look(call: AttentionCall) -> Tensor:
    """Which keys each query may look at, (1 or n_heads, n_query, n_key): as ``call_logits`` masks, without logits."""
    if call.query is None:
        there = call.seen_logits
        return seen(call.seen_pattern) > 0 if there is None else masked_below(there) > -torch.inf
    device = call.query.device
    may = torch.ones(1, call.n_query, call.n_key, dtype=torch.bool, device=device)
    if call.allowed is not None:
        may = may & call.allowed
    if call.bias is not None:
        may = may & (masked_below(at_least_float32(call.bias)) > -torch.inf)
    if call.is_causal:
        places = torch.arange(call.first_query, call.first_query + call.n_query, device=device)
        may = may & (torch.arange(call.n_key, device=device) <= places[:, None])
    return may
