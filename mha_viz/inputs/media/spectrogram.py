"""A sound → how loud each band of pitch is every 10 ms: the log-mel spectrogram that Whisper reads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mha_viz.media import Sound

if TYPE_CHECKING:
    import numpy as np

BANDS = 80
HOP, WINDOW = 0.01, 0.025  # seconds from one column to the next, and that each is made of
HIGHEST = 8_000.0  # Hz
SPAN = 8.0  # decades below the loudest that are told apart
LINEAR, STEP, FROM = 200 / 3, 6.4, 1_000.0  # the mel scale of Slaney: Hz a mel below 1 kHz, above it 27 mel a 6.4-fold
ABOVE = 27.0


def log_mel(sound: Sound) -> np.ndarray[Any, Any]:
    """Loudness of 80 bands, lowest first, in columns of 10 ms: (band, column), 0 to 1, on a logarithmic scale.

    1 is the loudest of the sound and 0 what is 8 decades of power below, or less. Bands are triangles, even on Slaney's
    mel scale up to 8 kHz (or half the rate), each of area 1; columns are Hann windows of 25 ms around their begin. Of
    a sound of 16,000 samples a second these are the numbers of openai-whisper's ``log_mel_spectrogram``, on another
    scale.
    """
    import numpy as np

    n_window, hop = round(WINDOW * sound.rate), max(1, round(HOP * sound.rate))
    padded = np.pad(np.pad(sound.samples.astype(np.float64), (0, n_window)), (n_window // 2, 0), mode="reflect")
    n = -(-len(sound.samples) // hop)
    windows = np.lib.stride_tricks.sliding_window_view(padded, n_window)[::hop][:n]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_window) / n_window)
    power = np.abs(np.fft.rfft(windows * hann)) ** 2  # (column, frequency)
    loud = np.log10(np.maximum(_bands(sound.rate, n_window) @ power.T, 1e-10))
    return np.asarray((np.maximum(loud, loud.max() - SPAN) - loud.max()) / SPAN + 1, dtype=np.float32)


def _bands(rate: int, n_window: int) -> np.ndarray[Any, Any]:
    """How much of each frequency belongs to each band: (band, frequency)."""
    import numpy as np

    frequencies = np.fft.rfftfreq(n_window, 1 / rate)
    edges = _hertz(np.linspace(0, _mel(min(HIGHEST, rate / 2)), BANDS + 2))
    rising = (frequencies - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - frequencies) / np.diff(edges)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None])


def _mel(hertz: float) -> float:
    if hertz < FROM:
        return hertz / LINEAR
    return FROM / LINEAR + ABOVE * math.log(hertz / FROM) / math.log(STEP)


def _hertz(mels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    import numpy as np

    turn = FROM / LINEAR
    return np.where(mels < turn, mels * LINEAR, FROM * STEP ** ((mels - turn) / ABOVE))
