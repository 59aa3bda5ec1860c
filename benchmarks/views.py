"""What seeing every head costs: our views against BertViz; the app from a key press to the picture; long texts.

    python benchmarks/views.py             # the views against BertViz, which comes with the extra ``bench``
    python benchmarks/views.py --quick     # the same without BertViz at the longest text
    python benchmarks/views.py --app       # the app: from Enter or a click to the new grid, with goals
    python benchmarks/views.py --memory    # what a text of 4,096 tokens takes

Both sides of the comparison get the same random patterns of 12 layers with 12 heads. Drawing is measured by Chromium's
own clock, headless and without a graphics card, from opening the file to the end of the first frame that shows all.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib.metadata
import importlib.util
import itertools
import json
import os
import platform
import random
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import psutil
import torch
import transformers
from capture import TEXT, first_line, note, peak_megabytes, stolen, verdict
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor

import mha_viz
from mha_viz.attention import overview
from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import WINDOW, Shown, choose
from mha_viz.paths import app_folder
from mha_viz.recording.elsewhere.tensors import capture_of
from mha_viz.views import grid, head
from mha_viz.views.view import to_bytes

WORDS = "the cat sat on a mat because it was tired and then he ran home to eat fish with his old dog".split()  # noqa: SIM905
CHANCE = random.Random(0)  # noqa: S311 - one for all calls
LAYERS = HEADS = 12
SLOW = 10.0  # seconds: what takes longer is measured once
PATIENCE = 120  # seconds that a page has to draw itself
GOALS = {
    144: (0.2, 0.3),
    1024: (0.4, 1.5),
    5120: (0.8, 5.0),
}  # heads: seconds to the picture, MB on the way to the browser
LONGEST_FRAME = 50.0  # ms
SWEEPS = 5  # places of the grid that the pointer crosses
QUIET = 0.02  # seconds of processor a second: what others may take from this machine while something is measured
LONG_TEXT = 4096  # tokens
MOST_MEMORY = 3.0  # GB
BERTVIZ = "bertviz"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SCREEN = {"width": 1440, "height": 900}
# BertViz's pages load these from a network: end of the address → (npm package, file in it). npm has no jQuery 2.0.0.
LIBRARIES = {
    "require.js/2.3.6/require.min.js": ("requirejs@2.3.6", "package/require.js"),
    "d3/5.7.0/d3.min.js": ("d3@5.7.0", "package/dist/d3.min.js"),
    "jquery/2.0.0/jquery.min.js": ("jquery@2.1.0", "package/dist/jquery.min.js"),
}
# The first frame that starts with everything in the page is over when the next one starts.
TELL_WHEN_DRAWN = """
const look = () => requestAnimationFrame(() => {
  if (!document.querySelector(SELECTOR)) return look();
  requestAnimationFrame(() => console.log("drawn at", performance.now()));
});
look();
"""
# Every picture that is drawn, every key and click, and what the server sends, with the browser's own times.
WATCH = """
const told = (globalThis.benchmark = { acts: [], draws: [], messages: [], frames: null });
for (const type of ["keydown", "click"]) addEventListener(type, (event) => told.acts.push(event.timeStamp), true);
const watch = (node) => new MutationObserver((changes) => {
  for (const { target } of changes) {
    const { drawn, bytes, view } = target.dataset;
    told.draws.push({ at: Number(drawn), bytes: Number(bytes), view });
  }
}).observe(node, { subtree: true, attributes: true, attributeFilter: ["data-drawn"] });
watch(document);
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const root = attach.call(this, options);
  watch(root);
  return root;
};
globalThis.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      told.messages.push({ at: performance.now(), bytes: data.byteLength ?? data.size ?? data.length });
    });
  }
};
let last = 0;
const count = (now) => {
  told.frames?.push(now - last);
  last = now;
  requestAnimationFrame(count);
};
requestAnimationFrame(count);
"""
# The least that a picture under the pointer can do: what the machine makes of the same movement by itself.
SQUARE = """
<div style="position: absolute; width: 186px; height: 186px; background: #888; will-change: transform"></div>
<script>
addEventListener("pointermove", ({ clientX, clientY }) => {
  document.querySelector("div").style.transform = `translate(${clientX}px, ${clientY}px)`;
});
</script>
"""


@dataclass(frozen=True)
class View:
    """A view that both sides have."""

    title: str
    ours: Callable[[list[Tensor], list[str]], bytes]
    theirs: str  # the name of BertViz's function
    last: str  # what BertViz's page adds last, as a CSS selector


@dataclass
class Side:
    """What one side made of one view; ``failed`` and ``not_drawn`` say why a number is missing."""

    make: Callable[[], str | bytes]
    selector: str
    page: Path
    seconds: list[float] = field(default_factory=list)
    n_bytes: int | None = None
    drawn: list[float] = field(default_factory=list)
    failed: str | None = None
    not_drawn: str | None = None


VIEWS = (
    View(
        "model_view",
        lambda attention, tokens: mha_viz.model_view(attention, tokens).page,
        "model_view",
        f"#attn_background_{LAYERS - 1}_{HEADS - 1} ~ rect",
    ),
    View(
        "head_view", lambda attention, tokens: mha_viz.head_view(attention, tokens).page, "head_view", "#attention line"
    ),
)


# ---- our views against BertViz ---------------------------------------------------------------------------------------


def compare(options: argparse.Namespace, folder: Path) -> None:
    """One row a view and length."""
    libraries = fetch_libraries(folder / "libraries")
    print("# Every head of a text: mha_viz and BertViz\n")
    print(f"{LAYERS} layers with {HEADS} heads of random patterns, the same for both. {facts(options)}\n")
    print(
        "| view | tokens | page: ours, MB | BertViz, MB | ÷ | to the app: ours, MB | made in: ours, s | BertViz, s | ÷ "
        "| open to drawn: ours, s | BertViz, s | ÷ |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    )
    views = [view for view in VIEWS if view.title in options.views]
    with browsers() as playwright:
        for view in views:  # what loads lazily
            make_in_turns(both_sides(view, *patterns(8), folder), 1)
        for n_tokens, view in itertools.product(options.lengths, views):
            note(f"{n_tokens} tokens: {view.title}")
            attention, tokens = patterns(n_tokens)
            sides = ours, theirs = both_sides(view, attention, tokens, folder)
            if options.quick and n_tokens == max(options.lengths):
                theirs.failed = "skipped (--quick)"
            make_in_turns(sides, options.rounds)
            draw_in_turns(sides, options.rounds, libraries, playwright)
            sent = len(bytes_of(attention, tokens)) if view.title == "model_view" else None
            print(row(view, n_tokens, ours, theirs, sent), flush=True)
    print(
        "\n÷: BertViz over ours. Times are medians of interleaved rounds, of one round where one takes more than "
        f"{SLOW:.0f} s. The two head_views show different things: BertViz sends every head of every layer and draws "
        f"those of layer 0; ours sends heads of one layer and draws one, of more than {WINDOW} tokens a window. "
        "BertViz's pages get their three libraries from a local copy (jQuery 2.1.0 for 2.0.0), so without the time "
        "of a network."
    )


def patterns(n_tokens: int) -> tuple[list[Tensor], list[str]]:
    torch.manual_seed(n_tokens)
    attention = [(2 * torch.randn(1, HEADS, n_tokens, n_tokens)).softmax(dim=-1) for _ in range(LAYERS)]
    return attention, sentence_of(n_tokens).split()


def both_sides(view: View, attention: list[Tensor], tokens: list[str], folder: Path) -> tuple[Side, Side]:
    def theirs() -> str:
        import bertviz

        return getattr(bertviz, view.theirs)(attention, list(tokens), html_action="return").data

    return (
        Side(lambda: view.ours(attention, tokens), "[data-drawn]", folder / "ours.html"),
        Side(theirs, view.last, folder / "theirs.html"),
    )


def bytes_of(attention: list[Tensor], tokens: list[str]) -> bytes:
    """What the app would send of the same patterns, where the page's scripts are there already."""
    found = capture_of(attention, tokens)
    return grid_of(choose(found, Selection(found.kinds[0])))


def grid_of(shown: Shown) -> bytes:
    return to_bytes(grid.model_picture(shown, overview_of(shown, overview.thumbnail_cells(len(shown.maps)))))


def make_in_turns(sides: Sequence[Side], rounds: int) -> None:
    """The page of each side, every other round backwards; the first round leaves it as a file."""
    for index in range(rounds):
        for side in sides[:: -1 if index % 2 else 1]:
            if side.failed or any(seconds > SLOW for seconds in side.seconds):
                continue
            gc.collect()
            begin = time.perf_counter()
            try:
                made = side.make()
            except Exception as error:  # whatever other people's code raises
                if side.make.__name__ != "theirs":
                    raise
                side.failed = type(error).__name__
                note(first_line(error))
                continue
            side.seconds.append(time.perf_counter() - begin)
            if side.n_bytes is None:
                side.n_bytes = side.page.write_bytes(made if isinstance(made, bytes) else made.encode())
            del made


def draw_in_turns(sides: Sequence[Side], rounds: int, libraries: Path | None, playwright: Any) -> None:
    """Each page in a fresh browser, again and again."""
    for index in range(rounds):
        for side in sides[:: -1 if index % 2 else 1]:
            if side.failed or side.not_drawn or any(seconds > SLOW for seconds in side.drawn):
                continue
            drawn = draw(side.page, side.selector, libraries, playwright)
            if isinstance(drawn, str):
                side.not_drawn = drawn
            else:
                side.drawn.append(drawn)


def draw(page_file: Path, selector: str, libraries: Path | None, playwright: Any) -> float | str:
    """Open a file: seconds until it is drawn, or why it is not."""
    if playwright is None:
        return "not measured: no Chromium or no Playwright"
    from playwright.sync_api import Error, TimeoutError

    def answer(route: Any) -> None:
        file = next((name_of(end) for end in LIBRARIES if route.request.url.endswith(end)), None)
        if libraries and file:
            route.fulfill(path=libraries / file, content_type="text/javascript")
        else:
            route.fulfill(body="console.log('drawn at -1')", content_type="text/javascript")

    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    page = browser.new_page(viewport=SCREEN)
    page.route(re.compile("^https?:"), answer)
    page.add_init_script(f"{{ const SELECTOR = {json.dumps(selector)}; {TELL_WHEN_DRAWN} }}")
    try:
        # Told on the console: the policy of our pages lets nobody evaluate anything in them.
        with page.expect_console_message(lambda said: "drawn at" in said.text, timeout=PATIENCE * 1000) as told:
            page.goto(page_file.as_uri(), wait_until="commit", timeout=PATIENCE * 1000)
        seconds = float(told.value.text.split()[-1]) / 1e3
    except TimeoutError:
        return f"not drawn in {PATIENCE} s"
    except Error as error:
        note(first_line(error))
        return f"not drawn: {'the tab crashed' if 'crash' in str(error) else type(error).__name__}"
    finally:
        browser.close()
    return seconds if seconds > 0 else "not measured: no copy of its libraries"


@contextlib.contextmanager
def browsers() -> Iterator[Any]:
    """Playwright; None where it or Chromium is missing."""
    if CHROMIUM is None or not importlib.util.find_spec("playwright"):
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


def fetch_libraries(folder: Path) -> Path | None:
    """What BertViz's pages need, from npm, under the names of ``name_of``; None where npm cannot be asked."""
    npm = shutil.which("npm")
    folder.mkdir()
    for end, (package, file) in LIBRARIES.items():
        command = [npm or "npm", "pack", package, "--silent", "--pack-destination", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
            with tarfile.open(folder / done.stdout.split()[-1]) as archive:
                (folder / name_of(end)).write_bytes(archive.extractfile(file).read())
        except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError, IndexError) as error:
            note(f"{package} could not be fetched: {first_line(error)}")
            return None
    return folder


def name_of(end: str) -> str:
    return end.replace("/", "-")


def row(view: View, n_tokens: int, ours: Side, theirs: Side, sent: int | None) -> str:
    cells = [view.title, f"{n_tokens:,}", megabytes(ours.n_bytes), theirs.failed or megabytes(theirs.n_bytes)]
    cells += [times(ours.n_bytes, theirs.n_bytes), megabytes(sent)]
    for mine, other in ((ours.seconds, theirs.seconds), (ours.drawn, theirs.drawn)):
        is_drawing = mine is ours.drawn
        cells += [median_of(mine) or ours.not_drawn or "–"]
        cells += [median_of(other) or theirs.failed or (theirs.not_drawn if is_drawing else None) or "–"]
        cells += [times(median(mine), median(other)) if mine and other else "–"]
    return f"| {' | '.join(cells)} |"


def median_of(seconds: list[float]) -> str:
    return f"{median(seconds):,.3f}" if seconds else ""


def megabytes(n_bytes: int | None) -> str:
    return "–" if n_bytes is None else f"{n_bytes / 1e6:,.3f}" if n_bytes < 1e7 else f"{n_bytes / 1e6:,.0f}"


def times(ours: float | None, theirs: float | None) -> str:
    return f"{theirs / ours:,.1f}" if ours and theirs else "–"


# ---- the app ---------------------------------------------------------------------------------------------------------


def measure_app(options: argparse.Namespace, folder: Path) -> None:
    """From a key or a click to the new grid, and frames under a moving pointer, of three networks."""
    print("# The app: every head of a sentence that it has not seen\n")
    print(f"{facts(options)}; Streamlit {importlib.metadata.version('streamlit')}\n")
    if CHROMIUM is None or not importlib.util.find_spec("playwright"):
        print("Not measured: no Chromium or no Playwright.")
        return
    networks = {LAYERS * HEADS: save_bert(folder / "bert-12x12"), 32 * 32: save_llama(folder / "llama-32x32")}
    networks |= {80 * 64: save_llama(folder / "llama-80x64", layers=80, heads=64, key_heads=8)}
    networks = {n_heads: network for n_heads, network in networks.items() if n_heads in options.heads}
    lines, frames, parts = [], [], []
    with run_app() as url, browsers() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_page(viewport=SCREEN)
        page.set_default_timeout(PATIENCE * 1000)
        page.add_init_script(f"{{ {WATCH} }}")
        for n_heads, network in networks.items():
            for n_words in options.words:
                note(f"{n_heads} heads, {n_words} words")
                lines.append((n_heads, n_words, "Enter", press_enter(page, url, network, n_words, options.rounds)))
                frames.append((n_heads, n_words, moving(page, options.rounds)))
    for n_heads, network in networks.items():
        parts += [(n_heads, n_words, computing(network, n_words, options.rounds)) for n_words in options.words]
    print_answers(lines)
    print_frames(frames)
    print_parts(parts)


def press_enter(page: Any, url: str, network: Path, n_words: int, rounds: int) -> list[dict[str, float]]:
    """A new sentence on the page of all heads; a first one that does not count loads the network."""
    page.goto(f"{url}/Explore?{urlencode({'model': network, 'text': sentence_of(n_words)})}")
    wait_for_view(page, "grid")
    type_sentence(page, sentence_of(n_words), "grid")
    return in_quiet(rounds, lambda: type_sentence(page, sentence_of(n_words), "grid"))


def in_quiet(rounds: int, once: Callable[[], Any]) -> list[Any]:
    """What so many moments gave in which other guests of the host took next to nothing from this machine.

    A moment that was disturbed counts only where there are not enough others.
    """
    quiet, disturbed = [], []
    while len(quiet) < rounds and len(quiet) + len(disturbed) < 3 * rounds:
        before, begin = stolen(), time.perf_counter()
        found = once()
        is_quiet = stolen() - before <= QUIET * (time.perf_counter() - begin)
        (quiet if is_quiet else disturbed).append(found)
    for _ in range(rounds - len(quiet)):
        note("a disturbed moment counts")
    return [*quiet, *disturbed][:rounds]


def type_sentence(page: Any, text: str, view: str) -> dict[str, float]:
    page.get_by_label("Sentence", exact=True).fill(text)
    # A long text has a field of several lines, in which Enter alone begins another line.
    return act(page, lambda: page.keyboard.press("Control+Enter"), view)


def act(page: Any, what: Callable[[], None], view: str) -> dict[str, float]:
    """Do something and wait for the picture: times in seconds from the browser's event to the end of drawing.

    The picture is new if the message that carries its bytes has come in before.
    """
    page.evaluate("() => { benchmark.acts = []; benchmark.draws = []; benchmark.messages = []; }")
    what()
    wait_for_view(page, view)
    told = page.evaluate("benchmark")
    begin, size = told["acts"][-1], [draw["bytes"] for draw in told["draws"] if draw["view"] == view][-1]
    sent = [message["at"] for message in told["messages"] if message["bytes"] >= size]
    draws = [draw["at"] for draw in told["draws"] if draw["view"] == view and draw["at"] + 1 >= sent[0]]
    arrived = max(at for at in sent if at <= draws[0] + 1)  # another picture of the page may come before
    return {
        "seconds": (draws[0] - begin) / 1e3,
        "waiting": (arrived - begin) / 1e3,
        "bytes": size,
        "draws": len(draws),
    }


def wait_for_view(page: Any, view: str) -> None:
    """Until it is drawn and the rest of the page has had time to come in too."""
    page.wait_for_function(f"benchmark.draws.some((draw) => draw.view === '{view}')", polling=50)
    page.locator("[data-testid=stStatusWidget]").wait_for(state="hidden")
    page.wait_for_timeout(700)


def moving(page: Any, rounds: int) -> list[tuple[list[float], list[float]]]:
    """Frames while the pointer goes to and fro over the grid; and over a bare page, in turns."""
    stage = page.locator("[data-view=grid] .stage").first
    stage.evaluate("(box) => box.scrollIntoView({ block: 'start' })")
    box = stage.bounding_box()
    left, right, top = box["x"] + 40, box["x"] + box["width"] - 4, max(box["y"] + 24, 4)
    bottom = min(box["y"] + box["height"], SCREEN["height"]) - 4
    bare = page.context.browser.new_page(viewport=SCREEN)
    bare.add_init_script(f"{{ {WATCH} }}")
    bare.goto("about:blank")
    bare.set_content(SQUARE)

    def sweep(one: Any, y: float) -> list[float]:
        one.bring_to_front()
        one.mouse.move(left, y)
        one.wait_for_timeout(200)
        one.evaluate("() => { benchmark.frames = []; }")
        for x in (right, left):
            one.mouse.move(x, y, steps=30)
        return one.evaluate("() => { const found = benchmark.frames; benchmark.frames = null; return found; }")

    found = []
    for index in range(SWEEPS):
        y = top + (bottom - top) * index / (SWEEPS - 1)
        found += in_quiet(rounds, lambda y=y: (sweep(page, y), sweep(bare, y)))
    bare.close()
    return found


def computing(network: Path, n_words: int, rounds: int) -> dict[str, float]:
    """The parts that the app's server computes, here without the app: seconds, with one thread as there."""
    torch.set_num_threads(1)
    model, found = mha_viz.load_model(str(network)), []
    for _ in range(rounds + 1):
        times_here = [time.perf_counter()]
        captured = mha_viz.capture(model, sentence_of(n_words))
        times_here.append(time.perf_counter())
        shown = choose(captured, Selection(captured.kinds[0]))
        seen = overview_of(shown, overview.thumbnail_cells(len(shown.maps)))
        times_here.append(time.perf_counter())
        to_bytes(grid.model_picture(shown, seen))
        times_here.append(time.perf_counter())
        found.append([b - a for a, b in itertools.pairwise(times_here)])
    return dict(zip(("capture", "overview", "picture"), map(median, zip(*found[1:], strict=True)), strict=True))


def print_answers(lines: list[tuple[int, int, str, list[dict[str, float]]]]) -> None:
    print(
        "| heads | words | from | to drawn, s | min–max | of which until the data is there | in the browser "
        "| MB | goals: time | size |\n|--:|--:|---|--:|--:|--:|--:|--:|---|---|"
    )
    for n_heads, n_words, what, answers in lines:
        seconds = [one["seconds"] for one in answers]
        waiting = median(one["waiting"] for one in answers)
        size, (goal, most) = max(one["bytes"] for one in answers) / 1e6, GOALS[n_heads]
        spread = f"{min(seconds):.3f}–{max(seconds):.3f}"
        in_browser = median(one["seconds"] - one["waiting"] for one in answers)
        met = f"≤ {goal} s: {verdict(median(seconds) <= goal)} | ≤ {most} MB: {verdict(size <= most)}"
        cells = f"{median(seconds):.3f} | {spread} | {waiting:.3f} | {in_browser:.3f} | {size:.3f} | {met}"
        print(f"| {n_heads:,} | {n_words} | {what} | {cells} |")
    again = max(one["draws"] for *_, answers in lines for one in answers)
    print(f"\nThe new picture was drawn {again:.0f} time(s) at most after one key or click; the first one counts.\n")


def print_frames(frames: list[tuple[int, int, list[tuple[list[float], list[float]]]]]) -> None:
    print(
        "| heads | words | frames under the moving pointer | longest, ms | over 50 ms | a bare page: frames "
        "| longest, ms | over 50 ms | goal |\n|--:|--:|--:|--:|--:|--:|--:|--:|---|"
    )
    for n_heads, n_words, sweeps in frames:
        cells, late = [], []
        for side in zip(*sweeps, strict=True):
            moved = list(itertools.chain(*side))
            late.append(sum(frame > LONGEST_FRAME for frame in moved))
            cells.append(f"{len(moved):,} | {max(moved):.1f} | {late[-1]}")
        met = f"none over {LONGEST_FRAME:.0f} ms: {verdict(not late[0])}"
        print(f"| {n_heads:,} | {n_words} | {' | '.join(cells)} | {met} |")


def print_parts(parts: list[tuple[int, int, dict[str, float]]]) -> None:
    print("\nWhat the server computes of that, measured without the app, one thread, seconds:\n")
    print("| heads | words | capture | overview | picture |\n|--:|--:|--:|--:|--:|")
    for n_heads, n_words, seconds in parts:
        print(f"| {n_heads:,} | {n_words} | {' | '.join(f'{one:.3f}' for one in seconds.values())} |")


@contextlib.contextmanager
def run_app() -> Iterator[str]:
    """The address of a running app, started as a user starts it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from mha_viz.cli.main import main; raise SystemExit(main())"]
    command += ["--port", str(port), "--no-browser"]
    process = subprocess.Popen(command, cwd=app_folder(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(PATIENCE * 5):
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            if process.poll() is not None:
                raise SystemExit(f"The app stopped with status {process.returncode}.")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        end_all(process)


def save_bert(folder: Path) -> Path:
    sizes = {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS}
    return save(transformers.BertModel(transformers.BertConfig(vocab_size=64, **sizes)), folder)


def save_llama(folder: Path, layers: int = 32, heads: int = 32, key_heads: int | None = None) -> Path:
    sizes = {"hidden_size": 2 * heads, "intermediate_size": 128, "num_hidden_layers": layers}
    sizes |= {"num_attention_heads": heads, "num_key_value_heads": key_heads or heads}
    config = transformers.LlamaConfig(vocab_size=64, max_position_embeddings=512, **sizes)
    return save(transformers.LlamaForCausalLM(config), folder)


def save(network: Any, folder: Path) -> Path:
    """A random network with larger weights than usual, so that attention is far from uniform, and its tokenizer."""
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.mul_(6.0)
    network.save_pretrained(folder)
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]"}
    core = Tokenizer(models.WordLevel({word: i for i, word in enumerate([*special.values(), *WORDS])}, "[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(tokenizer_object=core, **special).save_pretrained(folder)
    return folder


# ---- long texts ------------------------------------------------------------------------------------------------------


def measure_memory(options: argparse.Namespace) -> None:
    """One process for each of the two things that the pages show of a long text."""
    print(f"# {options.model}, {LONG_TEXT:,} tokens\n\n{facts(options)}\n")
    print("| what a fresh process does | load, s | capture, s | view, s | peak, GB | goal |\n|---|--:|--:|--:|--:|---|")
    for what in ("head", "overview"):
        note(f"{LONG_TEXT} tokens: {what}")
        said = ask("--peak", what, "--model", options.model, "--threads", str(options.threads), patience=1800)
        if "peak" not in said:
            print(f"| {what} | did not run: {said.get('failed', 'it was stopped')} | | | | |")
            continue
        seconds = " | ".join(f"{said[name]:.1f}" for name in ("load", "capture", "view"))
        goal = f"< {MOST_MEMORY:.0f} GB: {verdict(said['peak'] < MOST_MEMORY)}"
        print(f"| {said['title']} | {seconds} | {said['peak']:.2f} | {goal} |", flush=True)
    if "maps" in said:
        size = said["maps"] * said["tokens"] ** 2 * 4 / 1e9
        print(
            f"\nAll {said['maps']} maps of {said['tokens']:,} tokens in float32, as eager attention returns them, "
            f"would be {size:.1f} GB (computed, not measured)."
        )


def print_peak(what: str, model_name: str) -> None:
    """In a process of its own: load, capture, make a view; times and the most memory as JSON."""
    times_here = [time.perf_counter()]
    model = mha_viz.load_model(model_name)
    times_here.append(time.perf_counter())
    captured = mha_viz.capture(model, long_text(model.processor))
    times_here.append(time.perf_counter())
    shown = choose(captured, Selection(captured.kinds[0]))
    n_maps = shown.n_layers * shown.n_maps
    if what == "head":
        title = "one head: lines, heatmap, overview of the whole"
        to_bytes(head.head_picture(shown, shown.n_layers // 2, [0]))
    else:
        title = f"the overview of all {n_maps} heads"
        grid_of(shown)
    times_here.append(time.perf_counter())
    seconds = [b - a for a, b in itertools.pairwise(times_here)]
    said = dict(zip(("load", "capture", "view"), seconds, strict=True))
    said |= {"title": title, "peak": peak_megabytes() / 1e3, "maps": n_maps, "tokens": len(shown.query)}
    print(json.dumps(said))


def long_text(tokenizer: Any) -> str:
    """A text that this tokenizer cuts into so many tokens."""
    ids = tokenizer(TEXT * LONG_TEXT, verbose=False, add_special_tokens=False)["input_ids"]
    return tokenizer.decode(ids[:LONG_TEXT])


# ---- what the parts share --------------------------------------------------------------------------------------------


def ask(*arguments: str, patience: float) -> dict[str, Any]:
    """Run this file in a process of its own and read the JSON in its last line; empty where there is none."""
    command = [sys.executable, __file__, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, said = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        end_all(process)
        out, said = process.communicate()
    lines = out.strip().splitlines()
    if lines:
        return json.loads(lines[-1])
    return {"failed": (said.strip().splitlines() or ["it said nothing"])[-1]}


def end_all(process: subprocess.Popen) -> None:
    """A process and what it started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(family, timeout=20)


def sentence_of(n_words: int) -> str:
    """A sentence that no call before has given."""
    return " ".join(CHANCE.choices(WORDS, k=n_words))


def facts(options: argparse.Namespace) -> str:
    """Machine and versions."""
    found = []
    for name in ("torch", "transformers", BERTVIZ, "playwright"):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    asked = subprocess.run([CHROMIUM, "--version"], capture_output=True, text=True, check=False) if CHROMIUM else None
    found.append(asked.stdout.strip() if asked else "no Chromium")
    return f"{platform.machine()}, {os.cpu_count()} cores, {options.threads} threads; {', '.join(found)}"


def read_options() -> argparse.Namespace:
    def numbers(text: str) -> list[int]:
        return [int(part) for part in text.split(",")]

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lengths", type=numbers, default=[64, 128, 256, 512], help="tokens, with commas between")
    parser.add_argument("--views", default=",".join(view.title for view in VIEWS), help="which to compare")
    parser.add_argument("--quick", action="store_true", help="without BertViz at the longest text")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--app", action="store_true", help="measure the app instead")
    parser.add_argument("--heads", type=numbers, default=list(GOALS), help="of the networks in the app")
    parser.add_argument("--words", type=numbers, default=[12, 64], help="sentences typed into the app")
    parser.add_argument("--memory", action="store_true", help=f"measure a text of {LONG_TEXT:,} tokens instead")
    parser.add_argument("--model", choices=tuple(mha_viz.CATALOGUE), default="smollm2", help="for --memory")
    parser.add_argument("--peak", help=argparse.SUPPRESS)  # what a process that this one starts shows
    return parser.parse_args()


def main() -> None:
    options = read_options()
    torch.set_num_threads(options.threads)
    transformers.utils.logging.disable_progress_bar()
    if options.peak:
        print_peak(options.peak, options.model)
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        if options.memory:  # first: on Linux a child starts with the peak of its parent
            measure_memory(options)
        if options.app:
            measure_app(options, Path(temporary))
        if not (options.app or options.memory):
            compare(options, Path(temporary))


if __name__ == "__main__":
    main()
