"""What several heads cost against one attention of the full width: parameters, operations (torch's counter), time.

Prints one table a size. Times are ratios to one head of the full width, run in the same rounds.
"""

from __future__ import annotations

import argparse

import torch

from mha_viz.attention.costs import heads_cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--widths", type=int, nargs="+", default=[256, 768])
    parser.add_argument("--positions", type=int, nargs="+", default=[64, 512])
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"torch {torch.__version__}, {options.threads} threads, median of {options.rounds} rounds (quartiles)")
    for width in options.widths:
        for positions in options.positions:
            table = heads_cost(d_model=width, n_positions=positions, rounds=options.rounds)
            print(f"\n## Width {width}, {positions} positions\n")
            print("| heads | width of a head | parameters | operations | time, × one head |\n|--:|--:|--:|--:|--:|")
            for row in table.itertuples():
                time = f"{row.time:.2f} ({row.low:.2f}–{row.high:.2f})"
                print(f"| {row.heads} | {row.d_head} | {row.parameters:,} | {row.flops:,} | {time} |")


if __name__ == "__main__":
    main()
