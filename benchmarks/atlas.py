"""What placing all heads costs: distances of all pairs, the plane and the clusters, against the plain forward pass.

    python benchmarks/atlas.py
    python benchmarks/atlas.py --models minilm mpnet --lengths 13 128 --rounds 11

Times are medians over rounds in which the forward pass of the same text runs too, and ratios to it: absolute times on a
shared machine say more about its other work than about the code.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import torch

import mha_viz
from mha_viz.comparison.atlas import atlas_of, atlas_table
from mha_viz.comparison.nearest import distances_from, distances_in

TEXT = "The cat sat on the mat because it was tired . "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["minilm", "mpnet", "smollm2"])
    parser.add_argument("--lengths", type=int, nargs="+", default=[13, 64, 128, 256])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"torch {torch.__version__}, {options.threads} threads, medians of {options.rounds} rounds\n")
    print(
        "| model | heads | tokens | forward, s | distances, s (× forward) | plane, clusters, s (×) | one head, s (×) |"
    )
    print("|--|--:|--:|--:|--:|--:|--:|")
    for name in options.models:
        model = mha_viz.load_model(name)
        for n in options.lengths:
            print(row(model, n, options.rounds), flush=True)


@torch.inference_mode()
def row(model: mha_viz.Model, n_tokens: int, rounds: int) -> str:
    text = TEXT * (n_tokens // len(TEXT.split()) + 1)
    ids = torch.tensor([mha_viz.capture(model, text).query_positions[kind_of(model, text)].ids[:n_tokens]])
    found = mha_viz.capture(model, {"input_ids": ids})
    atlas = atlas_of(distances_in(found))
    steps: dict[str, Callable[[], object]] = {
        "forward": lambda: body(model)(input_ids=ids),
        "distances": lambda: distances_in(found),
        "plane": lambda: atlas_table(atlas_of(atlas.distances), 6),
        "one": lambda: distances_from(found, 1, 1),
    }
    seconds: dict[str, list[float]] = {step: [] for step in steps}
    for _ in range(rounds):
        for step, run in steps.items():
            begin = time.perf_counter()
            run()
            seconds[step].append(time.perf_counter() - begin)
    said = [f"{median(seconds['forward']):.3f}"]
    for step in ("distances", "plane", "one"):
        ratios = [a / b for a, b in zip(seconds[step], seconds["forward"], strict=True)]
        said.append(f"{median(seconds[step]):.3f} ({median(ratios):.2f})")
    return f"| {model.name} | {len(atlas.distances.heads)} | {ids.shape[1]} | {' | '.join(said)} |"


def kind_of(model: mha_viz.Model, text: str) -> str:
    return mha_viz.capture(model, text).kinds[0]


def body(model: mha_viz.Model) -> torch.nn.Module:
    """The network without a language-model head."""
    return getattr(model.network, model.network.base_model_prefix, model.network)


if __name__ == "__main__":
    main()
