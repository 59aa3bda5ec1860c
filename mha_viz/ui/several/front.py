"""One address for several servers: a browser's requests go to the server where it stays, their bytes as they are.

Only the first lines of a connection are read here. Who comes for the first time goes to the servers in turn, the
teacher to the first, with all long work; a server says in a cookie who stays at it (``staying.Staying``), and closes a
connection after its answer, so that none carries requests of two browsers.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mha_viz.outside import cookies_in, whole_number
from mha_viz.ui.addresses import LOOPBACK
from mha_viz.ui.several.seat import cookie_of, staying_cookie

MOST_HEAD = 2**16  # bytes before which a request must have said what it asks for
PATIENCE = 30.0  # seconds for that, and for a server that is being started anew
AGAIN = 0.2  # seconds until it is asked again
PIECE = 2**18  # bytes that are passed on at a time
BACKLOG = 512  # connections that may wait until they are taken
REFUSALS = {
    400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large", 503: "Service Unavailable",
}  # fmt: skip
_COMES = re.compile(rb"^(?:upgrade:[^\n]*websocket|accept:[^\n]*text/html)", re.IGNORECASE | re.MULTILINE)
_COOKIE = re.compile(rb"^cookie:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


class Front:
    """Passes on what comes to one port.

    Parameters
    ----------
    ports : sequence of int
        Of the servers.
    port : int
        By which browsers reach them; cookies are named after it.
    teacher : str
        What the part of the teacher's link is called that holds the token.
    """

    def __init__(self, ports: Sequence[int], port: int, teacher: str) -> None:
        self.ports, self._teacher = tuple(ports), teacher
        self._role, self._stays = cookie_of(port), staying_cookie(port)
        self._next = 0

    def server_for(self, head: bytes) -> int:
        """Which server a request belongs to: its first lines → the number of the server."""
        line, _, lines = head.partition(b"\r\n")
        found = _COOKIE.search(lines)
        cookies = cookies_in(found[1].decode("latin-1")) if found else {}
        if self._is_teachers(line.decode("latin-1")) or ".teacher." in cookies.get(self._role, ""):
            return 0
        stays = whole_number(cookies.get(self._stays, ""), len(self.ports) - 1)
        if stays is not None and 0 <= stays < len(self.ports):
            return stays
        if not _COMES.search(lines):  # a question of some program, such as a health check
            return 0
        self._next = (self._next + 1) % len(self.ports)
        return self._next

    async def serve(self, host: str, port: int, ready: threading.Event) -> None:
        """Take connections, as long as this runs; ``ready`` once the first may come."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        is_both = host == "::" and socket.has_dualstack_ipv6()  # who says all of them means the old ones too
        at = socket.create_server((host, port), family=family, dualstack_ipv6=is_both)
        server = await asyncio.start_server(self._take, sock=at, limit=MOST_HEAD, backlog=BACKLOG)
        ready.set()
        async with server:
            await server.serve_forever()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            try:
                await self._pass_on(reader, writer)
            finally:
                writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        except asyncio.IncompleteReadError as error:
            await _refuse(writer, 400 if error.partial else 0)
            return
        except asyncio.LimitOverrunError:
            await _refuse(writer, 431)
            return
        except TimeoutError:
            await _refuse(writer, 408)
            return
        try:
            answers, asks, begun = await self._asked(self.server_for(head), head)
        except OSError:
            await _refuse(writer, 503)
            return
        try:
            writer.write(begun)
            await _first_to_end(_pass(reader, asks), _pass(answers, writer))
        finally:
            asks.close()

    async def _asked(self, number: int, head: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
        """A connection to that server which has heard these lines, and how its answer begins where they are all that it
        waits for. A server that has ended is started anew: who asks for something waits for it.
        """
        end, asks = asyncio.get_running_loop().time() + PATIENCE, None
        while True:
            try:
                answers, asks = await asyncio.open_connection(LOOPBACK, self.ports[number], limit=PIECE)
                asks.write(head)
                if not head.startswith(b"GET "):  # more is to come, and could not be sent twice
                    return answers, asks, b""
                if begun := await answers.read(PIECE):
                    return answers, asks, begun
                raise ConnectionResetError  # it ended while it was asked
            except OSError:
                if asks is not None:
                    asks.close()
                if asyncio.get_running_loop().time() > end:
                    raise
            await asyncio.sleep(AGAIN)

    def _is_teachers(self, line: str) -> bool:
        """Whether the address that is asked for is the teacher's link."""
        words = line.split(" ")
        with suppress(ValueError):
            return len(words) > 1 and self._teacher in parse_qs(urlsplit(words[1]).query)
        return False


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What comes from one side, to the other, no faster than that takes it."""
    while data := await reader.read(PIECE):
        writer.write(data)
        await writer.drain()


async def _first_to_end(*passing: Coroutine[Any, Any, None]) -> None:
    """Both directions, until one side has nothing more to say: then neither has the other."""
    tasks = [asyncio.ensure_future(one) for one in passing]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _refuse(writer: asyncio.StreamWriter, status: int) -> None:
    """Nobody is told anything who has said nothing."""
    if status:
        said = f"HTTP/1.1 {status} {REFUSALS[status]}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        writer.write(said.encode())
        await writer.drain()
