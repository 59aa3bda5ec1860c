"""Which origin and which path are taken, what is shown of them, and which pages may open a socket."""

import json

import pytest

from mha_viz.cli.main import main
from mha_viz.errors import InputError
from mha_viz.ui.addresses import Address, address_of, origin_of, path_of
from mha_viz.ui.shell.origins import NO_UPGRADE, OriginGuard
from tests.support.servers.loops import run_apart

SCHOOL = "https://school.example"
CLASS = ("--classroom", "--models", "classroom", "--students", "1")  # which one server carries


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        (SCHOOL, SCHOOL),
        ("HTTPS://School.Example/", SCHOOL),
        ("https://school.example:443", SCHOOL),
        ("http://school.example:80", "http://school.example"),
        ("https://school.example:80", "https://school.example:80"),
        ("http://school.example:08501", "http://school.example:8501"),
        ("http://192.168.1.5:8501", "http://192.168.1.5:8501"),
        ("http://[2001:DB8::5]:8501", "http://[2001:db8::5]:8501"),
        ("http://xn--schle-lva.example", "http://xn--schle-lva.example"),
    ],
)
def test_an_origin_is_what_browsers_send(given, origin):
    assert origin_of(given) == origin


@pytest.mark.parametrize(
    "given",
    [
        "", "school.example", "ftp://school.example", "https://", "https:///x", "https://school.example:0",
        "https://school.example:65536", "https://school.example:x", "https://a b.example", "https://me@school.example",
        "https://a.example,https://b.example", "https://schüle.example", "https://school.example\n", "null", "*",
        "https://*.example", "https://sch\tool.example", "https://-ab-.example:", " https://school.example",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused_in_a_sentence(given):
    with pytest.raises(InputError, match=r"^--origin .* is not an origin: give scheme and host, .*school\.example\.$"):
        origin_of(given)


@pytest.mark.parametrize("more", ["/tools", "/tools/", "?a=b", "#x", "//"])
def test_a_path_belongs_to_its_own_option(more):
    with pytest.raises(InputError, match=r"goes on after https://school\.example: give the path with --path\.$"):
        origin_of(SCHOOL + more)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("", ""),
        ("/", ""),
        ("tools", "/tools"),
        ("/tools/mha", "/tools/mha"),
        ("tools/mha/", "/tools/mha"),
        ("/~me/a.b-c_d", "/~me/a.b-c_d"),
        ("/..a/b..", "/..a/b.."),
    ],
)
def test_a_path_has_a_slash_in_front_and_none_behind(given, path):
    assert path_of(given) == path


@pytest.mark.parametrize(
    "given",
    [
        "..",
        "/a/../b",
        "/a/.",
        "//a",
        "/a//b",
        "/a b",
        "/a?b",
        "/a#b",
        "/a%2e",
        "\\a",
        "/ä",
        "/a\n",
        "https://a.example",
    ],
)
def test_what_is_no_path_is_refused_in_a_sentence(given):
    with pytest.raises(InputError, match=r"^--path .* is not a base path: give names of .*, such as /tools/mha\.$"):
        path_of(given)


def test_what_is_shown_is_made_of_the_first_origin_and_the_path():
    address = address_of([SCHOOL, "http://school.lan", "https://school.example:443/"], "tools/mha")
    assert address == Address((SCHOOL, "http://school.lan"), "/tools/mha")
    assert address.public_url("http://localhost:8501") == "https://school.example/tools/mha/"
    assert address.below("http://localhost:8501") == "http://localhost:8501/tools/mha/"
    assert address_of([SCHOOL], "").public_url("http://localhost:8501") == SCHOOL
    assert address_of([], "").public_url("http://localhost:8501") == "http://localhost:8501"


@pytest.mark.parametrize(
    ("arguments", "word"), [(["--origin", "school.example"], "--origin"), (["--path", "/../x"], "--path")]
)
@pytest.mark.parametrize("more", [[], ["--classroom"]])
def test_the_command_refuses_them_before_it_fetches_anything(arguments, word, more, capsys, monkeypatch):
    monkeypatch.setattr("mha_viz.cli.main.fetched", lambda _name: pytest.fail("fetched"))
    monkeypatch.setattr("mha_viz.cli.classroom.fetched", lambda _name: pytest.fail("fetched"))
    assert main([*arguments, *more, "--no-browser"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"mha-viz: {word} ")
    assert said.count("\n") == 1


# ---- what is served --------------------------------------------------------------------------------------------------


@pytest.fixture
def ran(monkeypatch, started):
    """The servers that would run, by their options, and what would be opened in a browser."""
    opened = []

    class AtOnce:
        def __init__(self, *, args, **_options):
            self.start = lambda: opened.append(args[0])

    monkeypatch.setattr("mha_viz.ui.serve.threading.Thread", AtOnce)
    for place in ("cli.main", "cli.classroom"):
        monkeypatch.setattr(f"mha_viz.{place}.refuse_taken_port", lambda *_given: None)
        monkeypatch.setattr(f"mha_viz.{place}.fetched", lambda _name: None)
    monkeypatch.setattr("mha_viz.cli.classroom.fetched_parser", lambda: None)
    monkeypatch.setattr("mha_viz.cli.classroom.address_in_network", lambda: "192.168.1.5")
    return started, opened


def options_of(start):
    """Every option of Streamlit with its values."""
    command, _environment = start
    rest = command[command.index("run") + 2 :]
    found = {}
    for name, value in zip(rest[::2], rest[1::2], strict=True):
        found.setdefault(name.removeprefix("--"), []).append(value)
    return found


def test_the_public_address_is_printed_and_this_machine_s_is_opened(ran, capsys):
    commands, opened = ran
    assert main(["--origin", SCHOOL, "--origin", "http://school.lan", "--path", "/tools/mha"]) == 0
    assert capsys.readouterr().out == "mha_viz: https://school.example/tools/mha/  (Ctrl+C stops it)\n"
    assert opened == ["http://localhost:8501/tools/mha/"]
    options = options_of(commands[0])
    assert options["server.corsAllowedOrigins"] == [SCHOOL, "http://school.lan"]
    assert options["server.baseUrlPath"] == ["tools/mha"]
    assert options["browser.serverAddress"] == ["school.example"]
    assert options["server.address"] == ["127.0.0.1"]
    assert options["logger.hideWelcomeMessage"] == ["true"]


def test_without_a_proxy_all_is_as_before(ran, capsys):
    commands, opened = ran
    assert main([]) == 0
    assert capsys.readouterr().out == "mha_viz: http://localhost:8501  (Ctrl+C stops it)\n"
    assert opened == ["http://localhost:8501"]
    assert not {"server.corsAllowedOrigins", "server.baseUrlPath"} & set(options_of(commands[0]))


def test_the_links_of_a_class_are_public_and_only_the_proxy_comes_by(ran, capsys):
    commands, opened = ran
    assert main([*CLASS, "--origin", SCHOOL, "--path", "tools/mha"]) == 0
    said = capsys.readouterr().out
    assert (
        "  students: https://school.example/tools/mha/\n  teacher:  https://school.example/tools/mha/?teacher=" in said
    )
    assert said.endswith("Whoever reaches https://school.example can open it; there is no password.\n")
    (link,) = opened
    assert link.startswith("http://localhost:8501/tools/mha/?teacher=")
    assert options_of(commands[0])["server.address"] == ["127.0.0.1"]
    main([*CLASS, "--origin", "http://school.lan", "--host", "0.0.0.0"])  # noqa: S104
    said = capsys.readouterr().out
    assert "students: http://school.lan\n" in said
    assert said.endswith("Whoever reaches http://school.lan can open it; there is no encryption and no password.\n")
    assert options_of(commands[1])["server.address"] == ["0.0.0.0"]  # noqa: S104
    main([*CLASS, "--path", "mha"])
    assert "students: http://192.168.1.5:8501/mha/\n" in capsys.readouterr().out


# ---- the guard -------------------------------------------------------------------------------------------------------


async def _app(_scope, _receive, send):
    await send({"type": "reached"})


def answer(guard, kind="websocket", path="/_stcore/stream", **headers):
    """What a request gets: the type of the first message, and the body of the last."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    named = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    run_apart(guard({"type": kind, "path": path, "headers": named}, receive, send))
    return sent[0]["type"], sent[-1].get("body")


PUBLIC = OriginGuard(_app, [SCHOOL, "http://school.lan:8080"], [])
ALONE = OriginGuard(_app, [], ["192.168.1.5"])
REACHED, CLOSED = ("reached", None), ("websocket.close", None)
FOREIGN = [
    "http://school.example", "https://school.example:8443", "https://school.example.evil.example", "null",
    "https://evil.example", "https://sub.school.example", "http://localhost.evil.example:8501", "http://[", "https://",
]  # fmt: skip


@pytest.mark.parametrize("origin", [SCHOOL, "http://school.lan:8080", "http://localhost:8501", "http://127.0.0.1:9"])
def test_pages_of_the_public_origin_and_of_this_machine_open_a_socket(origin):
    assert answer(PUBLIC, origin=origin, host="app.internal:8501") == REACHED


@pytest.mark.parametrize("origin", FOREIGN)
def test_no_other_page_does_whatever_the_server_is_called(origin):
    named = origin.partition("://")[2]
    for host in ("app.internal:8501", "school.example", named):  # the last: a name of theirs that leads here
        assert answer(PUBLIC, origin=origin, host=host) == CLOSED


def test_programs_that_name_no_origin_are_let_in():
    assert answer(PUBLIC, host="school.example") == REACHED
    assert answer(ALONE) == REACHED


def test_without_a_public_origin_the_name_that_was_asked_for_counts():
    assert answer(ALONE, origin="http://machine:8501", host="machine:8501") == REACHED
    assert answer(ALONE, origin="http://192.168.1.5:8501", host="x") == REACHED
    for origin in ("http://evil.example", "http://machine:8502", "null", "http://["):
        assert answer(ALONE, origin=origin, host="machine:8501") == CLOSED
    assert answer(ALONE, origin="null") == CLOSED


@pytest.mark.parametrize("path", ["/_stcore/health", "/tools/mha/_stcore/host-config", "/mha/Heads/_stcore/health"])
def test_a_page_whose_socket_would_be_refused_is_told_at_its_first_question(path, capsys):
    guard = OriginGuard(_app, [], [])
    asked = {"referer": f"{SCHOOL}/tools/mha/Heads?text=x", "host": "app.internal:8501", "accept": "*/*"}
    for _ in range(3):
        kind, body = answer(guard, "http", path, **asked)
        assert kind == "http.response.start"
        assert json.loads(body) == (
            "This server was not told of https://school.example: if that is where browsers should reach it, start it "
            "with --origin https://school.example."
        )
    assert capsys.readouterr().err == f"mha-viz: {json.loads(body)}\n"  # once
    assert answer(PUBLIC, "http", path, **asked) == REACHED
    assert answer(guard, "http", path, **asked | {"referer": "http://localhost:8501/"}) == REACHED
    assert answer(guard, "http", path, **asked | {"accept": "text/html,*/*"}) == REACHED  # somebody follows a link
    assert answer(guard, "http", path) == REACHED  # a health check
    assert answer(guard, "http", "/tools/mha/Heads", **asked) == REACHED


def test_the_terminal_is_told_of_few_origins_and_of_no_markup(capsys):
    guard = OriginGuard(_app, [SCHOOL], [])
    answer(guard, origin="https://a.example/\x1b[31m --origin '*'", host="x")
    for i in range(100):
        answer(guard, origin=f"https://a{i}.example", host="x")
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 20
    assert said[0] == "mha-viz: A page that names no proper origin was refused."
    assert not [line for line in said if "\x1b" in line]


def test_a_socket_that_comes_as_a_page_is_said(capsys):
    guard = OriginGuard(_app, [SCHOOL], [])
    assert answer(guard, "http", "/tools/mha/_stcore/stream", host="x") == REACHED
    assert answer(guard, host="x") == REACHED
    assert capsys.readouterr().err == f"mha-viz: {NO_UPGRADE}\n"


def test_what_runs_before_and_after_all_requests_is_let_through():
    reached = []

    async def app(scope, _receive, _send):
        reached.append(scope)

    run_apart(OriginGuard(app, [SCHOOL])({"type": "lifespan"}, None, None))
    assert reached == [{"type": "lifespan"}]
