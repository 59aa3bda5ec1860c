"""Thirty students at once: how long pages and clicks take, what memory does, whether anybody sees another's sentence.

    python benchmarks/class_load.py                # every round, about four minutes; ends with a table of goals
    python benchmarks/class_load.py --minutes 10   # memory over ten minutes of clicking
    python benchmarks/class_load.py --quick        # one page, no overload, no waiting

A real server, started as a teacher starts it, and one raw websocket for each student that speaks as a browser does
(Streamlit's messages), without drawing. A load is from opening the socket until all of the page is there, a click from
sending it until all that it changes is there. Students and server share this machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import platform
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlencode

import psutil
from capture import note, stolen, verdict
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from mha_viz.paths import app_folder
from mha_viz.ui.several.seat import cores

CHANCE = random.Random(0)  # noqa: S311 - one for all choices
GOALS = {"load": 1.5, "click": 0.3, "lead": 1.0}  # seconds, p95
GROWTH = 0.05  # of memory, from the first quarter of a long round to its last
PATIENCE = 90.0  # seconds: who has no answer by then counts as hanging
PACE = (3.0, 7.0)  # seconds between two clicks of a student
SENTENCES, STORY = "Explore", ""  # where a student types; the first page, which opens with the story
FROM_TO = {"view": "From → to"}  # what stands there beside the map: one word looks, and another
PAGES = (STORY, "Training", "Head", "Scores", "Compare", "Atlas", "Inside")
SYLLABLES = [a + b for a in "bdfgklmnprtvz" for b in "aeiou"]
UNLIKE = re.compile(rb"q(?:[bdfgklmnprtvz][aeiou]){3}x")  # what ``unlike_words`` makes of them
SENTENCE = "Anna sat on the mat because {} was tired, and then Anna ran home with {}."
LOOKING = ("mat", "tired", "home", "sat", "because")
FIXED = (STORY, "Training", "Scores")  # what these open with is the same for all: a story, a training, a profile
FEED = "/_lead"  # where a browser hears that the teacher went on
STEPS = 4  # that a teacher goes through
TOKEN = re.compile(rb"[?&]teacher=([\w-]+)")
FAILED = re.compile(rb"Traceback \(most recent call last\)")


@dataclass
class Round:
    """What was measured in one round."""

    name: str
    goal: str | None = None
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_fixed: bool = False  # the picture is not of the student's own sentence
    busy: int = 0
    processor: float = 0.0  # seconds that the server computed
    stolen: float = 0.0  # seconds of processor a second that others took from this machine meanwhile


@dataclass
class Seen:
    """What one run of a page brought."""

    seconds: float
    alerts: list[str]
    has_view: bool
    holds_own: bool


class Student:
    """A session of its own with its own word, which stands in its sentence and in nobody else's."""

    def __init__(self, port: int, word: str, others: set[bytes], *, teacher: str = "") -> None:
        self.port, self.word, self.others = port, word, others
        self.cookies = cookies_of(port, teacher)
        self.leaks: list[str] = []
        self._received: list[bytes] = []
        self._widgets: dict[str, str] = {}  # what a widget is called on the page → its id
        self._pages: dict[str, str] = {}
        self._set: dict[str, str] = {}  # id → what was typed or chosen
        self.heading = ""  # the last one of the page
        self._once: WidgetState | None = None  # what is pressed with the next run
        self._page = ""
        self._socket: ClientConnection | None = None

    def id_of(self, widget: str) -> str:
        """Of a widget of the page that was drawn last, by its key, or of a button by what stands on it."""
        return self._widgets[widget]

    @property
    def sentence(self) -> str:
        return SENTENCE.format(self.word, self.word)

    async def open(self, page: str = SENTENCES, **link: str) -> Seen:
        begin = time.perf_counter()
        uri = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        self._socket = await connect(
            uri, subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE,
            additional_headers={"Cookie": self.cookies},
        )  # fmt: skip
        return await self._run(begin, page, urlencode({**(FROM_TO if page == SENTENCES else {}), **link}))

    async def go_to(self, page: str) -> Seen:
        self._set = {}
        return await self._run(time.perf_counter(), page, urlencode({"text": self.sentence}), self._pages[page])

    async def set(self, widget: str, value: str) -> Seen:
        """Type into a field or choose in a menu."""
        self._set[self._widgets[widget]] = value
        return await self._run(time.perf_counter(), self._page, "", self._pages[self._page])

    async def press(self, state: WidgetState) -> Seen:
        """A button, a switch, or what our own script sends."""
        self._once = state
        return await self._run(time.perf_counter(), self._page, "", self._pages[self._page])

    def look_through(self) -> None:
        """Whether another's word has come in; not while others wait, for a search takes as long as a page."""
        received, self._received = b"".join(self._received), []
        seen = {*UNLIKE.findall(received)} & self.others
        self.leaks += [f"{self.word} saw {other.decode()}" for other in seen]

    def kill(self) -> None:
        """As a browser that is killed: no goodbye."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(Exception):
                await self._socket.close()

    async def _run(self, begin: float, page: str, query: str, page_hash: str = "") -> Seen:
        self._page, message = page, BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = page
        message.rerun_script.page_script_hash = page_hash
        for key, value in self._set.items():
            state = message.rerun_script.widget_states.widgets.add(id=key)
            state.string_value = value
        if self._once is not None:
            message.rerun_script.widget_states.widgets.append(self._once)
            self._once = None
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            return await self._listen(begin)

    async def _listen(self, begin: float) -> Seen:
        alerts, has_view, holds_own, own = [], False, False, self.word.encode()
        while True:
            data = await self._socket.recv()
            self._received.append(data)
            if FAILED.search(data):
                alerts.append("traceback")
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind in ("new_session", "navigation"):
                told = getattr(message, kind).app_pages
                self._pages |= {"" if one.is_default else one.url_pathname: one.page_script_hash for one in told}
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                named = element.WhichOneof("type")
                what = getattr(element, named)
                if named == "alert":
                    alerts.append(what.body)
                elif named == "heading":
                    self.heading = what.body
                elif named == "exception":
                    alerts.append(f"exception {what.type}: {what.message}")
                elif named == "bidi_component":
                    is_view = not what.id.endswith(("-saving", "-menu"))
                    has_view, holds_own = has_view or is_view, holds_own or own in data
                if getattr(what, "id", ""):
                    self._widgets[what.label if named == "button" else what.id.rpartition("-")[2]] = what.id
            elif kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return Seen(time.perf_counter() - begin, alerts, has_view, holds_own)
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return Seen(time.perf_counter() - begin, [*alerts, "the page did not run"], has_view, holds_own)


def keep(found: Round, seen: Seen) -> None:
    """Take over what one run of a page brought; an alert or a missing picture is an error, unless it says busy."""
    if any("Busy" in alert for alert in seen.alerts):
        found.busy += 1
        return
    found.seconds.append(seen.seconds)
    for alert in seen.alerts:
        if "exception" in alert or "traceback" in alert or "not run" in alert:
            found.errors.append(alert)
    if not seen.has_view:
        found.errors.append("no picture" + "".join(f": {alert}" for alert in seen.alerts[:1]))
    elif not found.is_fixed and not seen.holds_own:
        found.errors.append("the picture is not of this student's sentence")


async def all_at_once(found: Round, doing: Iterable[Awaitable[Seen]]) -> Round:
    for seen in await asyncio.gather(*doing, return_exceptions=True):
        if isinstance(seen, BaseException):
            found.errors.append("hangs" if isinstance(seen, TimeoutError) else f"{type(seen).__name__}: {seen}")
        else:
            keep(found, seen)
    return found


async def measure(port: int, token: str, server: psutil.Process, options: argparse.Namespace) -> None:
    """Every round; prints a table of them, then what else must hold."""
    words = [word for word, _ in zip(unlike_words(), range(4 * options.students), strict=False)]
    students = make(port, words[: options.students], words)
    warm = Student(port, words[-1], set())
    await warm.open()
    await warm.close()
    before = memory(server)
    rounds: list[Round] = []

    async def add(doing: Awaitable[Round]) -> None:
        begin, taken, begun = time.perf_counter(), stolen(), processor(server)
        rounds.append(await doing)
        rounds[-1].processor = processor(server) - begun
        rounds[-1].stolen = (stolen() - taken) / (time.perf_counter() - begin)
        for student in students:
            student.look_through()

    opening = (student.open(text=student.sentence) for student in students)
    await add(all_at_once(Round("load, each its own sentence", "load"), opening))
    await add(clicking("a click each, at their own pace", students, options.clicks, PACE))
    await add(clicking("a click each, all in the same moment", students, 3, None))
    await add(same_sentence(port, options))
    await add(following(port, token, options.students))
    if not options.quick:
        for page in PAGES:
            going = (student.go_to(page) for student in students)
            found = Round(f"all open {page or 'the story'} at once", is_fixed=page in FIXED)
            await add(all_at_once(found, going))
        await asyncio.gather(*(student.go_to(SENTENCES) for student in students))
        await add(beside_long_text(port, students, words))
        await add(beside_killed(port, students, words))
    print_rounds(rounds)
    facts = [
        f"Of {options.students} students, {len({leak for s in students for leak in s.leaks})} saw another's word: "
        + verdict(not any(s.leaks for s in students))
    ]
    if not options.quick:
        facts.append(await overload(port, options, words))
    grown = await long_run(server, students, options.minutes)
    facts.append(f"Memory: {before:,.0f} MB before, {memory(server):,.0f} MB after all rounds. {grown}")
    await asyncio.gather(*(s.close() for s in students))
    print("\n" + "\n".join(f"- {fact}" for fact in facts))


def make(port: int, own: list[str], words: list[str]) -> list[Student]:
    return [Student(port, word, {other.encode() for other in words if other != word}) for word in own]


def unlike_words() -> Iterator[str]:
    """Words that no text of the app holds and that are no part of each other."""
    three = list(itertools.product(SYLLABLES, repeat=3))
    random.Random(1).shuffle(three)  # noqa: S311
    return ("q" + "".join(parts) + "x" for parts in three)


async def clicking(name: str, students: list[Student], n: int, pace: tuple[float, float] | None) -> Round:
    """Each student lets another word look, again and again."""
    found = Round(name, "click" if pace else None)

    async def click(student: Student) -> None:
        for i in range(n):
            if pace:
                await asyncio.sleep(CHANCE.uniform(*pace) * (CHANCE.random() if i == 0 else 1))
            word = LOOKING[i % len(LOOKING)]
            await all_at_once(found, [student.set("from", word)])

    await asyncio.gather(*map(click, students))
    return found


async def same_sentence(port: int, options: argparse.Namespace) -> Round:
    """Fresh sessions that all open the same link."""
    others = [Student(port, "teacher", set()) for _ in range(options.students)]
    text = "The cat sat on the mat because it was tired, said the teacher."
    found = await all_at_once(Round("load, all the same sentence", "load"), (s.open(text=text) for s in others))
    await asyncio.gather(*(s.close() for s in others))
    return found


class Phone(Student):
    """A student who follows the teacher: hears of a step, as our script does, and asks for it."""

    async def listen(self, heard: asyncio.Queue[tuple[float, Seen]]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET {FEED} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookies}\r\n\r\n".encode())
        known: bytes | None = None
        try:
            async for line in reader:
                if line.startswith(b"data: ") and line != known:
                    events = json.dumps({"event": "led", "value": json.loads(line[6:])["number"]})
                    menu = f"$$STREAMLIT_INTERNAL_KEY_{self._widgets['menu']}__events"
                    if known is not None:  # the first line says what is already shown
                        seen = await self.press(WidgetState(id=menu, json_trigger_value=events))
                        heard.put_nowait((time.perf_counter(), seen))
                    known = line
        finally:
            writer.close()


async def following(port: int, token: str, n: int) -> Round:
    """A teacher goes through steps of a lesson, and all phones follow: from the press until each shows the step."""
    found = Round("a teacher's Next, on every phone", "lead", is_fixed=True)
    teacher, phones = Student(port, "teacher", set(), teacher=token), [Phone(port, "phone", set()) for _ in range(n)]
    heard: asyncio.Queue[tuple[float, Seen]] = asyncio.Queue()
    await teacher.open(STORY, teacher=token)
    await teacher.press(WidgetState(id=teacher.id_of("leads"), bool_value=True))
    await asyncio.gather(*(phone.open(STORY) for phone in phones))
    tasks = [asyncio.create_task(phone.listen(heard)) for phone in phones]
    await asyncio.sleep(1)
    for _ in range(STEPS):
        begin = time.perf_counter()
        await teacher.press(WidgetState(id=teacher.id_of("Next"), trigger_value=True))
        for _ in phones:
            end, seen = await asyncio.wait_for(heard.get(), PATIENCE)
            found.seconds.append(end - begin)
            found.errors += seen.alerts
        found.errors += ["another step" for phone in phones if phone.heading != teacher.heading]
        await asyncio.sleep(1)
    for task in tasks:
        task.cancel()
    await teacher.press(WidgetState(id=teacher.id_of("leads"), bool_value=False))  # else who comes next follows too
    await asyncio.gather(teacher.close(), *(phone.close() for phone in phones))
    return found


async def beside_long_text(port: int, students: list[Student], words: list[str]) -> Round:
    """Clicks while one student sends 5,000 words again and again."""
    long = Student(port, words[-2], set())
    await long.open()
    bystanders = asyncio.create_task(clicking("a click each, while one sends 5,000 words", students, 3, PACE))
    while not bystanders.done():
        seen = await long.set("text", " ".join(["word"] * 5000))
        if not any("the limit in this class is" in alert for alert in seen.alerts):
            bystanders.cancel()
            raise SystemExit(f"5,000 words are not refused: {seen}")
        await asyncio.sleep(0.5)
    await long.close()
    return await bystanders


async def beside_killed(port: int, students: list[Student], words: list[str]) -> Round:
    """Clicks while ten browsers are killed in the middle of a page."""
    bystanders = asyncio.create_task(clicking("a click each, while ten browsers are killed", students, 3, PACE))
    for word in words[-12:-2]:
        victim = Student(port, word, set())
        opening = asyncio.create_task(victim.open(text=victim.sentence))
        await asyncio.sleep(0.1)
        victim.kill()
        with contextlib.suppress(ConnectionClosed, OSError, EOFError):
            await opening
    return await bystanders


async def overload(port: int, options: argparse.Namespace, words: list[str]) -> str:
    """Three classes at once: everybody gets the page or is told that it is busy."""
    crowd = make(port, words[options.students : 4 * options.students], set())
    found = await all_at_once(Round("overload"), (s.open("Compare", text=s.sentence) for s in crowd))
    await asyncio.gather(*(s.close() for s in crowd))
    hanging = sum(error == "hangs" for error in found.errors)
    return (
        f"{len(crowd)} students open Compare at once: {len(found.seconds)} get it (the last after "
        f"{max(found.seconds, default=0):.1f} s), {found.busy} are told that it is busy, {len(found.errors)} errors, "
        f"{hanging} hang: {verdict(not found.errors)}" + f" ({(found.errors or [None])[0]})" * bool(found.errors)
    )


async def long_run(server: psutil.Process, students: list[Student], minutes: float) -> str:
    """Everybody types new sentences for some minutes."""
    if not minutes:
        return ""
    end, sizes, found = time.monotonic() + 60 * minutes, [], Round("long")

    async def work(student: Student) -> None:
        for i in itertools.count():
            await asyncio.sleep(CHANCE.uniform(*PACE))
            if time.monotonic() > end:
                return
            await all_at_once(found, [student.set("text", f"{student.sentence} It was day {i}.")])
            student.look_through()

    async def watch() -> None:
        while time.monotonic() < end:
            sizes.append(memory(server))
            await asyncio.sleep(5)

    await asyncio.gather(watch(), *map(work, students))
    quarter = max(len(sizes) // 4, 1)
    first, last = median(sizes[quarter : 2 * quarter] or sizes), median(sizes[-quarter:])
    flat = f"flat (within {GROWTH:.0%}): {verdict(last <= (1 + GROWTH) * first)}"
    return (
        f"Over {minutes:g} minutes in which each typed a new sentence every {PACE[0]:.0f} to {PACE[1]:.0f} s "
        f"({len(found.seconds):,} in all, {len(found.errors)} errors, p95 {percentile(found.seconds, 95):.2f} s): "
        f"second quarter {first:,.0f} MB, last quarter {last:,.0f} MB; {flat}"
    )


def memory(server: psutil.Process) -> float:
    """MB of the server and what it started."""
    total = 0
    for one in [server, *server.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += one.memory_info().rss
    return total / 1e6


def processor(server: psutil.Process) -> float:
    """Seconds that the server has computed, on all cores."""
    times = [one.cpu_times() for one in [server, *server.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


def percentile(values: list[float], percent: float) -> float:
    if not values:
        return float("nan")
    return sorted(values)[min(int(len(values) * percent / 100), len(values) - 1)]


def print_rounds(rounds: list[Round]) -> None:
    print(
        "| what | n | p50, s | p95, s | longest, s | server computes, s each | stolen, s a second | busy | errors "
        "| goal |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|---|"
    )
    for one in rounds:
        p50, p95 = percentile(one.seconds, 50), percentile(one.seconds, 95)
        goal = f"p95 ≤ {GOALS[one.goal]} s: {verdict(p95 <= GOALS[one.goal])}, " if one.goal else ""
        goal += f"no error: {verdict(not one.errors)}"
        cells = f"{len(one.seconds)} | {p50:.3f} | {p95:.3f} | {max(one.seconds, default=float('nan')):.3f}"
        cells += f" | {one.processor / max(len(one.seconds), 1):.3f} | {one.stolen:.2f}"
        print(f"| {one.name} | {cells} | {one.busy} | {len(one.errors)} | {goal} |")
    for one in rounds:
        for error, n in sorted({error: one.errors.count(error) for error in one.errors}.items())[:5]:
            print(f"\n{one.name}, {n} ×: {error[:300]}")


def cookies_of(port: int, teacher: str = "") -> str:
    """What a browser is given with the first page: who it is, and at which server of several it stays."""
    link = f"http://127.0.0.1:{port}/" + (f"?{urlencode({'teacher': teacher})}" if teacher else "")
    with urllib.request.urlopen(
        urllib.request.Request(link, headers={"Accept": "text/html"}), timeout=PATIENCE
    ) as page:
        return "; ".join(cookie.partition(";")[0] for cookie in page.headers.get_all("Set-Cookie", ()))


def token_in(said: int) -> str:
    """The teacher's, of what the command prints once it answers; its file is read without moving where it writes."""
    for _ in range(100):
        if found := TOKEN.search(os.pread(said, 100_000, 0)):
            return found[1].decode()
        time.sleep(0.1)
    raise SystemExit("The server printed no link for the teacher.")


@contextlib.contextmanager
def class_server(models: str, students: int) -> Iterator[tuple[int, str, psutil.Process]]:
    """A server for a class, started as a teacher starts it, but on this machine only: its port and teacher's token."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from mha_viz.cli.main import main; raise SystemExit(main())", "--classroom"]
    command += [
        "--models",
        models,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-browser",
        "--students",
        str(students),
    ]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=app_folder(), stdout=said, stderr=said)
        try:
            for _ in range(600):
                with contextlib.suppress(urllib.error.URLError, OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                    break
                if process.poll() is not None:
                    raise SystemExit(f"The server stopped with status {process.returncode}.")
                time.sleep(0.2)
            yield port, token_in(said.fileno()), psutil.Process(process.pid)
            said.seek(0)
            logged = said.read()
            n = logged.count(b"Traceback")
            print(f"- The server's log holds {n} tracebacks: {verdict(n == 0)}")
            if b"Traceback" in logged:
                note(logged[logged.index(b"Traceback") :][:3000].decode(errors="replace"))
        finally:
            for one in [*psutil.Process(process.pid).children(recursive=True), process]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--told", type=int, help="how many the server is told of (default: as many as there are)")
    parser.add_argument("--models", default="minilm,classroom")
    parser.add_argument("--clicks", type=int, default=5, help="of each student, at his own pace")
    parser.add_argument("--minutes", type=float, default=1.0, help="of typing, to see what memory does")
    parser.add_argument("--quick", action="store_true", help="one page, no overload")
    options = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"# {options.students} students at once, {options.models}\n")
    print(f"{platform.machine()}, {cores()} cores; load average before: {load:.1f}\n")
    with class_server(options.models, options.told or options.students) as (port, token, server):
        print(f"Servers of the class: {len(server.children())}\n")
        asyncio.run(measure(port, token, server, options))


if __name__ == "__main__":
    main()
