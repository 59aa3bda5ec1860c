"""`mha-viz lesson`: what is written can be checked and played, and mistakes are told with their line."""

import os

import pytest

from mha_viz.cli import lesson_print
from mha_viz.cli import main as of_main
from mha_viz.cli.main import main
from mha_viz.lessons.read import read_lesson
from mha_viz.lessons.shelf import FIRST, OWN, VARIABLE, opening_lesson, shelf, take_lesson
from mha_viz.models.load import load_model
from mha_viz.printing import handout


@pytest.fixture
def new(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    assert main(["lesson", "new", str(file)]) == 0
    assert "mine.yaml is written." in capsys.readouterr().out
    return file


def test_a_new_lesson_is_whole_and_is_not_written_over(new, capsys):
    assert main(["lesson", "check", str(new)]) == 0
    assert "My lesson: 3 steps, 20 min, 1 task, 1 question. Nothing is wrong." in capsys.readouterr().out
    new.write_text("mine", encoding="utf-8")
    assert main(["lesson", "new", str(new)]) == 1
    assert "mine.yaml is there already: give another name." in capsys.readouterr().err
    assert new.read_text(encoding="utf-8") == "mine"
    assert main(["lesson", "new", str(new / "other.yaml")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_mistake_in_line_7_is_refused_by_name_before_anything_starts(new, capsys, monkeypatch):
    monkeypatch.setattr(of_main, "serve", lambda *_args, **_options: pytest.fail("a server was started"))
    lines = new.read_text(encoding="utf-8").splitlines()
    lines[6] = "modell: mpnet"
    new.write_text("\n".join(lines), encoding="utf-8")
    for command, *options in (["check"], ["run"], ["print", "--out", str(new.parent / "out")]):
        assert main(["lesson", command, str(new), *options]) == 1
        assert "mine.yaml, line 7, modell: there is no such field; there are title," in capsys.readouterr().err
    assert not (new.parent / "out").exists()


def test_a_lesson_is_played_and_read_anew_where_it_changes(new, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert OWN not in shelf()
    monkeypatch.setenv(VARIABLE, "")  # restored afterwards, whatever the command sets
    monkeypatch.setattr(of_main, "fetched", lambda _name: None)
    monkeypatch.setattr(of_main, "refuse_taken_port", lambda *_: None)
    started = []
    monkeypatch.setattr(of_main, "serve", lambda host, port, **_options: started.append((host, port)))
    assert main(["lesson", "run", str(new), "--port", "8607", "--no-browser"]) == 0
    assert started == [("127.0.0.1", 8607)]
    assert os.environ[VARIABLE] == str(new)
    assert opening_lesson() == OWN
    assert take_lesson(OWN) == read_lesson(new)
    new.write_text(new.read_text(encoding="utf-8").replace("My lesson", "Our lesson"), encoding="utf-8")
    os.utime(new, (7, 7))
    assert take_lesson(OWN).title == "Our lesson"


def test_print_takes_the_lesson_s_model_where_it_is_here_and_says_where_it_is_not(new, capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(lesson_print, "loaded", lambda name: asked.append(name) or load_model("classroom"))
    monkeypatch.setattr(handout, "find_browser", lambda: None)
    new.write_text(new.read_text(encoding="utf-8").replace("# model: mpnet", "model: mpnet"), encoding="utf-8")
    for is_here in (True, False):
        monkeypatch.setattr(lesson_print, "is_whole", lambda _name, is_here=is_here: is_here)
        assert main(["lesson", "print", str(new), "--out", str(new.parent / "out"), "--only", "plan"]) == 1
        said = capsys.readouterr().err
        assert "2 pages are written; print them from any browser." in said
        assert ("mpnet, which the lesson proposes, is not on this machine: minilm" in said) != is_here
    assert asked == ["mpnet", "minilm"]
    assert {file.name for file in (new.parent / "out").iterdir()} == {"plan-45.html", "plan-90.html"}


def test_a_lesson_that_comes_with_the_app_is_printed_by_its_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lesson_print, "loaded", lambda _name: load_model("classroom"))
    monkeypatch.setattr(handout, "find_browser", lambda: None)
    assert main(["lesson", "print", FIRST, "--out", str(tmp_path), "--only", "worksheet"]) == 1
    assert "2 pages are written" in capsys.readouterr().err
    assert "<h1>Who was tired?</h1>" in (tmp_path / "worksheet.html").read_text(encoding="utf-8")
    capsys.readouterr()
    for options in ([FIRST, "--language", "fr"], [str(shelf()[FIRST].with_name(f"{FIRST}.fr.yaml"))]):
        assert main(["lesson", "print", *options, "--out", str(tmp_path), "--only", "worksheet"]) == 1
        page = (tmp_path / "worksheet.html").read_text(encoding="utf-8")
        assert "<h1>Qui était fatigué" in page
        assert "<span>Nom</span>" in page
        assert "2 pages are written" in capsys.readouterr().err  # the terminal speaks English
    french = str(shelf()[FIRST].with_name(f"{FIRST}.fr.yaml"))
    assert main(["lesson", "print", french, "--language", "en", "--out", str(tmp_path), "--only", "worksheet"]) == 1
    assert "<h1>Who was tired?</h1>" in (tmp_path / "worksheet.html").read_text(encoding="utf-8")
    assert main(["lesson", "print", "no_such_lesson", "--out", str(tmp_path)]) == 1
    assert "no_such_lesson is no file, and no lesson of the app: who_was_tired, " in capsys.readouterr().err
