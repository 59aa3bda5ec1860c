"""How far the patterns of a model in bfloat16 are from those in float32, with the same weights.

    python -m benchmarks.precision smollm2 mpnet minilm

A row a model: the largest difference of any pattern, and of the median head and the median row of the text for which
that is largest.
"""

from __future__ import annotations

import sys

import torch

import mha_viz
from mha_viz.attention.calls import call_pattern

TEXTS = (
    "The cat sat on the mat because it was tired.",
    "When Mary and John went to the store, John gave a drink to",
    "The animal didn't cross the street because it was too tired.",
    "In 1969 two men walked on the moon, and everybody who had a television watched them.",
    "def add(a, b):\n    return a + b\n",
    "She told him that she would not go there again, whatever he said, because the house was cold and the garden was "
    "empty. " * 4,
)


def differences(name: str) -> tuple[float, float, float]:
    """The largest of all, of the median head and of the median row, each over texts."""
    whole, half = mha_viz.load_model(name), mha_viz.load_model(name, dtype="bfloat16")
    found = []
    for text in TEXTS:
        pairs = zip(mha_viz.capture(whole, text).calls, mha_viz.capture(half, text).calls, strict=True)
        rows = torch.stack([(call_pattern(one) - call_pattern(two)).abs().amax(dim=-1) for one, two in pairs])
        found.append((rows.max().item(), rows.amax(dim=-1).median().item(), rows.median().item()))
    largest, head, row = zip(*found, strict=True)
    return max(largest), max(head), max(row)


def main() -> None:
    torch.set_num_threads(1)
    print("| model | largest difference of any pattern | of the median head, at most | of the median row, at most |")
    print("|---|--:|--:|--:|")
    for name in sys.argv[1:] or ("smollm2", "mpnet", "minilm"):
        print(f"| {name} | {' | '.join(f'{each:.3f}'.removeprefix('0') for each in differences(name))} |")


if __name__ == "__main__":
    main()
