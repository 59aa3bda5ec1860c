"""What can be asked of a capture, each as one call: for asking it of numbers that lie on another device."""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from safetensors.torch import load
from torch import Tensor

import mha_viz
from mha_viz.annotation.annotated import Annotated, Arc, Entity, Link, Mention
from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import MAPS, Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.steps import HeadSteps
from mha_viz.comparison.atlas import atlas_of
from mha_viz.comparison.nearest import distances_in
from mha_viz.objects import Capture, Model
from mha_viz.recording.rebuild import attention_of_layer
from mha_viz.scores.answers import answers_of
from mha_viz.scores.families.trails import name_trail
from mha_viz.scores.tallies import similarity_of, tallies_of
from mha_viz.views.exports.notebook import head_view, model_view
from mha_viz.views.view import HEADER

TEXT = "the cat sat on a mat because the old cat was tired"
WORDS = tuple(TEXT.split())
STARTS = tuple(sum(map(len, WORDS[:i])) + i for i in range(len(WORDS)))
SPANS = tuple((start, start + len(word)) for start, word in zip(STARTS, WORDS, strict=True))
SLOPES = "estimate"  # needs gradients
HEADS = {0: 1, 1: 2, 3: 5, 4: 5, 5: 2, 6: 11, 7: 9, 8: 9, 9: 11, 10: 11, 11: 2}
RELATIONS = {
    0: "det", 1: "nsubj", 3: "case", 4: "det", 5: "obl", 6: "mark", 7: "det", 8: "amod", 9: "nsubj", 10: "cop",
    11: "advcl",
}  # fmt: skip
TAGS = ("DET", "NOUN", "VERB", "ADP", "DET", "NOUN", "SCONJ", "DET", "ADJ", "NOUN", "AUX", "ADJ")
MENTIONS = ((0, 2), (7, 10))
ANNOTATED = Annotated(
    TEXT, WORDS, SPANS,
    arcs=tuple(Arc(word, head, RELATIONS[word]) for word, head in HEADS.items()),
    mentions=tuple(Mention(*span, "cat", "animal", "coref") for span in MENTIONS),
    entities=(Entity(4, 6, "object"),),
    links=(Link(SPANS[9], (SPANS[1], SPANS[5]), 0, "g"),),
    tags=TAGS, lemmas=WORDS,
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A capture of ``TEXT``, one of the same text by another network, and the network of the first."""

    capture: Capture
    other: Capture
    model: Model

    def comparison(self) -> Any:
        return mha_viz.comparison_of(self.capture, self.other)

    def similarity(self) -> Tensor | None:
        return similarity_of(self.model, self.capture, ANNOTATED)


def _changes(asked: Asked) -> Any:
    comparison = asked.comparison()
    distances = mha_viz.distances_between(comparison)
    pairing = mha_viz.by_nearest(comparison, distances)
    # A token that looks at two others gives the one what it takes from the other: which is told is for rounding to say.
    sizes = mha_viz.head_changes(comparison, pairing)["change"].abs()
    return distances, torch.tensor(sizes.to_numpy()), mha_viz.head_changes(comparison, pairing, looks=7, to=2)


def _in_words(asked: Asked) -> Any:
    words = mha_viz.group_words(next(iter(asked.capture.query_positions.values())))
    return mha_viz.merge_pattern(mha_viz.pattern(asked.capture, 1), words, words)


def _overview(asked: Asked) -> Any:
    (kind,) = asked.capture.kinds
    return [overview_of(choose(asked.capture, Selection(kind, map=name)), 5) for name in MAPS]


def _steps(asked: Asked) -> Any:
    (kind,) = asked.capture.kinds
    call = next(call for call in asked.capture.calls_of(kind) if call.layer == 1)
    trace = mha_viz.trace_of(asked.capture, 1)
    steps = HeadSteps(asked.capture, call, trace, 2, 5, lambda: (trace.value, trace.value))
    return steps.logits, steps.terms(), steps.weighted(), steps.lengths(), steps.rank()


def _handed_in(asked: Asked) -> Any:
    (kind,) = asked.capture.kinds
    patterns = [mha_viz.pattern(asked.capture, layer) for layer in (0, 1)]
    return mha_viz.capture_of(patterns, list(asked.capture.query_positions[kind].labels), kind=kind, sinks=True)


def _drawn(view: Any) -> list[Tensor]:
    """The numbers in a page; what is said in it, numbers rounded, is longer or shorter by a digit here and there."""
    buffers = [load(base64.b64decode(data)) for data in re.findall(r'data-buffer="([^"]*)"', view.data)]
    assert buffers
    return [arrays[name] for arrays in buffers for name in sorted(arrays) if name != HEADER]


def _rebuilt(asked: Asked) -> list[Tensor]:
    """The weights of the last layer, which may lie elsewhere than the first."""
    layer = asked.capture.layers_of(asked.capture.kinds[0])[-1]
    return list(attention_of_layer(asked.model, layer).state_dict().values())


def _changed(asked: Asked) -> list[pd.DataFrame]:
    """What every kind of change does to the vectors, and where the patterns of later heads go."""
    heads, places = ((0, 1), (1, 0)), (1, 3)
    changes = [
        mha_viz.Zero(heads, positions=places), mha_viz.Mean(heads, ["the cat sat", "fish"]),
        mha_viz.From(heads, " ".join(reversed(WORDS))), mha_viz.Cut([(5, 2)], [*heads]), mha_viz.Scale(heads, 1.7),
    ]  # fmt: skip
    effects = [mha_viz.effect(asked.model, TEXT, change, mha_viz.Vectors()) for change in changes]
    moved = mha_viz.pattern_changes(asked.model, TEXT, changes[0]).sort_values(["layer", "head"])
    return [*effects, moved]


def _importance(asked: Asked) -> list[pd.DataFrame]:
    """Ranks and their z are left out: those of heads that do the same are for rounding to say."""
    exact, turned = ("total", "direct"), mha_viz.Vectors()
    tables = [
        mha_viz.importance(asked.model, TEXT, mha_viz.Similarity("the old cat sat on a dog"), effects=exact),
        mha_viz.importance(asked.model, TEXT, turned, how="mean", effects=exact),
    ]
    return [table[list(exact)] for table in tables]


def _slopes(asked: Asked) -> pd.DataFrame:
    like = mha_viz.Similarity("the old cat sat on a dog")
    return mha_viz.importance(asked.model, TEXT, like, effects=[SLOPES])[[SLOPES]]


def _of_layer(name: str) -> Callable[[Asked], Any]:
    return lambda asked: getattr(mha_viz, name)(asked.capture, 1)


LAYERS = (
    "logits", "pattern", "value_weighted_pattern", "head_output", "contribution", "contribution_lengths", "rollout",
    "trace_of", "against_average",
)  # fmt: skip
OPERATIONS: dict[str, Callable[[Asked], Any]] = {
    **{name: _of_layer(name) for name in LAYERS},
    "pattern of words": _in_words,
    "pattern_frame": lambda asked: mha_viz.pattern_frame(asked.capture, 1, 2, words=True),
    "passage_share": lambda asked: mha_viz.passage_share(asked.capture, "cat sat"),
    "attention_between": lambda asked: mha_viz.attention_between(asked.capture, "sat", "mat"),
    "describe_heads": lambda asked: mha_viz.describe_heads(asked.capture),
    "overview": _overview,
    "steps of a head": _steps,
    "head scores": lambda asked: tallies_of(asked.capture, ANNOTATED, similarity=asked.similarity()),
    "score_table": lambda asked: mha_viz.score_table(asked.capture, ANNOTATED, control=asked.other),
    "points": lambda asked: mha_viz.points(asked.capture, ANNOTATED, 1, 2, "syntactic", "nsubj", "head→dep"),
    "answers": lambda asked: answers_of(asked.capture, ANNOTATED),
    "trail of a name": lambda asked: name_trail(asked.capture, ANNOTATED, MENTIONS),
    "changes between two networks": _changes,
    "atlas": lambda asked: atlas_of(distances_in(asked.capture)),
    "capture_of": _handed_in,
    "model_view": lambda asked: _drawn(model_view(asked.capture)),
    "head_view": lambda asked: _drawn(head_view(asked.capture, layer=1, heads=[0, 2])),
}
# These run the network once more.
RUNS: dict[str, Callable[[Asked], Any]] = {
    "token_vectors": lambda asked: mha_viz.token_vectors(asked.model, asked.capture, 1),
    "attention_of_layer": _rebuilt,
    "several texts": lambda asked: mha_viz.capture(asked.model, ["the cat sat", TEXT, "fish"]),
    "effects of changes": _changed,
    "importance": _importance,
    SLOPES: _slopes,
}


def numbers_in(result: Any) -> Iterator[np.ndarray]:
    """Every number of a result, in order, as arrays of float64 in the machine's memory."""
    if isinstance(result, Tensor):
        yield result.detach().cpu().double().numpy()
    elif isinstance(result, pd.DataFrame):
        yield from (result[name].to_numpy(np.float64) for name in result.select_dtypes("number").columns)
    elif dataclasses.is_dataclass(result) and not isinstance(result, Model):
        for field in dataclasses.fields(result):
            yield from numbers_in(getattr(result, field.name))
    elif isinstance(result, Mapping):
        yield from (numbers for key in result for numbers in numbers_in(result[key]))
    elif isinstance(result, (tuple, list)):
        yield from (numbers for part in result for numbers in numbers_in(part))
    elif isinstance(result, (bool, int, float)):
        yield np.array(float(result))


def largest_difference(here: Any, there: Any) -> float:
    """Between the numbers of two results of one operation; infinite where they do not hold the same ones."""
    ours, theirs = list(numbers_in(here)), list(numbers_in(there))
    if [one.shape for one in ours] != [one.shape for one in theirs] or not ours:
        return float("inf")
    return max(map(_apart, ours, theirs))


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    apart = np.where(same, 0.0, np.abs(np.where(same, 0.0, one) - np.where(same, 0.0, other)))
    return float(np.nan_to_num(apart, nan=np.inf).max(initial=0.0))
