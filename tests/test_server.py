"""The server's own part: no message waits for the one before it to be confirmed."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import uvicorn

from mha_viz.ui.server import send_at_once


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
    with ThreadPoolExecutor(1) as apart:  # browser tests before this one may have left a loop in this thread
        assert apart.submit(asyncio.run, _option_of_a_connection()).result()
