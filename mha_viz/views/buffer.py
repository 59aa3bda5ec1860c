"""How a view travels to the browser: one buffer, drawn by ``assets/views`` wherever it is shown.

A buffer is four bytes with the length of a JSON header, the header, and the arrays that it describes. No view holds
markup, and no text in it is ever read as markup.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from mha_viz.paths import app_folder
from mha_viz.views import theme

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


def range_of(values: Tensor) -> tuple[float, float]:
    """The ends of a colour scale: from zero to the largest, or the same on both sides of zero."""
    finite = values[values.isfinite()]
    low, high = (finite.min().item(), finite.max().item()) if len(finite) else (0.0, 1.0)
    if low < 0 < high:
        return -max(-low, high), max(-low, high)
    return min(low, 0.0), max(high, 0.0)


def palette(*, diverging: bool = False) -> dict[str, tuple[str, ...]]:
    if diverging:
        return {"light": theme.DIVERGING_LIGHT, "dark": theme.DIVERGING_DARK}
    return {"light": theme.SEQUENTIAL_LIGHT, "dark": theme.SEQUENTIAL_DARK}


def buffer(kind: str, arrays: dict[str, np.ndarray], **header: Any) -> bytes:
    """Header and arrays as bytes; ``identity`` is what a reader's choices belong to (see ``show`` in base.js)."""
    payload, described = b"", {}
    for name, array in arrays.items():
        payload += b"\0" * (-len(payload) % 4)
        described[name] = {"type": array.dtype.str[1:], "offset": len(payload), "count": array.size}
        payload += np.ascontiguousarray(array).tobytes()
    header = {"kind": kind, "arrays": described, "identity": "", **header}
    text = json.dumps(header, ensure_ascii=False, allow_nan=False).encode()
    text += b" " * (-len(text) % 4)  # the numbers after it start at a multiple of four
    return struct.pack("<I", len(text)) + text + payload


def header_of(view: bytes) -> dict[str, Any]:
    """What a view says of itself."""
    (length,) = struct.unpack("<I", view[:4])
    header: dict[str, Any] = json.loads(view[4 : 4 + length])  # Any: JSON
    return header


def saving_buffer(origins: Sequence[str] = ()) -> bytes:
    """The buttons that copy the link and save the picture on the page; ``origins`` are those by which others reach
    it: whoever sits at the server itself copies a link that others can open.
    """
    return buffer("saving", {}, origins=list(origins))
