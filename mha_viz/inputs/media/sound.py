"""A sound, from a file or as numbers → what a model's processor takes, and an axis in seconds."""

from __future__ import annotations

from io import BytesIO
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mha_viz.arguments import said
from mha_viz.errors import InputError
from mha_viz.language import N_, lazy_gettext
from mha_viz.media import Sound
from mha_viz.objects import Positions
from mha_viz.outside import open_file
from mha_viz.wording import in_seconds

if TYPE_CHECKING:
    import numpy as np

LONGEST = 30.0  # seconds that are read of a sound; what Whisper hears at once
SHORTEST = 0.1
LARGEST = 2**28  # bytes of a file that are looked at
RATES = (1_000, 384_000)  # samples a second
READ = N_("WAV, FLAC, OGG or MP3")
QUIET = 1e-4  # of full scale: a sound that never goes beyond is told to be silent


def read_sound(source: str | Path | bytes | Any, rate: int | None = None) -> Sound:
    """A sound of which at most the first 30 seconds are kept.

    Parameters
    ----------
    source : path, bytes, or array
        A WAV, FLAC, OGG or MP3 file, or its bytes, whatever its name ends in; or samples between -1 and 1, of shape
        (sample,) or (sample, channel). Whole numbers are taken for 16 or 32 bits, as their type says.
    rate : int, optional
        Samples a second, for an array; a file says it itself.

    Raises
    ------
    InputError
        If it is empty, no sound, too short, or holds what is no number.
    """
    if isinstance(source, (str, Path, bytes, bytearray)):
        if rate is not None:
            raise InputError(f"A sound file says its own rate: leave rate out (it is {said(rate)}).")
        named = lazy_gettext("The sound") if isinstance(source, (bytes, bytearray)) else Path(source).name
        return _from_file(_bytes_of(source), named)
    if rate is None:
        raise InputError("Samples do not say how many of them make a second: give rate as well.")
    samples = _as_fractions(source)
    return _checked(samples, rate, lazy_gettext("The sound"), len(samples) / max(rate, 1))


def _bytes_of(source: str | Path | bytes | bytearray) -> bytes:
    if isinstance(source, (bytes, bytearray)):
        return bytes(source)
    with open_file(source) as file:
        return file.read(LARGEST + 1)


def _from_file(data: bytes, named: str) -> Sound:
    import soundfile

    if not data:
        message = N_("{whose} is empty (0 bytes): give a {kinds} file.")
        raise InputError(lazy_gettext(message, whose=named, kinds=lazy_gettext(READ)))
    if len(data) > LARGEST:
        message = N_("{name} is larger than {n} MB: give a shorter sound, or a smaller file.")
        raise InputError(lazy_gettext(message, name=named, n=LARGEST // 2**20))
    try:
        with soundfile.SoundFile(BytesIO(data)) as file:
            rate, whole = file.samplerate, file.frames / max(file.samplerate, 1)
            _refuse_rate(rate, named)
            samples = file.read(round(LONGEST * rate), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, TypeError, ValueError) as error:
        message = N_("{name} is no sound that can be read ({why}): give a {kinds} file.")
        told = {"name": named, "why": _why(error), "kinds": lazy_gettext(READ)}
        raise InputError(lazy_gettext(message, **told)) from None
    return _checked(samples, rate, named, whole)


def _why(error: Exception) -> str:
    """What the library says, without what it calls our buffer and what to do about it."""
    return str(getattr(error, "error_string", error)).partition("\n")[0].rstrip(" .") or type(error).__name__


def _as_fractions(source: Any) -> np.ndarray[Any, Any]:
    """An array, a tensor or a list of numbers as float32; whole numbers as shares of the largest of their type."""
    import numpy as np

    try:
        samples = np.asarray(source)
    except (TypeError, ValueError, RuntimeError):
        samples = np.asarray(None)
    if samples.dtype.kind == "i" and samples.dtype.itemsize in (2, 4):
        samples = samples / -float(np.iinfo(samples.dtype).min)
    if samples.dtype.kind != "f" or samples.ndim not in (1, 2):
        raise InputError(
            f"{said(source)} is no sound: give a file, or samples between -1 and 1 of shape (sample,) or "
            "(sample, channel)."
        )
    return samples.astype(np.float32)


def _refuse_rate(rate: int, named: str) -> None:
    if not isinstance(rate, int) or isinstance(rate, bool) or not RATES[0] <= rate <= RATES[1]:
        message = N_("{name} has {rate} samples a second; {least} to {most} are read.")
        raise InputError(lazy_gettext(message, name=named, rate=said(rate), least=RATES[0], most=RATES[1]))


def _checked(samples: np.ndarray[Any, Any], rate: int, named: str, whole: float) -> Sound:
    """One channel of what was read, at most the first seconds; ``whole`` is how long all of it lasts."""
    import numpy as np

    _refuse_rate(rate, named)
    samples = samples[: round(LONGEST * rate)]
    samples = samples[:, None] if samples.ndim == 1 else samples
    if len(samples) < SHORTEST * rate or not samples.shape[1]:
        short = N_("{name} lasts {time}: give at least {n} s of sound.")
        message = short if samples.size else N_("{name} holds no sound: give at least {n} s of sound.")
        told = {"name": named, "time": in_seconds(len(samples) / rate), "n": str(SHORTEST)}
        raise InputError(lazy_gettext(message, **told))
    if not np.isfinite(samples).all():
        message = N_("{name} holds samples that are no numbers (nan or infinite): save it again.")
        raise InputError(lazy_gettext(message, name=named))
    notes = _notes(samples, whole, is_cut=whole > LONGEST + 0.5 / rate)
    return Sound(samples.mean(axis=1, dtype=np.float32), rate, notes)


def _notes(samples: np.ndarray[Any, Any], whole: float, *, is_cut: bool) -> tuple[str, ...]:
    """What was changed to read it, and whether there is anything to hear."""
    notes = []
    if is_cut:
        message = N_("The sound lasts {time}: its first {n} s are read, the rest is cut off.")
        notes.append(lazy_gettext(message, time=in_seconds(whole), n=round(LONGEST)))
    if (n := samples.shape[1]) > 1:
        notes.append(lazy_gettext("Its {n} channels are averaged into one.", n=n))
    if abs(samples).max() < QUIET:
        notes.append(lazy_gettext("It is silent: what a model writes of silence means nothing."))
    return tuple(notes)


def at_rate(sound: Sound, rate: int) -> Sound:
    """The same sound with as many samples a second as a model hears; said where that changes it."""
    if sound.rate == rate:
        return sound
    import numpy as np
    from scipy.signal import resample_poly

    shared = gcd(sound.rate, rate)
    samples = resample_poly(sound.samples, rate // shared, sound.rate // shared).astype(np.float32)
    message = N_("It is resampled from {n} to {other} samples a second, which is what the model hears.")
    return Sound(samples, rate, (*sound.notes, lazy_gettext(message, n=sound.rate, other=rate)))


def frames(n: int, step: float, seconds: float, notes: tuple[str, ...] = ()) -> Positions:
    """An axis of ``n`` frames of ``step`` seconds each, of a sound that lasts so many ``seconds``.

    What comes after its end is silence that was added so that the model can read it: these frames are special.
    """
    spans = tuple((round(i * step, 6), round((i + 1) * step, 6)) for i in range(n))
    return Positions(
        (-1,) * n,
        tuple(in_seconds(begin) for begin, _ in spans),
        tuple(begin >= seconds - 1e-9 for begin, _ in spans),
        (None,) * n,
        notes=notes,
        seconds=spans,
    )


def n_heard(positions: Positions) -> int:
    """How many frames of an axis are of the sound itself: the rest is silence that was added behind it."""
    return positions.is_special.index(True) if True in positions.is_special else len(positions)
