"""What can be asked of a model before and after a change, and how its logits answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mha_viz.arguments import with_checked_fields
from mha_viz.errors import InputError
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import N_, LazyText, gettext, lazy_gettext, said
from mha_viz.objects import Capture, Model, Positions
from mha_viz.reprs import fields_line
from mha_viz.wording import listed, quoted

LIKELIEST = 10  # words that are listed


@with_checked_fields
@dataclass(frozen=True)
class LogitDifference:
    """Logit of one token minus that of another, at the last position, or at the mask: above 0 the first is likelier.

    It is better behaved than a probability, which hardly moves near 0 and near 1.
    """

    target: str  # written as in the middle of a text, with the space before it: " cat"
    against: str
    position: int | None = None


@with_checked_fields
@dataclass(frozen=True)
class Accuracy:
    """1 where ``target`` is the likeliest of all tokens at the last position, or at the mask, else 0; with ``against``,
    where it is likelier than that one. Its mean over several texts is an accuracy.
    """

    target: str
    against: str | None = None
    position: int | None = None


@with_checked_fields
@dataclass(frozen=True)
class Loss:
    """Mean loss of the next token in nats, over the text or its second half; of a sound, over what is said in it."""

    second_half: bool = False


@with_checked_fields
@dataclass(frozen=True)
class NextWord:
    """Probabilities of the ``n`` likeliest tokens at the last position, or at the mask (a masked word)."""

    n: int = LIKELIEST
    position: int | None = None


@with_checked_fields
@dataclass(frozen=True)
class Continuation:
    """The text that the model goes on with, the most likely token each time."""

    new_tokens: int = 10


@with_checked_fields
@dataclass(frozen=True)
class Vectors:
    """How far each token's vector of the last layer turns: its cosine with what it was."""


@with_checked_fields
@dataclass(frozen=True)
class Similarity:
    """How similar the text is to another one: the cosine of their mean vectors; changes are made in the first alone."""

    other: str
    __repr__ = fields_line


@with_checked_fields
@dataclass(frozen=True)
class Classes:
    """Probabilities of the ``n`` likeliest classes of a picture or a sound, by the names of the configuration."""

    n: int = LIKELIEST


@with_checked_fields
@dataclass(frozen=True)
class ClassLogProbability:
    """Log-probability of one class in nats, by its name; by default of the one that is likeliest before."""

    label: str | None = None


Ask = LogitDifference | Accuracy | Loss | NextWord | Continuation | Vectors | Similarity | Classes | ClassLogProbability
ASKS = (
    LogitDifference, Accuracy, Loss, NextWord, Continuation, Vectors, Similarity, Classes, ClassLogProbability,
)  # fmt: skip
NUMBERS = (LogitDifference, Accuracy, Loss, Vectors, Similarity)  # questions that one number answers


@dataclass(frozen=True)
class Measure:
    """One number of what a network puts out: at which positions it is read, and what it says, (row, position, token) →
    (row,); of the vectors of the last layer, (row, position, d_model), where these are asked for.
    """

    name: str
    positions: list[int] | None
    score: Callable[[Tensor], Tensor]
    vectors: bool = False
    has_slopes: bool = True  # False where they are zero, whatever a change does: at its least, or where it jumps


def measure_of(model: Model, capture: Capture, ask: Ask) -> Measure:
    """A question that one number answers.

    Raises
    ------
    InputError
        If it has another answer than one number, or a word is no single token.
    """
    positions = predicted(capture)
    if isinstance(ask, LogitDifference):
        target, against = (token_of(model, word) for word in (ask.target, ask.against))
        name = lazy_gettext("logit of {word} − {other}", word=quoted(ask.target), other=quoted(ask.against))
        at = [position_of(model, positions, ask.position)]
        return Measure(name, at, lambda logits: logits[:, 0, target] - logits[:, 0, against])
    if isinstance(ask, Accuracy):
        return _accuracy(model, positions, ask)
    if isinstance(ask, ClassLogProbability):
        raise InputError("ClassLogProbability is asked of one picture or sound at a time: by effect.")
    if not isinstance(ask, Loss):
        raise InputError(
            f"{type(ask).__name__} has no single number as its answer; ask {listed([one.__name__ for one in NUMBERS])}."
        )
    if capture.kinds == ("encoder",):
        message = N_("{model} reads in both directions: it has no loss of the next token.")
        raise InputError(lazy_gettext(message, model=model.short_name))
    n, first = len(positions), _first_predicted(capture, positions, ask)
    ids = torch.tensor(positions.ids[first:])

    def loss(logits: Tensor) -> Tensor:
        right = ids.to(logits.device).expand(len(logits), -1)[..., None]
        return -logits.float().log_softmax(dim=-1).gather(-1, right).mean(dim=(1, 2))

    return Measure(
        N_("loss of the second half") if ask.second_half else N_("loss"), list(range(first - 1, n - 1)), loss
    )


def _first_predicted(capture: Capture, positions: Positions, ask: Loss) -> int:
    """The first token that counts in a loss: of a sound what is said in it, not what tells the decoder its task."""
    n = len(positions)
    begin = 0 if capture.sound is None else [*positions.is_special, False].index(False)
    first = begin + (n - begin) // 2 if ask.second_half else max(begin, 1)
    if not 1 <= first < n:
        raise InputError(lazy_gettext("A loss needs a text of 2 tokens or more."))
    if any(cell is not None for cell in positions.cells):
        raise InputError("A picture stands in the text, and its cells are no tokens to predict: ask LogitDifference.")
    return first


def _accuracy(model: Model, positions: Positions, ask: Accuracy) -> Measure:
    target, at = token_of(model, ask.target), [position_of(model, positions, ask.position)]
    if ask.against is None:
        is_likeliest = lambda logits: (logits[:, 0].argmax(dim=-1) == target).float()  # noqa: E731
        name = lazy_gettext("{word} is the likeliest", word=quoted(ask.target))
        return Measure(name, at, is_likeliest, has_slopes=False)
    against = token_of(model, ask.against)
    is_likelier = lambda logits: (logits[:, 0, target] > logits[:, 0, against]).float()  # noqa: E731
    name = lazy_gettext("{word} is likelier than {other}", word=quoted(ask.target), other=quoted(ask.against))
    return Measure(name, at, is_likelier, has_slopes=False)


def said_of_number(name: str) -> str:
    """What a number is called, in the language of the run."""
    return said(name) if isinstance(name, LazyText) else gettext(name)


def predicted(capture: Capture) -> Positions:
    """The positions at which a network predicts: its decoder's, where it has one."""
    kind = "decoder" if "decoder" in capture.kinds else capture.kinds[0]
    return capture.query_positions[kind]


def position_of(model: Model, positions: Positions, wanted: int | None) -> int:
    """A position as it was asked for; else that of the mask, or the last one."""
    n = len(positions)
    if wanted is not None:
        if not -n <= wanted < n:
            message = N_("There is no position {position}: the text has {n} tokens.")
            raise InputError(lazy_gettext(message, position=str(wanted), n=n))
        return wanted % n
    mask = getattr(tokenizer_of(model.processor), "mask_token_id", None)
    return positions.ids.index(mask) if mask is not None and mask in positions.ids else n - 1


def token_of(model: Model, word: str) -> int:
    """The one token that a word is.

    Raises
    ------
    InputError
        If it is none, or several.
    """
    tokenizer = tokenizer_of(model.processor)
    if not callable(getattr(tokenizer, "convert_ids_to_tokens", None)):
        raise InputError(f"{model.name} knows no words, so none can be asked about: ask Vectors.")
    ids: list[int] = tokenizer(word, add_special_tokens=False)["input_ids"]
    bare: list[int] = tokenizer(word.strip(), add_special_tokens=False)["input_ids"]
    if len(ids) == 2 and ids[1:] == bare and not tokenizer.decode(ids[:1]).strip():
        ids = bare  # a tokenizer that puts the space there itself
    unknown = getattr(tokenizer, "unk_token_id", None)
    if len(ids) == 1 and ids[0] != unknown:
        return ids[0]
    if not ids or ids[0] == unknown:
        raise InputError(lazy_gettext("{model} does not know {word}.", model=model.short_name, word=repr(word)))
    first = tokenizer.decode(ids[:1])
    message = N_("{word} is {n} tokens in {model}; ask about one, such as the first: {first}.")
    raise InputError(lazy_gettext(message, word=repr(word), n=len(ids), model=model.short_name, first=repr(first)))


def likeliest(model: Model, before: Tensor, after: Tensor, n: int) -> tuple[list[str], list[int]]:
    """The tokens that are among the ``n`` likeliest before or after, those most likely before first; (token,) each."""
    n = min(n, len(before))
    ids: list[int] = list(dict.fromkeys([*before.topk(n).indices.tolist(), *after.topk(n).indices.tolist()]))
    tokenizer: Any = tokenizer_of(model.processor)
    return [tokenizer.decode([one]) for one in ids], ids
