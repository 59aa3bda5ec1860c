"""A web server's reverse proxy in front of the app: it has one path, and passes on what browsers send."""

import asyncio
import threading
from contextlib import contextmanager, suppress
from types import SimpleNamespace

ELSEWHERE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\nConnection: close\r\n\r\nelsewhere"


@contextmanager
def reverse_proxy(app_port, path="", port=0):
    """Its port, and what was asked of it; one request a connection, which is then a pipe."""
    found, loop = SimpleNamespace(asked=[], opened=[]), asyncio.new_event_loop()

    async def serve(reader, writer):
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):  # the last: it stops
                await _pass_on(await reader.readuntil(b"\r\n\r\n"), reader, writer, app_port, path, found)
        finally:
            writer.close()

    def come(reader, writer):
        found.opened.append(writer.transport)
        return serve(reader, writer)

    thread = threading.Thread(target=loop.run_forever, daemon=True)  # the browser's tests have a loop in theirs
    thread.start()

    def wait_for(task):
        return asyncio.run_coroutine_threadsafe(task, loop).result(20)

    server = wait_for(asyncio.start_server(come, "127.0.0.1", port))
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        wait_for(_stop(server, found.opened))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


async def _stop(server, opened):
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for transport in opened:  # one whose task never began, or whose browser no longer reads, would stay open
        transport.abort()
    await asyncio.sleep(0.01)  # the loop closes them in its next rounds


async def _pass_on(head, reader, writer, app_port, path, found):
    request, *headers = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    found.asked.append(request.split(" ")[1])
    if not found.asked[-1].startswith(f"{path}/"):
        writer.write(ELSEWHERE)
        await writer.drain()
        return
    there, back = await asyncio.open_connection("127.0.0.1", app_port)
    found.opened.append(back.transport)
    back.write("\r\n".join([request, *_changed(headers), "", ""]).encode("latin-1"))
    try:
        pipes = [asyncio.ensure_future(_copy(*ends)) for ends in ((reader, back), (there, writer))]
        await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(pipes[1:], timeout=20)  # what the app still has to say
    finally:
        for pipe in pipes:
            pipe.cancel()
        back.close()


def _changed(headers):
    """As nginx does it unasked: the app is called by its own name, and told nothing of the proxy's."""
    is_socket = any(line.lower().startswith("upgrade:") for line in headers)
    kept = [line for line in headers if not line.lower().startswith("host:")]
    if not is_socket:
        kept = [line for line in kept if not line.lower().startswith("connection:")] + ["Connection: close"]
    return ["Host: app.internal:8501", "X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https", *kept]


async def _copy(reader, writer):
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
