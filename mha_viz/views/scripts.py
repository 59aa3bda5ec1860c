"""A kind of view → the JavaScript and the style that draw it, in the app and in a file of its own."""

from __future__ import annotations

from mha_viz.paths import app_folder

# Which files of ``assets/views`` draw what, beside base.js: a new kind of view is a file and a row.
RENDERERS = {
    "grid": ("grid",),
    "head": ("head",),
    "strips": ("strips",),
    "panels": ("panels",),
    "scores": ("scores",),
    "trail": ("trail",),
    "arcs": ("arcs",),
    "compare": ("head", "compare"),
    "atlas": ("atlas",),
    "saving": (),
}


def script(entry: str, kind: str) -> str:
    """The JavaScript that draws one kind of view; ``entry`` is "streamlit" or "standalone"."""
    folder = app_folder() / "assets" / "views"
    names = ("base", *RENDERERS[kind], "saving", entry)
    return "\n".join(_lean((folder / f"{name}.js").read_text(encoding="utf-8")) for name in names)


def style() -> str:
    return _lean((app_folder() / "assets" / "views" / "views.css").read_text(encoding="utf-8"))


def _lean(text: str) -> str:
    """Without indents, empty lines and lines of comment: every saved page carries all of it."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
