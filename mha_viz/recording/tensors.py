"""Attention tensors from elsewhere, with their tokens → Capture."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.objects import KINDS, AttentionCall, Capture, Positions


def capture_of(
    attention: Sequence[Tensor],
    tokens: Sequence[str],
    *,
    key_tokens: Sequence[str] | None = None,
    kind: str | None = None,
    name: str = "attention tensors",
) -> Capture:
    """A capture of patterns that somebody has: everything that needs only patterns can be asked of it.

    Parameters
    ----------
    attention : list of Tensor of shape (batch, head, query, key), (1, head, query, key) or (head, query, key)
        One a layer.
    kind : {"encoder", "decoder", "cross"}, optional
        By default cross where ``key_tokens`` are given, decoder where no query looks ahead, else encoder.

    Raises
    ------
    InputError
        If there are no tensors, more than one text, other shapes, or another number of tokens.
    """
    layers = [torch.as_tensor(layer).detach() for layer in attention if layer is not None]
    if not layers:
        raise InputError(
            "No attention to show: under transformers' default attention, output_attentions=True returns an empty "
            "tuple. Load the model with attn_implementation='eager', or use mha_viz.capture."
        )
    patterns = [layer[0] if layer.dim() == 4 and len(layer) == 1 else layer for layer in layers]
    shape = (len(tokens), len(tokens if key_tokens is None else key_tokens))
    for i, pattern in enumerate(patterns):
        if pattern.dim() != 3 or tuple(pattern.shape[1:]) != shape:
            raise InputError(
                f"Layer {i} has shape {tuple(layers[i].shape)}; expected (1, heads, {shape[0]}, {shape[1]}), "
                "as there are that many tokens: one text at a time."
            )
    if kind is not None and kind not in KINDS:
        raise InputError(f"{kind!r} is no kind of attention: {', '.join(KINDS)}.")
    if key_tokens is not None and kind not in (None, "cross"):
        raise InputError(f"Keys of their own belong to cross-attention, not to {kind} attention.")
    looks_ahead = shape[0] != shape[1] or any(bool(pattern.triu(1).any()) for pattern in patterns)
    kind = kind or ("cross" if key_tokens is not None else "encoder" if looks_ahead else "decoder")
    calls = tuple(AttentionCall(i, kind, seen_pattern=pattern.float()) for i, pattern in enumerate(patterns))
    queries = _positions(tokens)
    keys = queries if key_tokens is None else _positions(key_tokens)
    return Capture(name, None, "", None, calls, {kind: queries}, {kind: keys})


def _positions(tokens: Sequence[str]) -> Positions:
    labels = tuple(str(token).replace("Ġ", "").replace("▁", "") or "␣" for token in tokens)
    special = tuple(label[:1] + label[-1:] in ("[]", "<>") and len(label) > 2 for label in labels)
    n = len(labels)
    return Positions((0,) * n, labels, special, (None,) * n)
