"""Training the classroom model: plain next-word prediction on sentences of the grammar, nothing else.

No word is said to the model about heads. What its heads do afterwards, it has found by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.language import N_, lazy_gettext
from mha_viz.models.classroom import ClassroomConfig, ClassroomForCausalLM
from mha_viz.models.fetching.wheels import sha256
from mha_viz.objects import Model
from mha_viz.progress import Progress
from mha_viz.recording.interface import choose_reading
from mha_viz.training.grammar import training_sentences
from mha_viz.training.limits import MOST, SEEDS
from mha_viz.training.tokenizer import classroom_tokenizer

NAME = "classroom"
IGNORED = -100  # labels that the loss passes over
AT_STEP = N_("step {n} of {all}, loss {loss}")


@dataclass(frozen=True)
class Schedule:
    """What every training has: a model of some size, and how many steps it takes of what length.

    ``width`` is shared by the heads. ``checkpoints`` are shown on the way, closer together at the beginning, where most
    happens.
    """

    seed: int = 0
    steps: int = 1200
    layers: int = 2
    heads: int = 4
    width: int = 64
    batch: int = 64
    rate: float = 3e-3
    decay: float = 0.5
    spread: float = 0.1  # of the first weights
    checkpoints: int = 20

    def __post_init__(self) -> None:
        if small := [name for name in MOST if getattr(self, name) < 1]:
            said = ", ".join(f"{name} ({getattr(self, name):,})" for name in small)
            raise InputError(f"Of a training plan these are below 1: {said}.")
        if large := [name for name, most in MOST.items() if getattr(self, name) > most]:
            said = ", ".join(f"{MOST[name]:,} {name}, not {getattr(self, name):,}" for name in large)
            raise InputError(f"A training plan has at most {said}.")
        if not 0 <= self.seed < SEEDS:
            raise InputError(f"The seed of a training plan is a number from 0 to {SEEDS - 1:,}, not {self.seed:,}.")


@dataclass(frozen=True)
class TrainingPlan(Schedule):
    """How a classroom model is made and trained; the same plan gives the same weights on one thread.

    ``feed_forward`` 0 leaves attention alone. The first layer sees only the last ``window`` tokens (itself included),
    as in models with sliding windows; 0 lets it see all.
    """

    feed_forward: int = 64
    window: int = 4
    sentences: int = 12_000

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.sentences < 1:
            raise InputError("A training plan needs at least 1 of sentences.")

    def config(self, vocab_size: int) -> ClassroomConfig:
        return ClassroomConfig(
            vocab_size=vocab_size, hidden_size=self.width, num_hidden_layers=self.layers,
            num_attention_heads=self.heads, intermediate_size=self.feed_forward,
            sliding_window=self.window or None, initializer_range=self.spread,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The model after so many steps; ``loss`` is the mean since the last checkpoint, in nats a token (nan at 0).

    The model is the one that is being trained, not a copy: it is to be looked at before the next checkpoint is asked
    for.
    """

    step: int
    loss: float
    model: Model


def train(
    plan: TrainingPlan,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Checkpoint]:
    """Train a model, and yield it at each checkpoint: untrained first, finished last.

    Parameters
    ----------
    plan : TrainingPlan
    progress : Progress, optional
        Called after every tenth step.
    cancelled : callable, optional
        Asked before each step; where it says True, training ends without a further checkpoint.

    Notes
    -----
    AdamW with a linear warm-up over the first tenth and a cosine down to nothing; gradients are cut at length 1. The
    random numbers of the caller stay as they were.

    References
    ----------
    .. [1] Loshchilov & Hutter (2019), arXiv:1711.05101.
    """
    model, data = _begin(plan)
    generator = torch.Generator().manual_seed(plan.seed)
    padding = model.network.config.pad_token_id

    def draw() -> tuple[Tensor, Tensor]:
        """Padding stands on the right, where a causal model never looks."""
        rows = data[torch.randint(len(data), (plan.batch,), generator=generator)]
        rows = rows[:, : int((rows != padding).sum(dim=1).max())].to(model.network.device)
        return rows, rows.masked_fill(rows == padding, IGNORED)

    yield from learn(model, draw, plan, progress=progress, cancelled=cancelled)


def learn(
    model: Model,
    draw: Callable[[], tuple[Tensor, Tensor]],
    plan: Schedule,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Checkpoint]:
    """``train`` for any model and whatever ``draw`` gives it at each step: ids and labels, (row, position)."""
    network, optimizer = model.network, _optimizer(model.network, plan)
    stops, losses = set(checkpoint_steps(plan)), []
    network.eval()
    yield Checkpoint(0, math.nan, model)
    network.train()
    for step in range(1, plan.steps + 1):
        if cancelled is not None and cancelled():
            return
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * _share_of_rate(step / plan.steps)
        losses.append(_learn(network, optimizer, *draw()))
        if progress is not None and step % 10 == 0:
            what = lazy_gettext(AT_STEP, n=step, all=plan.steps, loss=f"{losses[-1]:.2f}")
            progress(step, what, total=plan.steps)
        if step in stops:
            network.eval()
            yield Checkpoint(step, sum(losses) / len(losses), model)
            network.train()
            losses = []


def checkpoint_steps(plan: Schedule) -> list[int]:
    """After which steps a model is shown: the distance between two grows, the last is the end."""
    n = plan.checkpoints - 1  # the untrained model is one too
    steps = (round(plan.steps * (number / n) ** 1.3) for number in range(1, n + 1)) if n else (plan.steps,)
    return sorted({max(1, step) for step in steps})


def save_model(model: Model, folder: Path, *, name: str) -> Model:
    """Write weights, config and tokenizer in Hugging Face format; the model as it is loaded from there.

    The sha256 of the weights becomes its identity.
    """
    model.network.save_pretrained(folder)
    model.processor.save_pretrained(folder)
    return replace(model, name=name, identity=sha256(folder / "model.safetensors"), source="folder")


def _begin(plan: TrainingPlan) -> tuple[Model, Tensor]:
    """The untrained model, and all sentences as rows of ids, (sentence, longest)."""
    tokenizer = classroom_tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(plan.seed)
        network = ClassroomForCausalLM(plan.config(len(tokenizer)))
    rows = tokenizer(training_sentences(plan.sentences, plan.seed))["input_ids"]
    longest = max(map(len, rows)) + 1
    padded = [[*row, tokenizer.eos_token_id, *[tokenizer.pad_token_id] * (longest - len(row) - 1)] for row in rows]
    return Model(NAME, network, tokenizer, choose_reading(network), None, "in memory"), torch.tensor(padded)


def _optimizer(network: ClassroomForCausalLM, plan: Schedule) -> torch.optim.Optimizer:
    """Matrices decay; biases and norms do not."""
    matrices = [weight for weight in network.parameters() if weight.dim() > 1]
    others = [weight for weight in network.parameters() if weight.dim() < 2]
    groups = [{"params": matrices, "weight_decay": plan.decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98))


def _share_of_rate(done: float) -> float:
    return min(1.0, done / 0.1) * 0.5 * (1 + math.cos(math.pi * done))


def _learn(network: ClassroomForCausalLM, optimizer: torch.optim.Optimizer, ids: Tensor, labels: Tensor) -> float:
    """One step on these rows; the loss before it."""
    loss = network(ids, labels=labels).loss
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.item())


def use_one_thread() -> None:
    """Let torch add up in one thread: the sums of several differ from run to run, and so would the model."""
    torch.set_num_threads(1)
