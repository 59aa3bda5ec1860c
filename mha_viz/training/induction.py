"""A model of attention alone that learns to repeat random words, and what its heads do meanwhile.

Words are drawn at random, so nothing can be known of a word that stands there for the first time. The row is then given
again and again: whoever finds the word before, further up, and what followed it there, knows how the row goes on.

References
----------
.. [1] Olsson et al. (2022), "In-context Learning and Induction Heads", arXiv:2209.11895.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.evidence.statistics.intervals import interval
from mha_viz.models.classroom import ClassroomConfig, ClassroomForCausalLM
from mha_viz.objects import Model
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.recording.interface import choose_reading
from mha_viz.scores.counting import Counts, even_spread, stacked
from mha_viz.scores.families.copying import duplicate_token, induction
from mha_viz.scores.families.positional import attention_at_offset
from mha_viz.training.grammar import NOUNS
from mha_viz.training.train import Checkpoint, Schedule, learn

WORDS = tuple(noun.singular for noun in NOUNS)
UNREAD_SEED, UNREAD_ROWS = 10_007, 24  # of the rows that are scored


@dataclass(frozen=True)
class InductionPlan(Schedule):
    """How the model is made and trained: no feed-forward part, rotary positions, the same plan, the same weights.

    Rows have ``length`` words: ``shortest`` to ``longest`` different ones of ``vocabulary``, and then the same again as
    long as there is room. How many it is changes from step to step, so looking a fixed number of words back is no help.
    """

    steps: int = 1000
    batch: int = 32
    rate: float = 6e-3
    decay: float = 0.1
    checkpoints: int = 30
    vocabulary: int = len(WORDS)
    length: int = 48
    shortest: int = 8
    longest: int = 24

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 2 <= self.shortest <= self.longest <= self.vocabulary <= len(WORDS) or self.longest + 2 > self.length:
            raise InputError(
                f"Rows of {self.length} words cannot repeat {self.shortest} to {self.longest} of {self.vocabulary}."
            )

    def config(self) -> ClassroomConfig:
        return ClassroomConfig(
            vocab_size=self.vocabulary, hidden_size=self.width, num_hidden_layers=self.layers,
            num_attention_heads=self.heads, position_kind="rotary", initializer_range=self.spread,
            max_position_embeddings=self.length, bos_token_id=None, eos_token_id=None, pad_token_id=None,
        )  # fmt: skip


def repeated_rows(n_rows: int, n_words: int, plan: InductionPlan, generator: torch.Generator) -> Tensor:
    """Rows of random words that begin again after ``n_words`` different ones: ids, (row, length)."""
    order = torch.rand(n_rows, plan.vocabulary, generator=generator).argsort(dim=1)[:, :n_words]
    return order.repeat(1, -(-plan.length // n_words))[:, : plan.length]


def train_induction(
    plan: InductionPlan,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Checkpoint]:
    """Train the model on next words, those that nobody can know included; see ``classroom.learn``."""
    with torch.random.fork_rng():
        torch.manual_seed(plan.seed)
        network = ClassroomForCausalLM(plan.config())
    model = Model("induction", network, None, choose_reading(network), None, "in memory")
    generator = torch.Generator().manual_seed(plan.seed)

    def draw() -> tuple[Tensor, Tensor]:
        n = int(torch.randint(plan.shortest, plan.longest + 1, (1,), generator=generator))
        ids = repeated_rows(plan.batch, n, plan, generator)
        return ids, ids

    yield from learn(model, draw, plan, progress=progress, cancelled=cancelled)


def unread_rows(plan: InductionPlan) -> list[tuple[Tensor, int]]:
    """Rows that are scored, each with the number of words after which it begins again: all numbers by turns."""
    generator = torch.Generator().manual_seed(UNREAD_SEED)
    lengths = [plan.shortest + i % (plan.longest - plan.shortest + 1) for i in range(UNREAD_ROWS)]
    return [(repeated_rows(1, n, plan, generator)[0], n) for n in lengths]


def induction_table(checkpoint: Checkpoint, plan: InductionPlan) -> pd.DataFrame:
    """What the model can do at one step, and what each of its heads does, on ``unread_rows``.

    Returns
    -------
    DataFrame, a row a score and head
        ``step, loss`` (nats a word, since the last checkpoint); ``new_loss`` on words that stand there for the first
        time, ``repeated_loss`` on those that can be known (an even guess: the logarithm of the vocabulary);
        ``accuracy`` on these with its 95 % interval and n; ``family, score, layer, head, value, n, n_units, low, high,
        baseline, chance``: induction, attention to the previous word, to earlier copies of the same word. Rows are
        units.
    """
    rows = unread_rows(plan)
    columns = {"step": checkpoint.step, "loss": checkpoint.loss} | _losses(checkpoint.model, rows)
    maps = [patterns_of(checkpoint.model, ids) for ids, _ in rows]  # each (layer, head, query, key)
    tables = [_scored(*key, score, maps, rows) for key, score in SCORES.items()]
    table = pd.concat(tables, ignore_index=True)
    return pd.concat([pd.DataFrame(columns, index=table.index), table], axis=1)


def patterns_of(model: Model, ids: Tensor) -> Tensor:
    """The patterns of all heads on one row of ids, (layer, head, query, key)."""
    row_capture = capture(model, {"input_ids": ids[None]})
    return torch.stack([pattern(row_capture, layer, kind="decoder") for layer in range(len(row_capture.calls))])


# What is followed: (family, score) → pattern and ids → Counts of shape (layer, head).
SCORES: dict[tuple[str, str], Callable[[Tensor, Tensor], Counts]] = {
    ("copying", "induction on random tokens"): induction,
    ("positional", "attention to previous"): lambda maps, _ids: attention_at_offset(maps, -1),
    ("copying", "duplicate token on random tokens"): duplicate_token,
}


def _scored(
    family: str,
    name: str,
    score: Callable[[Tensor, Tensor], Counts],
    maps: list[Tensor],
    rows: list[tuple[Tensor, int]],
) -> pd.DataFrame:
    counts = stacked([score(of_row, ids) for of_row, (ids, _) in zip(maps, rows, strict=True)])  # (row, layer, head)
    even = stacked([score(even_spread(len(ids), len(ids), is_causal=True), ids) for ids, _ in rows])
    low, high = interval(counts, is_share=False)
    n_layers, n_heads = low.shape
    table = pd.DataFrame(list(product(range(n_layers), range(n_heads))), columns=["layer", "head"])
    table.insert(0, "family", family)
    table.insert(1, "score", name)
    n = counts.n.sum(dim=0)
    return table.assign(
        value=(counts.hits.sum(dim=0) / n).flatten().tolist(), n=n.flatten().long().tolist(), n_units=len(rows),
        low=low.flatten().tolist(), high=high.flatten().tolist(), baseline=torch.nan,
        chance=(even.hits.sum() / even.n.sum()).item(),
    )  # fmt: skip


def _losses(model: Model, rows: list[tuple[Tensor, int]]) -> dict[str, float]:
    ids = torch.stack([row for row, _ in rows])
    with torch.inference_mode():
        logits = model.network(ids.to(model.network.device)).logits.cpu()[:, :-1]  # (row, position, word)
    loss = functional.cross_entropy(logits.mT, ids[:, 1:], reduction="none")
    right = (logits.argmax(dim=-1) == ids[:, 1:]).double()
    place, first = torch.arange(1, ids.shape[1]), torch.tensor([[n] for _, n in rows])
    new, repeated = place < first, place > first  # the first word of a repetition cannot be known either
    counts = Counts(right.where(repeated, 0.0).sum(dim=1, keepdim=True), repeated.sum(dim=1, keepdim=True))
    low, high = interval(counts)
    return {
        "new_loss": loss[new].mean().item(), "repeated_loss": loss[repeated].mean().item(),
        "accuracy": (counts.hits.sum() / counts.n.sum()).item(), "accuracy_low": low.item(),
        "accuracy_high": high.item(), "accuracy_n": int(counts.n.sum()),
    }  # fmt: skip
