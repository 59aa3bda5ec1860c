"""What caches tell things apart by: a capture by its model and its texts, never by the tensors in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any
from weakref import WeakKeyDictionary

from mha_viz.annotation.annotated import Annotated
from mha_viz.attention.shown import Shown
from mha_viz.comparison.asks import ASKS
from mha_viz.comparison.comparison import Comparison
from mha_viz.comparison.trials import Trial
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.lessons.lesson import Lesson
from mha_viz.media import Chat
from mha_viz.objects import Capture, Languages, Model
from mha_viz.recording.requests import Request


@dataclass(frozen=True)
class CaptureKey:
    """Captures with the same key hold the same numbers."""

    model_name: str
    identity: str | None
    text: str
    target: str | None
    pair: str | None
    n_generated: int
    languages: Languages
    chat: Chat | None
    picture: str
    sound: str
    dtype: str

    @classmethod
    def of(cls, capture: Capture) -> CaptureKey:
        return cls(
            capture.model_name, capture.identity, capture.text, capture.target, capture.pair, capture.n_generated,
            capture.languages, capture.chat, capture.picture.digest if capture.picture else "",
            capture.sound.digest if capture.sound else "", capture.dtype,
        )  # fmt: skip


def _of_model(model: Model) -> tuple[str, str | None, str]:
    return model.name, model.identity, model.dtype


def _of_capture(capture: Capture) -> tuple[Any, ...]:
    return astuple(CaptureKey.of(capture))  # a plain tuple is what Streamlit hashes fastest


def _of_shown(shown: Shown) -> tuple[Any, ...]:
    return _of_capture(shown.capture), repr(shown.selection)


def _of_comparison(comparison: Comparison) -> tuple[Any, ...]:
    return *map(_of_capture, comparison.captures), comparison.kinds, comparison.rows


def _of_profile(profile: Profile) -> tuple[str, str]:
    """Which weights it is of is one of its facts, which are many: they are written out once."""
    if profile not in _PROFILES:
        _PROFILES[profile] = profile.whose, str(profile.facts)
    return _PROFILES[profile]


_PROFILES: WeakKeyDictionary[Profile, tuple[str, str]] = WeakKeyDictionary()

# For ``hash_funcs`` of every cache: what a cached function takes, it is told apart by, but for arguments with a ``_``.
KEYS: dict[str | type, Callable[[Any], Any]] = {
    Model: _of_model,
    Capture: _of_capture,
    Request: astuple,
    Shown: _of_shown,
    Comparison: _of_comparison,
    Annotated: hash,
    Trial: repr,
    **dict.fromkeys(ASKS, repr),
    Profile: _of_profile,
    Lesson: repr,
}
