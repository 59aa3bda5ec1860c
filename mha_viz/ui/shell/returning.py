"""Who comes back to the bare address of the app begins on Explore: a cookie says that this browser was further in."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any

import streamlit as st

from mha_viz.lessons.shelf import FIRST, opening_lesson
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shell.visitors import cookie_name


class Returning:
    """Stands before Streamlit and sends on whoever asks for the first page, with nothing in its address, and was in
    another room before. Lessons are one click away, and each of their own addresses stays what it is. A class begins
    where its teacher wants it, and an app that was started for a lesson of one's own with that.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not (_is_bare(scope) and _was_further_in(scope) and mark_of_return()):
            await self.app(scope, receive, send)
            return
        headers = [(b"location", b"Explore"), (b"cache-control", b"no-store"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 302, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def mark_of_return() -> str:
    """The cookie that the menu sets in every room but the first; "" where everybody begins on the first page."""
    is_ours = class_mode() is None and opening_lesson() == FIRST
    return f"{cookie_name()}_further" if is_ours else ""


def _is_bare(scope: dict[str, Any]) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
        return False
    base = st.get_option("server.baseUrlPath").strip("/")
    return scope["path"] in {"/", f"/{base}/"} and b"text/html" in dict(scope["headers"]).get(b"accept", b"")


def _was_further_in(scope: dict[str, Any]) -> bool:
    cookies = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    try:
        return mark_of_return() in SimpleCookie(cookies)
    except CookieError:
        return False
