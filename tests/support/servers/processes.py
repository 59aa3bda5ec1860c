"""Commands that serve pages, started for a test and stopped after it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

APP = "-c", "from mha_viz.cli.main import main; raise SystemExit(main())", "--port", "{port}", "--no-browser"


def wait_for(url: str, process: subprocess.Popen, patience: float = 120) -> None:
    for _ in range(int(patience * 5)):
        if process.poll() is not None:
            pytest.fail(f"the server stopped with status {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail("the server did not answer")


def stop(process: subprocess.Popen) -> None:
    """A command that was started as a session of its own, with all that it started."""
    if os.name == "nt":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], check=False, capture_output=True)
    else:
        os.killpg(process.pid, 15)
    process.wait(20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def served(*command: str, path: str = "", **environment: str):
    """The address of what a command serves, which is told its port, and the path below which it lies; variables of the
    environment come on top.
    """
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, *(part.format(port=port) for part in command)],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, **environment},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}{path}/_stcore/health", process)
        yield url
    finally:
        stop(process)
