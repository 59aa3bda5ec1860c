"""How many servers a class gets, and how a server knows which it is."""

import pytest

from mha_viz.cli.main import main
from mha_viz.ui.several import seat as module
from mha_viz.ui.several.seat import Seat, cores, own_cores, seat, servers_for, servers_here
from mha_viz.ui.shell.visitors import cookie_name, read_cookie, written_cookie

OWN = Seat(1, 3, 8501, 40_000, "known to us")


@pytest.fixture
def seated(monkeypatch):
    for name, value in OWN.as_environment().items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("students", "servers"), [(1, 1), (15, 1), (16, 2), (30, 2), (100, 7)])
def test_a_server_has_fifteen_students(students, servers):
    assert servers_for(students) == servers


def test_a_machine_carries_as_many_servers_as_it_has_cores_and_memory_for(monkeypatch):
    monkeypatch.setattr(module, "cores", lambda: 5)
    assert [servers_here(free) for free in (0.2, 1.6, 4.4, 4.6, 700)] == [1, 1, 2, 3, 5]


def test_a_server_alone_has_all_cores_and_one_of_several_its_share(seated, monkeypatch):
    assert cores() >= 1
    monkeypatch.setattr(module, "cores", lambda: 7)
    assert own_cores() == 2
    monkeypatch.setattr(module, "cores", lambda: 2)
    assert own_cores() == 1
    monkeypatch.delenv(module.VARIABLE)
    assert (seat(), own_cores()) == (None, 2)


def test_servers_of_a_class_know_each_other_s_cookies(seated, monkeypatch):
    from mha_viz.ui.shell import visitors

    visitors._key.cache_clear()
    assert seat() == OWN
    assert cookie_name() == "mha_viz_8501"  # by the port that browsers see, not by this server's own
    cookie = written_cookie("somebody", is_teacher=True)
    monkeypatch.setenv(*next(iter(Seat(2, 3, 8501, 40_000, "known to us").as_environment().items())))
    visitors._key.cache_clear()
    assert read_cookie(cookie).is_teacher
    monkeypatch.setenv(*next(iter(Seat(2, 3, 8501, 40_000, "another class").as_environment().items())))
    visitors._key.cache_clear()
    assert not read_cookie(cookie).is_teacher
    visitors._key.cache_clear()


@pytest.fixture
def served(monkeypatch):
    """With how many servers the command would serve a class, on a machine of three cores."""
    found = []
    monkeypatch.setattr(module, "cores", lambda: 3)
    monkeypatch.setattr("mha_viz.cli.classroom.cores", lambda: 3)
    monkeypatch.setattr("mha_viz.cli.classroom.serve", lambda *_given, **named: found.append(named["n_servers"]))
    for name in ("refuse_taken_port", "fetched"):
        monkeypatch.setattr(f"mha_viz.cli.classroom.{name}", lambda *_given: None)
    monkeypatch.setattr("mha_viz.cli.classroom.fetched_parser", lambda: None)
    monkeypatch.setattr("mha_viz.cli.classroom.psutil.virtual_memory", lambda: type("Memory", (), {"available": 9e9}))
    return found


def test_a_class_gets_as_many_servers_as_it_should_have_or_is_told_why_not(served, capsys):
    assert main(["--classroom", "--no-browser"]) == 0
    assert main(["--classroom", "--no-browser", "--students", "15"]) == 0
    assert main(["--classroom", "--no-browser", "--students", "40"]) == 0
    assert served == [2, 1, 3]
    assert not capsys.readouterr().err
    assert main(["--classroom", "--no-browser", "--students", "100"]) == 0
    assert served[-1] == 3
    assert capsys.readouterr().err == (
        "mha-viz: 100 students should have 7 servers; with 3 cores and 9.0 GB of free memory they get 3, so pages take "
        "longer when all ask at once.\n"
    )


@pytest.mark.parametrize("students", ["0", "-3", "many", "1e3", "9" * 5000])
def test_a_class_of_nobody_is_refused(served, students, capsys):
    try:
        status = main(["--classroom", "--no-browser", "--students", students])
    except SystemExit as refused:
        status = refused.code
    said = capsys.readouterr().err
    assert status
    assert not served
    assert "students" in said
    assert len(said) < 1000
