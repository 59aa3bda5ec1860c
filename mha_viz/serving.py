"""Serves the app on this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import webbrowser
from urllib.parse import urlsplit

from mha_viz.class_mode import ClassMode, environment_of
from mha_viz.errors import InputError, MhaVizError
from mha_viz.places import app_folder

LOOPBACK = "127.0.0.1"  # this machine only
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - an address that the user asked for
INTERRUPTED = (0, 130, -2)


def serve(host: str, port: int, *, open_browser: bool, mode: ClassMode | None = None) -> None:
    """Run the app until it is interrupted, for one person or for a class.

    Raises
    ------
    MhaVizError
        If the server stops by itself.
    """
    url = url_of(host, port)
    if mode is None:
        print(f"mha_viz: {url}  (Ctrl+C stops it)", flush=True)
    else:
        url = f"{url}{mode.teachers_url.removeprefix(mode.url)}"
        print(_said_to_teacher(mode, host), flush=True)
    if open_browser:
        threading.Thread(target=_open_when_ready, args=(host, port, url), daemon=True).start()
    settings = {"server.port": port, "server.address": host, "server.headless": "true"}
    # Else each session looks through the files of all of torch and transformers once, and everybody waits (0.7 s).
    settings["server.fileWatcherType"] = "none"
    # Else Streamlit asks a service in the network what this machine's address is.
    settings["browser.serverAddress"] = urlsplit(mode.url if mode else url).hostname
    if mode is not None:
        settings["server.maxUploadSize"] = mode.most_megabytes
        settings["server.maxWidgetStateSize"] = 1  # MB of what a browser may send at once
        settings["runner.postScriptGC"] = "false"  # a search for garbage after every click, while all wait
    command = [sys.executable, "-m", "mha_viz.ui.server", "run", str(app_folder() / "app.py")]
    command += [part for name, value in settings.items() for part in (f"--{name}", str(value))]
    status = subprocess.run(command, env=environment_of(mode), check=False).returncode
    if status not in INTERRUPTED:
        raise MhaVizError(f"The app stopped with status {status}; its own message stands above.")


def url_of(host: str, port: int) -> str:
    """How this machine opens what listens there."""
    name = "localhost" if host in (*EVERYWHERE, LOOPBACK) else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def _said_to_teacher(mode: ClassMode, host: str) -> str:
    who = "Everybody in this network" if host in EVERYWHERE else f"Whoever reaches {host}"
    return (
        f"mha_viz for a class, with {' and '.join(mode.models)}  (Ctrl+C stops it)\n"
        f"  students: {mode.url}\n"
        f"  teacher:  {mode.teachers_url}  (keep it to yourself)\n"
        f"{who} can open it; there is no encryption and no password."
    )


def refuse_taken_port(host: str, port: int) -> None:
    if not 1 <= port <= 65535:
        raise InputError(f"Port {port} does not exist: choose 1 to 65535.")
    if _listens(host, port):
        raise InputError(f"Port {port} is taken: choose another with --port.")


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK if host in EVERYWHERE else host, port), timeout=0.5):
            return True
    except OSError:
        return False


def _open_when_ready(host: str, port: int, url: str) -> None:
    for _ in range(480):  # a slow disk: four minutes
        if _listens(host, port):
            webbrowser.open(url)
            return
        time.sleep(0.5)
