"""A browser stays at one of several servers: its session and its files are at no other."""

from __future__ import annotations

from typing import Any

from mha_viz.outside import cookies_in
from mha_viz.ui.several.seat import Seat, staying_cookie


class Staying:
    """Stands before Streamlit in one of several servers and tells each browser, with the first page, where it stays.

    Each connection brings one answer: a proxy sends the requests of several browsers through the same one, and each has
    to be looked at to find the server that it belongs to.
    """

    def __init__(self, app: Any, own: Seat) -> None:
        self.app, self.own = app, own

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        added = [(b"connection", b"close")]
        if _is_page(scope) and _cookies(scope).get(staying_cookie(self.own.port)) != str(self.own.number):
            cookie = f"{staying_cookie(self.own.port)}={self.own.number}; Path=/; HttpOnly; SameSite=Lax"
            added.append((b"set-cookie", cookie.encode()))

        async def send_and_close(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        await self.app(scope, receive, send_and_close)


def _is_page(scope: dict[str, Any]) -> bool:
    return scope["method"] == "GET" and b"text/html" in dict(scope["headers"]).get(b"accept", b"")


def _cookies(scope: dict[str, Any]) -> dict[str, str]:
    return cookies_in(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
