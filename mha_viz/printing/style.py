"""The style of what is handed out: the views' own, and one file for each kind of hand-out."""

from __future__ import annotations

from mha_viz.paths import app_folder
from mha_viz.views.exports.page import PAGE_STYLE
from mha_viz.views.style.scripts import style


def page_style(name: str) -> str:
    """The style of "lesson", "worksheet" or "plan"."""
    folder = app_folder() / "assets" / "print"
    return style() + PAGE_STYLE + "".join((folder / f"{file}.css").read_text("utf-8") for file in ("paper", name))
