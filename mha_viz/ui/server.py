"""The app's server, as a program: Streamlit's own, which sends at once and has all code loaded before anybody comes."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from contextlib import nullcontext, suppress
from typing import Any

import streamlit as st
import uvicorn
from streamlit import net_util
from streamlit.web.cli import main
from tqdm import tqdm

from mha_viz.errors import MhaVizError
from mha_viz.models.light import allow_light_imports
from mha_viz.progress import Progress, progress_bar
from mha_viz.ui.classroom import STARTED_BY, class_mode, leave_out
from mha_viz.ui.several.seat import seat
from mha_viz.ui.several.staying import Staying
from mha_viz.ui.shell.led.lead import LEADING, LeadFeed
from mha_viz.ui.shell.loading import load_code, load_soon
from mha_viz.ui.shell.origins import OriginGuard, public_origins
from mha_viz.ui.shell.returning import Returning
from mha_viz.ui.shell.visitors import VisitorCookies
from mha_viz.ui.shell.widgets import keep_forged_values_out


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

    uvicorn.Server.startup = at_once  # type: ignore[method-assign, assignment]  # it has no setting for this


def keep_other_sites_out() -> None:
    """Put our guard before Streamlit, whose own check lets an unknown origin wait for a service in the network that
    says what this machine's address is, and everybody else with it.
    """
    net_util.get_external_ip = lambda: None
    startup = uvicorn.Server.startup

    async def with_guard(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        origins = public_origins()
        names = () if origins else (st.get_option("browser.serverAddress"),)
        pages = Returning(VisitorCookies(LeadFeed(server.config.loaded_app)))
        guarded: Any = OriginGuard(pages, origins, names)
        server.config.loaded_app = guarded if (own := seat()) is None else Staying(guarded, own)
        await startup(server, sockets)

    uvicorn.Server.startup = with_guard  # type: ignore[method-assign, assignment]  # it has no setting for this


def end_with_starter() -> None:
    """End this server when the command that started it is gone, even if nothing let that command say goodbye. Else the
    port stays taken by a server that nobody sees. On Windows a process does not learn that.
    """
    starter = int(os.environ.get(STARTED_BY, "0"))

    def watch() -> None:
        while os.getppid() == starter:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    if starter and os.name == "posix":
        threading.Thread(target=watch, daemon=True).start()


def warm_up(progress: Progress) -> None:
    """Load the parser and the models of a class, for which the first of thirty would wait, and the others too. A model
    that cannot be loaded is said here and left out.
    """
    from mha_viz.annotation.english.parser import parse
    from mha_viz.ui.shared.models import warm
    from mha_viz.ui.shell.settings import Settings

    progress(0.95, "loading the parser")
    with suppress(MhaVizError):
        parse(Settings.text.default)
    mode, broken = class_mode(), []
    for name in mode.models if mode is not None else ():
        progress(0.97, f"loading {name}")
        try:
            warm(name)
        except MhaVizError as error:
            if _is_first():
                tqdm.write(f"mha-viz: {error} The class goes on without it.", file=sys.stderr)
            broken.append(name)
    leave_out(broken)


def set_up_process() -> None:
    """What holds for all threads that serve pages."""
    import torch

    from mha_viz.models.load import hush_transformers

    # Two forward passes with one thread each answer a class sooner than one with two threads, and in less memory.
    torch.set_num_threads(1)
    # The thread that sends pictures to browsers waits this long for one that computes; 5 ms, many times a page, is
    # felt.
    sys.setswitchinterval(0.001)
    hush_transformers()


def prepare() -> None:
    """For a class all that can be done before anybody comes, with a progress bar. Else it is done behind the first
    page, which shows how far it is.
    """
    if class_mode() is None:
        load_soon(set_up_process)
        return
    logging.disable(logging.WARNING)  # outside a page Streamlit warns of every function of its own
    # Of several servers of a class, the first one says how far they are.
    with progress_bar() if _is_first() else nullcontext(Progress()) as progress:
        load_code(progress)
        set_up_process()
        warm_up(progress)
    if seat() is not None:
        LEADING.listen()
    logging.disable(logging.NOTSET)


def _is_first() -> bool:
    """Whether this server speaks for its class: it is alone, or the first of several."""
    own = seat()
    return own is None or own.number == 0


if __name__ == "__main__":
    allow_light_imports()
    end_with_starter()
    send_at_once()
    keep_other_sites_out()
    keep_forged_values_out()
    prepare()
    main()
