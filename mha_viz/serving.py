"""Serves the app on this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import webbrowser

from mha_viz.errors import InputError, MhaVizError
from mha_viz.places import app_folder

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - an address that the user asked for
INTERRUPTED = (0, 130, -2)


def serve(host: str, port: int, *, open_browser: bool) -> None:
    """Run the app until it is interrupted.

    Raises
    ------
    MhaVizError
        If the server stops by itself.
    """
    url = f"http://{'localhost' if host in (*EVERYWHERE, '127.0.0.1') else host}:{port}"
    print(f"mha_viz: {url}  (Ctrl+C stops it)", flush=True)
    if open_browser:
        threading.Thread(target=_open_when_ready, args=(host, port, url), daemon=True).start()
    command = [sys.executable, "-m", "streamlit", "run", str(app_folder() / "app.py")]
    status = subprocess.run(
        [*command, "--server.port", str(port), "--server.address", host, "--server.headless", "true"], check=False
    ).returncode
    if status not in INTERRUPTED:
        raise MhaVizError(f"The app stopped with status {status}; its own message stands above.")


def refuse_taken_port(host: str, port: int) -> None:
    if not 1 <= port <= 65535:
        raise InputError(f"Port {port} does not exist: choose 1 to 65535.")
    if _listens(host, port):
        raise InputError(f"Port {port} is taken: choose another with --port.")


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1" if host in EVERYWHERE else host, port), timeout=0.5):
            return True
    except OSError:
        return False


def _open_when_ready(host: str, port: int, url: str) -> None:
    for _ in range(120):
        if _listens(host, port):
            webbrowser.open(url)
            return
        time.sleep(0.5)
