"""What seeing every head costs of a picture of 224 × 224 pixels (dinov2) and of 10 s of speech (whisper).

    python benchmarks/media.py             # the app, from a file that is chosen to the new picture; goals as for texts
    python benchmarks/media.py --parts     # only what the server computes, without the app and a browser

Every file is another one, so nothing is read from a cache. Both models must have been fetched (``mha-viz models``).
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from statistics import median
from typing import Any
from urllib.parse import urlencode

import numpy as np
import psutil
import soundfile
import torch
from capture import note, verdict
from PIL import Image
from transformers import AutoModel, WhisperForConditionalGeneration
from views import CHROMIUM, FLAGS, PATIENCE, SCREEN, WATCH, browsers, facts, in_quiet, run_app, wait_for_view

import mha_viz
from mha_viz.attention.media.patch_overview import patch_overview
from mha_viz.evidence.alignment.speech import listed_heads
from mha_viz.inputs.media.patches import see
from mha_viz.inputs.media.picture import read_picture
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_picture
from mha_viz.inputs.media.sound import at_rate, read_sound
from mha_viz.inputs.media.timings import spoken_examples
from mha_viz.models.load import fetch_model
from mha_viz.objects import Capture, Model
from mha_viz.recording.media.sounds import ear_of, numbers_of
from mha_viz.scores.media.heard import heard_overview, stretches_listening, words_listening
from mha_viz.scores.media.word_times import timing_of
from mha_viz.views.media.picture import picture_view
from mha_viz.views.media.timeline import timeline_view
from mha_viz.views.view import View, to_bytes

SIDE, SECONDS = 224, 10.0
GOAL, MOST = 0.4, 1.5  # seconds to the picture, MB on the way to the browser
# From head to head, none twice: what a browser has seen already it is not sent again.
STEPS = {
    "heads": ["ArrowUp"] * 11 + ["ArrowRight"] + ["ArrowDown"] * 11,
    "timeline": ["ArrowUp"] * 18 + ["ArrowRight"] + ["ArrowDown"] * 23,
}
CHANCE = random.Random(0)  # noqa: S311 - one for all calls
# Of each drawing also what it is of: the picture or sound, who looks in it, and the head.
WATCH_FILES = (
    WATCH.replace('"click"]', '"click", "change"]').replace(
        "bytes: Number(bytes), view });",
        "bytes: Number(bytes), view, of: told.of(target) });",
    )
    + """
told.of = ({ drawn }) => drawn && `${drawn.view.identity} ${drawn.view.query} ${drawn.view.chosen}`;
"""
)
# The first drawing of what was never there before, and the message that brought it: neither the old picture, drawn
# again meanwhile, counts, nor one of ours that a page falls back to.
NEW = """([view, whole]) => {
  const { shown, draws, messages, acts } = benchmark;
  const named = ({ of }) => (whole ? of : of.split(" ")[0]);
  const fresh = draws.find((draw) => draw.view === view && draw.of && !shown.has(named(draw)));
  if (!fresh) return null;
  const before = messages.filter(({ at }) => at <= fresh.at + 1);
  const brought = before.filter(({ bytes }) => bytes >= fresh.bytes).at(-1) ?? before.at(-1);
  return { drawn: fresh.at, arrived: brought.at, begun: acts[0], bytes: fresh.bytes };
}"""
BEGIN = """(only) => {
  const told = benchmark;
  const names = told.draws.filter(({ of }) => of).flatMap(({ of }) => [of, of.split(" ")[0]]);
  told.shown = new Set([...(only ? names.slice(-2) : [...(told.shown ?? []), ...names])]);
  Object.assign(told, { acts: [], draws: [], messages: [] });
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
    plain: Callable[[bytes], float] | None  # seconds of one pass of the network alone, as transformers runs it
    model: str
    wall: str  # what holds all heads, for the keyboard
    shown: str  # the list of examples


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


# ---- the network alone ----------------------------------------------------------------------------------------------


@cache
def plain_network(model: str) -> Any:
    """As transformers loads it, with its own attention."""
    kind = AutoModel if model == "dinov2" else WhisperForConditionalGeneration
    return kind.from_pretrained(fetch_model(model), attn_implementation="sdpa").eval()


@cache
def reads(model: str) -> Model:
    return mha_viz.load_model(model)


def pass_of_picture(file: bytes) -> float:
    model = reads("dinov2")
    given = see(model.processor, read_picture(file), model.name).inputs
    return alone(lambda: plain_network("dinov2")(**given))


def pass_of_sound(file: bytes) -> float:
    """Encoder and decoder once, the words given."""
    model, network = reads("whisper"), plain_network("whisper")
    given = numbers_of(model, at_rate(read_sound(file), int(ear_of(model).sampling_rate)))
    ids = torch.tensor([model.processor.tokenizer(TEXT)["input_ids"]])
    return alone(lambda: network(**given, decoder_input_ids=ids))


def alone(run: Callable[[], Any]) -> float:
    """Seconds, with one thread, as the app runs networks."""
    torch.set_num_threads(1)
    with torch.inference_mode():
        begin = time.perf_counter()
        run()
        return time.perf_counter() - begin


def named(seconds: list[float]) -> dict[str, float]:
    capture, overview, *drawn = seconds
    return {"capture": capture, "overview": overview, "picture": sum(drawn)}


TEXT = " ".join(one.text or "" for one in spoken_examples()[:4])
HEARS = {
    "page": "Sound", "view": "timeline", "field": ".st-key-sound_file input", "ending": "wav", "kind": "audio/wav",
    "wall": "timeline", "shown": "spoken",
}  # fmt: skip
CASES = (
    Case(
        f"a picture of {SIDE} × {SIDE}, dinov2", "Pictures", "picture", ".st-key-picture_file input",
        {"sees": "dinov2"}, "png", "image/png", picture_file, of_picture, pass_of_picture, "dinov2", "heads", "drawing",
    ),
    Case(
        f"{SECONDS:.0f} s of speech whose words are given, whisper", link={"hears": "whisper", "said": TEXT},
        make=sound_file, compute=partial(of_words, said=TEXT), plain=pass_of_sound,
        model="whisper", **HEARS,
    ),
    Case(
        f"{SECONDS:.0f} s of speech that whisper writes down itself", link={"hears": "whisper"},
        make=sound_file, compute=partial(of_words, said=None), plain=None,
        model="whisper", **HEARS,
    ),
    Case(
        f"{SECONDS:.0f} s of speech, its moments, whisper",
        link={"hears": "whisper", "said": TEXT, "listens": "moments"},
        make=sound_file, compute=partial(of_moments, said=TEXT), plain=pass_of_sound,
        model="whisper", **HEARS,
    ),
)  # fmt: skip


def measure_app(rounds: int) -> None:
    """From what a reader does to the new picture of all heads: the app's own pages."""
    if CHROMIUM is None or not importlib.util.find_spec("playwright"):
        print("Not measured: no Chromium or no Playwright.")
        return
    print(
        "| what | from | to drawn, s | min–max | the network alone, s | drawn ÷ alone | of which until the data is "
        "there | CPU of the server | of the browser | MB | goals: time | size |\n|---|---|"
        f"{'--:|' * 8}---|---|"
    )
    with run_app() as url, browsers() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_page(viewport=SCREEN)
        page.set_default_timeout(PATIENCE * 1000)
        page.add_init_script(f"{{ {WATCH_FILES} }}")
        for case in CASES:
            note(case.title)
            for what, answers in in_app(page, url, case, rounds).items():
                print(line(case, what, answers), flush=True)


def in_app(page: Any, url: str, case: Case, rounds: int) -> dict[str, list[dict[str, float]]]:
    """What a reader does, each again and again; a first of each does not count: one loads the model, one reads what the
    next ones look at.
    """
    page.goto(f"{url}/{case.page}?{urlencode(case.link)}")
    wait_for_view(page, case.view)
    found = {}
    steps = iter(STEPS[case.wall])
    for what, once in (
        ("another head", lambda: another_head(page, case, next(steps))),
        ("an example seen before", lambda: another_example(page, case)),
    ):
        once(), once()
        found[what] = in_quiet(rounds, once)
    if case.page == "Sound":
        page.get_by_role("button", name="Your own sound").click()
    new_file(page, case)
    return {"a new file": in_quiet(rounds, partial(new_file, page, case)), **found}


def new_file(page: Any, case: Case) -> dict[str, float]:
    """Choose a file that no round before has chosen; then the network alone is run on it, without the app."""
    data = case.make()
    file = {"name": f"a.{case.ending}", "mimeType": case.kind, "buffer": data}
    told = act(page, case, lambda: page.locator(case.field).set_input_files(file), "new")
    return told if case.plain is None else {**told, "alone": case.plain(data)}


def another_example(page: Any, case: Case) -> dict[str, float]:
    """Choose the other of the first two examples, from the list or by the keyboard."""
    page.locator(f".st-key-{case.shown}").get_by_role("combobox").click()
    options = page.locator("[data-testid=stSelectboxVirtualDropdown] [role=option]")
    other = options.nth(0) if options.nth(0).get_attribute("aria-selected") != "true" else options.nth(1)
    return act(page, case, other.click, "seen before")


def another_head(page: Any, case: Case, step: str) -> dict[str, float]:
    """Choose a head by the keyboard, one step on or back; all heads are drawn anew, that one exactly."""
    page.locator(f"[data-view={case.view}] [data-key={case.wall}]").first.focus()
    page.keyboard.press(step)
    return act(page, case, lambda: page.keyboard.press("Enter"), "head")


def act(page: Any, case: Case, do: Callable[[], Any], what: str) -> dict[str, float]:
    """Do something and wait for what it shows.

    Times in seconds are from the browser's event to the end of drawing; processor time of the server and the browser
    from then until the page has come to rest.
    """
    page.evaluate(BEGIN, what == "seen before")
    spent = processor_seconds()
    do()
    told = page.wait_for_function(NEW, arg=[case.view, what == "head"], polling=50).json_value()
    page.wait_for_timeout(700)
    server, browser = (b - a for a, b in zip(spent, processor_seconds(), strict=True))
    seconds, waiting = (told["drawn"] - told["begun"]) / 1e3, (told["arrived"] - told["begun"]) / 1e3
    return {"seconds": seconds, "waiting": waiting, "bytes": told["bytes"], "server": server, "browser": browser}


def processor_seconds() -> tuple[float, float]:
    """Of the app and of the browser, with all that they started."""
    found = {"app": 0.0, "browser": 0.0}
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            is_app = "--no-browser" in child.cmdline()
            family = [child, *child.children(recursive=True)]
            found["app" if is_app else "browser"] += sum(sum(one.cpu_times()[:2]) for one in family)
    return found["app"], found["browser"]


def line(case: Case, what: str, answers: list[dict[str, float]]) -> str:
    def middle(name: str) -> str:
        return f"{median(one[name] for one in answers):.3f}"

    seconds, size = [one["seconds"] for one in answers], max(one["bytes"] for one in answers) / 1e6
    met = f"≤ {GOAL} s: {verdict(median(seconds) <= GOAL)} | ≤ {MOST} MB: {verdict(size <= MOST)}"
    has_pass = "alone" in answers[0]
    times = f"{median(one['seconds'] / one['alone'] for one in answers):.2f}" if has_pass else ""
    cells = [case.title, what, middle("seconds"), f"{min(seconds):.3f}–{max(seconds):.3f}"]
    cells += [middle("alone") if has_pass else "", times, *map(middle, ("waiting", "server", "browser"))]
    return f"| {' | '.join([*cells, f'{size:.3f}', met])} |"


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
    parser.add_argument("--rounds", type=int, default=7)
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
