"""When which word was said, from a file or from the spoken examples that come with the project."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import read_sound
from mha_viz.inputs.media.timing_files import timing_rows
from mha_viz.language import N_, lazy_gettext
from mha_viz.media import Sound
from mha_viz.outside import open_file
from mha_viz.paths import app_folder

UNREADABLE = N_(
    "{name} holds no timings that can be read: give JSON, {json}, lines of start, end and word between tabs or commas, "
    "or a TextGrid."
)
JSON = '[{"word": "cat", "start": 0.1, "end": 0.4}, …]'
OUT_OF_ORDER = N_(
    "{name}: word {n} ({word}, {begin} to {end} s) is empty, ends before it begins, or begins before the word that "
    "stands before it: put words in the order of their times."
)
MOST = 5_000  # words of a file
LARGEST = 2**22  # bytes of it


@dataclass(frozen=True)
class TimedWord:
    """A word, or words said in one breath, and the seconds where it begins and ends."""

    word: str
    start: float
    end: float


@dataclass(frozen=True, eq=False)
class Spoken:
    """A sound, what is said in it and when: ``text`` is None where the model is to write it, ``words`` then empty."""

    name: str
    sound: Sound
    text: str | None = None
    words: tuple[TimedWord, ...] = ()


def spoken_examples() -> list[Spoken]:
    """Eight sentences that come with the project, said by espeak-ng, which also told when it begins each word."""
    return [
        Spoken(one["file"], read_sound(_folder() / one["file"]), one["text"], _timed(one["words"], one["file"]))
        for one in _told()
    ]


def _folder() -> Path:
    return app_folder() / "assets" / "speech"


def _told() -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads((_folder() / "timings.json").read_text(encoding="utf-8"))
    return told


def spoken_names() -> tuple[str, ...]:
    """What these examples are called in a menu: what is said in each."""
    return tuple(one["text"] for one in _told())


def spoken_times(name: str) -> tuple[TimedWord, ...]:
    """When each word of the example is said in which this is said; nothing where there is none."""
    return next((_timed(one["words"], one["file"]) for one in _told() if one["text"] == name), ())


def spoken_file(name: str) -> bytes:
    """The sound file of the example in which this is said.

    Raises
    ------
    InputError
        If there is none.
    """
    found = next((one["file"] for one in _told() if one["text"] == name), None)
    if found is None:
        raise InputError(f"There is no example in which {name[:60]!r} is said: {'; '.join(spoken_names())}.")
    return (_folder() / str(found)).read_bytes()


def read_spoken(sounds: Sequence[str | Path], timings: Sequence[str | Path]) -> list[Spoken]:
    """Sound files and, in the same order, the files with their timings; none of those where times are not known.

    Raises
    ------
    InputError
        If a file cannot be read, or there are more of the one than of the other.
    """
    if timings and len(timings) != len(sounds):
        raise InputError(f"{len(sounds)} sounds but {len(timings)} files of timings: give one a sound, or none.")
    words = [read_timings(path) for path in timings] or [()] * len(sounds)
    return [
        Spoken(Path(path).name, read_sound(path), " ".join(each.word for each in timed) or None, timed)
        for path, timed in zip(sounds, words, strict=True)
    ]


def read_timings(source: str | Path | bytes) -> tuple[TimedWord, ...]:
    """The words of a file with their times, or of its bytes: JSON, lines of start, end and word (Audacity's labels, or
    a CSV), or a Praat TextGrid, as forced aligners write them.

    Raises
    ------
    InputError
        If it holds something else, no word, or words that do not follow each other.
    """
    name = lazy_gettext("The file") if isinstance(source, bytes) else Path(source).name
    try:
        found = timing_rows(_text_of(source))
    except (ValueError, IndexError, csv.Error):
        raise InputError(lazy_gettext(UNREADABLE, name=name, json=JSON)) from None
    return _timed(found, name)


def _text_of(source: str | Path | bytes) -> str:
    if isinstance(source, bytes):
        data = source[:LARGEST]
    else:
        with open_file(source) as file:
            data = file.read(LARGEST)
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))  # Praat writes UTF-16 where a text is not plain
    return data.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def _timed(found: Any, name: str) -> tuple[TimedWord, ...]:
    """Checked: each has a word, and begins no earlier than the one before."""
    try:
        words = tuple(TimedWord(str(one["word"]).strip(), float(one["start"]), float(one["end"])) for one in found)
    except (TypeError, KeyError, ValueError):
        raise InputError(lazy_gettext(UNREADABLE, name=name, json=JSON)) from None
    if not 1 < len(words) <= MOST:
        message = N_("{name} holds {n} words with times: give 2 to {most}.")
        raise InputError(lazy_gettext(message, name=name, n=len(words), most=MOST))
    last = 0.0
    for i, each in enumerate(words):
        if not each.word or not math.isfinite(each.end) or not last <= each.start <= each.end:
            told = {"word": repr(each.word), "begin": f"{each.start:g}", "end": f"{each.end:g}"}
            raise InputError(lazy_gettext(OUT_OF_ORDER, name=name, n=i + 1, **told))
        last = each.start
    return words
