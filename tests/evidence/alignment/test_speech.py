"""Which heads follow the words of speech: held against plain loops, and overlap against counting."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.evidence.alignment.speech import speech_heads
from mha_viz.evidence.statistics.overlap import overlap_p
from mha_viz.inputs.media.sound import read_sound
from mha_viz.inputs.media.timings import Spoken, TimedWord, spoken_examples
from mha_viz.models.catalogue import HEARS
from mha_viz.models.load import load_model
from mha_viz.recording.capture import capture
from tests.support.networks.hearing import RATE, tone, wav2vec2, whisper


def said(words, hertz):
    times = [(0.1 + 0.2 * i, 0.25 + 0.2 * i) for i in range(len(words))]
    timed = tuple(TimedWord(word, *time) for word, time in zip(words, times, strict=True))
    return Spoken(f"{hertz}.wav", read_sound(tone(0.8, RATE, hertz), RATE), " ".join(words), timed)


SPOKEN = [said(["the", "cat", "sat"], 220), said(["his", "dog", "ran", "home"], 700)]


def by_hand(model, spoken, layer, head, back):
    """The mean error in milliseconds of one head in one sound."""
    found = capture(model, spoken.sound, target=spoken.text)
    rows = pattern(found, layer, kind="cross")[head].numpy()
    axis = found.key_positions["cross"]
    n = sum(not special for special in axis.is_special)
    errors = []
    for i, word in enumerate(spoken.words):
        frame = int(np.argmax(rows[2 + i - back, :n]))  # two tokens stand before the words
        begin, end = axis.seconds[frame]
        errors.append(abs((begin + end) / 2 - (word.start + word.end) / 2) * 1000)
    return np.mean(errors)


def test_errors_are_those_of_a_plain_loop():
    model = whisper(alignment_heads=[[0, 1], [2, 3]])
    found = speech_heads(model, SPOKEN)
    assert (found.n_sounds, found.n_words, found.listed) == (2, 7, ((0, 1), (2, 3)))
    assert sorted(zip(found.table["layer"], found.table["head"], strict=True)) == [
        (i, j) for i in range(3) for j in range(4)
    ]
    for row in found.table.to_dict("records"):
        for ending, back in (("", 1), ("_read", 0)):
            each = [by_hand(model, spoken, row["layer"], row["head"], back) for spoken in SPOKEN]
            assert row[f"error{ending}"] == pytest.approx(np.mean(each))
            assert row[f"low{ending}"] <= np.mean(each) <= row[f"high{ending}"]
        assert row["listed"] == ((row["layer"], row["head"]) in found.listed)
    assert found.table["error"].is_monotonic_increasing


def test_overlap_is_counted_among_the_best():
    model = whisper()
    best = speech_heads(model, SPOKEN).table
    heads = list(zip(best["layer"], best["head"], strict=True))
    model.network.generation_config.alignment_heads = [list(map(int, heads[0])), list(map(int, heads[-1]))]
    facts = speech_heads(model, SPOKEN).facts
    assert (facts["n_listed"], facts["n_heads"], facts["n_both"]) == (2, 12, 1)
    assert facts["p"] == pytest.approx(overlap_p(12, 2, 2, 1))


def test_the_probability_of_an_overlap_is_the_share_of_all_draws():
    draws = list(combinations(range(7), 3))
    for both in range(4):
        share = sum(len({0, 1, 2, 3} & set(draw)) >= both for draw in draws) / len(draws)
        assert overlap_p(7, 4, 3, both) == pytest.approx(share)
    with pytest.raises(InputError, match="4 of 4 cannot be among 3 of 7"):
        overlap_p(7, 4, 3, 4)


def test_without_times_only_monotonicity_is_known():
    found = speech_heads(whisper(), [Spoken("a.wav", SPOKEN[0].sound, "the cat sat")])
    assert not found.is_timed
    assert found.table["error"].isna().all()
    assert found.table["monotonicity"].is_monotonic_decreasing
    assert found.table["low"].isna().all()
    assert "chosen" not in found.facts


def test_a_head_is_chosen_on_every_other_sound_and_measured_on_the_rest():
    model, four = whisper(), [SPOKEN[0], SPOKEN[1], said(["he", "ran"], 400), said(["old", "fish"], 900)]
    facts = speech_heads(model, four).facts
    means = {head: np.mean([by_hand(model, four[i], *head, 1) for i in (0, 2)]) for head in np.ndindex(3, 4)}
    assert facts["chosen"] == min(means, key=means.get)
    assert facts["chosen_error"] == pytest.approx(
        np.mean([by_hand(model, four[i], *facts["chosen"], 1) for i in (1, 3)])
    )


def test_copies_of_a_sound_are_one_sound():
    model, four = whisper(), [SPOKEN[0], SPOKEN[1], said(["he", "ran"], 400), said(["old", "fish"], 900)]
    once, copies = (speech_heads(model, sounds) for sounds in (four, [sound for sound in four for _ in range(2)]))
    assert copies.n_sounds == 4
    pd.testing.assert_frame_equal(once.table, copies.table)
    assert copies.facts.pop("chosen") == once.facts.pop("chosen")
    assert copies.facts == pytest.approx(once.facts)


@pytest.mark.parametrize(
    ("model", "spoken", "sentence"),
    [
        (whisper, [], "There is no sound"),
        (wav2vec2, [Spoken("a", SPOKEN[0].sound)], "has no cross-attention"),
        (whisper, [Spoken("a.wav", SPOKEN[0].sound, "cat")], r"a.wav holds 1 words: at least 2 are needed"),
    ],
)
def test_what_cannot_be_scored_is_refused(model, spoken, sentence):
    with pytest.raises(InputError, match=sentence):
        speech_heads(model(), spoken)


@pytest.mark.real_model
def test_whisper_hears_the_cat_sentence_and_its_heads_follow_the_words():
    model, spoken = load_model(HEARS), spoken_examples()[:2]
    assert capture(model, spoken[0].sound).target == "The cat sat on the mat because it was tired."
    found = speech_heads(model, spoken)
    ahead = found.table.head(8)
    assert (ahead["monotonicity"] > 0.9).all()
    assert (ahead["error"] < 200).all()
    assert found.facts["random_weights_monotonicity"] < 0.8
    assert found.facts["random_weights_error"] > 2 * ahead["error"].max()
    assert found.table["listed"].head(15).sum() == 8  # none of its own list among the nine that do not follow
