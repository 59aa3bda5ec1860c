"""A training, checkpoint by checkpoint → its sentences, and the patterns of one head and of all heads at a moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import torch

from mha_viz.attention.pooling import thumbnails
from mha_viz.inputs.words import unique_labels
from mha_viz.language import N_, gettext, pgettext, whole
from mha_viz.objects import Head
from mha_viz.training.induction import WORDS
from mha_viz.training.records import Record, Snapshot
from mha_viz.training.tokenizer import BEGIN
from mha_viz.training.train import Schedule
from mha_viz.views.captions.facts import fact_lines
from mha_viz.views.figures import curves, head_curves
from mha_viz.views.grid import grid_view, strongest_cells
from mha_viz.views.head import head_maps_view
from mha_viz.views.style.theme import LINES_FROM
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, name_in_layer, quoted, safe_name, with_interval

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# What is followed through a training: the score, what the menu calls it, and what a head with it does.
TWINS, INDUCTION, PREVIOUS = "twins", "induction on random tokens", "attention to previous"
FOLLOWED_IN_WORDS = {
    TWINS: (
        N_("finds the right noun"),
        N_("looks most at the right noun in both sentences in {share} of the pairs"),
    ),
    INDUCTION: (
        N_("looks at what followed before"),
        N_("gives {share} to the word that followed the same word before"),
    ),
    PREVIOUS: (N_("looks at the previous word"), N_("gives {share} to the previous word")),
    "duplicate token on random tokens": (
        N_("looks at the same word"),
        N_("gives {share} to earlier copies of the same word"),
    ),
    "attention to itself": (N_("looks at itself"), N_("gives {share} to the word itself")),
    "first token": (N_("rests on the first word"), N_("gives {share} to the first word")),
}


@dataclass(frozen=True)
class Fall:
    """Where a loss falls most: half of all that it falls, it falls from ``begin`` to ``end``."""

    begin: int
    end: int
    share: float


def followed_in(table: pd.DataFrame) -> list[str]:
    """The scores of a training that can be followed, in the order of ``FOLLOWED_IN_WORDS``."""
    there = set(table["score"])
    return [name for name in FOLLOWED_IN_WORDS if name in there]


def training_facts(lesson: str, step: int, by: Schedule | str) -> dict[str, Any]:
    """What an export says of itself; ``by`` is the plan of a training that a reader started, or a command."""
    facts: dict[str, Any] = {"lesson": lesson, "step": step, "unit": "attention"}
    if isinstance(by, str):
        return facts | {"made by": by}
    return facts | {"heads": by.heads, "layers": by.layers, "seed": by.seed, "steps": by.steps}


def readable(labels: Sequence[str]) -> str:
    """Tokens as a line of text."""
    return " ".join(label for label in labels if label != BEGIN).replace(" ,", ",")


def best_head(snapshot: Snapshot, score: str) -> Head:
    rows = snapshot.table[snapshot.table["score"] == score]
    best = rows.loc[rows["value"].idxmax()]
    return int(best["layer"]), int(best["head"])


def steepest_fall(steps: Sequence[int], losses: Sequence[float]) -> Fall:
    """The shortest stretch between checkpoints in which at least half of the whole fall happens.

    ``share`` is its part of all steps. Where nothing falls it is all of them.

    >>> steepest_fall([0, 10, 20, 100], [5.0, 5.0, 1.0, 1.0])
    Fall(begin=10, end=20, share=0.1)
    """
    whole, shortest = losses[0] - losses[-1], (steps[0], steps[-1])
    for i, begin in enumerate(steps):
        for j in range(i + 1, len(steps)):
            if losses[i] - losses[j] >= whole / 2 and whole > 0 and steps[j] - begin < shortest[1] - shortest[0]:
                shortest = (begin, steps[j])
    return Fall(*shortest, (shortest[1] - shortest[0]) / (steps[-1] - steps[0]))


def moment_sentence(snapshot: Snapshot, score: str, chosen: Head) -> str:
    """What the model can do at this step, what its best head does, and what the chosen one does."""
    best = best_head(snapshot, score)
    does, chance = _does(snapshot, score, best), in_percent(_row(snapshot, score, best).chance)
    told = gettext(
        "Its best head, {head}, {does} (chance gives {chance}).", head=head_name(*best), does=does, chance=chance
    )
    of_chosen = gettext("{head} {does}.", head=head_name(*chosen), does=_does(snapshot, score, chosen))
    return " ".join([_ability(snapshot), told, *([] if best == chosen else [of_chosen])])


def _ability(snapshot: Snapshot) -> str:
    """What the model can do at this step."""
    first, n = snapshot.table.iloc[0], len(WORDS)
    when = gettext("After {n} steps", n=whole(snapshot.step)) if snapshot.step else gettext("Before any training")
    told = {
        "when": when, "share": with_interval(first.accuracy, first.accuracy_low, first.accuracy_high),
        "of": whole(int(first.accuracy_n)),
    }  # fmt: skip
    if "repeated_loss" not in snapshot.table:
        return gettext(
            "{when}, {share} of {of} last verbs are right, with nouns it never saw beside “it”; a guess among ten is "
            "10 %.",
            **told,
        )
    return gettext(
        "{when}, the model knows {share} of {of} repeated words; its loss there is {loss} nats, on new words, which "
        "nobody can know, {new_loss} (an even guess among {words}: {even}).",
        **told, loss=f"{first.repeated_loss:.2f}", new_loss=f"{first.new_loss:.2f}", words=n, even=f"{math.log(n):.2f}",
    )  # fmt: skip


def _does(snapshot: Snapshot, score: str, head: Head) -> str:
    row = _row(snapshot, score, head)
    return gettext(FOLLOWED_IN_WORDS[score][1], share=with_interval(row.value, row.low, row.high))


def _row(snapshot: Snapshot, score: str, head: Head) -> pd.Series:
    rows = snapshot.table[(snapshot.table["score"] == score) & (snapshot.table["layer"] == head[0])]
    return rows[rows["head"] == head[1]].iloc[0]


def fall_sentence(record: Record) -> str:
    """When the model learns to repeat: the steepest part of its loss, as far as the record goes."""
    points = [(snapshot.step, snapshot.table["repeated_loss"].iloc[0]) for snapshot in record.snapshots]
    fall = steepest_fall(*zip(*points, strict=True))
    before, after = (dict(points)[step] for step in (fall.begin, fall.end))
    return gettext(
        "Half of the fall in the loss on repeated words happens between steps {begin} and {end} ({before} → {after} "
        "nats): {share} of these {steps} steps.",
        begin=whole(fall.begin), end=whole(fall.end), before=f"{before:.2f}", after=f"{after:.2f}",
        share=in_percent(fall.share), steps=whole(points[-1][0]),
    )  # fmt: skip


def score_rows(snapshot: Snapshot, score: str) -> pd.DataFrame:
    """One score of all heads at one step, the largest first: head, value, low, high, n, chance."""
    rows = snapshot.table[snapshot.table["score"] == score].sort_values("value", ascending=False, kind="stable")
    names = [head_name(row.layer, row.head) for row in rows.itertuples(index=False)]
    return rows[["value", "low", "high", "n", "chance"]].assign(head=names)[
        ["head", "value", "low", "high", "n", "chance"]
    ]


def training_curves(record: Record, score: str, head: Head, step: int, last: int) -> dict[str, Figure]:
    """What the model gets right, what its heads score, and its loss; by the key of the element."""
    table = record.table
    of_model = table.groupby("step", as_index=False).first()
    is_repeating = "repeated_loss" in table
    if is_repeating:
        lines = {"new_loss": pgettext("legend", "new words"), "repeated_loss": pgettext("legend", "repeated words")}
        figures = {"of_model": curves(of_model, lines, unit=gettext("loss, nats a word"), moment=step, last=last)}
    else:
        right = {"accuracy": gettext("last verb right")}
        figures = {"of_model": curves(of_model, right, unit=gettext("accuracy"), share=True, moment=step, last=last)}
    of_heads = table[table["score"] == score]
    unit = gettext("share of pairs") if score == TWINS else gettext("share of attention")
    chance = float(of_heads["chance"].iloc[-1])
    figures["of_heads"] = head_curves(of_heads, head, unit=unit, chance=chance, moment=step, last=last)
    if not is_repeating and len(of_model) > 1:  # before the first step there is no loss
        loss, unit = {"loss": gettext("loss")}, gettext("loss, nats a token")
        figures["loss"] = curves(of_model.iloc[1:], loss, unit=unit, moment=step, last=last)
    return figures


def pattern_picture(record: Record, step: int, text: int, head: Head, facts: dict[str, Any]) -> View:
    """Lines and heatmap of one head at one step; the last word looks."""
    labels = list(record.texts[text])
    weights = record.at(step).patterns[text, head[0], head[1]].float()
    name = gettext("{head} after {n} steps", head=head_name(*head), n=whole(step))
    title, facts = gettext("Pattern of {name}", name=name), {"text": readable(labels), **facts}
    return head_maps_view(
        weights[None], labels, labels, heads=[head], shown=[0], switches=[head], unit_label=gettext("attention"),
        is_share=True, second={"query": [False] * len(labels), "key": [False] * len(labels)},
        note=_strongest_of_last(weights[-1], labels, name), badge="", picked=[len(labels) - 1],
        side="query", threshold=LINES_FROM, turns=False, identity=f"{head}|{text}", whole=(len(labels), len(labels)),
        label=gettext("{title}: queries down, keys across", title=title), title=title,
        facts=fact_lines(facts), file_name=safe_name("training", f"{head_name(*head)} after {step:,} steps"),
    )  # fmt: skip


def _strongest_of_last(row: torch.Tensor, labels: Sequence[str], name: str) -> str:
    at = int(row.argmax())
    last, target = quoted(labels[-1]), quoted(unique_labels(tuple(labels))[at])
    return gettext(
        "{name}: the last word, {last}, looks most at {word}, with {share}.",
        name=name, last=last, word=target, share=in_percent(row[at].item()),
    )  # fmt: skip


def all_heads_picture(record: Record, step: int, text: int, chosen: Head) -> View:
    """The patterns of all heads at one step, small; a click chooses one."""
    maps = record.at(step).patterns[text].float()  # (layer, head, query, key)
    n_layers, n_heads = maps.shape[:2]
    labels, patterns = unique_labels(record.texts[text]), maps.flatten(0, 1)
    places = [(layer, head) for layer in range(n_layers) for head in range(n_heads)]
    return grid_view(
        thumbnails(patterns), strongest_cells(patterns, labels, labels, is_causal=True),
        [head_name(layer, head) for layer, head in places],
        across_names=[name_in_layer(head) for head in range(n_heads)], opens=places, does="choose",
        chosen=places.index(chosen), queries=labels, keys=labels,
        label=gettext("Patterns of all heads after {n} steps", n=whole(step)),
        note=gettext("All heads after {n} steps.", n=whole(step)),
    )  # fmt: skip
