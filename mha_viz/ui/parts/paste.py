"""A picture from the clipboard: pasted anywhere on the page, it goes the way of an uploaded file."""

from __future__ import annotations

import streamlit as st

from mha_viz.paths import app_folder

_listener = st.components.v2.component(
    "mha_viz_paste",
    html='<output class="paste" aria-live="polite"></output>',
    css=".paste{display:block;font-size:.875rem;opacity:.8}",
    js=(app_folder() / "assets" / "paste.js").read_text(encoding="utf-8"),
)


def listen_for_paste(uploader: str) -> None:
    """Hand a pasted picture to the uploader with this key, so that limits and refusals are the same as for a file."""
    _listener(data={"uploader": uploader}, key=f"paste_{uploader}")
