"""Who comes back to the bare address of the app begins on Explore: a cookie says from when on."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from mha_viz.lessons.shelf import FIRST, opening_lesson
from mha_viz.outside import cookies_in, whole_number
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shell.visitors import cookie_name

CENTURIES = 10**11  # seconds: a later one is nobody's clock


class Returning:
    """Stands before Streamlit and sends on whoever asks for the first page, with nothing in its address, and was in
    another room before, or in a lesson an hour ago. Lessons are one click away, and each of their own addresses stays
    what it is. A class begins where its teacher wants it, and an app that was started for a lesson of one's own with
    that.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not (_is_bare(scope) and _comes_back(scope) and mark_of_return()):
            await self.app(scope, receive, send)
            return
        headers = [(b"location", b"Explore"), (b"cache-control", b"no-store"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 302, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def mark_of_return() -> str:
    """The cookie that the menu sets; "" where everybody begins on the first page."""
    is_ours = class_mode() is None and opening_lesson() == FIRST
    return f"{cookie_name()}_explore_from" if is_ours else ""


def _is_bare(scope: dict[str, Any]) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
        return False
    base = st.get_option("server.baseUrlPath").strip("/")
    return scope["path"] in {"/", f"/{base}/"} and b"text/html" in dict(scope["headers"]).get(b"accept", b"")


def _comes_back(scope: dict[str, Any]) -> bool:
    """Whether the second has come from which on this browser begins on Explore."""
    cookies = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    since = whole_number(cookies_in(cookies).get(mark_of_return(), ""), CENTURIES)
    return since is not None and since <= time.time()
