"""Whether numbers that somebody hands in are patterns; if not, a sentence on what they are and where."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.recording.elsewhere.handed_in import whole
from mha_viz.wording import counted, head_name, quoted

ROUNDING = 5e-3  # what a row may be away from 1: half precision rounds each share by up to two thousandths


def check_shape(maps: Tensor, layer: int, shape: tuple[int, int]) -> Tensor:
    """A layer as (head, query, key), where it is of one text with so many queries and keys.

    Raises
    ------
    InputError
        If it has another shape, with what would put it right.
    """
    pattern = whole(maps)
    if pattern.dim() == 3 and tuple(pattern.shape[1:]) == shape and len(pattern) > 0:
        return pattern
    raise InputError(
        f"Layer {layer} has shape {tuple(maps.shape)}; expected (1, heads, {shape[0]}, {shape[1]}), "
        f"as there are that many tokens: {_put_right(maps, pattern, shape)}."
    )


def check_rows(pattern: Tensor, layer: int, labels: Sequence[str], *, sinks: bool) -> None:
    """Whether every row shares out 1, or with learned sinks at most 1.

    Raises
    ------
    InputError
        With the first row that does not, and what the numbers seem to be.
    """
    if not pattern.isfinite().all():
        raise InputError(_undefined(pattern, layer, labels))
    sums = pattern.sum(dim=-1, dtype=torch.float64)  # (head, query)
    away = (sums - 1).clamp_min(0) if sinks else (sums - 1).abs()
    if away.max() <= ROUNDING and pattern.min() >= -ROUNDING:
        return
    head, row = divmod(int(away.argmax()), pattern.shape[1])
    if away.max() <= ROUNDING:  # rows sum to 1, with numbers below 0 among them
        raise InputError(f"Layer {layer} holds {pattern.min().item():.2g}, and a share is never below 0: {_LOGITS}.")
    allowed = "at most 1" if sinks else "1"
    raise InputError(
        f"Rows of layer {layer} sum to {sums[head, row].item():.4g}, not {allowed} ({head_name(layer, head)}, row "
        f"{row} {quoted(labels[row])}): {_seems(pattern, sums, sinks=sinks)}."
    )


def heads_and_queries_exchanged(patterns: Sequence[Tensor]) -> bool:
    """Whether nothing looks ahead once heads and queries change places, and does as it stands."""
    square = all(len(set(pattern.shape)) == 1 and len(pattern) > 2 for pattern in patterns)
    if not square or not any(bool(pattern.triu(1).any()) for pattern in patterns):
        return False
    return not any(bool(pattern.transpose(0, 1).triu(1).any()) for pattern in patterns)


_LOGITS = "these look like logits; layer.softmax(dim=-1) makes patterns of them"


def _undefined(pattern: Tensor, layer: int, labels: Sequence[str]) -> str:
    rows = (~pattern.isfinite()).any(dim=-1)  # (head, query)
    head, row = rows.nonzero()[0].tolist()
    value = pattern[head, row][~pattern[head, row].isfinite()][0].item()
    more = int(rows.sum()) - 1
    others = f" (and {counted(more, 'more row')} of this layer)" if more else ""
    why = (
        "such rows come from padding, so leave the padding out of attention and tokens, for example layer[..., :n, :n]"
        if value != value
        else "these look like logits with a mask; layer.softmax(dim=-1) makes patterns of them"
    )
    what = "NaN" if value != value else str(value)
    return f"{head_name(layer, head)} holds {what} in row {row} {quoted(labels[row])}{others}: {why}."


def _seems(pattern: Tensor, sums: Tensor, *, sinks: bool) -> str:
    """What numbers are whose rows do not sum to 1, and what would make patterns of them."""
    by_axis = [(pattern.sum(dim=axis, dtype=torch.float64) - 1).abs().max() <= ROUNDING for axis in (0, 1)]
    if by_axis[0] or (by_axis[1] and len(set(pattern.shape)) == 1):
        return (
            "another axis does, so the axes stand in another order than (heads, queries, keys); layer.permute sorts "
            "them"
        )
    if by_axis[1]:
        return "its columns do, so queries and keys are exchanged; hand in layer.transpose(-1, -2)"
    if pattern.max() <= ROUNDING and (pattern.exp().sum(dim=-1) - 1).abs().max() <= ROUNDING:
        return "these are logarithms; hand in layer.exp()"
    if pattern.min() < -ROUNDING:
        return _LOGITS
    if (sums == 0).any():
        return "rows that hold nothing come from padding, so leave it out, for example layer[..., :n, :n]"
    if sums.max() <= 1 + ROUNDING and not sinks:
        return "if learned sinks take the rest, say sinks=True; if dropout does, call model.eval() first"
    middle = sums.mean().item()
    if middle > 0 and (sums - middle).abs().max() <= ROUNDING * middle:
        return f"all of them do, so layer / {middle:.4g} is a pattern"
    return "hand in what stands after the softmax, of a model in model.eval()"


def _put_right(maps: Tensor, pattern: Tensor, shape: tuple[int, int]) -> str:
    """What would make the right shape of a wrong one."""
    n_axes = pattern.dim()
    if n_axes == 3 and pattern.shape[1] == 1 < shape[0] and pattern.shape[2] == shape[1]:
        return "this is one step of generate, with the row of its last token alone; hand in all steps, out.attentions"
    if n_axes == 4 and tuple(maps.shape[-2:]) == shape:
        return "one text at a time, for example [layer[:1] for layer in attention]"
    if n_axes == 2:
        return "it has no axis of heads; layer[None] makes it one head, if it is the mean of all"
    if n_axes != 3:
        return "one text at a time"
    for order in permutations(range(3)):
        if tuple(pattern.shape[axis] for axis in order[1:]) == shape and order != (0, 1, 2):
            lead = maps.dim() - 3
            axes = [*range(lead), *(axis + lead for axis in order)]
            return f"the axes stand in another order; layer.permute{tuple(axes)} puts them right"
    return (
        f"one text at a time, with each of the {pattern.shape[1]} tokens that the model read, special ones too, as in "
        "tokenizer.convert_ids_to_tokens(input_ids[0])"
    )
