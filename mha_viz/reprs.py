"""What objects that hold many numbers are called in one line: as a notebook or an error shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from mha_viz.outside import cut
from mha_viz.wording import counted, head_name, in_seconds

if TYPE_CHECKING:
    from mha_viz.annotation.annotated import Annotated
    from mha_viz.comparison.comparison import Comparison
    from mha_viz.evidence.corpus.profile import Profile
    from mha_viz.evidence.findings.finding import Finding
    from mha_viz.inputs.words import Words
    from mha_viz.media import Picture, Sound
    from mha_viz.models.catalogue import Entry
    from mha_viz.objects import AttentionCall, Capture, Model, Positions, Trace
    from mha_viz.scores.table import HeadScore

SHOWN = 60  # characters of a text
MANY = 5  # items of a list from which on only the first is told


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


def sound_line(sound: Sound) -> str:
    """How long it lasts."""
    return f"Sound({in_seconds(sound.seconds)}, {sound.rate:,} samples a second)"


def picture_line(picture: Picture) -> str:
    """Its size, and how many patches a model saw of it."""
    rows, columns = picture.grid
    return f"Picture({picture.size[0]:,} × {picture.size[1]:,} pixels, seen as {rows} × {columns} patches)"


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


def annotated_line(annotated: Annotated) -> str:
    """How long the text is, who annotated it, and its beginning."""
    whose = "gold" if annotated.is_gold else "parsed"
    return f"Annotated({counted(len(annotated.words), 'word')}, {whose}; {_begin(annotated.text)!r})"


def entry_line(entry: Entry) -> str:
    """Which model, and how many heads it has."""
    return f"Entry({entry.name}: {entry.title}; {' × '.join(map(str, entry.shape))} heads)"


def score_line(score: HeadScore) -> str:
    """Of which family, in what unit, and what it says of a head."""
    return f"HeadScore({score.family}, {score.unit}: {_begin(score.sentence)})"


def finding_line(finding: Finding) -> str:
    """Which head, which two words and how much of the attention, and what kind of finding it is."""
    role = f" {finding.score}" if finding.score else ""
    head = head_name(finding.layer, finding.head)
    return f"Finding({head}, {finding.kind}{role}: {finding.query} → {finding.key} {finding.share:.2f})"


def fields_line(whole: Any) -> str:
    """The name of a dataclass and its fields, without those that are as they are by default, and each of them short."""
    given = [(field, getattr(whole, field.name)) for field in fields(whole)]
    told = [f"{field.name}={_short(value)}" for field, value in given if not _is_the_same(value, field.default)]
    return f"{type(whole).__name__}({', '.join(told)})"


def _is_the_same(value: Any, default: Any) -> bool:
    """Tensors are never compared: of those an answer is a tensor."""
    return value is default or (isinstance(value, str | int | float | tuple) and value == default)


def _short(value: Any) -> str:
    """A value in a few words: of a tensor its size, of many things the first and how many there are."""
    if (shape := getattr(value, "shape", None)) is not None:
        return f"{type(value).__name__}({' × '.join(map(str, shape))})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_short(item)}' for key, item in value.items())}}}"
    if isinstance(value, tuple | list):
        items = [_short(item) for item in (value if len(value) < MANY else value[:1])]
        more = f", … {len(value):,} in all" if len(value) >= MANY else "," * (len(value) == 1)
        return f"({', '.join(items)}{more})"
    if isinstance(value, str):
        return repr(_begin(value))
    return str(value.__qualname__) if isinstance(value, Callable) else cut(repr(value))  # type: ignore[arg-type]


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
