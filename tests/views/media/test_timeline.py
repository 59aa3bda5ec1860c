"""The view of a sound: every number is that of the pattern, the sound can be played, and what one sees is said."""

import numpy as np
import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import read_sound
from mha_viz.recording.capture import capture
from mha_viz.scores.media.heard import heard_overview, stretches_listening, words_listening
from mha_viz.scores.media.word_times import timing_of
from mha_viz.views.media.timeline import sentence, timeline_view
from tests.support.networks.families import text_model
from tests.support.networks.hearing import RATE, tone, whisper
from tests.support.pages.drawn import opened


@pytest.fixture(scope="module")
def found():
    return capture(whisper(), read_sound(tone(0.6, RATE), RATE), target="the cat sat")  # 7 frames of 11


@pytest.fixture(scope="module")
def view(found):
    who = words_listening(found)
    timing = timing_of(found, [[2], [3], [4]], [(1, 2)])
    return timeline_view(found, who, heard_overview(found, who), 1, (2, 3), timing)


def test_every_number_is_that_of_the_pattern(found, view):
    header, arrays = opened(view)
    whole = torch.cat([pattern(found, layer, kind="cross") for layer in found.layers_of("cross")]).numpy()
    place = header["heads"].index([2, 3])
    assert (header["query"], header["chosen"], header["listeners"]) == (1, place, ["the", "cat", "sat"])
    assert arrays["exact"] == pytest.approx(whole[place, 2, :7], abs=1e-6)
    looks = arrays["looks"].reshape(-1, 7) / 255 * arrays["looks_tops"][:, None]
    assert looks == pytest.approx(whole[:, 2, :7], abs=1 / 255)
    rows = arrays["whole"].reshape(3, 7) / 255 * arrays["whole_tops"][:, None]
    assert rows == pytest.approx(whole[place, 1:4, :7], abs=1 / 255)
    pooled = (arrays["pooled"].reshape(-1, 3, 7) / 255) ** 2 * arrays["pooled_tops"][:, None, None]
    assert pooled == pytest.approx(whole[:, 1:4, :7], abs=1 / 255)
    assert arrays["rest"].reshape(-1, 3) == pytest.approx(whole[:, 1:4, 7:].sum(-1), abs=1e-6)
    assert [head for head, listed in zip(header["heads"], header["listed"], strict=True) if listed] == [[1, 2]]


def test_the_sound_comes_along_to_be_played(found, view):
    header, arrays = opened(view)
    samples = np.frombuffer(arrays["sound"].tobytes(), dtype="<i2") / 32767
    assert (header["rate"], header["begin"], header["end"]) == (RATE, 0.0, pytest.approx(0.6))
    assert samples == pytest.approx(found.sound.samples, abs=1 / 32767)
    assert len(arrays["mel"]) % 80 == 0
    assert len(arrays["mel"]) // 80 * header["hop"] == pytest.approx(0.6)


def test_a_window_of_moments_holds_its_own_sound(found, monkeypatch):
    monkeypatch.setattr("mha_viz.scores.media.heard.WINDOW", 2 / 11)
    who = stretches_listening(found, 3 / 11)
    header, arrays = opened(timeline_view(found, who, heard_overview(found, who), 0, (0, 1)))
    assert (header["begin"], header["end"]) == (pytest.approx(3 / 11, abs=1e-6), pytest.approx(5 / 11, abs=1e-6))
    assert len(arrays["sound"]) == 2 * round(2 / 11 * RATE)
    assert header["times"][0] == pytest.approx([3 / 11, 4 / 11], abs=1e-6)
    assert header["rises"] is None


def test_what_one_sees_is_said(found):
    who = words_listening(found)
    shares = torch.tensor([0.0, 0.02, 0.5, 0.1, 0.03, 0.0, 0.05])  # frames of 1/11 s: those next to it are near
    told = sentence(found, who, shares, 1, (3, 1)).replace("\N{NO-BREAK SPACE}", " ")
    assert told == (
        "In L3 H1, “cat” listens most at 0.23 s: 62 % of its attention lies within 0.1 s of there, and 30 % goes to "
        "the silence that fills the sound up."
    )


def test_what_is_not_there_is_told(found):
    who = words_listening(found)
    seen = heard_overview(found, who)
    with pytest.raises(InputError, match="L9 H0 does not exist in tiny whisper"):
        timeline_view(found, who, seen, 0, (9, 0))
    with pytest.raises(InputError, match="Listener 3 does not exist: there are 3"):
        timeline_view(found, who, seen, 3, (0, 0))
    with pytest.raises(InputError, match="not of a sound"):
        timeline_view(capture(text_model("bert")[1], "the cat"), who, seen, 0, (0, 0))
