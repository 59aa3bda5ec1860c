"""Logarithms, roots and angles are exact from a process's first call on: that call is made here, of one number.

MKL 2024, which torch's wheels carry, chooses a kernel for each of its vector functions at the first call. Where several
threads make it at once, one may compute its share of it, and of that call alone, to some three digits fewer
(https://github.com/pytorch/pytorch/issues/188792). Entropies of a text then differed from the next run's by 4·10⁻⁶.
"""

from __future__ import annotations

import torch

FUNCTIONS = (
    "acos", "asin", "atan", "ceil", "cos", "cosh", "erf", "erfc", "erfinv", "exp", "expm1", "floor", "lgamma", "log",
    "log10", "log1p", "log2", "round", "rsqrt", "sigmoid", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
)  # fmt: skip


def call_each_once() -> None:
    """Call every function of one number that torch may hand to MKL with one number, in both precisions."""
    for dtype in (torch.float32, torch.float64):
        one = torch.full((1,), 0.5, dtype=dtype)
        for name in FUNCTIONS:
            getattr(torch, name)(one)
        one.pow(0.3)


call_each_once()
