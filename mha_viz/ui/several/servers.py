"""The processes that serve the app, one or several: waited for, watched, ended with what started them."""

from __future__ import annotations

import asyncio
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from mha_viz.errors import InputError
from mha_viz.ui.addresses import EVERYWHERE, LOOPBACK
from mha_viz.ui.several.board import shared_board
from mha_viz.ui.several.front import Front
from mha_viz.ui.several.seat import Seat

FAREWELL = 3.0  # seconds that a server has to end by itself
LOOK = 0.2  # seconds between two looks at whether all are alive
MOST_ENDS = 5  # of servers that are started anew in ``WITHIN`` seconds: more of them will not get better
WITHIN = 60.0
MOST_FILES = 8192
Server = subprocess.Popen[bytes]
Start = Callable[[str, int, Seat | None], Server]  # a server that listens at this host and port


class OneServer:
    """What serves one person, or a class that one server carries."""

    def __init__(self, start: Start, host: str, port: int, _teacher: str = "") -> None:
        self._host, self._port = host, port
        self.running = [start(host, port, None)]

    def answers(self) -> bool:
        """Wait until it can be opened; False if it ends before."""
        return _answers(self.running[0], self._host, self._port)

    def wait(self) -> int:
        """Until it ends: with which status."""
        return self.running[0].wait()


class SeveralServers:
    """Several servers of one class behind one port; whichever ends is started anew, and the others go on.

    Parameters
    ----------
    start : callable
        Starts a server: its host, its port, its seat.
    host : str
    port : int
        By which browsers reach all of them.
    teacher : str
        What the part of the teacher's link is called that holds the token.
    n : int
        How many.
    """

    def __init__(self, start: Start, host: str, port: int, teacher: str, *, n: int) -> None:
        allow_many_connections()
        secret = secrets.token_hex()
        self._start, self._host, self._port = start, host, port
        self._ports, board = free_ports(n), shared_board(secret)
        self._seats = [Seat(number, n, port, board, secret) for number in range(n)]
        self._front = Front(self._ports, port, teacher)
        self._ends: list[float] = []
        self._is_open = False
        self.running = [start(LOOPBACK, at, seat) for at, seat in zip(self._ports, self._seats, strict=True)]

    def answers(self) -> bool:
        """Wait until all can be opened, then open the port; False if one of them ends before.

        Raises
        ------
        InputError
            If something listens at the port meanwhile.
        """
        if not all(_answers(server, LOOPBACK, at) for server, at in zip(self.running, self._ports, strict=True)):
            return False
        opened: list[OSError | None] = []
        ready = threading.Event()

        def serve() -> None:
            try:
                asyncio.run(self._front.serve(self._host, self._port, ready))
            except OSError as error:
                opened.append(error)
                ready.set()

        threading.Thread(target=serve, name="front", daemon=True).start()
        ready.wait()
        if opened:
            raise InputError(f"Port {self._port} is taken: choose another with --port.")
        self._is_open = True
        return True

    def wait(self) -> int:
        """For ever, or until a server cannot be kept running: with which status it ended. One that ended before the
        port was opened is not started anew, as nobody could come.
        """
        while True:
            for number, server in enumerate(self.running):
                status = server.poll()
                if status is None:
                    continue
                if not self._is_open:
                    return status or 1
                now = time.monotonic()
                self._ends = [end for end in self._ends if now - end < WITHIN] + [now]
                if len(self._ends) > MOST_ENDS:
                    return status or 1
                print(
                    f"mha-viz: server {number + 1} of {len(self.running)} ended with status {status} and is started "
                    "anew; whoever was there can go on in a moment.",
                    file=sys.stderr, flush=True,
                )  # fmt: skip
                self.running[number] = self._start(LOOPBACK, self._ports[number], self._seats[number])
            time.sleep(LOOK)


@contextmanager
def ended_at_last(servers: OneServer | SeveralServers) -> Iterator[OneServer | SeveralServers]:
    """They end with what is done here, however that ends."""
    try:
        yield servers
    finally:
        try:
            for server in servers.running:
                server.terminate()
            end = time.monotonic() + FAREWELL
            for server in servers.running:
                with suppress(subprocess.TimeoutExpired):
                    server.wait(max(end - time.monotonic(), 0))
        finally:
            for server in servers.running:
                server.kill()
                server.wait()


def free_ports(n: int) -> list[int]:
    """Ports of this machine at which nobody listens, none twice."""
    probes = [socket.create_server((LOOPBACK, 0)) for _ in range(n)]
    try:
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def listens(host: str, port: int) -> bool:
    """Whether something can be opened there."""
    try:
        with socket.create_connection((LOOPBACK if host in EVERYWHERE else host, port), timeout=0.5):
            return True
    except OSError:
        return False


def allow_many_connections() -> None:
    """Each student holds some, and each of them is two files here; where a process may have few files at a time (256 on
    a Mac), others would be turned away.
    """
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit; some systems allow no change
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(MOST_FILES, most)
        if now != resource.RLIM_INFINITY and now < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _answers(server: Server, host: str, port: int) -> bool:
    """Wait until the server can be opened; False if it ends before."""
    while server.poll() is None:
        if listens(host, port):
            return True
        time.sleep(0.1)
    return False
