"""The server's own part: no message waits for the one before it to be confirmed, and no page for its code."""

import ast
import asyncio
import socket
import sys

import pytest
import uvicorn
from streamlit import net_util
from streamlit.web.server.server_util import is_url_from_allowed_origins

from mha_viz.paths import app_folder
from mha_viz.progress import Progress
from mha_viz.ui.server import keep_other_sites_out, send_at_once
from mha_viz.ui.shell import loading
from tests.support.servers.loops import run_apart


async def _no_app(scope, receive, send): ...


async def _option_of_a_connection():
    """Whether a connection sends at once that comes in through a socket opened beforehand, as Streamlit does it."""
    listening = socket.socket()  # no protocol is named, as asyncio would need it to switch the algorithm off itself
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(_no_app, lifespan="off", log_level="critical"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    _, writer = await asyncio.open_connection(*listening.getsockname())
    while not server.server_state.connections:
        await asyncio.sleep(0.01)
    (connection,) = server.server_state.connections
    found = connection.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    writer.close()
    server.should_exit = True
    await running
    return bool(found)


def test_a_connection_sends_at_once(monkeypatch):
    monkeypatch.setattr(uvicorn.Server, "startup", uvicorn.Server.startup)  # put back afterwards
    send_at_once()
    assert run_apart(_option_of_a_connection())


def test_no_service_is_asked_for_this_machine_s_address(monkeypatch):
    """Streamlit asks one whenever a page of an unknown origin comes, and meanwhile answers nobody."""
    monkeypatch.setattr(uvicorn.Server, "startup", uvicorn.Server.startup)  # put back afterwards
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda *_given, **_named: pytest.fail("asked"))
    keep_other_sites_out()
    assert not is_url_from_allowed_origins("https://evil.example")


def imported(file):
    """The modules from which a file imports at its top; pages do once the code is loaded."""
    nodes = ast.parse(file.read_text(encoding="utf-8")).body
    nodes += [inner for node in nodes if isinstance(node, ast.If) for inner in node.body]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    names = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    return {name if file_of(name).is_file() else name.rpartition(".")[0] for name in names}


def file_of(name):
    return app_folder() / f"{name.replace('.', '/')}.py"


def test_all_that_pages_need_is_loaded_beforehand():
    """Else whoever opens a page first waits before an empty one."""
    folder = app_folder()
    pages = [folder / "app.py", *(folder / "pages").glob("*.py")]
    needed = set().union(*map(imported, pages)) - {"streamlit"}
    assert len(needed) >= len(pages)
    loaded, new = set(), {name for name in loading.CODE if name.startswith("mha_viz.")}
    while new:
        loaded |= new
        files = [file_of(name) for name in new if name.startswith("mha_viz.ui.")]
        new = set().union(*map(imported, files)) - loaded
    assert needed <= loaded


def test_a_bar_says_what_is_loaded():
    told = []
    loading.load_code(Progress(report=lambda *now: told.append(now)))
    assert set(loading.CODE) <= set(sys.modules)
    shares = [share for share, _ in told]
    assert shares == sorted(set(shares))
    assert (shares[0], told[0][1], told[-1][1]) == (0, "loading torch", "loading mha_viz")
    assert shares[-1] < 1
