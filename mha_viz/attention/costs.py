"""What several heads cost against one attention of the full width: parameters, operations, time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pandas as pd
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from mha_viz.attention.multi_head_attention import MultiHeadAttention


def heads_cost(
    *,
    d_model: int = 256,
    n_positions: int = 256,
    heads: tuple[int, ...] = (1, 2, 4, 8, 16),
    rounds: int = 15,
    progress: Callable[[float], object] | None = None,
) -> pd.DataFrame:
    """Attentions with 1, 2, 4, … heads, each dividing the width, and as many heads each of the full width.

    Returns
    -------
    DataFrame with columns heads, d_head, parameters, flops, time, low, high
        ``flops`` as torch counts them in one forward pass. ``time`` is the median over rounds of the time relative to
        one head of the full width in the same round; ``low`` and ``high`` its quartiles.
    """
    shapes = [(n, d_model // n) for n in heads] + [(n, d_model) for n in heads if n > 1]
    modules = [_module(d_model, *shape) for shape in shapes]
    x = torch.randn(n_positions, d_model, generator=torch.Generator().manual_seed(0))
    seconds = [[0.0] * rounds for _ in shapes]
    with torch.inference_mode():
        for i in range(-2, rounds):  # two rounds to warm up
            for row, module in zip(seconds, modules, strict=True):
                begin = time.perf_counter()
                module(x)
                row[i] = time.perf_counter() - begin
            if progress:
                progress((i + 2) / (rounds + 1))
    return pd.DataFrame(
        [
            _row(shape, module, x, [own / single for own, single in zip(row, seconds[0], strict=True)])
            for shape, module, row in zip(shapes, modules, seconds, strict=True)
        ]
    )


def _module(d_model: int, n_heads: int, d_head: int) -> MultiHeadAttention:
    torch.manual_seed(0)
    return MultiHeadAttention(d_model, n_heads, d_head=d_head).eval()


def _row(shape: tuple[int, int], module: MultiHeadAttention, x: Tensor, ratios: list[float]) -> dict[str, float]:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(x)
    low, _, high = statistics.quantiles(ratios, n=4)
    return {
        "heads": shape[0],
        "d_head": shape[1],
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "flops": counter.get_total_flops(),
        "time": statistics.median(ratios),
        "low": low,
        "high": high,
    }
