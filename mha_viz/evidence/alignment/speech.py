"""Model + speech → which cross-attention heads follow the words, how closely, and which the model's own list names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.evidence.importance.over_texts import interval_over_texts
from mha_viz.evidence.statistics.overlap import overlap_p
from mha_viz.inputs.media.timings import Spoken
from mha_viz.models.load import random_twin
from mha_viz.objects import Capture, Head, Model
from mha_viz.progress import Report, progress_of
from mha_viz.recording.capture import capture
from mha_viz.scores.media.listening import READ, WRITTEN, middles_of, moments_of, rises_of, time_errors

FEWEST = 4  # sounds that can be halved: heads are chosen on the one half and measured on the other


@dataclass(frozen=True)
class Alignment:
    """How well cross-attention heads follow the words of some sounds.

    ``table`` has a row a head, the best first: ``layer, head, monotonicity, error, low, high, error_read, low_read,
    high_read, listed``; errors are mean distances in milliseconds between the moment that a head listens to most and
    the middle of the word, with 95 % intervals over sounds (nan for one sound, and where no times are known).
    ``error`` is of the row in which a word is written, ``error_read`` of the row in which it has been read. ``listed``
    are the heads of the model's own list, ``control`` what a network with random weights does.
    """

    table: pd.DataFrame
    n_sounds: int
    n_words: int
    is_timed: bool
    listed: tuple[Head, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Measured:
    """Of every head, in order, for each sound: (sound, head)."""

    heads: list[Head]
    monotonicity: Tensor
    written: Tensor
    read: Tensor
    n_words: int
    texts: list[str]  # the transcripts that were read
    units: list[str]  # what each sound is called: copies as the first of them


def speech_heads(model: Model, spoken: Sequence[Spoken], progress: Report | None = None) -> Alignment:
    """Score every cross-attention head, beside the model's own list and random weights.

    Raises
    ------
    InputError
        If there is no sound, the model has no cross-attention, or a transcript does not hold the words that are timed.
    """
    if not spoken:
        raise InputError("There is no sound: give at least one.")
    report = progress_of(progress)
    own = _measured(model, spoken, lambda share: report(0.5 * share, model.name))
    twin = random_twin(model)
    same = [replace(each, text=text) for each, text in zip(spoken, own.texts, strict=True)]  # else it writes its own
    control = _measured(twin, same, lambda share: report(0.5 + 0.5 * share, twin.name))
    listed = listed_heads(model)
    is_timed = all(each.words for each in spoken)
    table = _table(own, listed, is_timed)
    facts = {
        **overlap_of(table, listed, len(own.heads), is_timed=is_timed),
        **_held_out(own, is_timed),
        **_control(own, control),
    }
    return Alignment(table, len(set(own.units)), own.n_words, is_timed, listed, facts)


def _measured(model: Model, spoken: Sequence[Spoken], report: Any) -> _Measured:
    rows, n_words, heads, texts = [], 0, list[Head](), list[str]()
    for i, each in enumerate(spoken):
        found = capture(model, each.sound, target=each.text)
        if "cross" not in found.kinds:
            raise InputError(
                f"{model.name} has no cross-attention: choose a model that writes what it hears (whisper)."
            )
        heads = [(call.layer, head) for call in found.calls_of("cross") for head in range(call.n_heads)]
        numbers, n = _of_sound(found, each)
        rows.append(numbers)
        texts.append(str(found.target))
        n_words += n
        report((i + 1) / len(spoken))
    monotone, written, read = (torch.stack(part) for part in zip(*rows, strict=True))
    sounds = [(each.sound.rate, each.sound.samples.tobytes()) for each in spoken]
    return _Measured(heads, monotone, written, read, n_words, texts, [str(sounds.index(sound)) for sound in sounds])


def _of_sound(found: Capture, spoken: Spoken) -> tuple[tuple[Tensor, Tensor, Tensor], int]:
    """Monotonicity and both mean errors of every head, (head,) each; errors are nan where no times are known."""
    moments, groups = moments_of(found, spoken.words)
    if len(groups) < 2:
        raise InputError(f"{spoken.name} holds {len(groups)} words: at least 2 are needed to tell whether times rise.")
    rises = rises_of(moments)
    if not spoken.words:
        nothing = torch.full_like(rises, torch.nan)
        return (rises, nothing, nothing), len(groups)
    errors = [time_errors(moments[at], middles_of(spoken.words)).mean(dim=-1) for at in (WRITTEN, READ)]
    return (rises, errors[0], errors[1]), len(groups)


def errors_of(model: Model, spoken: Spoken) -> tuple[list[Head], Tensor]:
    """Every cross-attention head, and how far what it listens to most is from the middle of the word that is written,
    in the mean over words, in milliseconds, (head,); nan where no times are known.

    Raises
    ------
    InputError
        As for ``alignment_heads``.
    """
    measured = _measured(model, [spoken], lambda _share: None)
    return measured.heads, measured.written[0]


def listed_heads(model: Model) -> tuple[Head, ...]:
    """The heads that the model's file names for alignment; none where it names none."""
    told = getattr(getattr(model.network, "generation_config", None), "alignment_heads", None) or ()
    return tuple((int(layer), int(head)) for layer, head in told)


def _table(own: _Measured, listed: Sequence[Head], is_timed: bool) -> pd.DataFrame:
    both = {"": own.written, "_read": own.read}
    return error_table(own.heads, own.monotonicity.mean(dim=0), both, own.units, listed, is_timed=is_timed)


def error_table(
    heads: Sequence[Head], rises: Tensor, errors: Mapping[str, Tensor], units: Sequence[str], listed: Sequence[Head],
    *, is_timed: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """The ``table`` of ``Alignment``; errors are (unit, head), by the ending of their columns."""
    columns: dict[str, Any] = {"layer": [layer for layer, _ in heads], "head": [head for _, head in heads]}
    columns |= {"monotonicity": rises.tolist()}
    for ending, of_units in errors.items():
        low, high = interval_over_texts(of_units, units)
        columns |= {f"error{ending}": of_units.mean(dim=0).tolist()}
        columns |= {f"low{ending}": low.tolist(), f"high{ending}": high.tolist()}
    table = pd.DataFrame({**columns, "listed": [head in listed for head in heads]})
    by = ["error"] if is_timed else ["monotonicity"]
    return table.sort_values([*by, "layer", "head"], ascending=[is_timed, True, True], ignore_index=True)


def overlap_of(table: pd.DataFrame, listed: Sequence[Head], n: int, *, is_timed: bool) -> dict[str, Any]:
    """How many of the model's list are among as many best heads, and how likely that is by chance."""
    if not listed:
        return {}
    k = len(set(listed))
    both = int(table["listed"].head(k).sum())
    return {"by": "error" if is_timed else "monotonicity", "n_listed": k, "n_heads": n, "n_both": both,
            "p": overlap_p(n, k, k, both)}  # fmt: skip


def _held_out(own: _Measured, is_timed: bool) -> dict[str, Any]:
    """The head that is best on every other sound, measured on the rest: what choosing it made better is left behind."""
    turns = {unit: turn for turn, unit in enumerate(dict.fromkeys(own.units))}
    if not is_timed or len(turns) < FEWEST:
        return {}
    reports = torch.tensor([turns[unit] % 2 == 1 for unit in own.units])
    best = int(own.written[~reports].mean(dim=0).argmin())
    return {"chosen": own.heads[best], "chosen_error": float(own.written[reports, best].mean())}


def _control(own: _Measured, control: _Measured) -> dict[str, Any]:
    """The best head of a network with random weights, and the mean over all heads of the model."""
    return {
        "random_weights_monotonicity": float(control.monotonicity.mean(dim=0).max()),
        "random_weights_error": float(control.written.mean(dim=0).min()),
        "all_heads_error": float(own.written.mean()),
    }
