"""Tiny random networks that hear, each with a processor of its own, and sounds for them."""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace

import numpy as np
import soundfile
import transformers as hf

from mha_viz.models.load import model_from
from tests.support.networks.families import SPEECH, VOCABULARY, WHISPER, make, tokenizer

RATE, HOP = 22_000, 1_000  # of its sound in 1 s; a frame of the encoder is two hops: 1/11 s
SLOW = 2_200
NO_WORDS = [0, 1, 3, 4, *range(len(VOCABULARY), 37)]  # special tokens, and numbers that the tokenizer does not know


def whisper(*, seed: int = 0, **settings):
    """Layers and heads of encoder and decoder differ; it hears 1 s in 11 frames."""
    network = make(hf.WhisperForConditionalGeneration, hf.WhisperConfig(**WHISPER), seed=seed)
    for name, value in {
        "no_timestamps_token_id": 3,
        "eos_token_id": 2,
        "suppress_tokens": NO_WORDS,
        **settings,
    }.items():
        setattr(network.generation_config, name, value)
    ear = hf.WhisperFeatureExtractor(
        feature_size=5, sampling_rate=RATE, hop_length=HOP, chunk_length=1, n_fft=2 * HOP, padding_value=0.0
    )
    processor = SimpleNamespace(feature_extractor=ear, tokenizer=tokenizer(ends=False))
    return model_from(network, processor, name="tiny whisper")


def wav2vec2(family: str = "Wav2Vec2"):
    """Strides over 10 samples a frame; HuBERT and others of its kin are made alike."""
    network = make(getattr(hf, f"{family}Model"), getattr(hf, f"{family}Config")(**SPEECH))
    return model_from(network, hf.Wav2Vec2FeatureExtractor(sampling_rate=SLOW), name=f"tiny {family.lower()}")


def hearing_classifier(names=("yes", "no", "stop")):
    """The same with a classifier of what was said."""
    labels = {"id2label": dict(enumerate(names)), "label2id": {name: i for i, name in enumerate(names)}}
    network = make(hf.Wav2Vec2ForSequenceClassification, hf.Wav2Vec2Config(**SPEECH, **labels))
    return model_from(network, hf.Wav2Vec2FeatureExtractor(sampling_rate=SLOW), name="tiny commands")


def tone(seconds: float, rate: int = SLOW, hertz: float = 220.0):
    """Samples of one tone, half as loud as can be."""
    times = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def as_file(samples, rate: int = SLOW, form: str = "WAV", **settings) -> bytes:
    """A sound file's bytes."""
    file = BytesIO()
    soundfile.write(file, samples, rate, format=form, **settings)
    return file.getvalue()
