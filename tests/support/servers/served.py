"""A running server as a browser has it: answers over HTTP, and what its pages draw over Streamlit's socket."""

import http.client
import time
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from urllib.parse import urlencode

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


@contextmanager
def ended_at_last(process):
    """The process, which ends after this with all that it has started."""
    try:
        yield process
    finally:
        for one in [*psutil.Process(process.pid).children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                one.terminate()
        process.wait(20)


EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN


def wait_for(port, path, process, log=None):
    """Wait until the server answers, or a proxy in front of it."""
    for _ in range(600):
        assert process.poll() is None, log and log.read_text()
        with suppress(OSError):
            if ask(port, path)[0] in (200, 502):
                return
        time.sleep(0.2)
    pytest.fail("the server did not answer")


def ask(port, path, body=None, method="GET", headers=None):
    """Status, body and headers; the path goes out as it is given."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request(method, path, body, headers or {})
        answer = line.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        line.close()


def cookies_of(port, path="/"):
    """What a browser brings that opened this page: where it stays, if there are several servers, and who it is."""
    given = ask(port, path, headers={"Accept": "text/html"})[2].get_all("Set-Cookie")
    return "; ".join(cookie.partition(";")[0] for cookie in reversed(given))


def page_by(line, page="", link=None, query=None):
    """What a page draws that is opened over this socket by a link: components by kind, alerts, and all bytes. A run
    that goes on in another one is the same run.
    """
    _open(line, page, urlencode(link or {}) if query is None else query)
    drawn = SimpleNamespace(components={}, alerts=[], came=b"")
    while True:
        data = line.recv(timeout=60)
        drawn.came += data
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") == "script_finished" and message.script_finished != EARLY:
            assert message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            return drawn
        if message.WhichOneof("type") == "delta":
            _note(message.delta.new_element, drawn)


def session_by(line):
    """The id of a session that is opened over this socket."""
    _open(line)
    return ForwardMsg.FromString(line.recv(timeout=60)).new_session.initialize.session_id


def _open(line, page="", query=""):
    message = BackMsg()
    message.rerun_script.page_name, message.rerun_script.query_string = page, query
    line.send(message.SerializeToString())


def _note(element, drawn):
    kind = element.WhichOneof("type")
    assert kind != "exception", element
    if kind == "alert":
        drawn.alerts.append(element.alert.body.replace("\\", ""))
    elif kind == "bidi_component":
        component = element.bidi_component
        drawn.components[component.component_name.rpartition("mha_viz_")[2]] = component
