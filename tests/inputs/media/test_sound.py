"""Sounds from files and as numbers: the same samples, one channel, at most 30 seconds; else one sentence."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import at_rate, frames, n_heard, read_sound
from tests.support.networks.hearing import as_file, tone


@pytest.mark.parametrize(("form", "close"), [("WAV", 1e-4), ("FLAC", 1e-4), ("OGG", 0.1), ("MP3", 0.1)])
def test_every_format_holds_the_sound(form, close):
    samples = tone(0.7, 8_000)
    sound = read_sound(as_file(samples, 8_000, form))
    assert sound.rate == 8_000
    assert abs(len(sound.samples) - len(samples)) <= 1_200  # MP3 fills up whole blocks
    n = min(len(samples), len(sound.samples)) - 1_200
    shifts = range(1_200 if form == "MP3" else 1)  # it also puts silence before
    assert min(np.abs(sound.samples[shift : shift + n] - samples[:n]).max() for shift in shifts) < close
    assert sound.notes == ()


def test_what_the_name_ends_in_does_not_matter(tmp_path):
    path = tmp_path / "speech.mp3"
    path.write_bytes(as_file(tone(0.5)))
    assert read_sound(path).seconds == read_sound(str(path)).seconds == pytest.approx(0.5, abs=1e-3)


def test_channels_are_averaged_and_said():
    left, right = tone(0.3), np.zeros_like(tone(0.3))
    sound = read_sound(np.stack([left, right], axis=1), 2_200)
    np.testing.assert_allclose(sound.samples, left / 2, atol=1e-7)
    assert sound.notes == ("Its 2 channels are averaged into one.",)


def test_a_long_sound_is_cut_and_how_much_is_said():
    for sound in (read_sound(tone(31.5, 1_000), 1_000), read_sound(as_file(tone(31.5, 1_000), 1_000))):
        assert sound.seconds == 30
        assert sound.notes == ("The sound lasts 31.50 s: its first 30 s are read, the rest is cut off.",)
    assert read_sound(tone(30, 1_000), 1_000).notes == ()


def test_whole_numbers_are_shares_of_the_largest_of_their_type():
    sound = read_sound(np.array([-32768, 16384, 0] * 100, dtype=np.int16), 1_000)
    np.testing.assert_allclose(sound.samples[:3], [-1, 0.5, 0])


def test_resampled_a_tone_stays_the_tone():
    high = read_sound(np.stack([tone(1.0, 96_000)] * 2, axis=1), 96_000)
    heard = at_rate(high, 16_000)
    assert heard.rate == 16_000
    assert len(heard.samples) == 16_000
    np.testing.assert_allclose(heard.samples[500:-500], tone(1.0, 16_000)[500:-500], atol=2e-3)
    assert heard.notes[-1] == "It is resampled from 96,000 to 16,000 samples a second, which is what the model hears."
    assert at_rate(heard, 16_000) is heard


def test_silence_is_said_to_be_silent():
    assert read_sound(np.zeros(500, np.float32), 1_000).notes == (
        "It is silent: what a model writes of silence means nothing.",
    )


def picture():
    file = BytesIO()
    Image.new("RGB", (7, 5)).save(file, "PNG")
    return file.getvalue()


def header_alone():
    return as_file(np.zeros(0, np.float32))


@pytest.mark.parametrize(
    ("source", "rate", "sentence"),
    [
        (b"", None, r"The sound is empty \(0 bytes\): give a WAV, FLAC, OGG or MP3 file."),
        (b"\0" * 999, None, r"The sound is no sound that can be read \(.+\): give a WAV"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None, r"no sound that can be read"),
        (picture(), None, r"no sound that can be read"),
        (header_alone(), None, r"The sound holds no sound: give at least 0.1 s of sound."),
        (as_file(tone(0.05)), None, r"The sound lasts 0.05 s: give at least 0.1 s of sound."),
        (as_file(tone(0.5)), 2_200, r"A sound file says its own rate: leave rate out \(it is 2200\)."),
        (tone(0.5), None, r"Samples do not say how many of them make a second: give rate as well."),
        (tone(0.5), 0, r"The sound has 0 samples a second; 1,000 to 384,000 are read."),
        (tone(0.5), 10**9, r"The sound has 1000000000 samples a second"),
        (np.full(500, np.nan, np.float32), 1_000, r"holds samples that are no numbers \(nan or infinite\): save it"),
        (np.zeros((3, 5, 7), np.float32), 1_000, r"a ndarray of shape \(3, 5, 7\) is no sound: give a file, or"),
        (np.zeros((500, 0), np.float32), 1_000, r"The sound holds no sound"),
        (["a", "b"], 1_000, r"a list is no sound"),
        (object(), 1_000, r"an object is no sound"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_a_sentence(source, rate, sentence):
    with pytest.raises(InputError, match=sentence) as refused:
        read_sound(source, rate)
    assert "\n" not in str(refused.value)


def test_files_that_are_not_there_or_named_for_what_they_are_not(tmp_path):
    with pytest.raises(InputError, match=r"nothing.wav cannot be read: No such file"):
        read_sound(tmp_path / "nothing.wav")
    path = tmp_path / "notes.wav"
    path.write_text("The cat sat.")
    with pytest.raises(InputError, match=r"^notes.wav is no sound that can be read"):
        read_sound(path)


def test_frames_after_the_end_are_special():
    axis = frames(7, 0.02, 0.05)
    assert axis.labels == ("0.00 s", "0.02 s", "0.04 s", "0.06 s", "0.08 s", "0.10 s", "0.12 s")
    assert axis.seconds[:2] == ((0.0, 0.02), (0.02, 0.04))
    assert axis.is_special == (False, False, False, True, True, True, True)
    assert n_heard(axis) == 3
    assert n_heard(frames(3, 0.02, 0.06)) == 3
