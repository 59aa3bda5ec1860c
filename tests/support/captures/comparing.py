"""Captures made by hand, for comparing heads."""

from __future__ import annotations

import torch

from mha_viz.objects import AttentionCall, Capture, Positions

WORDS = ["the", "cat", "was", "tired", "today"]


def made(layers, labels, *, name="m", kind="encoder", specials=()):
    """A capture of patterns, one token a word; layers of (head, query, key)."""
    text = " ".join(label for label in labels if label not in specials)
    spans, at = [], 0
    for label in labels:
        spans.append(None if label in specials else (at, at + len(label)))
        at += 0 if label in specials else len(label) + 1
    ids = tuple(hash(label) % 1000 for label in labels)
    axis = {kind: Positions(ids, tuple(labels), tuple(label in specials for label in labels), tuple(spans), text)}
    calls = tuple(
        AttentionCall(i, kind, seen_pattern=torch.as_tensor(layer, dtype=torch.float32))
        for i, layer in enumerate(layers)
    )
    return Capture(name, name, text, None, calls, axis, axis)


def random_layers(n_layers, n_heads, n, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(n_heads, n, n, generator=generator).softmax(-1) for _ in range(n_layers)]
