"""Several servers of one class as processes: started together, ended together, and one that ends comes back."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

import psutil
import pytest

from mha_viz.errors import InputError
from mha_viz.ui.several import servers as module
from mha_viz.ui.several.seat import staying_cookie
from mha_viz.ui.several.servers import SeveralServers, ended_at_last, free_ports
from tests.support.servers.commands import COMMAND, command, has_ended, wait_until
from tests.support.servers.processes import free_port

TWO = f"from mha_viz.ui.several import seat; seat.cores = lambda: 2; {COMMAND}"
CLASS = ("--classroom", "--models", "classroom", "--host", "127.0.0.1", "--no-browser")


# ---- the app ---------------------------------------------------------------------------------------------------------


def health(port, number):
    """Whether that server of the class answers."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/_stcore/health")
    asked.add_header("Cookie", f"{staying_cookie(port)}={number}")
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return answer.read() == b"ok"


def said_by(process):
    """What the command prints once it answers."""
    lines = [process.stdout.readline() for _ in range(4)]
    assert all(lines), process.stderr.read()
    return "".join(lines)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of this kind")
def test_a_server_that_is_killed_is_started_anew_and_all_end_with_the_command(tmp_path):
    port = free_port()
    (tmp_path / "parser").mkdir()  # there, so nothing is fetched; broken, so nothing is parsed
    with command(*CLASS, "--port", str(port), code=TWO, cache=tmp_path) as process:
        assert "by 2 servers" in said_by(process)
        running = psutil.Process(process.pid).children()
        assert len(running) == 2
        assert health(port, 0)
        assert health(port, 1)
        running[1].kill()
        wait_until(lambda: has_ended(running[1]))
        assert health(port, 0)  # at once, while the other one is not there yet
        assert health(port, 1)  # whoever asks waits until it is there again
        anew = psutil.Process(process.pid).children()
        assert running[0] in anew
        assert len([one for one in anew if not has_ended(one)]) == 2
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 128 + signal.SIGTERM
        assert "mha-viz: server 2 of 2 ended with status -9 and is started anew" in errors
        assert "Traceback" not in errors
        wait_until(lambda: all(map(has_ended, anew)))


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell a process that its parent is gone")
def test_all_servers_end_when_the_command_is_killed(tmp_path):
    (tmp_path / "parser").mkdir()
    with command(*CLASS, "--port", str(free_port()), code=TWO, cache=tmp_path) as process:
        said_by(process)
        running = psutil.Process(process.pid).children()
        process.kill()
        wait_until(lambda: all(map(has_ended, running)))


# ---- one by one ------------------------------------------------------------------------------------------------------

LISTENS = "import http.server, sys; http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]))"


def starting(*codes):
    """What starts a process of this code for each seat."""

    def start(_host, port, seat):
        return subprocess.Popen([sys.executable, "-c", codes[seat.number], str(port)], stderr=subprocess.DEVNULL)

    return start


def test_servers_that_keep_ending_are_not_started_for_ever(monkeypatch, capsys):
    monkeypatch.setattr(module, "LOOK", 0.01)
    start = starting("raise SystemExit(3)", "import time; time.sleep(60)")
    with ended_at_last(SeveralServers(start, "127.0.0.1", free_port(), "teacher", n=2)) as servers:
        servers._is_open = True  # they answered, and end now
        begin = time.monotonic()
        assert servers.wait() == 3
        assert time.monotonic() - begin < 30
        assert servers.running[1].poll() is None
    said = re.findall(r"mha-viz: server 1 of 2 ended with status 3 and is started anew", capsys.readouterr().err)
    assert len(said) == module.MOST_ENDS
    assert all(server.poll() is not None for server in servers.running)


def test_the_port_is_opened_when_all_answer(monkeypatch):
    late = f"import time; time.sleep(1); {LISTENS}"
    port = free_port()
    with ended_at_last(SeveralServers(starting(LISTENS, late), "127.0.0.1", port, "teacher", n=2)) as servers:
        wait_until(lambda: module.listens("127.0.0.1", servers._ports[0]))
        assert not module.listens("127.0.0.1", port)
        assert servers.answers()
        assert module.listens("127.0.0.1", port)


def test_a_server_that_ends_before_it_answers_ends_the_command(capsys):
    start = starting(LISTENS, "raise SystemExit(5)")
    with ended_at_last(SeveralServers(start, "127.0.0.1", free_port(), "teacher", n=2)) as servers:
        assert not servers.answers()
        assert servers.wait() == 5
    assert "anew" not in capsys.readouterr().err


def test_a_port_that_was_taken_meanwhile_is_refused():
    with module.socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        servers = SeveralServers(starting(LISTENS), "127.0.0.1", port, "teacher", n=1)
        with ended_at_last(servers), pytest.raises(InputError, match=f"Port {port} is taken"):
            servers.answers()


def test_free_ports_are_free_and_none_comes_twice():
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert not any(module.listens("127.0.0.1", port) for port in ports)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_process_may_have_as_many_files_as_a_class_needs():
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        module.allow_many_connections()
        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert now == (module.MOST_FILES if most == resource.RLIM_INFINITY else min(module.MOST_FILES, most))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
