"""One head or several that share the same width: the same training over several seeds, and what it could do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import pandas as pd
import torch

from mha_viz.models.sizes import n_parameters
from mha_viz.objects import Model
from mha_viz.progress import Progress
from mha_viz.training.grammar import training_sentences, twins
from mha_viz.training.measures import N_LEARNED, UNREAD_SEED, checkpoint_table, closing_accuracy
from mha_viz.training.train import Checkpoint, TrainingPlan, train

HEADS = (1, 2, 4, 8)
SEEDS = tuple(range(1, 9))  # not 0: size and settings of the training were chosen with it, and with four heads
N_UNREAD = 400  # sentences for the loss


def head_counts(
    plan: TrainingPlan,
    heads: Sequence[int] = HEADS,
    seeds: Sequence[int] = SEEDS,
    *,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Train by the plan with each number of heads and each seed.

    With the same seed two models read the same sentences in the same order, and begin with the same matrices: only
    how these are cut into heads differs.

    Returns
    -------
    DataFrame, a row a model and checkpoint
        ``heads`` (a layer), ``seed, parameters, step, loss`` (nats a token, mean since the last checkpoint),
        ``accuracy, low, high, n`` on the verb of held-out twins (``closing_accuracy``); and, in the rows of the last
        step alone, ``learned`` (the same with nouns and frames that were learned from), ``unread_loss`` (nats a token
        on sentences of the grammar drawn anew), and the head that finds the right noun in most pairs of twins:
        ``best_layer, best_head, best``.
    """
    progress = progress or Progress()
    plans = [(seed, n) for seed in seeds for n in heads]
    rows: list[dict[str, Any]] = []
    for at, (seed, n) in enumerate(plans):
        part = progress.part(at / len(plans), (at + 1) / len(plans), f"seed {seed}, {n} heads: ")
        rows.extend(_rows_of_training(replace(plan, seed=seed, heads=n), part))
    return pd.DataFrame(rows)


def _rows_of_training(plan: TrainingPlan, progress: Progress) -> Iterator[dict[str, Any]]:
    for checkpoint in train(plan, progress=progress):
        accuracy = closing_accuracy(checkpoint.model).iloc[0]
        row: dict[str, Any] = {
            "heads": plan.heads,
            "seed": plan.seed,
            "parameters": n_parameters(checkpoint.model.network),
        }
        row |= {"step": checkpoint.step, "loss": checkpoint.loss, "accuracy": accuracy["value"]}
        row |= {name: accuracy[name] for name in ("low", "high", "n")}
        yield row | (_at_the_end(checkpoint) if checkpoint.step == plan.steps else {})


def _at_the_end(checkpoint: Checkpoint) -> dict[str, Any]:
    model = checkpoint.model
    of_twins = checkpoint_table(checkpoint).query("score == 'twins'")
    best = of_twins.loc[of_twins["value"].idxmax()]
    learned = closing_accuracy(model, list(islice(twins(held_out=False), 2 * N_LEARNED))).iloc[0]
    return {
        "learned": learned["value"], "unread_loss": unread_loss(model),
        "best_layer": int(best["layer"]), "best_head": int(best["head"]), "best": best["value"],
    }  # fmt: skip


def unread_loss(model: Model, n: int = N_UNREAD) -> float:
    """Loss on sentences of the grammar that the model has not read, in nats a token, all tokens alike."""
    tokenizer, total, tokens = model.processor, 0.0, 0
    with torch.inference_mode():
        for text in training_sentences(n, UNREAD_SEED):
            ids = torch.tensor([[*tokenizer(text)["input_ids"], tokenizer.eos_token_id]]).to(model.network.device)
            total += model.network(ids, labels=ids).loss.item() * (ids.shape[1] - 1)
            tokens += ids.shape[1] - 1
    return total / tokens
