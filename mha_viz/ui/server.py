"""The app's server, as a program: Streamlit's own, which sends at once; and in a class with all loaded beforehand."""

from __future__ import annotations

import logging
import socket
from contextlib import suppress

import uvicorn
from streamlit.web.cli import main

from mha_viz.class_mode import class_mode
from mha_viz.errors import MhaVizError


def send_at_once() -> None:
    """Let no message wait for the browser to confirm the one before it.

    Streamlit opens the socket itself, and what comes in through such a socket keeps Nagle's algorithm, where asyncio
    would switch it off: the second message of every answer waits 40 ms. What the listening socket has, each
    connection inherits.
    """
    startup = uvicorn.Server.startup

    async def at_once(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        for listening in sockets or ():
            if listening.family in (socket.AF_INET, socket.AF_INET6):
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await startup(server, sockets)

    uvicorn.Server.startup = at_once


def warm_up() -> None:
    """Load the code and the models of a class before anybody comes: Streamlit runs a page's code only when somebody
    opens it, so the first of thirty would wait for torch, and the others too. A model that cannot be loaded is said by
    the page that is asked for it.
    """
    logging.disable(logging.WARNING)  # outside a page Streamlit warns of every function of its own
    from mha_viz.parsing import parse
    from mha_viz.ui import atlas, comparison, head, heads, inside, lessons, names, scores, sentence, story, training  # noqa: F401
    from mha_viz.ui.cache import warm
    from mha_viz.ui.frame import DEFAULT_TEXT

    with suppress(MhaVizError):
        parse(DEFAULT_TEXT)
    for name in class_mode().models:
        with suppress(MhaVizError):
            warm(name)
    logging.disable(logging.NOTSET)


if __name__ == "__main__":
    send_at_once()
    if class_mode() is not None:
        warm_up()
    main()
