"""Pages of ours → PDF, or what they make of themselves, by a browser of this machine that nobody sees."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mha_viz.errors import StorageError

VARIABLE = "MHA_VIZ_BROWSER"  # a browser elsewhere
NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
    "microsoft-edge-stable", "msedge", "brave-browser",
)  # fmt: skip
ON_MAC = ("Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser")
ON_WINDOWS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
FLAGS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing of ours asks a network, and nothing of the browser's may
)  # fmt: skip
SECONDS = 180


def find_browser() -> str | None:
    """A browser that prints without a window: Chrome, Chromium, Edge or Brave; None where there is none."""
    if named := os.environ.get(VARIABLE):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, (*NAMES, *_usual_places()))), None)


def print_pdf(browser: str, page: Path, pdf: Path) -> None:
    """The page, as it prints itself.

    Raises
    ------
    StorageError
        If the browser does not print it.
    """
    pdf.unlink(missing_ok=True)
    said = _run(browser, f"--print-to-pdf={pdf.absolute()}", page)
    if not pdf.exists():
        raise StorageError(f"{pdf} could not be printed by {Path(browser).name}{_last_line(said.stderr)}.")


def made_by(browser: str, page: Path) -> str:
    """The markup of a page after its script ran.

    Raises
    ------
    StorageError
        If the browser does not open it.
    """
    said = _run(browser, "--dump-dom", page)
    if not said.stdout:
        raise StorageError(f"{page} could not be opened by {Path(browser).name}{_last_line(said.stderr)}.")
    return said.stdout


def _usual_places() -> list[str]:
    """Where browsers lie on systems that do not put them on the path."""
    if sys.platform == "darwin":
        folders = ("/Applications", f"{Path.home()}/Applications")
        return [f"{folder}/{name}.app/Contents/MacOS/{name}" for folder in folders for name in ON_MAC]
    roots = [os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    return [str(Path(root, place)) for root in filter(None, roots) for place in ON_WINDOWS]


def _run(browser: str, order: str, page: Path) -> subprocess.CompletedProcess[str]:
    # A browser that runs already would take the order over to its own window, and print nothing.
    with tempfile.TemporaryDirectory(prefix="mha-viz-", ignore_cleanup_errors=True) as profile:
        as_root = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []  # it refuses to start otherwise
        command = [browser, *FLAGS, *as_root, f"--user-data-dir={profile}", order, page.absolute().as_uri()]
        try:
            return subprocess.run(
                command, capture_output=True, encoding="utf-8", errors="replace", timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StorageError(f"{Path(browser).name} did not print {page.name}: {error}.") from None


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return f": {lines[-1][:200]}" if lines else ""
