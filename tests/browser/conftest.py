"""A real server and a real browser. Without Chromium these tests are skipped, except in CI, where they fail."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

expect.set_options(timeout=90_000)  # on a busy machine pages take long
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
FLAGS += ["--host-resolver-rules=MAP school.example 127.0.0.1"]  # a name that a proxy of the tests has


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.real_model)
            # Server, browser and models share a few cores: a click can fall between two runs of a page. Whoever fails
            # is tried again, and the summary names it; what is broken fails each time.
            item.add_marker(pytest.mark.flaky(reruns=2))


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
def served(*command: str, path: str = ""):
    """The address of what a command serves, which is told its port, and the path below which it lies."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, *(part.format(port=port) for part in command)],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}{path}/_stcore/health", process)
        yield url
    finally:
        stop(process)


@pytest.fixture(scope="session")
def app():
    """The address of a running app, started as a user starts it."""
    with served(
        "-c", "from mha_viz.cli.main import main; raise SystemExit(main())", "--port", "{port}", "--no-browser"
    ) as url:
        yield url


@pytest.fixture(scope="session")
def annotation_app():
    """The address of a page with nothing but the panel of the annotation."""
    page = str(Path(__file__).parents[1] / "support" / "annotation_page.py")
    with served("-m", "streamlit", "run", page, "--server.port", "{port}", "--server.headless", "true") as url:
        yield url


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(chromium, app):
    """One for all tests: the browser then loads the app's own scripts once."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, base_url=app, permissions=["clipboard-read", "clipboard-write"]
    )
    yield context
    context.close()


@pytest.fixture
def tab(context):
    """A fresh tab that fails the test on any error in our script."""
    page = context.new_page()
    page.set_default_timeout(90_000)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert not errors
