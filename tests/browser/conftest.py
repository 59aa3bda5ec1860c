"""A real server and a real browser. Without Chromium these tests are skipped, except in CI, where they fail."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.support.servers.processes import APP, served

expect.set_options(timeout=90_000)  # on a busy machine pages take long
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
FLAGS += ["--process-per-site"]  # tabs share what one of them has compiled, as long as one of them is open
FLAGS += ["--host-resolver-rules=MAP school.example 127.0.0.1"]  # a name that a proxy of the tests has


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.real_model)
            # Server, browser and models share a few cores: a click can fall between two runs of a page. Whoever fails
            # is tried again, and the summary names it; what is broken fails each time.
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture(scope="session")
def app():
    """The address of a running app, started as a user starts it."""
    with served(*APP) as url:
        yield url


@pytest.fixture(scope="session")
def annotation_app():
    """The address of a page with nothing but the panel of the annotation."""
    page = str(Path(__file__).parents[1] / "support" / "pages" / "annotation_page.py")
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
    """One for all tests: the browser then loads the app's own scripts once, and compiles them once, as a tab stays."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, base_url=app, permissions=["clipboard-read", "clipboard-write"]
    )
    context.new_page().goto("/_stcore/health")
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
