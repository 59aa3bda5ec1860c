"""What one word looks at, in several heads → a strip each."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from mha_viz.views.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import in_percent


def strips_view(
    words: list[str],
    rows: Tensor,
    heads: list[tuple[int, int]],
    *,
    query: int,
    target: int,
    from_others: list[float | None],
    **header: Any,
) -> View:
    """What one word looks at, one line of the sentence a head.

    Parameters
    ----------
    rows : Tensor of shape (n_heads, n_words)
        Share of the attention of word ``query`` (-1: it is no word of this sentence, as in cross-attention).
    from_others : list, one a head
        What the other words give the target word on average, to compare.
    """
    return View(
        "strips",
        {
            "words": words,
            "heads": heads,
            "query": query,
            "target": target,
            "from_others": from_others,
            "palette": palette(),
            **header,
        },
        {"values": rows.float().cpu().numpy()},
    )


def others_sentence(anyone: float | None) -> str:
    """What stands beside the share of one word: a head that looks there whoever asks says little about that word."""
    return "" if anyone is None else f"; the other words give it {in_percent(anyone)} on average"


def _chance(rows: Tensor, key: int, others: list[int], looks: str, looked_at: str) -> str:
    """How many heads point there, and how many would if each picked a word at random."""
    if key not in others:
        return "What a word gives to itself, or cannot give because it comes later, is no link between two words."
    n = rows[..., 0].numel()
    pointing = int((rows[:, :, others].argmax(dim=-1) == others.index(key)).sum())
    return (
        f"Of {n} heads, {pointing} look from “{looks}” at “{looked_at}” more than at any other word; if each "
        f"picked one of the {len(others)} words at random, about {n / len(others):.0f} would. A head that looks there "
        f"whoever asks says little about “{looks}”. One sentence shows what a head does here, not what it is for."
    )
