"""What hostile visitors do to a real server, of one person and of a class: it refuses, goes on, and touches no file."""

import http.client
import json
import os
import socket
from contextlib import suppress

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.servers.hostile import machine, running, stream
from tests.support.servers.served import ask, cookies_of, page_by, session_by

SECRET = "a line that no answer may hold"
HOSTILE = [
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "![x](http://a.example/x) [y](javascript:z)",
    "a\x00b \x1b[31m \x07", "\u202ertl\u200b\ufeff \U0001f469\u200d\U0001f4bb e" + "\u0301" * 200,
    "{{7*7}} ${x} %s %n", "'\"; DROP TABLE x; --",
]  # fmt: skip
NAMES = ["../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://a.example/m", "//a.example/m", "\\\\a\\m"]
NAMES += ["a\x00b", "..", "~root", "x" * 500, "con", "hf://a/b", "a/b/../../c"]


@pytest.fixture(scope="module", params=["one person", "a class"])
def server(request, tmp_path_factory):
    """A running server whose home, temporary files and cache are folders of its own."""
    tiny, places = machine(tmp_path_factory)
    (places["home"] / "secret.txt").write_text(SECRET)
    arguments = [] if request.param == "one person" else ["--classroom", "--models", "minilm", "--host", "127.0.0.1"]
    with running(places, *arguments) as found:
        found.is_class, found.places, found.tiny = request.param == "a class", places, str(tiny)
        open_page(found)  # what Streamlit itself leaves once
        yield found


def open_page(server, page="", link=None, query=None):
    """Open a page by a link: its alerts, and all bytes that came."""
    with stream(server) as line:
        drawn = page_by(line, page, link, query)
    return drawn.alerts, drawn.came


def assert_sound(server, came=b""):
    """It answers, no page failed, and neither a traceback nor a secret went out."""
    assert ask(server.port, "/_stcore/health")[0] == 200
    assert b"Traceback" not in came
    assert SECRET.encode() not in came
    assert "Uncaught app" not in server.log.read_text()


def files(server):
    return {
        path: path.stat().st_mtime_ns for place in server.places.values() for path in place.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("page", ["", "Head", "Compare"])
def test_hostile_texts_are_only_text(server, page, text):
    alerts, came = open_page(server, page, {"text": text, "second": text, "pair": "", "from": text, "name": text})
    assert_sound(server, came)
    assert len(alerts) <= 1


def test_hostile_settings_fall_back(server):
    for value in [*HOSTILE, "-1", "1e999", "99999999999999999999", "NaN", "[]", "None", "../..", "9" * 10_000]:
        settings = "layer head kind map axis token step over hide look window threshold heads between sort only texts"
        alerts, came = open_page(server, "Head", {**dict.fromkeys(settings.split(), value), "text": "the cat sat"})
        assert_sound(server, came)
        assert not alerts


def test_a_hundred_long_parameters(server):
    link = {f"p{i}": "x" * 9_000 for i in range(100)} | {"text": "the cat sat"}
    alerts, came = open_page(server, "", link)
    assert not alerts
    assert len(came) < 2_000_000
    assert_sound(server, came)
    assert open_page(server, query="&".join(f"text={i}" for i in range(5_000)))[0] == []
    assert open_page(server, query="%ff%00=%zz&&&==;text")[0] == []
    with suppress(ConnectionError):  # some servers answer, some hang up
        assert ask(server.port, "/?" + "x" * 1_000_000)[0] in (200, 400, 414, 431)
    assert_sound(server)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:20])
@pytest.mark.parametrize(
    ("page", "key"), [("", "model"), ("Compare", "model2"), ("Atlas", "beside"), ("Story", "model")]
)
def test_models_by_hostile_names_are_refused_in_a_sentence(server, page, key, name):
    alerts, came = open_page(server, page, {"text": "the cat sat", key: name, "compare": "two models"})
    assert len(alerts) == 1
    assert len(alerts[0]) < 500
    assert ("is not available here. This class uses minilm" in alerts[0]) == server.is_class
    assert_sound(server, came)


def test_a_folder_is_a_model_for_one_person_and_not_for_a_class(server):
    alerts, came = open_page(server, "", {"text": "the cat sat", "model": server.tiny})
    assert (len(alerts) == 1) == server.is_class
    assert (b'"kind": "arcs"' in came) != server.is_class  # the first picture of the story


def test_broken_sockets_leave_the_server_answering(server):
    for rubbish in (os.urandom(1000), b"", b"\xff" * 10, b"\x0a\xff\xff\xff\x7f"):
        with stream(server) as line:
            line.send(rubbish)
            with suppress(ConnectionClosed, TimeoutError):
                line.recv(timeout=0.5)
    message = BackMsg()
    message.rerun_script.query_string = "text=the+cat"
    for _ in range(5):
        with suppress(ConnectionClosed, OSError), stream(server) as line:
            line.send(message.SerializeToString())
            line.socket.shutdown(socket.SHUT_RDWR)  # no goodbye
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(b"GET /_stcore/stream HTTP/1.1\r\nUpgrade: websocket\r\n\r\n\x00\xff" + os.urandom(300))
    with stream(server) as line:
        line.send(BackMsg(clear_cache=True).SerializeToString())  # asks for what only a developer's menu offers
    assert open_page(server, link={"text": "the cat sat"})[0] == []
    assert ask(server.port, "/_stcore/health")[0] == 200


def test_text_frames_end_the_connection(server):
    with stream(server) as line:
        line.send("not a message")
        with suppress(ConnectionClosed):
            while True:
                line.recv(timeout=10)
        assert line.close_code is not None


def test_a_class_takes_no_large_message(server):
    message = BackMsg()
    message.rerun_script.widget_states.widgets.add(id="x").string_value = "y" * 2_000_000
    with stream(server) as line:
        line.send(message.SerializeToString())
        if not server.is_class:
            return
        with pytest.raises(ConnectionClosed) as closed:
            line.recv(timeout=30)
        assert closed.value.rcvd.code == 1009


def test_pages_of_other_sites_open_no_socket(server):
    for origin in ("http://evil.example", "null", f"http://localhost.evil.example:{server.port}"):
        with pytest.raises(InvalidStatus) as refused, stream(server, origin=origin):
            pass
        assert refused.value.response.status_code == 403


def test_pages_of_other_sites_command_nothing(server):
    status, body, _ = ask(server.port, "/_stcore/host-config")
    assert status == 200
    assert json.loads(body)["allowedOrigins"] == []


def test_uploads_need_the_token_and_have_a_limit(server):
    most = 2 if server.is_class else 20
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="../../f"\r\n\r\nhello\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    browser = {"Cookie": cookies_of(server.port)}
    with stream(server, additional_headers=browser) as line:
        path = f"/_stcore/upload_file/{session_by(line)}/a"
        assert ask(server.port, path, body, "PUT", kind | browser)[0] == 403
        assert ask(server.port, path, method="DELETE", headers=browser)[0] == 403
        cookie = ask(server.port, "/_stcore/health")[2]["set-cookie"].split(";")[0]
        token = {"Cookie": f"{browser['Cookie']}; {cookie}", "X-Xsrftoken": cookie.partition("=")[2], **kind}
        assert ask(server.port, path, body, "PUT", token | {"X-Xsrftoken": "2|00|00|0"})[0] == 403
        assert ask(server.port, path, body, "PUT", token)[0] == 204
        large = {**token, "Content-Length": str((most + 1) * 1024 * 1024 + 2_000)}
        assert status_of_large(server, path, large) == 413
    assert ask(server.port, "/_stcore/upload_file/nobody/a", body, "PUT", token)[0] == 400
    assert_sound(server)


def status_of_large(server, path, headers):
    """Announce a large file; the server answers before it comes."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    line.putrequest("PUT", path)
    for name, value in headers.items():
        line.putheader(name, value)
    line.endheaders()
    status = line.getresponse().status
    line.close()
    return status


@pytest.mark.parametrize("way", ["..", "%2e%2e", "..%2f..", "..%5c..", "....//....", "%252e%252e"])
def test_no_path_leads_to_a_file(server, way):
    home = str(server.places["home"])
    for base in ("app/static", "_stcore", "static", "media", "component/x", "_stcore/bidi-components/mha_viz_grid"):
        for file in (
            f"{'/'.join([way] * 12)}{home}/secret.txt",
            f"{way}/app.py",
            f"{way}/.streamlit/config.toml",
            home,
        ):
            status, body, _ = ask(server.port, f"/{base}/{file}")
            assert SECRET.encode() not in body
            assert b"begin_desk" not in body
            assert b"[server]" not in body
            assert status in (200, 400, 404)
            assert status != 200 or b"<title>Streamlit</title>" in body  # the empty page that Streamlit starts with
    assert_sound(server)


def test_listens_on_this_machine_only(server):
    children = [server.process, *psutil.Process(server.process.pid).children(recursive=True)]
    pids = {one.pid for one in children}
    heard = {c.laddr.ip for c in psutil.net_connections("tcp") if c.pid in pids and c.status == psutil.CONN_LISTEN}
    assert heard == {"127.0.0.1"}


def test_no_file_is_touched(server):
    before = files(server)
    for page in ("", "Head", "Scores", "Compare", "Names", "Atlas", "Inside"):
        for link in ({"text": HOSTILE[0]}, {"model": "../x"}, {"text": "the cat sat", "marks": HOSTILE[1]}):
            open_page(server, page, link)
    ask(server.port, "/app/static/../x")
    assert files(server) == before
