"""A view in a cell of a notebook: walled off in a frame, and beside it what remains where frames are taken out."""

from __future__ import annotations

import base64
import html
from pathlib import Path
from typing import Any

from mha_viz.disk import write_whole
from mha_viz.views.view import View

FRAME_PIXELS = 640
# The notebook makes a frame as high as the page in it says it is: a number, and nothing else, is taken from there.
FITS = (
    "globalThis.mhaVizFrames??=addEventListener('message',({source,data})=>{"
    "const height=Number(data?.mhaVizHeight);"
    "if(height>0&&height<20000)for(const frame of document.querySelectorAll('iframe.mha-viz'))"
    "if(frame.contentWindow===source)frame.height=height})??true"
)
GRID, AROUND, ROW, LINE = 900, 330, 32, 20  # pixels: all heads; what is around a map, a token of it, a line of text
LETTERS = 100  # in a line


class HtmlView:
    """A view that a notebook shows by itself, walled off from the notebook; ``save`` writes it as a file.

    Its frame is ``height`` pixels high until what is in it says how high it is. Where a notebook is read without frames
    (GitHub, mail, PDF), a still picture and the facts as text remain.
    """

    def __init__(self, page: bytes, height: int = FRAME_PIXELS, *, text: str = "", picture: bytes = b"") -> None:
        self.page = page
        self.height = height
        self.text = text
        self.picture = picture  # PNG

    def __repr__(self) -> str:
        return self.text or "HtmlView"

    def _repr_html_(self) -> str:
        frame = (
            f'<script>{FITS}</script><iframe class="mha-viz" sandbox="allow-scripts allow-downloads" width="100%" '
            f'height="{self.height}" style="border:0" srcdoc="{html.escape(self.page.decode())}"></iframe>'
        )
        if not self.text:
            return frame
        title, *facts = map(html.escape, self.text.splitlines())
        image = f'<img alt="{title}" src="data:image/png;base64,{self._picture_text()}">' if self.picture else ""
        # Frames may be taken out on the way to a reader, so this stands beside them.
        rest = f"<summary>{title}: still picture and facts</summary>{image}<p>{'<br>'.join(facts)}</p>"
        return f"{frame}<details>{rest}</details>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook keeps of a view, for readers of every kind."""
        bundle = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if self.picture:
            bundle["image/png"] = self._picture_text()
        kept = set(include or bundle) - set(exclude or ())
        return {kind: content for kind, content in bundle.items() if kind in kept}

    def _picture_text(self) -> str:
        return base64.b64encode(self.picture).decode()

    @property
    def data(self) -> str:
        """The page as text, under the name that IPython gives it."""
        return self.page.decode()

    def save(self, path: str | Path) -> Path:
        """Write the view as one HTML file that needs no network."""
        path = Path(path)
        write_whole(path, self.page)
        return path


def height_of(view: View) -> int:
    """About how high the page of a view is, in pixels, where nobody can ask the page."""
    words = sum(len(text) // LETTERS + 1 for text in (view.header.get("note", ""), *view.header.get("facts", ())))
    rows = len(view.header["queries"]) if view.kind == "head" else 0
    return (AROUND + ROW * min(rows, 40) if rows else GRID) + LINE * words
