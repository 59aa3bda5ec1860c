"""Where heads listen, on a pattern written by hand: 2 heads, 6 tokens, 7 frames of which 6 are of the sound."""

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import frames
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.scores.media.listening import (
    READ,
    WRITTEN,
    listening,
    monotonicity,
    peak_times,
    time_errors,
    tokens_of_timed,
    words_of,
)

TEXT = " The cats, ran"
DECODED = Positions(
    (9, 1, 2, 3, 4, 5), ("[start]", "The", "cat", "s", ",", "ran"), (True, *[False] * 5),
    (None, (0, 4), (4, 8), (8, 9), (9, 10), (10, 14)), TEXT,
)  # fmt: skip
AXIS = frames(7, 0.5, 3.0)


def heard():
    rows = torch.full((2, 6, 7), 0.05)
    for token, frame in enumerate((1, 2, 4, 3, 5, 0)):  # the last frame, silence, gets most of all everywhere
        rows[0, token, frame] = 0.3
        rows[1, token, 2] = 0.3
    rows[:, :, 6] = 0.4
    call = AttentionCall(0, "cross", seen_pattern=rows)
    return Capture("m", None, "", "the cats, ran", (call,), {"cross": DECODED}, {"cross": AXIS})


def test_words_are_written_one_row_before_they_are_read():
    groups = words_of(DECODED)
    assert groups == [[1], [2, 3], [5]]  # the comma is no word, nor what starts the transcript
    rows = pattern(heard(), 0, kind="cross")
    for at, back in ((WRITTEN, 1), (READ, 0)):
        found = listening(heard(), 0, groups, at)
        assert found.shape == (2, 3, 6)
        torch.testing.assert_close(found[0, 1], rows[0, [2 - back, 3 - back], :6].mean(dim=0))
        torch.testing.assert_close(found[0, 2], rows[0, 5 - back, :6])


def test_the_peak_is_in_the_sound_and_not_in_the_silence_behind_it():
    times = peak_times(listening(heard(), 0, [[1], [2], [5]]), AXIS)
    assert times.tolist() == [[0.75, 1.25, 2.75], [1.25, 1.25, 1.25]]


@pytest.mark.parametrize(
    ("times", "expected"),
    [([1, 2, 3, 5], 1), ([5, 3, 2, 1], -1), ([2, 2, 2, 2], 0), ([1, 3, 2, 4], 2 / 3), ([1, 1, 2, 2], 2 / 3)],
)
def test_monotonicity_is_pairs_that_rise_minus_pairs_that_fall(times, expected):
    assert monotonicity(torch.tensor([times, times[::-1]], dtype=torch.float64)).tolist() == pytest.approx(
        [expected, -expected]
    )


def test_a_single_word_neither_rises_nor_falls():
    assert monotonicity(torch.tensor([[1.0]])).isnan().all()


def test_errors_are_in_milliseconds():
    assert time_errors(torch.tensor([[0.5, 1.25]]), torch.tensor([0.75, 1.0])).tolist() == [[250, 250]]


def test_words_with_times_are_found_in_their_order():
    assert tokens_of_timed(DECODED, ["The cats", "ran"]) == [[1, 2, 3], [5]]
    with pytest.raises(InputError, match=r"The transcript 'The cats, ran' does not hold 'cats' where its time says so"):
        tokens_of_timed(DECODED, ["ran", "cats"])
