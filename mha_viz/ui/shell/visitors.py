"""Who comes back: a signed cookie tells browsers apart, so that a page that is loaded anew goes on as it was."""

from __future__ import annotations

import hmac
import secrets
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mha_viz.outside import cookies_in
from mha_viz.ui.classroom import TEACHER, class_mode
from mha_viz.ui.several.seat import cookie_of, seat

WORDS = 3  # of a cookie: who, as whom, and our signature under both
AS_TEACHER, AS_ANYBODY = "teacher", "anybody"


class Visitor(NamedTuple):
    """Of a session: who it is, and in which way it came.

    ``name`` is a secret between this server and one browser, where it has a cookie of this server (``has_cookie``);
    else the session's own id. ``was_teacher`` where a cookie of an earlier start of the server says so: that server's
    key is gone, so nothing follows from it.
    """

    name: str
    has_cookie: bool = False
    is_teacher: bool = False
    was_teacher: bool = False


class VisitorCookies:
    """Stands before Streamlit and gives each browser its cookie with the first page; who comes with the teacher's token
    gets one that says so. Scripts cannot read it, and other sites' requests do not carry it.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        cookie = _new_cookie(scope) if scope["type"] == "http" and scope["method"] == "GET" else ""

        async def send_with_cookie(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"set-cookie", cookie.encode())]}
            await send(message)

        await self.app(scope, receive, send_with_cookie if cookie else send)


def visitor() -> Visitor:
    """Of the session that runs."""
    context = get_script_run_ctx()
    if context is None:
        return Visitor("")
    return read_cookie(st.context.cookies.get(cookie_name(), ""), context.session_id)


def read_cookie(text: str, session: str = "") -> Visitor:
    """Who comes with this cookie; where we did not write it, whoever has this session."""
    name, role, signature = (*text.split("."), "", "", "")[:WORDS]
    is_whole = bool(name) and text == f"{name}.{role}.{signature}"
    if is_whole and hmac.compare_digest(signature.encode(errors="replace"), _signature(name, role).encode()):
        return Visitor(name, has_cookie=True, is_teacher=role == AS_TEACHER)
    return Visitor(session, was_teacher=role == AS_TEACHER)


def written_cookie(name: str, *, is_teacher: bool) -> str:
    role = AS_TEACHER if is_teacher else AS_ANYBODY
    return f"{name}.{role}.{_signature(name, role)}"


def cookie_name() -> str:
    """Of this server, or of the class that it serves with others."""
    own = seat()
    return cookie_of(own.port if own is not None else st.get_option("server.port"))


def _new_cookie(scope: dict[str, Any]) -> str:
    """The cookie for who asks for a page; "" where none is needed."""
    headers = dict(scope["headers"])
    if b"text/html" not in headers.get(b"accept", b""):
        return ""
    known = read_cookie(_held(headers.get(b"cookie", b"").decode("latin-1")))
    becomes_teacher = _has_token(scope["query_string"].decode("latin-1")) and not known.is_teacher
    if known.has_cookie and not becomes_teacher:
        return ""
    if known.was_teacher and not becomes_teacher:
        return ""  # it says so on every page, until the teacher's link is opened again
    name = known.name if known.has_cookie else secrets.token_urlsafe(16)
    return f"{cookie_name()}={written_cookie(name, is_teacher=becomes_teacher)}; Path=/; HttpOnly; SameSite=Lax"


def _held(cookies: str) -> str:
    return cookies_in(cookies).get(cookie_name(), "")


def _has_token(query: str) -> bool:
    mode = class_mode()
    return mode is not None and any(mode.is_token(token) for token in parse_qs(query).get(TEACHER, []))


@lru_cache(maxsize=1)
def _key() -> bytes:
    """Of this start of the server, or of the servers of a class: a cookie of an earlier one proves nothing."""
    own = seat()
    return own.secret.encode() if own is not None else secrets.token_bytes(32)


def _signature(name: str, role: str) -> str:
    return hmac.new(_key(), f"{name}.{role}".encode(errors="replace"), "sha256").hexdigest()
