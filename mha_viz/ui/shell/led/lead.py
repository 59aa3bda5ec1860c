"""Where the teacher is, while a class is led; and a feed that tells browsers of it.

A browser hears only that the teacher went on (a number), through a stream that it opens itself (server-sent events);
what the teacher shows it then asks for as for any page. Thirty students who asked every second would be thirty runs of
a page each second, and half a second late.
"""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import suppress
from typing import Any

from mha_viz.ui.classroom import class_mode
from mha_viz.ui.several.board import Board, Lead, the_board

FEED = "/_lead"
HEARTBEAT = 15.0  # seconds: so often a silent feed says that it is alive, for proxies that end silent ones
MOST_FEEDS = 500
HEADERS = [
    (b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]  # fmt: skip


class Leading:
    """The teacher's place as this server knows it, and who waits here to hear of another."""

    def __init__(self, board: Board) -> None:
        self._board, self._lock = board, threading.Lock()
        self._number, self._lead = board.lead_after(-1, 0)
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def lead(self) -> Lead | None:
        """What the teacher shows; None where the class is not led."""
        return self._lead

    @property
    def message(self) -> dict[str, Any]:
        """What browsers hear: how often the teacher went on, and whether the class is led."""
        with self._lock:
            return {"number": self._number, "leads": self._lead is not None}

    def go(self, lead: Lead | None) -> None:
        """The teacher is there now, or leads no more."""
        self._take(*self._board.go(lead))

    def listen(self) -> None:
        """Hear of what other servers of the class tell the board, from here on."""
        threading.Thread(target=self._listen, name="lead", daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError, EOFError):  # the command that started this server is gone, and so is the server soon
            while True:
                self._take(*self._board.lead_after(self._number, HEARTBEAT))

    def _take(self, number: int, lead: Lead | None) -> None:
        with self._lock:
            if number <= self._number:
                return
            self._lead, self._number = lead, number
            waiting = list(self._waiting)
        for loop, event in waiting:
            with suppress(RuntimeError):  # of a loop that has ended
                loop.call_soon_threadsafe(event.set)

    def join(self, event: asyncio.Event) -> bool:
        """Set the event whenever the teacher goes on; False where too many wait already."""
        with self._lock:
            if len(self._waiting) >= MOST_FEEDS:
                return False
            self._waiting.add((asyncio.get_running_loop(), event))
            return True

    def leave(self, event: asyncio.Event) -> None:
        with self._lock:
            self._waiting = {one for one in self._waiting if one[1] is not event}


LEADING = Leading(the_board())


class LeadFeed:
    """Stands before Streamlit and answers browsers of a class that listen for the teacher."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(FEED) or class_mode() is None:
            await self.app(scope, receive, send)
            return
        event = asyncio.Event()
        if scope["method"] != "GET" or not LEADING.join(event):
            await send({"type": "http.response.start", "status": 503, "headers": HEADERS[1:]})
            await send({"type": "http.response.body"})
            return
        try:
            await _tell(event, receive, send)
        finally:
            LEADING.leave(event)


async def _tell(event: asyncio.Event, receive: Any, send: Any) -> None:
    """One line whenever the teacher goes on, until the browser is gone."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        while not gone.done():
            event.clear()
            await _line(send, f"data: {json.dumps(LEADING.message)}\n\n")
            while not gone.done() and not event.is_set():
                heard = asyncio.ensure_future(event.wait())
                await asyncio.wait({heard, gone}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
                heard.cancel()
                if not event.is_set() and not gone.done():
                    await _line(send, ":\n\n")
    finally:
        gone.cancel()


async def _until_gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _line(send: Any, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
