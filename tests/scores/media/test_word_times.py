"""Times of words: the path through what heads listen to, as transformers' Whisper finds it, and a case by hand."""

import pytest
import torch
from transformers.models.whisper.generation_whisper import _dynamic_time_warping, _median_filter

from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import frames, read_sound
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.recording.capture import capture
from mha_viz.scores.media.word_times import smoothed, timing_of, warped, word_times
from tests.support.networks.hearing import RATE, tone, whisper

STEP = 0.25
N, FRAMES = 5, 23  # tokens (the first two tell the task), frames; three more are silence


def told(peaks):
    """A capture whose one head looks, in the row of each token, at one stretch of frames."""
    rows = torch.full((1, N, FRAMES + 3), 0.01)
    for i, (begin, end) in enumerate(peaks):
        rows[0, i, begin:end] = 1.0
    rows = rows / rows.sum(dim=-1, keepdim=True)
    decoded = Positions((-1,) * N, tuple("abcde"), (False,) * N, (None,) * N)
    heard = frames(FRAMES + 3, STEP, FRAMES * STEP)
    call = AttentionCall(0, "cross", seen_pattern=rows)
    return Capture("m", None, "", None, (call,), {"cross": decoded}, {"cross": heard})


def test_the_path_is_the_one_that_transformers_finds():
    torch.manual_seed(3)
    for shape in ((7, 31), (5, 5), (1, 13), (11, 3)):
        for costs in (torch.randn(shape, dtype=torch.float64), torch.zeros(shape, dtype=torch.float64)):  # all ties
            theirs = _dynamic_time_warping(costs.numpy())
            assert [list(map(int, part)) for part in theirs] == list(warped(costs))


def test_the_median_is_the_one_that_transformers_takes():
    rows = torch.randn(5, 31, dtype=torch.float64)
    torch.testing.assert_close(smoothed(rows), _median_filter(rows[None, None], 7)[0, 0], rtol=0, atol=0)
    assert smoothed(rows[:, :3]).tolist() == rows[:, :3].tolist()


def test_a_word_begins_where_the_row_before_it_listens():
    # The rows of tokens 1, 2, 3, 4: the last three are words, each written in the row before its own.
    found = told([(0, 1), (0, 7), (7, 14), (14, 20), (20, 23)])
    times = word_times(found, [[2], [3, 4]], [(0, 0)])
    assert times[0] == (0.0, pytest.approx(7 * STEP, abs=STEP))
    assert times[1] == (times[0][1], pytest.approx(20 * STEP, abs=STEP))


def test_whose_list_it_is():
    found = capture(whisper(), read_sound(tone(0.7, RATE), RATE), target="the cat sat")
    layers = found.layers_of("cross")
    own = timing_of(found, [[2], [3], [4]], [(layers[0], 1), (99, 0)])
    assert (own.heads, own.is_listed) == (((layers[0], 1),), True)
    none = timing_of(found, [[2], [3], [4]], [])
    assert {layer for layer, _ in none.heads} == set(layers[len(layers) // 2 :])
    assert not none.is_listed
    assert len(none.spans) == 3
    assert all(begin <= end for begin, end in none.spans)


def test_nothing_to_tell_times_by():
    with pytest.raises(InputError, match="at least one head and one word"):
        word_times(told([(0, 1)] * N), [[2]], [])
