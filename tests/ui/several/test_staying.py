"""What one of several servers adds to its answers: where a browser stays, and that each connection has one answer."""

import pytest

from mha_viz.ui.several.seat import Seat
from mha_viz.ui.several.staying import Staying
from tests.support.servers.loops import run_apart

SEAT = Seat(2, 3, 8501, 40_000, "known to us")


def answered(*, accept="text/html,*/*", cookie="", method="GET", kind="http"):
    """The headers of the answer of a page that sets a cookie of its own."""
    sent = []

    async def page(_scope, _receive, send):
        await send({"type": f"{kind}.response.start", "status": 200, "headers": [(b"set-cookie", b"own=1")]})
        await send({"type": f"{kind}.response.body", "body": b"x"})

    async def send(message):
        sent.append(message)

    headers = [(b"accept", accept.encode()), (b"cookie", cookie.encode())]
    run_apart(Staying(page, SEAT)({"type": kind, "method": method, "headers": headers}, None, send))
    assert sent[1]["body"] == b"x"
    return sent[0]["headers"]


def given(headers):
    return [value for name, value in headers if name == b"set-cookie" and value != b"own=1"]


def test_a_page_says_where_its_browser_stays():
    assert given(answered()) == [b"mha_viz_8501_seat=2; Path=/; HttpOnly; SameSite=Lax"]
    assert (b"set-cookie", b"own=1") in answered()


@pytest.mark.parametrize("cookie", ["mha_viz_8501_seat=1", "mha_viz_8502_seat=2", "mha_viz_8501_seat=x", ";;==,"])
def test_whoever_was_elsewhere_stays_here_from_now_on(cookie):
    assert given(answered(cookie=cookie))


@pytest.mark.parametrize("asked", [{"cookie": "mha_viz_8501_seat=2"}, {"accept": "*/*"}, {"method": "PUT"}], ids=str)
def test_nothing_is_said_twice_nor_to_what_is_no_page(asked):
    assert not given(answered(**asked))
    assert (b"connection", b"close") in answered(**asked)


def test_sockets_are_left_as_they_are():
    assert answered(kind="websocket") == [(b"set-cookie", b"own=1")]
