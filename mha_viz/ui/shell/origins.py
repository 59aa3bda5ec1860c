"""Which pages may open a socket to this server, and what is said where a proxy was set up without that."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from mha_viz.errors import InputError
from mha_viz.ui.addresses import origin_of

LOCAL = ("localhost", "127.0.0.1", "::1")
MOST_SAID = 20  # origins that the terminal is told of: whoever visits can name any number
SOCKET = "/_stcore/stream"
QUESTIONS = ("/_stcore/health", "/_stcore/host-config")  # of a page of Streamlit, before it opens its socket
NO_UPGRADE = (
    "A proxy asked for the socket as if it were a page: let it pass the headers Upgrade and Connection on (see "
    "docs/deploy.md), or pages stay empty."
)


def public_origins() -> tuple[str, ...]:
    """By which origins a proxy shows this server; links are made of the first."""
    return tuple(st.get_option("server.corsAllowedOrigins"))


class OriginGuard:
    """Stands before Streamlit, which asks only for the host of an origin, and takes any that the request names itself.

    A page whose socket is refused would stay empty for ever, so it is told why at its first question.
    """

    def __init__(self, app: Any, origins: Sequence[str], names: Sequence[str] = ()) -> None:
        self.app, self.origins, self.names = app, origins, {*LOCAL, *names}
        self.printed: set[str] = set()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        refused = self._refused(scope)
        if refused:
            self._say(_sentence(refused))
            await _refuse(scope["type"], receive, send, _sentence(refused))
            return
        if scope["type"] == "http" and scope["path"].endswith(SOCKET):
            self._say(NO_UPGRADE)
        await self.app(scope, receive, send)

    def allows(self, origin: str, host: str) -> bool:
        """Whether a page of this origin may open a socket: browsers always name it, other programs need not."""
        if not origin or origin in self.origins:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.hostname in self.names or (not self.origins and bool(parts.netloc) and parts.netloc == host)

    def _refused(self, scope: dict[str, Any]) -> str:
        """The origin of a page that is not answered; empty where nothing speaks against it."""
        if scope["type"] == "websocket":
            origin = _header(scope, b"origin")
        elif scope["type"] == "http" and scope["path"].endswith(QUESTIONS):
            origin = _asking_page(scope)
        else:
            return ""
        return "" if self.allows(origin, _header(scope, b"host")) else origin

    def _say(self, sentence: str) -> None:
        if sentence not in self.printed and len(self.printed) < MOST_SAID:
            self.printed.add(sentence)
            print(f"mha-viz: {sentence}", file=sys.stderr, flush=True)


def _header(scope: dict[str, Any], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _asking_page(scope: dict[str, Any]) -> str:
    """The origin of the page whose script asks; a person who follows a link to the answer may come from anywhere."""
    page = _header(scope, b"referer") if "text/html" not in _header(scope, b"accept") else ""
    return "/".join(page.split("/")[:3])


def _sentence(page: str) -> str:
    try:
        origin = origin_of(page)
    except InputError:
        return "A page that names no proper origin was refused."
    return (
        f"This server was not told of {origin}: if that is where browsers should reach it, start it with "
        f"--origin {origin}."
    )


async def _refuse(kind: str, receive: Any, send: Any, sentence: str) -> None:
    """Streamlit's page shows what comes with an error, if it is JSON and the error no 403."""
    await receive()
    if kind == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it is open: a 403
        return
    headers = [(b"content-type", b"application/json"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(sentence).encode()})
