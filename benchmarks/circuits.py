"""Two things that circuits of heads are known for, in SmolLM2: who gets the gift, and how random words go on.

*Indirect objects*, after Wang et al. (2022): 8 sentences × 8 pairs of names, our own, half of them with the receiver
named first. How often the model prefers the receiver, the difference of the two logits, and what each head alone is
worth to it, with intervals over sentences and names (each stands in 8 prompts).

*Induction*, after Olsson et al. (2022): random words, twice; the loss of the second half without the induction heads,
beside 20 random sets of as many heads of the same layers.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import pandas as pd
import torch

from mha_viz.comparison.asks import Accuracy, LogitDifference, Loss
from mha_viz.evidence.importance.importance import importance
from mha_viz.evidence.importance.over_texts import interval_over_texts, mean_effect, unit_names
from mha_viz.evidence.importance.set_control import others_of
from mha_viz.evidence.statistics.intervals import wilson_interval
from mha_viz.models.load import hush_transformers, load_model
from mha_viz.objects import Head, Model
from mha_viz.progress import progress_bar
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.changes import Zero
from mha_viz.wording import head_name, listed

NAMES = (
    ("Anna", "Peter"), ("David", "Laura"), ("Emma", "Jack"), ("George", "Alice"), ("Sarah", "Paul"),
    ("Thomas", "Julia"), ("Maria", "Robert"), ("Simon", "Helen"),
)  # fmt: skip
FRAMES = (
    "When {first} and {second} came home from school, {giver} handed a letter to",
    "After {first} and {second} had dinner together, {giver} gave a present to",
    "While {first} and {second} were waiting at the station, {giver} lent a book to",
    "Then {first} and {second} walked into the garden, and {giver} showed a flower to",
    "Yesterday {first} and {second} met in the park, where {giver} offered a sandwich to",
    "As {first} and {second} were leaving the museum, {giver} passed the umbrella to",
    "Because {first} and {second} shared a room, {giver} left the key to",
    "Last summer {first} and {second} went to the lake, and {giver} threw the ball to",
)
INDUCTION_HEADS: tuple[Head, ...] = ((18, 6), (17, 4), (17, 5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--csv", type=Path, help="where the map of all heads is written to")
    parser.add_argument("--draws", type=int, default=8, help="of random words")
    parser.add_argument("--words", type=int, default=24, help="of one draw, which are then repeated")
    parser.add_argument("--only", choices=("objects", "induction"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    hush_transformers()
    model = load_model("smollm2", device="cpu")
    if options.only != "objects":
        _induction(model, options.draws, options.words)
    if options.only != "induction":
        _objects(model, options.csv)


def prompts() -> tuple[list[str], list[tuple[str, str]], list[tuple[str, str]]]:
    """Prompts; the receiver and the giver of each; and its sentence and its names, which stand in other prompts too."""
    texts, names, units = [], [], []
    for i, frame in enumerate(FRAMES):
        for j, (receiver, giver) in enumerate(NAMES):
            pair = (receiver, giver) if (i + j) % 2 else (giver, receiver)
            texts.append(frame.format(first=pair[0], second=pair[1], giver=giver))
            names.append((f" {receiver}", f" {giver}"))
            units.append((frame, receiver))
    return texts, names, units


def _objects(model: Model, csv: Path | None) -> None:
    texts, names, units = prompts()
    asks = [Accuracy(*pair) for pair in names]
    right = round(mean_effect(model, texts, [], asks, units=units)["before"].item() * len(texts))
    low, high = (end.item() for end in wilson_interval(right, len(texts)))
    print(f"\nright in {right} of {len(texts)} [{100 * low:.1f}, {100 * high:.1f}] %")
    differences = [LogitDifference(*pair) for pair in names]
    values = [
        mean_effect(model, [text], [], ask)["before"].item() for text, ask in zip(texts, differences, strict=True)
    ]
    ends = interval_over_texts(torch.tensor(values)[:, None], unit_names(units, texts))
    print(f"logit difference {sum(values) / len(values):.2f} [{ends[0].item():.2f}, {ends[1].item():.2f}]\n")
    with progress_bar() as progress:
        effects = ["total", "attribution"]
        table = importance(model, texts, differences, units=units, effects=effects, progress=progress)
    if csv is not None:
        table.to_csv(csv, index=False)
    print("| head | without it | 95 % | p | adds itself |\n|---|--:|--|--:|--:|")
    for row in table.loc[table["total"].abs().sort_values(ascending=False).index[:10]].itertuples():
        ends = f"[{row.low:+.2f}, {row.high:+.2f}]"
        print(
            f"| {head_name(row.layer, row.head)} | {row.total:+.2f} | {ends} | {row.p:.3f} | {row.attribution:+.2f} |"
        )
    print(f"\n{(table['p'] < 0.05).sum()} of {len(table)} heads with p < .05")


def _induction(model: Model, n_draws: int, n_words: int) -> None:
    texts = [_twice(model, n_words, seed) for seed in range(n_draws)]
    _, others = others_of(capture(model, texts[0]), "decoder", INDUCTION_HEADS)
    ask = Loss(second_half=True)

    def rises(heads: tuple[Head, ...]) -> list[float]:
        return [mean_effect(model, [text], Zero(heads), ask)["difference"].item() for text in texts]

    plain = mean_effect(model, texts, [], Loss())["before"].item(), mean_effect(model, texts, [], ask)["before"].item()
    print(f"{n_draws} draws of {n_words} random words, twice: loss {plain[0]:.2f}, of the second half {plain[1]:.2f}\n")
    found, random_sets = torch.tensor(rises(INDUCTION_HEADS)), torch.tensor([rises(heads) for heads in others])
    rows = {
        listed([head_name(*head) for head in INDUCTION_HEADS]): found,
        f"{len(others)} random sets of as many heads of the same layers": random_sets.mean(dim=0),
        "more than these": found - random_sets.mean(dim=0),
    }
    print("| taken out | loss of the second half rises by | 95 % over draws |\n|---|--:|--|")
    for name, values in rows.items():
        low, high = interval_over_texts(values[:, None], unit_names(None, texts))
        print(f"| {name} | {values.mean():+.2f} | [{low.item():+.2f}, {high.item():+.2f}] |")
    of_sets = random_sets.mean(dim=1)
    print(f"\nthe random set that costs most: {of_sets.max():+.2f}; {(of_sets >= found.mean()).sum()} cost as much\n")


def _twice(model: Model, n: int, seed: int) -> str:
    """Random words of one token each, two times, as the model reads them."""
    vocabulary = pd.Series(model.processor.get_vocab())
    words = sorted(vocabulary.index[vocabulary.index.str.fullmatch("Ġ[A-Za-z]{3,}")])
    drawn = [word.replace("Ġ", " ") for word in random.Random(seed).sample(words, n)]  # noqa: S311 - no secret
    return "".join(drawn) * 2


if __name__ == "__main__":
    main()
