"""A sound along its seconds, and what a word or a stretch of it listens to in every head → a view."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.inputs.media.spectrogram import HOP, log_mel
from mha_viz.language import N_, gettext, said
from mha_viz.media import Sound
from mha_viz.objects import Capture, Head
from mha_viz.scores.media.heard import NO_SOUND, HeardOverview, Listeners, rows_of_head, rows_of_listener
from mha_viz.scores.media.word_times import Timing
from mha_viz.views.captions.facts import fact_lines, notes_of, weights_facts
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.style.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, in_seconds, quoted, safe_name

FINE = 255  # levels of a number
NEAR = 0.1 + 1e-6  # seconds around the moment that gets most
PCM = 2**15 - 1
READING = N_(
    "The stronger the colour, the more attention. A head is where it listens, not why: the model may take what it "
    "writes from elsewhere."
)
RESTS = {
    "cross": N_("The grey bar beside a row is what goes to the silence that fills the sound up."),
    "encoder": N_("The grey bar beside a row is what goes to moments that are not shown."),
}
LISTED = N_(
    "Words stand where the heads in bold, the model's own list, put them (by dynamic time warping, as Whisper does)."
)
UNLISTED = N_(
    "Words stand where all heads of the later half of the layers put them (by dynamic time warping, as Whisper does)."
)
TITLE = N_("What {who} listens to in every head of {model}")
RISES = N_("The number beside a head says whether its moments rise from word to word: 1 all, 0 no order.")
LISTENS = {
    "cross": N_(
        "In {head}, {who} listens most at {time}: {near} of its attention lies within 0.1 s of there, and {rest} goes "
        "to the silence that fills the sound up."
    ),
    "encoder": N_(
        "In {head}, {who} listens most at {time}: {near} of its attention lies within 0.1 s of there, and {rest} goes "
        "to moments that are not shown."
    ),
}


def timeline_view(
    capture: Capture, who: Listeners, heard: HeardOverview, query: int, chosen: Head, timing: Timing | None = None
) -> View:
    """A sound with its waveform and spectrogram, and what is listened to below them, all along one axis in seconds.

    Parameters
    ----------
    query : int
        The listener whose attention is exact in all heads.
    chosen : tuple of int
        Layer and head of which all listeners are exact.
    timing : Timing, optional
        When each word was said; not of stretches, which say it themselves.

    Raises
    ------
    InputError
        If the capture is not of a sound, or the head or the listener is not there.
    """
    if capture.sound is None:
        raise InputError(NO_SOUND)
    if chosen not in heard.heads:
        raise InputError(f"{head_name(*chosen)} does not exist in {capture.short_name}.")
    if not 0 <= query < len(who.labels):
        raise InputError(f"Listener {query} does not exist: there are {len(who.labels)}, from 0.")
    axis = capture.key_positions[who.kind].seconds
    begin, end = axis[who.frames.start][0], min(axis[who.frames.stop - 1][1], capture.sound.seconds)
    exact, place = rows_of_listener(capture, who, query), heard.heads.index(chosen)
    facts = timeline_facts(capture, who, query, chosen)
    part = _part(capture.sound, begin, end)
    return View(
        "timeline",
        {
            "attention": who.kind, "begin": begin, "end": end, "step": axis[0][1] - axis[0][0], "rate": part.rate,
            "n_frames": len(who.frames), "side": heard.side, "hop": HOP, "listeners": list(who.labels),
            "times": [list(span) for span in (who.spans or (timing.spans if timing else ()))],
            "heads": [list(head) for head in heard.heads], "query": query, "chosen": place,
            "listed": [bool(timing and timing.is_listed and head in timing.heads) for head in heard.heads],
            "rises": list(heard.rises) if heard.rises else None, "palette": palette(),
            "caption": sentence(capture, who, exact[place], query, chosen), "note": _note(capture, who, heard, timing),
            **said_hint(Hints.timeline_words if who.kind == "cross" else Hints.timeline_moments),
            "identity": f"{part.digest} {who.kind} {begin}",
            "title": gettext(TITLE, who=_named(who, query), model=capture.short_name),
            "facts": fact_lines(facts), "file_name": safe_name(capture.short_name, "sound", who.labels[query]),
        },
        {"sound": _pcm(part), "mel": _levels(torch.from_numpy(log_mel(part))), "exact": exact[place],
         **_shares(heard), **_whole("looks", exact), **_whole("whole", rows_of_head(capture, who, chosen))},
    )  # fmt: skip


def timeline_facts(capture: Capture, who: Listeners, query: int, chosen: Head) -> dict[str, Any]:
    """What an export says of itself."""
    facts = weights_facts(capture)
    if capture.sound is not None:
        sound = capture.sound
        facts |= {"sound": f"{in_seconds(sound.seconds)}, {sound.rate} Hz, sha256 {sound.digest[:12]}…"}
    facts |= {"transcript": capture.target, "attention": who.kind, "shows": "Pattern", "from": who.labels[query]}
    facts |= {"head": head_name(*chosen), "notes": notes_of(capture)}
    return {name: fact for name, fact in facts.items() if fact not in (None, "", [])}


def sentence(capture: Capture, who: Listeners, shares: Tensor, query: int, head: Head) -> str:
    """Where one listener listens in one head: the moment that gets most, what is near it, and what goes to no sound."""
    axis = capture.key_positions[who.kind].seconds
    middles = torch.tensor([sum(axis[i]) / 2 for i in who.frames])
    at = float(middles[int(shares.argmax())])
    near = float(shares[(middles - at).abs() <= NEAR].sum())
    rest = max(0.0, 1 - float(shares.sum()))
    return gettext(
        LISTENS[who.kind], head=head_name(*head), who=_named(who, query), time=in_seconds(at), near=in_percent(near),
        rest=in_percent(rest),
    )  # fmt: skip


def _named(who: Listeners, query: int) -> str:
    label = who.labels[query]
    return gettext("the sound at {time}", time=label) if who.spans else quoted(label)


def _note(capture: Capture, who: Listeners, heard: HeardOverview, timing: Timing | None) -> str:
    parts = [gettext(READING), gettext(RESTS[who.kind])]
    if heard.rises:
        parts.append(gettext(RISES))
    if timing:
        parts.append(gettext(LISTED if timing.is_listed else UNLISTED))
    if heard.side > 1:
        parts.append(gettext("While you point, rows show {n} frames together; of what is kept, each.", n=heard.side))
    notes = [said(note) if note.endswith(".") else f"{capture.short_name}: {said(note)}." for note in capture.notes]
    return " ".join([*parts, *notes])


def _part(sound: Sound, begin: float, end: float) -> Sound:
    return Sound(sound.samples[round(begin * sound.rate) : round(end * sound.rate)], sound.rate)


def _pcm(sound: Sound) -> np.ndarray[Any, Any]:
    """16 bits a sample, the lower byte first: what browsers can play at half the bytes."""
    return (sound.samples.clip(-1, 1) * PCM).round().astype("<i2").view(np.uint8)


def _shares(heard: HeardOverview) -> dict[str, Tensor]:
    """Shares in 8 bits, the square root, so that small ones are not all alike."""
    tops = heard.pooled.amax(dim=(1, 2)).clamp_min(1e-9)
    return {"pooled": _levels((heard.pooled / tops[:, None, None]).sqrt()), "pooled_tops": tops, "rest": heard.rest}


def _whole(name: str, rows: Tensor) -> dict[str, Tensor]:
    tops = rows.amax(dim=1).clamp_min(1e-9)
    return {name: _levels(rows / tops[:, None]), f"{name}_tops": tops}


def _levels(shares: Tensor) -> Tensor:
    return (shares.clamp(0, 1) * FINE).round().to(torch.uint8)
