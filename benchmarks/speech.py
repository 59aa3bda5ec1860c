"""The spoken examples: made by espeak-ng, with the times at which it says that each word begins.

python benchmarks/speech.py writes assets/speech anew; it needs the library of espeak-ng (`apt-get install espeak-ng`).
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

SENTENCES = (
    "The cat sat on the mat because it was tired.",
    "Seven green bottles are standing on the wall.",
    "My brother plays the piano every Sunday morning.",
    "Please open the window before you leave the room.",
    "The train to London was late again yesterday.",
    "She found an old letter under the kitchen table.",
    "Nobody knew why the garden was full of snow.",
    "A small dog followed the children home from school.",
)
FOLDER = Path(__file__).parents[1] / "assets" / "speech"
VOICE = b"en-us"
WORD, END = 1, 5  # kinds of events: a word begins, a clause ends
RETRIEVAL, UTF8, NO_PAUSE = 2, 1, 0
BEGIN = 1  # position of the first character, as espeak-ng counts


class Event(ctypes.Structure):
    """What the library tells while it speaks, as its header lays it out."""

    _fields_ = (
        ("kind", ctypes.c_int), ("identifier", ctypes.c_uint), ("position", ctypes.c_int), ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("id", ctypes.c_char * 8),
    )  # fmt: skip


TOLD = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


def speak(text: str) -> tuple[np.ndarray, int, list[dict[str, str | float]]]:
    """A sentence as samples, how many of them make a second, and its words with their times in seconds."""
    library = ctypes.CDLL("libespeak-ng.so.1")
    rate = library.espeak_Initialize(RETRIEVAL, 0, None, 0)
    pieces: list[np.ndarray] = []
    events: list[tuple[int, int, int, float]] = []

    @TOLD
    def told(samples, n, event):
        if samples and n > 0:
            pieces.append(np.ctypeslib.as_array(samples, (n,)).copy())
        i = 0
        while event[i].kind:
            one = event[i]
            events.append((one.kind, one.position - BEGIN, one.length, one.milliseconds / 1000))
            i += 1
        return 0

    library.espeak_SetSynthCallback(told)
    library.espeak_SetVoiceByName(VOICE)
    data = text.encode()
    library.espeak_Synth(data, ctypes.c_size_t(len(data) + 1), 0, UTF8, 0, UTF8, None, None)
    library.espeak_Synchronize()
    return np.concatenate(pieces), rate, list(_words(text, events))


def _words(text: str, events: list[tuple[int, int, int, float]]) -> Iterator[dict[str, str | float]]:
    """A word ends where the next one begins, the last with its clause. What is said in one breath (“on the”) is one."""
    starts = [event for event in events if event[0] == WORD]
    end = max(time for kind, *_, time in events if kind == END)
    after = [*((position, time) for _, position, _, time in starts[1:]), (len(text), end)]
    for (_, position, _, start), (following, stop) in zip(starts, after, strict=True):
        yield {"word": text[position:following].strip(" ."), "start": round(start, 3), "end": round(stop, 3)}


def main() -> None:
    """Write every sentence as OGG, and all timings into one file."""
    FOLDER.mkdir(exist_ok=True)
    spoken = []
    for i, text in enumerate(SENTENCES):
        samples, rate, words = speak(text)
        name = f"sentence-{i}.ogg"
        soundfile.write(FOLDER / name, samples, rate, format="OGG", subtype="VORBIS")
        spoken.append({"file": name, "text": text, "words": words})
    (FOLDER / "timings.json").write_text(json.dumps(spoken, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
