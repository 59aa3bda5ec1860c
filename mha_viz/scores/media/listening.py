"""Cross-attention over a sound → where in it each head listens for each word, and how well that follows the words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import n_heard
from mha_viz.inputs.media.timings import TimedWord
from mha_viz.inputs.words import group_words
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Positions
from mha_viz.wording import in_seconds

Groups = list[list[int]]  # the tokens of each word
NEAR = 0.1 + 1e-6  # seconds around a peak; the rest is for rounding
READ, WRITTEN = "read", "written"  # the row of a word's own tokens, or of those before, which predict them
NOT_SAID = N_("The transcript {text} does not hold {word} where its time says so.")
TOO_LATE = N_(
    "{word} is said at {time}, but {seconds} of sound are read: give the times of this sound, as far as it is read."
)


def listening(capture: Capture, layer: int, groups: Groups, at: str = WRITTEN) -> Tensor:
    """What each head gives to each frame of the sound for each word, (head, word, frame): the mean over its tokens.

    A decoder writes a token from the position before it, so the row in which a word is *written* is one earlier than
    the row in which it has been *read*. Silence behind the sound is left out, and rows sum to what is left of 1.
    """
    rows, n = pattern(capture, layer, kind="cross"), n_heard(capture.key_positions["cross"])
    back = 1 if at == WRITTEN else 0
    return torch.stack([rows[:, [i - back for i in group], :n].mean(dim=1) for group in groups], dim=1)


def peak_times(rows: Tensor, axis: Positions) -> Tensor:
    """The middle of the frame that gets most, (…, frame) → (…), in seconds."""
    middles = torch.tensor([(begin + end) / 2 for begin, end in axis.seconds[: rows.shape[-1]]], dtype=torch.float64)
    return middles[rows.argmax(dim=-1).cpu()]


def monotonicity(times: Tensor) -> Tensor:
    """Whether times rise from word to word, (…, word) → (…): pairs that rise minus pairs that fall, over all pairs.

    It is 1 where every later word has a later time, -1 where every one has an earlier one, and 0 where all times are
    the same, or as many pairs rise as fall. (Kendall's tau, where ties count for neither.) nan for a single word.
    """
    n = times.shape[-1]
    signs = torch.sign(times[..., None, :] - times[..., :, None])
    return signs.triu(1).sum(dim=(-1, -2)).double() / (n * (n - 1) / 2 or torch.nan)


def time_errors(times: Tensor, middles: Tensor) -> Tensor:
    """How far times are from the middles of the words, both (…, word), in milliseconds."""
    return (times - middles).abs() * 1000


def words_of(positions: Positions) -> Groups:
    """The tokens of each word of a transcript: what stands for no word (signs, the prompt) is left out."""
    words = group_words(positions)
    return [
        list(group)
        for group, label in zip(words.groups, words.positions.labels, strict=True)
        if any(letter.isalnum() for letter in label) and not any(positions.is_special[i] for i in group)
    ]


def tokens_of_timed(positions: Positions, words: list[str]) -> Groups:
    """The tokens that stand for each of these words, which follow each other in the transcript.

    Raises
    ------
    InputError
        If a word is not there after the one before it, or no token stands for it.
    """
    groups, begin = [], 0
    for word in words:
        at = positions.text.find(word, begin)
        end = at + len(word)
        group = [i for i, span in enumerate(positions.spans) if span is not None and span[0] < end and span[1] > at]
        if at < 0 or not group:
            told = {"text": repr(positions.text.strip()), "word": repr(word)}
            raise InputError(lazy_gettext(NOT_SAID, **told))
        groups.append(group)
        begin = end
    return groups


def moments_of(capture: Capture, timed: Sequence[TimedWord] = ()) -> tuple[dict[str, Tensor], Groups]:
    """The second that each head of the cross-attention listens to most for each word, (head, word), in the row that
    writes it and in that in which it has been read; and the tokens of each word: of those that are timed, else of all.

    Raises
    ------
    InputError
        If the transcript does not hold a word that is timed, or its time is after the end of the sound.
    """
    decoded, axis = capture.query_positions["cross"], capture.key_positions["cross"]
    ends = capture.sound.seconds if capture.sound else axis.seconds[-1][1]
    if timed and timed[-1].start >= ends:
        told = {"word": repr(timed[-1].word), "time": in_seconds(timed[-1].start), "seconds": in_seconds(ends)}
        raise InputError(lazy_gettext(TOO_LATE, **told))
    groups = tokens_of_timed(decoded, [each.word for each in timed]) if timed else words_of(decoded)
    layers = capture.layers_of("cross")
    return {
        at: torch.cat([peak_times(listening(capture, layer, groups, at), axis) for layer in layers])
        for at in (WRITTEN, READ)
    }, groups


def middles_of(timed: Sequence[TimedWord]) -> Tensor:
    """The middle of each word, in seconds."""
    return torch.tensor([(each.start + each.end) / 2 for each in timed], dtype=torch.float64)


def rises_of(moments: dict[str, Tensor]) -> Tensor:
    """``monotonicity`` in the better of the two rows, (head,)."""
    return torch.maximum(monotonicity(moments[WRITTEN]), monotonicity(moments[READ]))


def listening_frame(capture: Capture, layer: int, head: int) -> pd.DataFrame:
    """What a head of the cross-attention listens to, a row a word.

    Returns
    -------
    DataFrame with the columns ``word, written, share, read, silence``
        ``written`` and ``read`` are the seconds of the frame that gets most in the row in which the word is written,
        and in that in which it has been read; ``share`` is what frames within 0.1 s of ``written`` get of all attention
        in that row, ``silence`` what the frames filled up behind the sound get.
    """
    decoded, axis = capture.query_positions["cross"], capture.key_positions["cross"]
    groups = words_of(decoded)
    rows = {at: listening(capture, layer, groups, at)[head] for at in (WRITTEN, READ)}
    times = {at: peak_times(each, axis) for at, each in rows.items()}
    middles = torch.tensor([sum(each) / 2 for each in axis.seconds[: rows[WRITTEN].shape[-1]]], dtype=torch.float64)
    near = (middles - times[WRITTEN][:, None]).abs() <= NEAR
    words = group_words(decoded)
    labels = {group[0]: label for group, label in zip(words.groups, words.positions.labels, strict=True)}
    return pd.DataFrame({
        "word": [labels[group[0]] for group in groups], "written": times[WRITTEN].tolist(),
        "share": (rows[WRITTEN].cpu() * near).sum(dim=-1).tolist(), "read": times[READ].tolist(),
        "silence": (1 - rows[WRITTEN].sum(dim=-1)).clamp_min(0).tolist(),
    })  # fmt: skip
