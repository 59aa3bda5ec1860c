"""What objects that hold many numbers are called in one line: as a notebook or an error shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mha_viz.outside import cut
from mha_viz.wording import counted

if TYPE_CHECKING:
    from mha_viz.comparison.comparison import Comparison
    from mha_viz.evidence.corpus.profile import Profile
    from mha_viz.inputs.words import Words
    from mha_viz.objects import AttentionCall, Capture, Model, Positions, Trace

SHOWN = 60  # characters of a text


def capture_line(capture: Capture) -> str:
    """Of which model and text, and how many heads there are on how many tokens."""
    kinds = [f"{kind}: {_heads(capture, kind)} on {_lengths(capture, kind)}" for kind in capture.kinds]
    return f"Capture({'; '.join([capture.model_name, *kinds])}; {_begin(capture.text)!r})"


def call_line(call: AttentionCall) -> str:
    """Which layer, and the size of its map."""
    if call.seen_pattern is None and (call.query is None or call.key is None):
        return f"AttentionCall(layer {call.layer}, {call.kind}: lacks a part)"
    heads = counted(call.n_heads, "head")
    return f"AttentionCall(layer {call.layer}, {call.kind}: {heads}, {call.n_query} × {call.n_key})"


def positions_line(positions: Positions) -> str:
    """How many there are, and the first of them."""
    return f"Positions({len(positions)}: {_begin(' '.join(positions.labels))})"


def words_line(words: Words) -> str:
    """How many there are, and the first of them."""
    return f"Words({len(words)}: {_begin(' '.join(words.positions.labels))})"


def model_line(model: Model) -> str:
    """Its name, the class of its network and its weights, as far as they are told apart."""
    weights = f", weights {model.identity[:12]}…" if model.identity else ""
    return f"Model({model.name}: {type(model.network).__name__}{weights})"


def trace_line(trace: Trace) -> str:
    """The size of its map."""
    return f"Trace(pattern {' × '.join(map(str, trace.pattern.shape))})"


def comparison_line(comparison: Comparison) -> str:
    """Which captures, and on how many words."""
    first, second = (f"{side.model_name} {_begin(side.text)!r}" for side in comparison.captures)
    return f"Comparison({first} beside {second}; {counted(len(comparison.rows), 'word')} compared)"


def profile_line(profile: Profile) -> str:
    """Of which model and whose, and how long it is."""
    whose = f", {profile.whose}" if profile.whose else ""
    return f"Profile({profile.facts.get('model', 'of a model')}{whose}: {counted(len(profile.table), 'row')})"


def _heads(capture: Capture, kind: str) -> str:
    sizes: Sequence[int] = [len(call.heads) for call in capture.calls_of(kind)]
    same = len(set(sizes)) == 1
    return f"{len(sizes)} × {sizes[0]} heads" if same else f"{sum(sizes)} heads in {counted(len(sizes), 'layer')}"


def _lengths(capture: Capture, kind: str) -> str:
    query, key = (len(sides[kind]) for sides in (capture.query_positions, capture.key_positions))
    return counted(query, "token") if query == key else f"{query} × {counted(key, 'token')}"


def _begin(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text[: 2 * SHOWN].split())
    return cut(line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…")
