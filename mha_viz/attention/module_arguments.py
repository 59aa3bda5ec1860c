"""What our ``MultiHeadAttention`` is made with and given → refused in a sentence where it does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import torch
from torch import Tensor

from mha_viz.arguments import refuse_other_shape, refuse_outside, said
from mha_viz.errors import InputError

WIDEST = 65_536


def refuse_sizes(
    sizes: Mapping[str, int | None], scaling: float | None, frequencies: Tensor | None, relative_bias: Tensor | None
) -> None:
    """Raise InputError unless there are such heads; ``sizes`` are the arguments that are whole numbers, by name."""
    for name, size in sizes.items():
        if size is not None:
            refuse_outside(name, size, 1, WIDEST)
    d_model, n_heads, n_kv_heads, d_head = (sizes[name] or 0 for name in ("d_model", "n_heads", "n_kv_heads", "d_head"))
    if n_kv_heads and n_heads % n_kv_heads:
        raise InputError(f"{n_heads} heads cannot share {n_kv_heads} key heads evenly.")
    if not d_head and d_model % n_heads:
        raise InputError(f"A width of {d_model} cannot be split evenly over {n_heads} heads: give d_head.")
    d_head = d_head or d_model // n_heads
    refuse_outside("n_heads × d_head", n_heads * d_head, 1, WIDEST)
    if scaling is not None and not isfinite(scaling):
        raise InputError(f"scaling is {said(scaling)}; give a number that logits can be multiplied by.")
    if frequencies is not None:
        fits = frequencies.dim() == 1 and len(frequencies) <= d_head // 2
        refuse_other_shape("frequencies", frequencies.shape, f"(d_rotary / 2,), up to ({d_head // 2},)", fits=fits)
    if relative_bias is not None:
        fits = relative_bias.dim() == 2 and len(relative_bias) == n_heads and relative_bias.shape[1] % 2 == 1
        refuse_other_shape("relative_bias", relative_bias.shape, f"({n_heads}, 2 × reach + 1)", fits=fits)


def refuse_inputs(given: Mapping[str, Any], widths: Mapping[str, int], like: Tensor) -> None:
    """Raise InputError unless ``x`` and ``context``, which are ``given`` by name, can go through the projections.

    Parameters
    ----------
    given : mapping
        What is looked at; None where nothing was given.
    widths : mapping
        How wide each should be.
    like : Tensor
        A weight: both are numbers of its kind.
    """
    for name, value in given.items():
        if not isinstance(value, Tensor):
            raise InputError(f"{name} is {said(value)}; give a tensor of shape (…, position, {widths[name]}).")
        fits = value.dim() >= 2 and value.shape[-1] == widths[name]
        refuse_other_shape(name, value.shape, f"(…, position, {widths[name]})", fits=fits)
        if value.dtype != like.dtype and not torch.is_autocast_enabled(value.device.type):
            raise InputError(
                f"{name} holds {value.dtype} and the weights {like.dtype}: make both the same with .to(…)."
            )
    batches = [value.shape[:-2] for value in given.values()]
    if not _broadcast(batches):
        raise InputError(
            f"x has the batch {tuple(batches[0])} and context {tuple(batches[-1])}; give the same to both."
        )


def refuse_changes(mask: Any, head_scale: Any, patterns: Any, n_heads: int, sides: list[Tensor]) -> None:
    """Raise InputError unless what is changed on the way fits; ``sides`` are what looks and what is looked at."""
    batches, lengths = zip(*((side.shape[:-2], side.shape[-2]) for side in sides), strict=True)
    shape = (*torch.broadcast_shapes(*batches), *lengths)  # of the pattern of one head
    if mask is not None and not isinstance(mask, Tensor):
        raise InputError(
            f"mask is {said(mask)}; give a tensor: bool (True: may look), or numbers to add to the logits."
        )
    if head_scale is not None and (not isinstance(head_scale, Tensor) or head_scale.shape != (n_heads,)):
        raise InputError(
            f"head_scale is {said(head_scale)}; give a tensor with one number for each head, ({n_heads},)."
        )
    if patterns is not None and not isinstance(patterns, Mapping):
        raise InputError(f"patterns is {said(patterns)}; give a dictionary of heads and their patterns.")
    for head, pattern in (patterns or {}).items():
        if head not in range(n_heads):
            raise InputError(f"There is no head {said(head)}: patterns are for heads 0 to {n_heads - 1}.")
        if not isinstance(pattern, Tensor) or not _broadcast([pattern.shape, shape], into=shape):
            raise InputError(f"The pattern of head {head} is {said(pattern)}; give a tensor of shape {shape}.")


def _broadcast(shapes: list[Any], into: tuple[int, ...] | None = None) -> bool:
    try:
        together = torch.broadcast_shapes(*shapes)
    except RuntimeError:
        return False
    return into is None or tuple(together) == into
