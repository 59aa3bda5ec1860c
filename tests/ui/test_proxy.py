"""The app behind a proxy, under a path: our own small one, and nginx as docs/deploy.md sets it up."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.servers.processes import free_port
from tests.support.servers.reverse_proxy import reverse_proxy
from tests.support.servers.served import ask, ended_at_last, page_by, session_by, wait_for

ROOT = Path(__file__).parents[2]
SCHOOL, PATH = "https://school.example", "/tools/mha"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
CONFIG = """
daemon off; master_process off; pid {place}/pid; error_log {place}/log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {place}/b; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;
    uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
    server {{ listen 127.0.0.1:{port}; {location} }}
}}
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """A class with the model that comes with the app, as the command serves it; what it printed."""
    log, port = tmp_path_factory.mktemp("app") / "log", free_port()
    arguments = ["--port", str(port), "--origin", SCHOOL, "--path", PATH, "--classroom", "--models", "classroom"]
    environment = {**os.environ, "MHA_VIZ_CACHE": str(log.parent), "HF_HUB_OFFLINE": "1", "PIP_NO_INDEX": "1"}
    program = "from mha_viz.cli.main import main; raise SystemExit(main())"
    errors = log.with_name("errors")
    with log.open("w") as out, errors.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", program, "--no-browser", *arguments], env=environment, stdout=out, stderr=err
        )
    with ended_at_last(process):
        wait_for(port, f"{PATH}/_stcore/health", process)
        yield SimpleNamespace(port=port, log=log, errors=errors)


@contextmanager
def nginx(app_port, place, change=str):
    """nginx with the block of the documentation, on a port of its own."""
    (location,) = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs" / "deploy.md").read_text("utf-8"), re.DOTALL)
    assert location.count("127.0.0.1:8501") == 1
    port, location = free_port(), change(location.replace("127.0.0.1:8501", f"127.0.0.1:{app_port}"))
    (place / "conf").write_text(CONFIG.format(place=place, port=port, location=location))
    process = subprocess.Popen([NGINX, "-c", str(place / "conf"), "-e", str(place / "log")])
    with ended_at_last(process):
        wait_for(port, f"{PATH}/_stcore/health", process)
        yield SimpleNamespace(port=port)


@pytest.fixture(scope="module", params=["ours", "nginx"])
def proxy(request, app, tmp_path_factory):
    if request.param == "ours":
        with reverse_proxy(app.port, PATH) as found:
            yield found
    elif NGINX is None:
        pytest.skip("nginx is not installed")
    else:
        with nginx(app.port, tmp_path_factory.mktemp("nginx")) as found:
            yield found


def ask_school(port, path, body=None, method="GET", headers=None):
    """What a browser gets that came by https://school.example."""
    return ask(port, path, body, method, {"Host": "school.example", **(headers or {})})


def socket_of(port, origin, host="school.example"):
    """The socket of a page of this origin, as if the host's name led here."""
    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    url = f"ws://{host}{PATH}/_stcore/stream"
    return connect(url, sock=line, origin=origin, subprotocols=["streamlit"], max_size=None, close_timeout=1)


@pytest.mark.parametrize(
    ("page", "kind"), [("", "arcs"), ("Sentence", "strips"), ("Heads", "grid"), ("Head", "head"), ("Inside", "panels")]
)
def test_pages_open_by_their_own_links(proxy, page, kind):
    status, body, _ = ask_school(proxy.port, f"{PATH}/{page}?text=the+cub+sat")
    assert (status, b"<title>Streamlit</title>" in body) == (200, True)
    with socket_of(proxy.port, SCHOOL) as line:
        drawn = page_by(line, page, {"text": "the cub sat"})
    assert kind in drawn.components
    assert not drawn.alerts
    state = json.loads(drawn.components["menu"].json)
    assert [["Explore", "Explore"], ["Pictures", "Pictures"], ["Sound", "Sound"]] in [
        pages for _, pages in state["rooms"]
    ]
    assert "text=the+cub+sat" in state["query"]


def test_nothing_of_the_app_lies_outside_the_path(proxy, app):
    assert ask_school(proxy.port, "/_stcore/health")[0] == 404
    assert ask_school(app.port, "/_stcore/health")[0] == 404
    assert ask_school(app.port, "/Heads")[0] == 404
    status, body, _ = ask_school(proxy.port, f"{PATH}/_stcore/health")
    assert (status, body) == (200, b"ok")


def test_a_page_s_scripts_lie_under_the_path(proxy):
    body = ask_school(proxy.port, f"{PATH}/Heads")[1].decode()
    named = re.findall(r'(?:src|href)="([^"]+)"', body)
    assert len(named) > 10
    assert all(name.startswith("./") for name in named)  # beside the page, which is in the path
    scripts = [name.removeprefix(".") for name in named if "/index." in name]
    assert scripts
    assert ask_school(proxy.port, PATH + scripts[0])[0] == 200


@pytest.mark.parametrize("origin", [SCHOOL, "http://localhost:8501"])
def test_pages_of_the_public_origin_open_a_socket(proxy, origin):
    with socket_of(proxy.port, origin) as line:
        assert line.subprotocol == "streamlit"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://school.example", f"{SCHOOL}:8443", f"{SCHOOL}.evil.example", "null"]
)
def test_pages_of_other_sites_open_none(proxy, app, origin):
    for port, host in ((proxy.port, "school.example"), (app.port, origin.partition("://")[2] or "null")):
        with pytest.raises(InvalidStatus) as refused, socket_of(port, origin, host=host):
            pass
        assert refused.value.response.status_code == 403


def test_every_printed_address_is_the_public_one(app):
    said = app.log.read_text("utf-8")
    assert f"  students: {SCHOOL}{PATH}/\n  teacher:  {SCHOOL}{PATH}/?teacher=" in said
    found = re.findall(r"https?://\S*", said)
    assert len(found) == 3
    assert all(address.startswith(SCHOOL) for address in found)


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_sends_who_forgets_the_last_slash_there(app, tmp_path):
    with nginx(app.port, tmp_path) as found:
        status, _, headers = ask_school(found.port, PATH)
    assert (status, headers["Location"]) == (301, f"http://school.example:{found.port}{PATH}/")


def test_files_as_large_as_the_app_takes_come_through(proxy):
    """nginx alone would take 1 MB."""
    file = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + b"y" * 1_900_000 + b"\r\n--x--\r\n"
    )
    cookie = ask_school(proxy.port, f"{PATH}/_stcore/health")[2]["Set-Cookie"].partition(";")[0]
    headers = {
        "Cookie": cookie,
        "X-Xsrftoken": cookie.partition("=")[2],
        "Content-Type": "multipart/form-data; boundary=x",
    }
    with socket_of(proxy.port, SCHOOL) as line:
        path = f"{PATH}/_stcore/upload_file/{session_by(line)}/a"
        assert ask_school(proxy.port, path, file, "PUT", headers)[0] == 204


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_a_proxy_that_passes_no_websockets_on_is_said(app, tmp_path):
    def without_upgrade(location):
        return "\n".join(line for line in location.splitlines() if "upgrade" not in line)

    opening = pytest.raises(InvalidStatus)
    with nginx(app.port, tmp_path, without_upgrade) as found, opening, socket_of(found.port, SCHOOL):
        pass
    assert "mha-viz: A proxy asked for the socket as if it were a page" in app.errors.read_text("utf-8")
