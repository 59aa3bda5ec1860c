"""Who comes back begins on Explore: only at the bare address, only after another room or a while, never in a class."""

import pytest
import streamlit as st

from mha_viz.ui.classroom import ClassMode, environment_of
from mha_viz.ui.shell import returning
from mha_viz.ui.shell.returning import Returning, mark_of_return
from tests.support.servers.loops import run_apart


def answered(path="/", query=b"", cookie="", accept=b"text/html", kind="http", method="GET"):
    """Where the question is sent on to; None where the app answers."""
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    headers = [(b"accept", accept), (b"cookie", cookie.encode())]
    scope = {"type": kind, "method": method, "path": path, "headers": headers, "query_string": query}
    run_apart(Returning(app)(scope, None, send))
    return {200: None, 302: dict(sent[0]["headers"]).get(b"location")}[sent[0]["status"]]


def test_the_bare_address_opens_explore_for_who_was_further_in_and_for_nobody_else():
    mark = f"a=b; {mark_of_return()}=1"
    assert answered(cookie=mark) == b"Explore"
    assert answered() is answered(cookie="a=b") is None
    for asked in (
        {"query": b"story=0"}, {"path": "/Training"}, {"accept": b"*/*"}, {"kind": "websocket"}, {"method": "POST"},
    ):  # fmt: skip
        assert answered(cookie=mark, **asked) is None


def test_who_was_in_a_lesson_comes_back_once_its_second_has_come(monkeypatch):
    monkeypatch.setattr(returning.time, "time", lambda: 1_800_000_000.5)
    mark = mark_of_return()
    assert answered(cookie=f"{mark}=1800000000") == b"Explore"
    for later in ("1800000001", "", "-1", "soon", "9" * 5000):
        assert answered(cookie=f"{mark}={later}") is None


def test_below_a_path_its_own_first_page_is_the_bare_address(monkeypatch):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": "viz", "server.port": 8501}.get)
    mark = f"{mark_of_return()}=1"
    assert answered("/viz/", cookie=mark) == b"Explore"  # beside it: /viz/Explore
    assert answered("/viz", cookie=mark) is answered("/other/", cookie=mark) is None


@pytest.mark.parametrize("started_for", ["a class", "a lesson"])
def test_what_the_app_was_started_for_comes_first(started_for, monkeypatch):
    mark = f"{mark_of_return()}=1"
    if started_for == "a class":
        for name, value in environment_of(ClassMode(models=("minilm",), url="http://192.168.1.5:8501")).items():
            monkeypatch.setenv(name, value)
    else:
        monkeypatch.setattr(returning, "opening_lesson", lambda: "mine")
    assert not mark_of_return()
    assert answered(cookie=mark) is None
