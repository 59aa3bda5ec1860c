"""What seeing every head costs of a picture of 224 × 224 pixels (dinov2) and of 10 s of speech (whisper).

    python benchmarks/media.py             # the app, from a file that is chosen to the new picture; goals as for texts
    python benchmarks/media.py --parts     # only what the server computes, without the app and a browser

Every file is another one, so nothing is read from a cache. Both models must have been fetched (``mha-viz models``).
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import urlencode

import numpy as np
import soundfile
import torch
from capture import note, verdict
from PIL import Image
from views import CHROMIUM, FLAGS, PATIENCE, SCREEN, WATCH, browsers, facts, in_quiet, run_app, wait_for_view

import mha_viz
from mha_viz.attention.media.patch_overview import patch_overview
from mha_viz.evidence.alignment import listed_heads
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_picture
from mha_viz.inputs.media.sound import read_sound
from mha_viz.inputs.media.timings import spoken_examples
from mha_viz.objects import Capture, Model
from mha_viz.scores.media.heard import heard_overview, stretches_listening, words_listening
from mha_viz.scores.media.word_times import timing_of
from mha_viz.views.media.picture import picture_view
from mha_viz.views.media.timeline import timeline_view
from mha_viz.views.view import View, to_bytes

SIDE, SECONDS = 224, 10.0
GOAL, MOST = 0.4, 1.5  # seconds to the picture, MB on the way to the browser
CHANCE = random.Random(0)  # noqa: S311 - one for all calls
WATCH_FILES = WATCH.replace('"click"]', '"click", "change"]')
# The first drawing of a view after a message that can have brought it.
NEW = """(view) => {
  for (const { at, bytes, view: drawn } of benchmark.draws) {
    const brought = benchmark.messages.find((message) => message.bytes >= bytes && message.at <= at + 1);
    if (drawn === view && brought) return { drawn: at, arrived: brought.at, begun: benchmark.acts[0], bytes };
  }
  return null;
}"""


@dataclass(frozen=True)
class Case:
    """What is handed over, where, and what is asked of it: ``link`` opens the page, ``field`` takes the file."""

    title: str
    page: str
    view: str
    field: str
    link: dict[str, str]
    ending: str
    kind: str
    make: Callable[[], bytes]
    compute: Callable[[Model, bytes], dict[str, float]]
    model: str


def picture_file() -> bytes:
    """One of our drawings, 224 × 224, with grain that no file before it had."""
    drawn = np.asarray(drawn_picture(CHANCE.choice(DRAWN)).convert("RGB").resize((SIDE, SIDE)), dtype=np.int64)
    grain = np.random.default_rng(CHANCE.getrandbits(32)).integers(-12, 13, drawn.shape)
    file = io.BytesIO()
    Image.fromarray((drawn + grain).clip(0, 255).astype(np.uint8)).save(file, "png")
    return file.getvalue()


def sound_file() -> bytes:
    """Sentences of ours in an order of chance, cut after 10 s, a little louder or softer than any before."""
    said = spoken_examples()
    CHANCE.shuffle(said)
    samples, rate = np.concatenate([one.sound.samples for one in said]), said[0].sound.rate
    file = io.BytesIO()
    soundfile.write(file, samples[: round(SECONDS * rate)] * CHANCE.uniform(0.5, 0.9), rate, format="WAV")
    return file.getvalue()


def timed(*parts: Callable[[Any], Any]) -> list[float]:
    """Seconds of processor that each takes, which others on this machine change little; it is given what the one before
    returned.
    """
    found, given = [], None
    for part in parts:
        begin = time.process_time()
        given = part(given)
        found.append(time.process_time() - begin)
    return found


def of_picture(model: Model, file: bytes) -> dict[str, float]:
    def seen(found: Capture) -> tuple[Capture, Any]:
        return found, patch_overview(found, found.kinds[0])

    def drawn(both: tuple[Capture, Any]) -> View:
        found, overview = both
        return picture_view(found, overview, found.kinds[0], 1, overview.heads[-1])

    return named(timed(lambda _: mha_viz.capture(model, file), seen, drawn, to_bytes))


def of_words(model: Model, file: bytes, said: str | None) -> dict[str, float]:
    def listening(found: Capture) -> tuple[Any, ...]:
        who = words_listening(found)
        tokens = [[i + 1 for i in group] for group in who.groups]
        return found, who, heard_overview(found, who), timing_of(found, tokens, listed_heads(model))

    return heard(model, file, said, listening)


def of_moments(model: Model, file: bytes, said: str | None) -> dict[str, float]:
    def listening(found: Capture) -> tuple[Any, ...]:
        who = stretches_listening(found)
        return found, who, heard_overview(found, who), None

    return heard(model, file, said, listening)


def heard(model: Model, file: bytes, said: str | None, listening: Callable[[Capture], Any]) -> dict[str, float]:
    def drawn(seen: tuple[Any, ...]) -> View:
        found, who, overview, timing = seen
        return timeline_view(found, who, overview, 0, overview.heads[-1], timing)

    return named(timed(lambda _: mha_viz.capture(model, read_sound(file), target=said), listening, drawn, to_bytes))


def named(seconds: list[float]) -> dict[str, float]:
    capture, overview, *drawn = seconds
    return {"capture": capture, "overview": overview, "picture": sum(drawn)}


TEXT = " ".join(one.text or "" for one in spoken_examples()[:4])
HEARS = {"page": "Sound", "view": "timeline", "field": ".st-key-sound_file input", "ending": "wav", "kind": "audio/wav"}
CASES = (
    Case(
        f"a picture of {SIDE} × {SIDE}, dinov2", "Pictures", "picture", ".st-key-picture_file input",
        {"sees": "dinov2"}, "png", "image/png", picture_file, of_picture, "dinov2",
    ),
    Case(
        f"{SECONDS:.0f} s of speech whose words are given, whisper", link={"hears": "whisper", "said": TEXT},
        make=sound_file, compute=partial(of_words, said=TEXT), model="whisper", **HEARS,
    ),
    Case(
        f"{SECONDS:.0f} s of speech that whisper writes down itself", link={"hears": "whisper"},
        make=sound_file, compute=partial(of_words, said=None), model="whisper", **HEARS,
    ),
    Case(
        f"{SECONDS:.0f} s of speech, its moments, whisper",
        link={"hears": "whisper", "said": TEXT, "listens": "moments"},
        make=sound_file, compute=partial(of_moments, said=TEXT), model="whisper", **HEARS,
    ),
)  # fmt: skip


def measure_app(rounds: int) -> None:
    """From the file that is chosen to the new picture of all heads: the app's own pages."""
    if CHROMIUM is None or not importlib.util.find_spec("playwright"):
        print("Not measured: no Chromium or no Playwright.")
        return
    print(
        "| what | to drawn, s | min–max | of which until the data is there | in the browser | MB | goals: time | size |"
        "\n|---|--:|--:|--:|--:|--:|---|---|"
    )
    with run_app() as url, browsers() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_page(viewport=SCREEN)
        page.set_default_timeout(PATIENCE * 1000)
        page.add_init_script(f"{{ {WATCH_FILES} }}")
        for case in CASES:
            note(case.title)
            print(line(case, in_app(page, url, case, rounds)), flush=True)


def in_app(page: Any, url: str, case: Case, rounds: int) -> list[dict[str, float]]:
    """A first file loads the model and does not count."""
    page.goto(f"{url}/{case.page}?{urlencode(case.link)}")
    wait_for_view(page, case.view)
    if case.page == "Sound":
        page.get_by_role("button", name="Your own sound").click()

    def once() -> dict[str, float]:
        file = {"name": f"a.{case.ending}", "mimeType": case.kind, "buffer": case.make()}
        return hand_over(page, case, file)

    once()
    return in_quiet(rounds, once)


def hand_over(page: Any, case: Case, file: dict[str, Any]) -> dict[str, float]:
    """Choose a file and wait for its picture: what is drawn after a message that is large enough to bring it.

    Times in seconds are from the browser's event to the end of drawing; what is drawn again meanwhile is not new.
    """
    page.evaluate("() => { benchmark.acts = []; benchmark.draws = []; benchmark.messages = []; }")
    page.locator(case.field).set_input_files(file)
    told = page.wait_for_function(NEW, arg=case.view, polling=50).json_value()
    page.wait_for_timeout(700)
    seconds, waiting = (told["drawn"] - told["begun"]) / 1e3, (told["arrived"] - told["begun"]) / 1e3
    return {"seconds": seconds, "waiting": waiting, "bytes": told["bytes"]}


def line(case: Case, answers: list[dict[str, float]]) -> str:
    seconds = [one["seconds"] for one in answers]
    waiting = median(one["waiting"] for one in answers)
    size = max(one["bytes"] for one in answers) / 1e6
    in_browser = median(one["seconds"] - one["waiting"] for one in answers)
    met = f"≤ {GOAL} s: {verdict(median(seconds) <= GOAL)} | ≤ {MOST} MB: {verdict(size <= MOST)}"
    spread = f"{min(seconds):.3f}–{max(seconds):.3f}"
    return (
        f"| {case.title} | {median(seconds):.3f} | {spread} | {waiting:.3f} | {in_browser:.3f} | {size:.3f} | {met} |"
    )


def print_parts(rounds: int) -> None:
    """What the server computes of that, with one thread as there; a first file does not count."""
    torch.set_num_threads(1)
    print("Of which the server computes, seconds of processor with one thread:\n")
    print("| what | capture, s | overview, s | picture, s |\n|---|--:|--:|--:|")
    for case in CASES:
        note(case.title)
        model = mha_viz.load_model(case.model)
        found = [case.compute(model, case.make()) for _ in range(rounds + 1)][1:]
        medians = [f"{median(one[name] for one in found):.3f}" for name in found[0]]
        print(f"| {case.title} | {' | '.join(medians)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--parts", action="store_true", help="only what the server computes")
    options = parser.parse_args()
    print(f"# Every head of a picture and of a sound\n\n{facts(options)}\n")
    if not options.parts:
        measure_app(options.rounds)
        print()
    print_parts(options.rounds)


if __name__ == "__main__":
    main()
