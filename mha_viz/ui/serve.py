"""Serves the app on this machine."""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import suppress
from errno import EADDRINUSE
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from mha_viz.errors import InputError, MhaVizError
from mha_viz.paths import app_folder
from mha_viz.ui.addresses import EVERYWHERE, LOOPBACK, Address
from mha_viz.ui.classroom import STARTED_BY, TEACHER, ClassMode, environment_of
from mha_viz.ui.several.seat import Seat
from mha_viz.ui.several.servers import OneServer, SeveralServers, ended_at_last, listens

INTERRUPTED = (0, 130, -2, -15)
DIRECT = Address()
HOSTS = "leave --host out for this machine alone, or give 0.0.0.0 for the whole network"
LOOK_UP = 1.5  # seconds in which the name of a host has to be found


def serve(
    host: str,
    port: int,
    *,
    open_browser: bool,
    address: Address = DIRECT,
    mode: ClassMode | None = None,
    n_servers: int = 1,
) -> None:
    """Run the app until it is interrupted, for one person or for a class, which several servers may carry; where it is,
    is said once it answers.

    Raises
    ------
    MhaVizError
        If the server stops by itself.
    """
    here = address.below(url_of(host, port))
    public_url = address.public_url(url_of(host, port)) if mode is None else mode.url
    settings = _settings(address, public_url) | (_settings_of_class(mode) if mode else {})
    environment = {**environment_of(mode), STARTED_BY: str(os.getpid())}
    program = [sys.executable, "-m", "mha_viz.ui.server", "run", str(app_folder() / "app.py")]

    def start(host: str, port: int, seat: Seat | None) -> subprocess.Popen[bytes]:
        own: dict[str, Any] = {"server.address": host, "server.port": port}
        if seat is not None:  # else each says where it listens, which is where nobody should come
            own["logger.level"] = "warning"
        options = _as_options({**settings, **own})
        return subprocess.Popen([*program, *options], env={**environment, **(seat.as_environment() if seat else {})})

    make = OneServer if n_servers == 1 else partial(SeveralServers, n=n_servers)
    with ended_at_last(make(start, host, port, TEACHER)) as servers:
        if servers.answers():
            print(_sentences(mode, host, address, public_url, n_servers), flush=True)
            if open_browser:
                url = here if mode is None else mode.as_teacher(here)
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        status = servers.wait()
    if status not in INTERRUPTED:
        raise MhaVizError(f"The app stopped with status {status}; its own message stands above.")


def _settings(address: Address, public_url: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"server.headless": "true"}
    # Else each session looks through the files of all of torch and transformers once, and everybody waits (0.7 s).
    settings["server.fileWatcherType"] = "none"
    # Else Streamlit asks a service in the network what this machine's address is.
    settings["browser.serverAddress"] = urlsplit(public_url).hostname
    settings["logger.hideWelcomeMessage"] = "true"  # it prints an address of its own, which no proxy has
    settings["server.corsAllowedOrigins"] = address.origins
    if address.path:
        settings["server.baseUrlPath"] = address.path.strip("/")
    return settings


def _settings_of_class(mode: ClassMode) -> dict[str, Any]:
    return {
        "server.maxUploadSize": mode.most_megabytes,
        "server.maxWidgetStateSize": 1,  # MB of what a browser may send at once
        "runner.postScriptGC": "false",  # a search for garbage after every click, while all wait
    }


def _as_options(settings: dict[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        for part in value if isinstance(value, tuple) else (value,):
            yield from (f"--{name}", str(part))


def url_of(host: str, port: int) -> str:
    """How this machine opens what listens there."""
    name = "localhost" if host in (*EVERYWHERE, LOOPBACK) else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def _sentences(mode: ClassMode | None, host: str, address: Address, public_url: str, n_servers: int) -> str:
    if mode is None:
        return f"mha_viz: {public_url}  (Ctrl+C stops it)"
    return _sentences_for_teacher(mode, host, address, n_servers)


def _sentences_for_teacher(mode: ClassMode, host: str, address: Address, n_servers: int) -> str:
    who = "Everybody in this network" if host in EVERYWHERE else f"Whoever reaches {host}"
    if address.origins:
        who = f"Whoever reaches {' or '.join(address.origins)}"
    by = f", by {n_servers} servers" if n_servers > 1 else ""
    encryption = "" if mode.url.startswith("https:") else "no encryption and "
    return (
        f"mha_viz for a class, with {' and '.join(mode.models)}{by}  (Ctrl+C stops it)\n"
        f"  students: {mode.url}\n"
        f"  teacher:  {mode.teachers_url}  (keep it to yourself)\n"
        f"{who} can open it; there is {encryption}no password."
    )


def refuse_taken_port(host: str, port: int) -> None:
    """
    Raises
    ------
    InputError
        If nothing can listen there: there is no such port or host, or somebody listens there already.
    """
    if not 1 <= port <= 65535:
        raise InputError(f"Port {port} does not exist: choose 1 to 65535.")
    family, place = _resolved(host, port)
    taken = InputError(f"Port {port} is taken: choose another with --port.")
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":  # as the server does: else the port of one that has just ended counts as taken
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except PermissionError:
        raise InputError(f"Port {port} is for administrators: choose one from 1024 on with --port.") from None
    except OSError as error:
        if error.errno == EADDRINUSE:
            raise taken from None
        raise InputError(f"Nothing can listen at {host[:80]!r}, port {port} ({error.strerror}): {HOSTS}.") from None
    if listens(host, port):
        raise taken


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    """What a host stands for; a name is looked up, for as long as somebody would wait."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0])
        except (OSError, UnicodeError):  # names are encoded for the look-up
            answers.put(None)

    threading.Thread(target=look_up, daemon=True).start()
    with suppress(queue.Empty):
        if found := answers.get(timeout=LOOK_UP):
            return found[0], found[4]
    raise InputError(f"--host {host[:80]!r} is no address of this machine: {HOSTS}.")
