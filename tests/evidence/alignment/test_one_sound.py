"""How far heads are off in one sound: held against plain loops, and against what several sounds say."""

import numpy as np
import pytest

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.evidence.alignment.one_sound import followers_of
from mha_viz.evidence.alignment.speech import speech_heads
from mha_viz.evidence.statistics.overlap import overlap_p
from mha_viz.inputs.media.sound import read_sound
from mha_viz.inputs.media.timings import Spoken, TimedWord
from mha_viz.recording.capture import capture
from mha_viz.scores.media.word_times import word_times
from tests.support.networks.hearing import RATE, tone, whisper

LISTED = ((0, 1), (2, 3))
SAID = ["the", "cat", "sat"]
TIMED = tuple(TimedWord(word, 0.1 + 0.2 * i, 0.25 + 0.2 * i) for i, word in enumerate(SAID))
MIDDLES = np.array([0.175, 0.375, 0.575])


@pytest.fixture(scope="module")
def heard():
    return capture(whisper(), read_sound(tone(0.8, RATE), RATE), target=" ".join(SAID))


def errors_by_hand(heard, layer, head, back):
    rows, axis = pattern(heard, layer, kind="cross")[head].numpy(), heard.key_positions["cross"]
    n = sum(not special for special in axis.is_special)
    frames = [int(np.argmax(rows[2 + i - back, :n])) for i in range(len(SAID))]  # two tokens stand before the words
    return np.abs([np.mean(axis.seconds[frame]) for frame in frames] - MIDDLES) * 1000


def interval_by_hand(errors):
    half = 4.302653 * np.std(errors, ddof=1) / np.sqrt(3)  # Student's t with 2 degrees of freedom
    return [np.mean(errors) - half, np.mean(errors) + half]


def test_errors_and_their_intervals_over_words_are_those_of_a_plain_loop(heard):
    found = followers_of(heard, TIMED, LISTED)
    assert (found.n_words, found.is_timed, len(found.table)) == (3, True, 12)
    assert found.table["error"].is_monotonic_increasing
    seen = 0
    for row in found.table.to_dict("records"):
        for ending, back in (("", 1), ("_read", 0)):
            errors = errors_by_hand(heard, row["layer"], row["head"], back)
            assert row[f"error{ending}"] == pytest.approx(errors.mean())
            if len(set(errors.round(6))) == 3:  # where each word tells
                seen += 1
                assert [row[f"low{ending}"], row[f"high{ending}"]] == pytest.approx(interval_by_hand(errors), rel=1e-4)
    assert seen > 5


def test_one_sound_says_what_several_of_one_say(heard):
    model = whisper(alignment_heads=[list(head) for head in LISTED])
    spoken = [Spoken("a.wav", heard.sound, " ".join(SAID), TIMED)]
    several, one = speech_heads(model, spoken).table, followers_of(heard, TIMED, LISTED).table
    same = ["layer", "head", "monotonicity", "error", "error_read", "listed"]
    assert one[same].equals(several[same])


def test_the_list_is_held_against_as_many_best_heads(heard):
    places = followers_of(heard, TIMED).table[["layer", "head"]].to_numpy().tolist()
    facts = followers_of(heard, TIMED, [tuple(places[0]), tuple(places[-1])]).facts
    assert (facts["by"], facts["n_listed"], facts["n_both"]) == ("error", 2, 1)
    assert facts["p"] == overlap_p(12, 2, 2, 1)


def test_the_times_that_heads_give_together_are_off_by_so_much(heard):
    spans = np.array(word_times(heard, [[2], [3], [4]], LISTED))
    expected = np.abs(spans.mean(axis=1) - MIDDLES).mean() * 1000
    facts = followers_of(heard, TIMED, LISTED).facts
    assert facts["together"] == pytest.approx(expected)
    assert facts["together_low"] <= expected <= facts["together_high"]


def test_without_times_heads_are_ranked_by_whether_times_rise(heard):
    found = followers_of(heard, (), LISTED)
    assert not found.is_timed
    assert found.table["error"].isna().all()
    assert found.table["monotonicity"].is_monotonic_decreasing
    assert "together" not in found.facts
    assert found.facts["by"] == "monotonicity"


def test_what_does_not_fit_is_told(heard):
    late = (*TIMED[:2], TimedWord("sat", 0.8, 0.9))
    with pytest.raises(InputError, match=r"'sat' is said at 0.80 s, but 0.80 s of sound are read: give the times of"):
        followers_of(heard, late)
    with pytest.raises(InputError, match=r"does not hold 'dog' where its time says so"):
        followers_of(heard, (*TIMED[:2], TimedWord("dog", 0.5, 0.6)))
    alone = capture(whisper(), heard.sound, target="cat")
    with pytest.raises(InputError, match=r"The transcript holds a single word"):
        followers_of(alone)
