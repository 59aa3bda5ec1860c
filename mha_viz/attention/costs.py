"""What several heads cost against one attention of the full width: parameters, operations, time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

import pandas as pd
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from mha_viz.arguments import refuse_outside
from mha_viz.attention.multi_head_attention import MultiHeadAttention
from mha_viz.errors import InputError

Shape = tuple[int, int]  # heads, and the width of each
WARM_UP = 2  # rounds that are not counted


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
        one head of the full width in the same round; ``low`` and ``high`` its quartiles, after a single round the
        same.

    Raises
    ------
    InputError
        If there is no round to measure.
    """
    if rounds < 1:
        raise InputError(f"Time is measured in at least 1 round; here are {rounds}.")
    refuse_outside("rounds", rounds, 1, 10_000)
    refuse_outside("d_model", d_model, 1, 16_384)
    refuse_outside("n_positions", n_positions, 1, 16_384)
    if len(heads) == 0 or any(not 1 <= n <= d_model for n in heads):
        raise InputError(f"heads is {tuple(heads)}; give numbers from 1 to d_model, {d_model}.")
    one_head = (1, d_model)  # measured in every round, whether or not it is a row of the table
    shapes = [(n, d_model // n) for n in heads] + [(n, d_model) for n in heads if n > 1]
    modules = {shape: _module(d_model, *shape) for shape in (one_head, *shapes)}
    x = torch.randn(n_positions, d_model, generator=torch.Generator().manual_seed(0))
    seconds = _seconds(modules, x, rounds, progress)
    ratios = {
        shape: [own / single for own, single in zip(row, seconds[one_head], strict=True)]
        for shape, row in seconds.items()
    }
    return pd.DataFrame([_row(shape, modules[shape], x, ratios[shape]) for shape in shapes])


def _seconds(
    modules: Mapping[Shape, MultiHeadAttention], x: Tensor, rounds: int, progress: Callable[[float], object] | None
) -> dict[Shape, list[float]]:
    """How long each takes, round after round."""
    seconds: dict[Shape, list[float]] = {shape: [] for shape in modules}
    with torch.inference_mode():
        for i in range(WARM_UP + rounds):
            for shape, module in modules.items():
                begin = time.perf_counter()
                module(x)
                seconds[shape].append(time.perf_counter() - begin)
            if progress:
                progress((i + 1) / (WARM_UP + rounds))
    return {shape: row[WARM_UP:] for shape, row in seconds.items()}


def _module(d_model: int, n_heads: int, d_head: int) -> MultiHeadAttention:
    torch.manual_seed(0)
    return MultiHeadAttention(d_model, n_heads, d_head=d_head).eval()


def _row(shape: Shape, module: MultiHeadAttention, x: Tensor, ratios: list[float]) -> dict[str, float]:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(x)
    low, _, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return {
        "heads": shape[0],
        "d_head": shape[1],
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "flops": counter.get_total_flops(),
        "time": statistics.median(ratios),
        "low": low,
        "high": high,
    }
