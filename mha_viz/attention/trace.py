"""What a multi-head attention computed, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mha_viz.arguments import with_checked_fields
from mha_viz.reprs import one_line

if TYPE_CHECKING:
    from torch import Tensor


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Trace:
    """Everything one forward pass of ``MultiHeadAttention`` computed, step by step; leading axes as in its input."""

    query: Tensor | None  # (…, head, query, d_head); None where it was not seen
    key: Tensor | None  # (…, kv_head, key, d_head)
    value: Tensor  # (…, kv_head, key, d_head)
    logits: Tensor  # (…, head, query, key); -inf where a query may not look
    pattern: Tensor  # (…, head, query, key); rows sum to 1
    head_outputs: Tensor  # (…, head, query, d_head)
    concatenation: Tensor  # (…, query, head × d_head)
    contributions: Tensor  # (…, head, query, d_model); their sum and the projection's bias are the output
    output: Tensor  # (…, query, d_model)
    __repr__ = one_line(lambda of: f"pattern {' × '.join(map(str, of.pattern.shape))}")
