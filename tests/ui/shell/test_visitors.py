"""Who comes back: cookies that we wrote and nobody changed, and the teacher's token."""

import pytest

from mha_viz.ui.classroom import ClassMode, environment_of
from mha_viz.ui.shell import visitors
from mha_viz.ui.shell.visitors import Visitor, VisitorCookies, cookie_name, read_cookie, written_cookie
from tests.support.servers.loops import run_apart


@pytest.fixture
def mode(monkeypatch):
    mode = ClassMode(models=("minilm",), url="http://192.168.1.5:8501")
    for name, value in environment_of(mode).items():
        monkeypatch.setenv(name, value)
    return mode


def set_by(query="", cookie="", accept="text/html", kind="http"):
    """The cookie that a question is answered with; None where there is none."""
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})

    async def send(message):
        sent.append(message)

    headers = [(b"accept", accept.encode()), (b"cookie", f'other={{{{"a": [1]}}}}; {cookie_name()}={cookie}'.encode())]
    scope = {"type": kind, "method": "GET", "headers": headers, "query_string": query.encode()}
    run_apart(VisitorCookies(app)(scope, None, send))
    (headers,) = [message["headers"] for message in sent]
    assert headers[0] == (b"x", b"y")
    if len(headers) == 1:
        return None
    ((name, value),) = headers[1:]
    assert name == b"set-cookie"
    text, *rest = value.decode().split("; ")
    assert rest == ["Path=/", "HttpOnly", "SameSite=Lax"]
    return text.removeprefix(f"{cookie_name()}=")


def test_everybody_gets_a_cookie_once_and_each_another():
    first, second = set_by(), set_by()
    assert read_cookie(first) == Visitor(first.partition(".")[0], has_cookie=True)
    assert read_cookie(first).name != read_cookie(second).name
    assert set_by(cookie=first) is None
    assert set_by(accept="*/*") is None
    assert set_by(kind="websocket") is None


def test_the_teacher_is_known_by_the_cookie_that_the_token_brought(mode):
    before = set_by()
    cookie = set_by(f"a=1&teacher={mode.token}", before)
    assert read_cookie(cookie) == Visitor(read_cookie(before).name, has_cookie=True, is_teacher=True)
    assert set_by(cookie=cookie) is None
    assert set_by(f"teacher={mode.token}", cookie) is None
    assert mode.token not in cookie
    for query in ("teacher=x", f"teacher={mode.token}x", f"TEACHER={mode.token}"):
        assert not read_cookie(set_by(query)).is_teacher
        assert set_by(query, before) is None


def test_without_a_class_there_is_no_teacher():
    assert not read_cookie(set_by("teacher=")).is_teacher


def test_what_we_did_not_write_proves_nothing():
    name, role, signature = written_cookie("anna", is_teacher=False).split(".")
    for forged in (
        "", ".", "..", "x", f"{name}.teacher.{signature}", f"ben.{role}.{signature}", f"{name}.{role}.", "é.teacher.é",
        f"{name}.{role}.{signature}.x", f"{name}.{role}.{signature[:-1]}", f".teacher.{visitors._signature('', '')}",
        "a.teacher.\ud800",
    ):  # fmt: skip
        came = read_cookie(forged, "its session")
        assert (came.name, came.has_cookie, came.is_teacher) == ("its session", False, False), forged


def test_a_server_that_was_started_anew_remembers_nobody_and_says_so(mode):
    cookie, student = set_by(f"teacher={mode.token}"), set_by()
    visitors._key.cache_clear()
    assert read_cookie(cookie, "s") == Visitor("s", was_teacher=True)
    assert read_cookie(student, "s") == Visitor("s")
    assert set_by(cookie=cookie) is None  # it goes on saying so
    assert read_cookie(set_by(f"teacher={mode.token}", cookie)).is_teacher
    assert read_cookie(set_by(cookie=student)).has_cookie
