"""A captured sound → who listens, words of its transcript or stretches of it, and to which frames in all heads."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import pad

from mha_viz.attention.calls import call_pattern, part_of, rows_at
from mha_viz.attention.maps import call_at
from mha_viz.comparison.alignment import Alignment
from mha_viz.comparison.places import beside_it
from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import n_heard
from mha_viz.inputs.words import group_words
from mha_viz.objects import AttentionCall, Capture, Head
from mha_viz.scores.media.listening import Groups, monotonicity, peak_times, words_of
from mha_viz.wording import in_seconds

STRETCH = 0.1  # seconds of a stretch of sound that listens
WINDOW = 10.0  # seconds of sound that are shown at once of attention between frames
MOST_CELLS = 600_000  # of all heads and listeners together
NO_SOUND = "This capture is not of a sound: give capture a sound as read_sound gives it, and a model that hears."


@dataclass(frozen=True, eq=False)
class Listeners:
    """Who listens in one kind of attention, and which frames are looked at.

    ``groups`` are query positions, one or more a listener, of which the mean is taken: the rows in which a word is
    written (one before each of its tokens), or the frames of a stretch. ``spans`` are the seconds of each stretch;
    empty for words. ``frames`` are the frames of the sound that are shown.
    """

    kind: str
    labels: tuple[str, ...]
    groups: Groups
    spans: tuple[tuple[float, float], ...]
    frames: range


@dataclass(frozen=True, eq=False)
class HeardOverview:
    """What all listeners listen to in all heads.

    ``pooled (head, listener, block)`` is the share of each block of ``side`` frames, ``rest (head, listener)`` what
    goes to no frame that is shown: to the silence behind the sound, or to what lies outside the window. ``rises
    (head,)`` says whether the moments that words listen to most rise from word to word (``monotonicity``); None for
    stretches, and for fewer than two words.
    """

    heads: tuple[Head, ...]
    pooled: Tensor
    rest: Tensor
    rises: tuple[float, ...] | None
    side: int


def words_listening(capture: Capture) -> Listeners:
    """The words of the transcript, over the whole sound, as the model writes them.

    Raises
    ------
    InputError
        If there is no sound, no cross-attention, or no word.
    """
    _refuse_silent(capture)
    if "cross" not in capture.kinds:
        raise InputError(f"{capture.short_name} writes no words: it has no cross-attention over the sound.")
    decoded = capture.query_positions["cross"]
    groups, words = words_of(decoded), group_words(decoded)
    if not groups:
        raise InputError("The transcript holds no word that could listen: give what was said as target.")
    labels = {group[0]: label for group, label in zip(words.groups, words.positions.labels, strict=True)}
    frames = range(n_heard(capture.key_positions["cross"]))
    return Listeners("cross", tuple(labels[g[0]] for g in groups), [[i - 1 for i in g] for g in groups], (), frames)


def stretches_listening(capture: Capture, begin: float = 0.0) -> Listeners:
    """Stretches of about 0.1 s, in a window of at most 10 s that begins at or before so many seconds.

    Raises
    ------
    InputError
        If there is no sound, or no attention between its frames.
    """
    _refuse_silent(capture)
    if "encoder" not in capture.kinds:
        raise InputError(f"{capture.short_name} has no attention between frames of a sound.")
    axis = capture.key_positions["encoder"]
    step, n = axis.seconds[0][1] - axis.seconds[0][0], n_heard(axis)
    side, most = max(1, round(STRETCH / step)), max(1, round(WINDOW / step))
    first = max(0, min(int(begin / step + 1e-6) // side * side, n - most))
    frames = range(first, min(n, first + most))
    groups = [list(frames[i : i + side]) for i in range(0, len(frames), side)]
    spans = tuple((axis.seconds[g[0]][0], axis.seconds[g[-1]][1]) for g in groups)
    return Listeners("encoder", tuple(in_seconds(begin) for begin, _ in spans), groups, spans, frames)


def _refuse_silent(capture: Capture) -> None:
    if capture.sound is None:
        raise InputError(NO_SOUND)


def windows_of(capture: Capture) -> tuple[float, ...]:
    """Where the windows begin, in seconds, that hold the whole sound together; one for a sound of up to 10 s."""
    _refuse_silent(capture)
    seconds = 0.0 if capture.sound is None else capture.sound.seconds
    return tuple(i * WINDOW for i in range(max(1, math.ceil(seconds / WINDOW - 1e-6))))


def who_listens(capture: Capture) -> tuple[str, ...]:
    """What can listen: "words" where the model wrote some, "moments" where frames look at frames."""
    has_words = "cross" in capture.kinds and bool(words_of(capture.query_positions["cross"]))
    return (*(["words"] if has_words else []), *(["moments"] if "encoder" in capture.kinds else []))


def heard_overview(capture: Capture, who: Listeners, progress: Callable[[float], None] | None = None) -> HeardOverview:
    """What every listener listens to in every head; one layer at a time is in memory as it is."""
    calls = capture.calls_of(who.kind)
    heads = tuple((call.layer, head) for call in calls for head in call.heads)
    side = max(1, math.ceil(len(heads) * len(who.groups) * len(who.frames) / MOST_CELLS))
    axis, pooled, rest, rises = capture.key_positions[who.kind], [], [], []
    for i, rows in enumerate(all_rows(capture, who)):
        filled = pad(rows, (0, -len(who.frames) % side))  # whole blocks: one sum instead of hundreds
        pooled.append(filled.unflatten(-1, (-1, side)).sum(dim=-1))
        rest.append((1 - rows.sum(dim=-1)).clamp_min(0))
        rises += monotonicity(peak_times(rows, axis)).tolist() if not who.spans else []
        if progress:
            progress((i + 1) / len(calls))
    told = tuple(rises) if len(who.groups) > 1 and rises else None
    return HeardOverview(heads, torch.cat(pooled), torch.cat(rest), told, side)


def all_rows(capture: Capture, who: Listeners) -> Iterator[Tensor]:
    """Layer by layer: what each listener gives to each frame that is shown, (head, listener, frame)."""
    for call in capture.calls_of(who.kind):
        yield _rows(part_of(call, heads=call.heads), who, range(len(who.groups)))


def rows_of_listener(capture: Capture, who: Listeners, i: int) -> Tensor:
    """One listener in all heads, (head, frame)."""
    calls = (part_of(call, heads=call.heads) for call in capture.calls_of(who.kind))
    return torch.cat([_rows(call, who, range(i, i + 1))[:, 0] for call in calls])


def rows_of_head(capture: Capture, who: Listeners, head: Head) -> Tensor:
    """All listeners in one head, (listener, frame)."""
    call = part_of(call_at(capture, head[0], who.kind), heads=[head[1]])
    return _rows(call, who, range(len(who.groups)))[0]


def _rows(call: AttentionCall, who: Listeners, which: range) -> Tensor:
    groups = [who.groups[i] for i in which]
    queries = sorted({i for group in groups for i in group})
    at = {query: place for place, query in enumerate(queries)}
    shown = slice(who.frames.start, who.frames.stop)
    pattern = call_pattern(rows_at(call, queries))[..., shown].float().cpu()
    weights = torch.zeros(len(groups), len(queries))  # (listener, query)
    for row, group in enumerate(groups):
        weights[row, [at[i] for i in group]] = 1 / len(group)
    return weights @ pattern


def listener_beside(queries: Alignment, who: Listeners, other: Listeners, i: int, *, side: int = 0) -> int | None:
    """The listener of another sound, or model, that stands beside one of this: the same word, the same moment; None
    where nothing does. ``queries`` are the positions of both sides, ``side`` says which of them ``who`` is.
    """
    before = 0 if who.spans else 1  # a word is written in the row before its own
    for position in beside_it(queries, who.groups[i][0] + before, side=side):
        for place, group in enumerate(other.groups):
            if position - before in group:
                return place
    return None


def heard_frame(capture: Capture, who: Listeners, i: int) -> pd.DataFrame:
    """What one listener gives to each frame that is shown, in every head: a row a head and frame.

    Returns
    -------
    DataFrame with the columns ``layer, head, listener, begin, end, attention``
        ``begin`` and ``end`` are the seconds of the frame; ``attention`` is a share of all that the listener gives.
    """
    rows = rows_of_listener(capture, who, i)
    heads = [(call.layer, head) for call in capture.calls_of(who.kind) for head in call.heads]
    spans = [capture.key_positions[who.kind].seconds[frame] for frame in who.frames]
    n = len(spans)
    return pd.DataFrame({
        "layer": [layer for layer, _ in heads for _ in range(n)], "head": [head for _, head in heads for _ in range(n)],
        "listener": who.labels[i], "begin": [begin for begin, _ in spans] * len(heads),
        "end": [end for _, end in spans] * len(heads), "attention": rows.flatten().tolist(),
    })  # fmt: skip
