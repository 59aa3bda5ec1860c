"""What is kept of a training: at each checkpoint the table of what was measured, and every head's pattern."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.inputs.text import read_text
from mha_viz.objects import Model
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.training.induction import (
    WORDS,
    InductionPlan,
    induction_table,
    patterns_of,
    train_induction,
    unread_rows,
)
from mha_viz.training.measures import checkpoint_table
from mha_viz.training.tokenizer import classroom_tokenizer
from mha_viz.training.train import Checkpoint, Schedule, TrainingPlan, train

CHECKPOINTS, PATTERNS = "checkpoints.parquet", "patterns.npz"
# Twins of nouns that are learned from; up to the word whose look tells who is meant.
CAT_SENTENCES = tuple(f"The cat sat on the mat because it was {ending}, so it" for ending in ("tired", "dirty"))
N_SHOWN_ROWS, N_SHOWN_WORDS = 2, 20  # of random words


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One checkpoint: the table of what was measured, and the patterns (text, layer, head, query, key), float16."""

    step: int
    table: pd.DataFrame
    patterns: Tensor


@dataclass(frozen=True, eq=False)
class Record:
    """The snapshots of a training, in order, and the tokens of the texts whose patterns they hold."""

    texts: tuple[tuple[str, ...], ...]
    snapshots: tuple[Snapshot, ...]

    @property
    def steps(self) -> list[int]:
        return [snapshot.step for snapshot in self.snapshots]

    @property
    def table(self) -> pd.DataFrame:
        return pd.concat([snapshot.table for snapshot in self.snapshots], ignore_index=True)

    def at(self, step: int) -> Snapshot:
        """The snapshot of this step.

        Raises
        ------
        InputError
            If there is none.
        """
        for snapshot in self.snapshots:
            if snapshot.step == step:
                return snapshot
        raise InputError(f"There is no checkpoint at step {step}.")


def texts_of(plan: Schedule) -> tuple[tuple[str, ...], ...]:
    """The tokens of the texts whose patterns are kept."""
    if isinstance(plan, InductionPlan):
        return tuple(tuple(WORDS[i] for i in ids.tolist()) for ids in _shown_rows(plan))
    return tuple(read_text(classroom_tokenizer(), text).labels for text in CAT_SENTENCES)


def watch(
    plan: Schedule,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[tuple[Checkpoint, Snapshot]]:
    """Train, and keep of each checkpoint what can be shown of it later; ``plan`` says of what kind it is."""
    if isinstance(plan, InductionPlan):
        for checkpoint in train_induction(plan, progress=progress, cancelled=cancelled):
            patterns = [patterns_of(checkpoint.model, ids) for ids in _shown_rows(plan)]
            yield checkpoint, Snapshot(checkpoint.step, induction_table(checkpoint, plan), torch.stack(patterns).half())
        return
    if not isinstance(plan, TrainingPlan):
        raise InputError(f"There is no training plan of the kind {type(plan).__name__}.")
    for checkpoint in train(plan, progress=progress, cancelled=cancelled):
        yield checkpoint, Snapshot(checkpoint.step, checkpoint_table(checkpoint), _of_sentences(checkpoint.model))


def _of_sentences(model: Model) -> Tensor:
    """(text, layer, head, query, key)"""
    patterns = [
        torch.stack([pattern(sentence_capture, layer, kind="decoder") for layer in range(len(sentence_capture.calls))])
        for sentence_capture in capture(model, list(CAT_SENTENCES))
    ]
    return torch.stack(patterns).half()


def _shown_rows(plan: InductionPlan) -> list[Tensor]:
    """The beginnings of the unread rows that begin again soonest: what a causal model does there, it does in all."""
    return [ids[:N_SHOWN_WORDS] for ids, _ in unread_rows(plan)[:N_SHOWN_ROWS]]


def patterns_file(record: Record) -> bytes:
    """The texts and patterns of a record as a compressed NumPy archive."""
    buffer = io.BytesIO()
    stacked = torch.stack([snapshot.patterns for snapshot in record.snapshots]).numpy()
    np.savez_compressed(buffer, steps=np.array(record.steps), texts=np.array(record.texts), patterns=stacked)
    return buffer.getvalue()


def load_record(folder: Path, checkpoints: str = CHECKPOINTS, patterns: str = PATTERNS) -> Record:
    """A record from its two files.

    Raises
    ------
    InputError
        If one is missing, or they are not of the same training.
    """
    try:
        table = pd.read_parquet(folder / checkpoints)
        with np.load(folder / patterns, allow_pickle=False) as archive:
            steps, texts, maps = (archive[name] for name in ("steps", "texts", "patterns"))
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder.name} holds no training that can be replayed: {error}") from error
    if table["step"].drop_duplicates().tolist() != steps.tolist():
        raise InputError(f"The checkpoints and the patterns in {folder.name} are not of the same training.")
    return Record(tuple(map(tuple, texts.tolist())), tuple(_snapshots(table, steps.tolist(), maps)))


def _snapshots(table: pd.DataFrame, steps: Sequence[int], maps: np.ndarray) -> Iterator[Snapshot]:
    for step, of_step in zip(steps, maps, strict=True):
        yield Snapshot(step, table[table["step"] == step], torch.from_numpy(of_step))
