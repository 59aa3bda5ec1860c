"""Cross-attention over a sound → when each word of the transcript was said, as Whisper tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import n_heard
from mha_viz.objects import Capture, Head

WIDE = 7  # frames of the median that smooths attention


@dataclass(frozen=True)
class Timing:
    """When each word was said, in seconds; of which heads that follows, and whether the model's own list names them."""

    spans: tuple[tuple[float, float], ...]
    heads: tuple[Head, ...]
    is_listed: bool


def timing_of(capture: Capture, groups: Sequence[Sequence[int]], listed: Sequence[Head]) -> Timing:
    """``word_times`` by the heads that a model lists, or by all of the later half of its layers where it lists none."""
    heads = tuple((call.layer, head) for call in capture.calls_of("cross") for head in call.heads)
    layers = capture.layers_of("cross")
    own = tuple(head for head in listed if head in heads)
    later = tuple(head for head in heads if head[0] in layers[len(layers) // 2 :])
    return Timing(word_times(capture, groups, own or later), own or later, bool(own))


def word_times(
    capture: Capture, groups: Sequence[Sequence[int]], heads: Sequence[Head]
) -> tuple[tuple[float, float], ...]:
    """When each word begins and ends, in seconds, by dynamic time warping over what some heads listen to.

    Of each head the rows of all tokens are scaled to sum to 1 over the sound, then standardised over the tokens, frame
    by frame, and smoothed by a median over 7 frames. The path through the mean of the heads that goes from the first
    token and frame to the last, never back, and gathers most, says where each token begins: a token is written in the
    row before its own. A word ends where the next token begins.

    Parameters
    ----------
    groups : sequence of sequence of int
        The tokens of each word, of the decoder's positions.
    heads : sequence of tuple of int
        Layer and head: those that follow the words, as the list of a Whisper model names them.

    Raises
    ------
    InputError
        If there is no head, or no word.

    References
    ----------
    openai-whisper, ``timing.py`` (``find_alignment``), where the end token is one more row that is standardised.
    """
    if not heads or not groups:
        raise InputError("Times of words need at least one head and one word.")
    n, begin = n_heard(capture.key_positions["cross"]), min(group[0] for group in groups)
    rows = torch.stack([_standardised(_of_head(capture, head)[:, :n]) for head in heads]).mean(dim=0)
    tokens, frames = warped(-rows[begin - 1 :])
    first = dict(zip(reversed(tokens), reversed(frames), strict=True))
    seconds = capture.key_positions["cross"].seconds
    at = [seconds[first[row]][0] for row in range(len(rows) - begin + 1)]
    return tuple((at[group[0] - begin], at[group[-1] - begin + 1]) for group in groups)


def _of_head(capture: Capture, head: Head) -> Tensor:
    """(token, frame) of one head."""
    (call,) = (call for call in capture.calls_of("cross") if call.layer == head[0])
    return call_pattern(part_of(call, heads=[head[1]]))[0].double().cpu()


def _standardised(rows: Tensor) -> Tensor:
    shares = rows / rows.sum(dim=1, keepdim=True).clamp_min(1e-30)
    spread, mean = torch.std_mean(shares, dim=0, keepdim=True, correction=0)
    return smoothed((shares - mean) / spread.clamp_min(1e-30))


def smoothed(rows: Tensor) -> Tensor:
    """The median of 7 frames around each frame, (…, frame); at the ends the sound is mirrored. Short ones stay."""
    half = WIDE // 2
    if rows.shape[-1] <= half:
        return rows
    padded = torch.nn.functional.pad(rows[None], (half, half), mode="reflect")[0]
    return padded.unfold(-1, WIDE, 1).median(dim=-1).values


def warped(costs: Tensor) -> tuple[list[int], list[int]]:
    """The cheapest path through a matrix (token, frame), as the tokens and the frames that it passes.

    It goes from the first cell to the last, each step one token on, one frame on, or both; of ways that cost the same
    it takes the one that goes one frame on.
    """
    rows, (n, m) = costs.tolist(), costs.shape
    total = [[float("inf")] * (m + 1) for _ in range(n + 1)]
    came = [[2] * (m + 1)] + [[1] + [2] * m for _ in range(n)]
    total[0][0] = 0.0
    for i in range(1, n + 1):
        above, here, costs_here, from_ = total[i - 1], total[i], rows[i - 1], came[i]
        for j in range(1, m + 1):
            both, token, frame = above[j - 1], above[j], here[j - 1]
            step = 0 if both < token and both < frame else 1 if token < both and token < frame else 2
            here[j] = costs_here[j - 1] + (both, token, frame)[step]
            from_[j] = step
    return _traced(came, n, m)


def _traced(came: list[list[int]], i: int, j: int) -> tuple[list[int], list[int]]:
    path = []
    while i > 0 or j > 0:
        path.append((i - 1, j - 1))
        step = came[i][j]
        i, j = i - (step != 2), j - (step != 1)
    tokens, frames = zip(*reversed(path), strict=True)
    return list(tokens), list(frames)
