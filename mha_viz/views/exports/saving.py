"""The buttons that copy the link and save the picture on the page."""

from __future__ import annotations

from collections.abc import Sequence

from mha_viz.views.view import View


def saving_view(picture: str, origins: Sequence[str] = ()) -> View:
    """The buttons that save the picture with this title; ``origins`` are those by which others reach the page: whoever
    sits at the server itself copies a link that others can open.
    """
    return View("saving", {"picture": picture, "origins": list(origins)}, {})
