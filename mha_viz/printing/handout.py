"""A told lesson → its files in a folder: pages that any browser prints, and what a browser of this machine makes."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from mha_viz.disk import write_whole
from mha_viz.errors import StorageError
from mha_viz.playing.told import ToldLesson
from mha_viz.printing.browser import VARIABLE, find_browser, made_by, print_pdf
from mha_viz.printing.plan import LENGTHS, lesson_plan
from mha_viz.printing.whole import stills_page, whole_lesson
from mha_viz.printing.worksheet import worksheet
from mha_viz.progress import Report, progress_of

WORKSHEET, PLAN, STEPS, LESSON = "worksheet", "plan", "steps", "lesson"
KINDS = (WORKSHEET, PLAN, STEPS, LESSON)
_MADE = re.compile(r'<pre data-name="([\w.-]+)">(.*?)</pre>', re.DOTALL)


def pages_of(told: ToldLesson, kinds: Sequence[str] = KINDS) -> Iterator[tuple[str, bytes]]:
    """The pages of some kinds of hand-outs, each with the name of its file."""
    if WORKSHEET in kinds:
        yield "worksheet.html", worksheet(told, answers=False)
        yield "answers.html", worksheet(told, answers=True)
    if PLAN in kinds:
        for minutes in LENGTHS:
            yield f"plan-{minutes}.html", lesson_plan(told, minutes)
    if LESSON in kinds:
        yield "lesson.html", whole_lesson(told)


def write_handouts(
    told: ToldLesson, folder: Path, kinds: Sequence[str] = KINDS, progress: Report | None = None
) -> list[Path]:
    """Pages as HTML and PDF, steps as SVG and PNG.

    Raises
    ------
    StorageError
        If the folder cannot be written, or there is no browser to make pictures and PDF: the pages are there then.
    """
    report, files = progress_of(progress), list[Path]()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, page in pages_of(told, kinds):
            write_whole(folder / name, page)
            files.append(folder / name)
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror}.") from None
    browser = find_browser()
    if browser is None:
        raise StorageError(_without_browser(files))
    n, pages = len(files) + 1, list(files)
    for i, file in enumerate(pages):
        pdf = file.with_suffix(".pdf")
        report(i / n, f"printing {pdf.name}")
        print_pdf(browser, file, pdf)
        files.append(pdf)
    if STEPS in kinds:
        report(len(pages) / n, "drawing the steps")
        files += write_steps(told, folder / "steps", browser)
    report(1.0)
    return files


def write_steps(told: ToldLesson, folder: Path, browser: str) -> list[Path]:
    """Each step as SVG and as PNG."""
    folder.mkdir(exist_ok=True)
    page = folder / ".steps.html"  # beside what is made of it: some browsers see nothing but the user's own folders
    try:
        write_whole(page, stills_page(told))
        made = _MADE.findall(made_by(browser, page))
    finally:
        page.unlink(missing_ok=True)
    for name, text in made:
        said = html.unescape(text)
        is_png = name.endswith(".png")
        write_whole(folder / name, base64.b64decode(said.partition(",")[2]) if is_png else said.encode())
    if len(made) != 2 * len(told.steps):
        raise StorageError(f"Of the steps only {len(made)} of {2 * len(told.steps)} pictures could be drawn.")
    return [folder / name for name, _ in made]


def _without_browser(files: Sequence[Path]) -> str:
    there = f"{len(files)} pages are written; print them from any browser. " if files else ""
    return (
        f"{there}PDF, PNG and SVG are made by Chrome, Chromium, Edge or Brave, and none of them was found here; "
        f"{VARIABLE} says where one is."
    )
