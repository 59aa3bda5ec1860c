"""Commands as processes of their own, which a test ends by signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import psutil

COMMAND = "import sys; from mha_viz.cli.main import main; raise SystemExit(main())"


@contextmanager
def command(*arguments, code=COMMAND, cache):
    """A command with models and counts in ``cache``; nothing of it goes on afterwards."""
    environment = {**os.environ, "MHA_VIZ_CACHE": str(cache), "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_until(condition, patience=60.0):
    end = time.monotonic() + patience
    while not (outcome := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
    return outcome


def has_ended(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
