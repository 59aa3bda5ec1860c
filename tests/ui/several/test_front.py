"""One port for several servers: who goes where, and that bytes arrive as they were sent."""

import asyncio
import socket
import threading
from contextlib import asynccontextmanager

import pytest

from mha_viz.ui.several import front as module
from mha_viz.ui.several.front import Front
from tests.support.servers.loops import run_apart
from tests.support.servers.processes import free_port

PAGE = ("GET / HTTP/1.1", "Accept: text/html,*/*")
SOCKET = ("GET /_stcore/stream HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade")
STAYS = "mha_viz_8501_seat"


def head(*lines):
    return "\r\n".join((*lines, "", "")).encode()


def front(n=3):
    return Front(range(7000, 7000 + n), 8501, "teacher")


def test_who_comes_for_the_first_time_goes_to_the_servers_in_turn():
    one = front()
    assert [one.server_for(head(*PAGE)) for _ in range(7)] == [1, 2, 0, 1, 2, 0, 1]
    assert [one.server_for(head(*SOCKET)) for _ in range(3)] == [2, 0, 1]


@pytest.mark.parametrize("asks", [PAGE, SOCKET, ("PUT /_stcore/upload_file/a/b HTTP/1.1",)])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_who_was_at_a_server_stays_there(asks, number):
    one = front()
    others = '_streamlit_xsrf=2|x|y|1; of another program={"a": [1, 2]}; '
    cookies = f"cookie: {others}{STAYS}={number}; mha_viz_8501=name.anybody.signature"
    assert {one.server_for(head(*asks, cookies)) for _ in range(4)} == {number}


@pytest.mark.parametrize(
    "cookies", ["", f"{STAYS}=3", f"{STAYS}=-1", f"{STAYS}={'9' * 5000}", f"{STAYS}=", "mha_viz_8502_seat=2", ";;==;,"]
)
def test_a_place_that_there_is_not_is_none(cookies):
    one = front()
    assert [one.server_for(head(*PAGE, f"Cookie: {cookies}")) for _ in range(3)] == [1, 2, 0]


@pytest.mark.parametrize(
    "lines",
    [
        ("GET /?teacher=token HTTP/1.1", "Accept: text/html", f"Cookie: {STAYS}=2"),
        ("GET /tools/mha/Explore?text=a%20b&teacher=x HTTP/1.1", "Accept: text/html"),
        (*SOCKET, f"Cookie: {STAYS}=2; mha_viz_8501=name.teacher.signature"),
    ],
)
def test_the_teacher_is_at_the_first_server(lines):
    one = front()
    assert {one.server_for(head(*lines)) for _ in range(4)} == {0}


def test_programs_that_ask_whether_it_is_there_take_nobody_s_turn():
    one = front()
    for line in ("GET /_stcore/health HTTP/1.1", "GET /nothing HTTP/1.1", "nonsense", "", "GET //[ HTTP/1.1"):
        assert one.server_for(head(line, "Accept: */*")) == 0
    assert one.server_for(head(*PAGE)) == 1


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="there is no IPv6 here")
def test_whoever_listens_to_all_addresses_hears_those_of_both_kinds():
    async def check():
        async with running(answering(b"zero"), host="::") as (port, _):
            for host in ("127.0.0.1", "::1"):
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(head(*PAGE))
                assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"zero heard")
                writer.close()

    run_apart(check())


# ---- bytes -----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def running(*answering, host="127.0.0.1"):
    """A front before servers that do this with a connection: its port, and itself."""
    servers = [await asyncio.start_server(one, "127.0.0.1", 0) for one in answering]
    one = Front([server.sockets[0].getsockname()[1] for server in servers], 8501, "teacher")
    port, ready = free_port(), threading.Event()
    task = asyncio.create_task(one.serve(host, port, ready))
    try:
        await asyncio.to_thread(ready.wait, 10)
        yield port, one
    finally:
        await asyncio.sleep(0.05)  # until what was closed is closed
        task.cancel()
        for server in servers:
            server.close()


async def said(port, *pieces, end=False):
    """What comes back to who sends these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.01)
    if end:
        writer.write_eof()
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


def answering(name):
    async def answer(reader, writer):
        asked = await reader.readuntil(b"\r\n\r\n")
        writer.write(name + b" heard " + asked)
        writer.close()

    return answer


async def echo(reader, writer):
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()
    writer.close()


def test_each_connection_goes_to_its_server_as_it_came():
    async def check():
        async with running(answering(b"zero"), answering(b"one")) as (port, _):
            for number, name in ((0, b"zero"), (1, b"one")):
                asks = head(*PAGE, f"Cookie: {STAYS}={number}")
                assert await said(port, asks[:9], asks[9:]) == name + b" heard " + asks

    run_apart(check())


def test_what_is_large_arrives_whole_in_both_directions():
    data = bytes(range(256)) * 20_000  # five megabytes, in an order that a lost or doubled piece breaks

    async def check():
        async with running(echo) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
            asks = head(*SOCKET)
            writer.write(asks + data)
            assert await asyncio.wait_for(reader.readexactly(len(asks) + len(data)), 30) == asks + data
            writer.close()

    run_apart(check())


def test_a_side_that_ends_ends_the_other():
    async def check():
        ended = asyncio.Event()

        async def waits(reader, writer):
            writer.write(await reader.readuntil(b"\r\n\r\n"))
            await reader.read()
            ended.set()
            writer.close()

        async with running(waits) as (port, _):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head(*SOCKET))
            await writer.drain()
            await asyncio.sleep(0.05)
            assert not ended.is_set()
            writer.transport.abort()  # as a browser that is killed
            await asyncio.wait_for(ended.wait(), 10)

    run_apart(check())


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 2**17, b"HTTP/1.1 431 "),
        (b"GET / HTTP/1.1\r\nHo", b"HTTP/1.1 400 "),
        (b"", b""),
    ],
)
def test_who_does_not_say_what_is_asked_for_is_sent_away(sent, answer):
    async def check():
        async with running(echo) as (port, _):
            came = await said(port, sent, end=len(sent) < 2**16)
            assert came.startswith(answer) if answer else not came

    run_apart(check())


def test_who_says_nothing_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.1)

    async def check():
        async with running(echo) as (port, _):
            assert (await said(port, b"GET / HT")).startswith(b"HTTP/1.1 408 ")

    run_apart(check())


def test_who_asks_a_server_that_is_just_ending_hears_from_the_one_that_comes_after_it():
    async def check():
        came = []

        async def second_time(reader, writer):
            came.append(await reader.readuntil(b"\r\n\r\n"))
            if len(came) > 1:
                writer.write(b"here")
            writer.close()

        async with running(second_time) as (port, _):
            assert await said(port, head(*PAGE)) == b"here"
            assert came == [head(*PAGE)] * 2
            came.clear()
            assert await said(port, head("PUT / HTTP/1.1")) == b""  # what it had begun to do is not done twice
            assert len(came) == 1

    run_apart(check())


def test_a_server_that_is_started_anew_is_waited_for(monkeypatch):
    async def check():
        async with running(echo, answering(b"one")) as (port, one):
            there, one.ports = one.ports, (one.ports[0], 9)  # nobody listens at port 9
            asks = head(*PAGE, f"Cookie: {STAYS}=1")
            waits = asyncio.create_task(said(port, asks))
            await asyncio.sleep(0.3)
            assert not waits.done()
            one.ports = there
            assert (await waits).startswith(b"one heard")
            monkeypatch.setattr(module, "PATIENCE", 0.1)
            one.ports = (there[0], 9)
            assert (await said(port, asks)).startswith(b"HTTP/1.1 503 ")

    run_apart(check())
