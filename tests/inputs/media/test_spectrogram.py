"""The spectrogram that is drawn: the one that Whisper reads, and a tone where a tone is."""

import numpy as np
import pytest
import transformers as hf

from mha_viz.inputs.media.sound import read_sound
from mha_viz.inputs.media.spectrogram import BANDS, log_mel
from tests.support.networks.hearing import tone


def test_it_is_what_whisper_reads():
    noise = np.random.default_rng(7).normal(size=16_000 * 7 // 10).astype(np.float32) / 9
    ours = log_mel(read_sound(noise, 16_000))
    ear = hf.WhisperFeatureExtractor()
    theirs = ear(noise, sampling_rate=16_000, return_tensors="np")["input_features"][0][:, :70]  # (x + 4) / 4
    assert ours.shape == (BANDS, 70)
    assert ours == pytest.approx((theirs - theirs.max()) * 4 / 8 + 1, abs=1e-4)


def test_a_tone_is_the_loudest_in_its_own_band():
    low, high = (log_mel(read_sound(tone(0.3, 22_000, hertz), 22_000)) for hertz in (220, 3_300))
    edges = [0.0, *np.linspace(0, 15 + 27 * np.log(8) / np.log(6.4), BANDS + 2)[1:]]  # 8 kHz on Slaney's scale
    for loud, mel in ((low, 220 / (200 / 3)), (high, 15 + 27 * np.log(3.3) / np.log(6.4))):
        band = int(loud[:, 15].argmax())
        assert edges[band] <= mel <= edges[band + 2]
    assert low.max() == 1.0
    assert low.min() >= 0.0


def test_silence_is_even():
    assert set(np.unique(log_mel(read_sound(np.zeros(1_100, np.float32), 1_100)))) == {np.float32(1)}
