"""Model + translations that people aligned → the alignment error rate of every cross-attention head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from mha_viz.annotation.files.aligned import AlignedPair
from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.evidence.statistics.intervals import interval
from mha_viz.inputs.languages import language_name, language_tags
from mha_viz.inputs.text import tokenizer_of
from mha_viz.models.load import random_twin
from mha_viz.objects import Capture, Head, Languages, Model
from mha_viz.progress import Report, progress_of
from mha_viz.recording.capture import capture
from mha_viz.scores.alignment import READ, WRITTEN, diagonal, link_errors, linked_words, tokens_of_words
from mha_viz.scores.counting import Counts

FEWEST = 4  # pairs that can be halved: heads are chosen on the one half and measured on the other
TOLD_BY_TEXT = ("t5", "mt5", "umt5", "longt5")  # families whose task stands before the text


@dataclass(frozen=True)
class Translated:
    """How well cross-attention heads link the words of translations.

    ``table`` has a row a head, that with the smallest rate in either row first: ``layer, head, error_rate, low, high,
    error_rate_read, low_read, high_read``, alignment error rates from 0 to 1 with 95 % intervals over pairs (nan for
    one pair). ``error_rate`` is of the row in which a word is written, ``error_rate_read`` of the row in which it has
    been read. ``facts`` is what the heads are held against.
    """

    table: pd.DataFrame
    n_pairs: int
    n_links: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class _Measured:
    """Of every head, in order, for each pair: what is wrong, (pair, head), of how many, (pair, head)."""

    heads: list[Head]
    written: Counts
    read: Counts


def prompt_of(model: Model) -> str:
    """What our English and German examples need before them, for models that are told their task by the text."""
    is_told = getattr(model.network.config, "model_type", "") in TOLD_BY_TEXT
    return "translate English to German: " if is_told else ""


def example_languages(model: Model) -> Languages:
    """How a model that is told languages by tags calls those of our examples."""
    tags = language_tags(tokenizer_of(model.processor))
    source, target = (
        next((tag for tag in tags if language_name(tag).startswith(name)), None) for name in ("English (", "German (")
    )
    return source, target


def translation_heads(
    model: Model, pairs: Sequence[AlignedPair], *, prompt: str = "", languages: Languages = (None, None),
    progress: Report | None = None,
) -> Translated:  # fmt: skip
    """The alignment error rate of every cross-attention head, beside the diagonal and random weights.

    The model reads ``prompt`` and the source, and its decoder the translation that was given. Each target word is
    linked to the source word that it looks at most.

    Raises
    ------
    InputError
        If there is no pair, no pair has a sure link, or the model has no cross-attention between texts.
    """
    if not any(pair.sure for pair in pairs):
        raise InputError("No pair has a sure link: give at least one, such as 0-0.")
    report, sides = progress_of(progress), (prompt, languages)
    own = _measured(model, pairs, sides, lambda share: report(0.5 * share, model.name))
    twin = random_twin(model)
    control = _measured(twin, pairs, sides, lambda share: report(0.5 + 0.5 * share, twin.name))
    straight = _diagonal(pairs)
    table = _table(own)
    facts = {
        "diagonal": _rate(straight).item(),
        "random_weights": min(_rate(counts).min().item() for counts in (control.written, control.read)),
        "all_heads": _rate(own.written).mean().item(), **_held_out(own, straight),
    }  # fmt: skip
    return Translated(table, len(pairs), sum(len(pair.sure) for pair in pairs), facts)


def _measured(
    model: Model, pairs: Sequence[AlignedPair], sides: tuple[str, Languages], report: Callable[[float], None]
) -> _Measured:
    heads, counts = list[Head](), []
    for i, pair in enumerate(pairs):
        found = _read(model, pair, *sides)
        heads = [(call.layer, head) for call in found.calls_of("cross") for head in range(call.n_heads)]
        counts.append(_of_pair(found, pair))
        report((i + 1) / len(pairs))
    numbers = torch.tensor(counts, dtype=torch.float64)  # (pair, row, head, wrong and of how many)
    written, read = (Counts(numbers[:, at, :, 0], numbers[:, at, :, 1]) for at in (0, 1))
    return _Measured(heads, written, read)


def _read(model: Model, pair: AlignedPair, prompt: str, languages: Languages) -> Capture:
    if not model.network.config.is_encoder_decoder:
        raise InputError(f"{model.name} has no cross-attention: choose a model that translates (t5).")
    text, target = prompt + " ".join(pair.source), " ".join(pair.target)
    try:
        return capture(model, text, target=target, source_language=languages[0], target_language=languages[1])
    except InputError as error:
        raise InputError(f"{pair.place}: {error}" if pair.place else str(error)) from error


def _of_pair(found: Capture, pair: AlignedPair) -> list[list[tuple[int, int]]]:
    """Of both rows: what is wrong with the links of every head, and of how many."""
    source = tokens_of_words(found.key_positions["cross"], pair.source)
    target = tokens_of_words(found.query_positions["cross"], pair.target)
    errors: dict[str, list[tuple[int, int]]] = {WRITTEN: [], READ: []}
    for layer in found.layers_of("cross"):
        rows = pattern(found, layer, kind="cross")
        for at, of_heads in errors.items():
            links = linked_words(rows, source, target, at)
            of_heads += [link_errors(each, pair.sure, pair.possible) for each in links]
    return list(errors.values())


def _diagonal(pairs: Sequence[AlignedPair]) -> Counts:
    each = [link_errors(diagonal(len(pair.source), len(pair.target)), pair.sure, pair.possible) for pair in pairs]
    numbers = torch.tensor(each, dtype=torch.float64)
    return Counts(numbers[:, 0], numbers[:, 1])


def _rate(counts: Counts) -> Tensor:
    return counts.hits.sum(dim=0) / counts.n.sum(dim=0)


def _interval(counts: Counts, *, is_share: bool = True) -> tuple[Tensor, Tensor]:
    """Over pairs; nan where there is one, of which nothing tells how sure it is."""
    if len(counts.n) < 2:
        nothing = torch.full(counts.n.shape[1:], torch.nan)
        return nothing, nothing
    return interval(counts, is_share=is_share)


def _table(own: _Measured) -> pd.DataFrame:
    columns: dict[str, Any] = {"layer": [layer for layer, _ in own.heads], "head": [head for _, head in own.heads]}
    for ending, counts in (("", own.written), ("_read", own.read)):
        low, high = _interval(counts)
        columns |= {f"error_rate{ending}": _rate(counts).tolist()}
        columns |= {f"low{ending}": low.tolist(), f"high{ending}": high.tolist()}
    table = pd.DataFrame(columns)
    better = table[["error_rate", "error_rate_read"]].min(axis=1)  # heads link in the one row or in the other
    order = table.assign(better=better).sort_values(["better", "layer", "head"]).index
    return table.loc[order].reset_index(drop=True)


def _held_out(own: _Measured, straight: Counts) -> dict[str, Any]:
    """The head and row that are best on every other pair, measured on the rest, beside the diagonal on the rest."""
    if len(straight.n) < FEWEST:
        return {}
    rows = {WRITTEN: own.written, READ: own.read}
    best = {at: _rate(_half(counts, 0)).min().item() for at, counts in rows.items()}
    at = min(best, key=lambda row: best[row])
    chosen = int(_rate(_half(rows[at], 0)).argmin())
    rest, plain = _half(rows[at], 1), _half(straight, 1)
    of_head = Counts(rest.hits[:, chosen], rest.n[:, chosen])
    low, high = _interval(of_head)
    less = _interval(Counts(plain.hits - of_head.hits, plain.n), is_share=False)
    facts = {"chosen": own.heads[chosen], "chosen_row": at, "chosen_error_rate": _rate(of_head).item()}
    facts |= {"chosen_low": low.item(), "chosen_high": high.item(), "chosen_diagonal": _rate(plain).item()}
    return facts | {"less_low": less[0].item(), "less_high": less[1].item()}


def _half(counts: Counts, begin: int) -> Counts:
    return Counts(counts.hits[begin::2], counts.n[begin::2])
