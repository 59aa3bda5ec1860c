"""A capture → whether its network looks as if it had learned nothing, by its weights or by how it attends."""

from __future__ import annotations

import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.kept import kept_with_capture
from mha_viz.objects import AttentionCall, Capture

EVEN = 0.98  # of the largest entropy that rows can have; a trained network has a head below it in its first layers
N_ROWS = 64  # of a long text, its last ones: they see most
FEWEST_KEYS = 4  # in a row of less there is too little to spread
EVEN_EVERYWHERE = (
    "These weights look untrained: every head spreads its attention almost evenly (each within 2 % of the largest "
    "entropy that its rows can have)."
)
AS_DRAWN = (
    "These weights look untrained: no norm of the network has learned anything, and the rows and columns of its "
    "matrices are as large as each other, as when all numbers were drawn at random."
)


def why_untrained(capture: Capture) -> str:
    """What makes its network look as if it had learned nothing, in a sentence; empty where nothing does.

    Attention as drawn is not even everywhere: T5 does not scale its logits, others make each query as long as the next.
    """
    if capture.as_drawn:
        return AS_DRAWN
    return EVEN_EVERYWHERE if attends_evenly(capture) else ""


@kept_with_capture
def attends_evenly(capture: Capture) -> bool:
    """Whether every head of every layer is within 2 % of the largest entropy that its rows can have.

    The first head that is not settles it, so that a trained network costs a part of one layer's pattern.
    """
    was_seen = False
    for call in capture.calls:
        evenness = _evenness(call)
        if (evenness < EVEN).any():
            return False
        was_seen |= bool((evenness >= EVEN).any())
    return was_seen


def _evenness(call: AttentionCall) -> Tensor:
    """Entropy of each head's rows over the largest that they can have, (head,); nan without rows of enough keys."""
    rows = slice(max(0, call.n_query - N_ROWS), call.n_query)
    pattern = call_pattern(part_of(call, queries=rows)).double()
    pattern = pattern / pattern.sum(dim=-1, keepdim=True).clamp_min(1e-30)  # learned sinks take a part of each row
    entropy = torch.special.entr(pattern).sum(dim=-1)
    n_keys = (pattern > 0).sum(dim=-1)
    counted = n_keys >= FEWEST_KEYS
    largest = (n_keys.clamp_min(1).double().log() * counted).sum(dim=-1)
    return torch.where(largest > 0, (entropy * counted).sum(dim=-1) / largest, torch.nan)
