"""What sessions share of sounds: recent captures, and what their words and moments listen to."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from mha_viz.evidence.alignment.one_sound import Followers, followers_of
from mha_viz.evidence.alignment.speech import Alignment, listed_heads, speech_heads
from mha_viz.inputs.media.sound import read_sound
from mha_viz.inputs.media.timings import TimedWord, spoken_examples
from mha_viz.language import lazy_gettext
from mha_viz.objects import Capture, Model
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.scores.media.heard import HeardOverview, Listeners, heard_overview, stretches_listening, words_listening
from mha_viz.scores.media.word_times import Timing, timing_of
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.waiting import put_in_line, result_of, slow_worker, workers


class Listening(NamedTuple):
    """Who listens in a sound, what to, and when words were said; that is None for moments."""

    who: Listeners
    heard: HeardOverview
    timing: Timing | None


def get_sound(model: Model, file: bytes, said: str | None) -> Capture:
    """What a model computes of a sound, from the cache where somebody has just heard it; without what was said, the
    model writes that itself.

    Raises
    ------
    MhaVizError
        If it is no sound, or the model hears none.
    """
    return result_of(_hearing, model, file, said)


def get_listening(model: Model, found: Capture, listens: str, begin: float) -> Listening:
    """What its words listen to, or its moments in the window that begins at so many seconds."""
    return result_of(_listening, model, found, listens, begin)


def get_followers(model: Model, found: Capture, timed: tuple[TimedWord, ...]) -> Followers:
    """How closely each head follows the words of this sound.

    Raises
    ------
    InputError
        If the transcript does not hold the words that are timed.
    """
    return result_of(_following, model, found, timed)


def get_alignment(model: Model) -> Alignment:
    """The same over all sounds of ours, with what heads are held against."""
    return result_of(_aligning, model)


@st.cache_resource(max_entries=12, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _hearing(model: Model, file: bytes, said: str | None) -> Job[Capture]:
    def hear(progress: Progress) -> Capture:
        takes = bool(model.network.config.is_encoder_decoder)
        return capture(model, read_sound(file), target=said if takes else None, progress=progress)

    return put_in_line(workers(), lazy_gettext("{model} hears the sound", model=model.short_name), hear)


@st.cache_resource(max_entries=12, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _listening(model: Model, found: Capture, listens: str, begin: float) -> Job[Listening]:
    def look(progress: Progress) -> Listening:
        if listens == "moments":
            moments = stretches_listening(found, begin)
            return Listening(moments, heard_overview(found, moments, progress), None)
        words = words_listening(found)
        tokens = [[i + 1 for i in group] for group in words.groups]
        return Listening(words, heard_overview(found, words, progress), timing_of(found, tokens, listed_heads(model)))

    return put_in_line(workers(), lazy_gettext("Reads what is listened to"), look)


@st.cache_resource(max_entries=24, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _following(model: Model, found: Capture, timed: tuple[TimedWord, ...]) -> Job[Followers]:
    def measure(_progress: Progress) -> Followers:
        return followers_of(found, timed, listed_heads(model))

    return put_in_line(workers(), lazy_gettext("Measures which heads follow the words"), measure)


@st.cache_resource(max_entries=4, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _aligning(model: Model) -> Job[Alignment]:
    def measure(progress: Progress) -> Alignment:
        return speech_heads(model, spoken_examples(), progress)

    return put_in_line(slow_worker(), lazy_gettext("{model} hears all sounds of ours", model=model.short_name), measure)
