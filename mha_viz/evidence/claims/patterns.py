"""A piece of what a claim reads → the patterns of every layer, and the positions of its tokens."""

from __future__ import annotations

import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern
from mha_viz.errors import InputError
from mha_viz.inputs.text import tokenizer_of
from mha_viz.objects import Capture, Model
from mha_viz.recording.capture import capture
from mha_viz.recording.looking.together import look_at_tensors
from mha_viz.scores.blocks import PatternBlocks


def kinds_of(model: Model) -> tuple[str, ...]:
    """Which kinds of attention a text meets in a model; none where it reads no text."""
    try:
        return capture(model, "The").kinds
    except InputError:
        return ()


def patterns_of_ids(model: Model, ids: tuple[int, ...]) -> tuple[list[Tensor], bool]:
    """Patterns of a row of token ids, (layer, head, query, key), some layers each; and whether none looks ahead."""
    batch = torch.tensor([ids])
    inputs = {"input_ids": batch, "attention_mask": torch.ones_like(batch)}
    blocks = look_at_tensors(model, inputs, lambda: PatternBlocks(lambda patterns, _: patterns))
    return blocks.parts(), blocks.is_causal


def patterns_of(found: Capture) -> Tensor:
    """All patterns of the self-attention of a capture, (layer, head, query, key)."""
    return torch.stack([call_pattern(call) for call in found.calls_of(found.kinds[0])])


def separators(model: Model, found: Capture) -> Tensor:
    """Which positions of a capture are separators of its tokenizer, bool (position,)."""
    ids = torch.tensor(found.key_positions[found.kinds[0]].ids)
    are: Tensor = ids == tokenizer_of(model.processor).sep_token_id
    return are
