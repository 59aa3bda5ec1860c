"""The first picture: a file that comes with the app, drawn before torch is there, and compared with the model."""

import subprocess
import sys
import threading

import pytest

from mha_viz.models.load import load_model
from mha_viz.ui.pages.story import first
from mha_viz.ui.shell import loading, opening
from mha_viz.ui.shell.opening import FIRST, LOADING, OTHER, first_file
from tests.support.pages.drawn import header_of
from tests.support.pages.pages import opened, sound, view

LEARN = FIRST["Learn"]
WITHOUT_TORCH = """
import sys
import streamlit
from streamlit.testing.v1 import AppTest
from mha_viz.paths import app_folder
from mha_viz.ui.shell import opening

seen = []

def drawn(*arguments):
    draw(*arguments)
    seen.append("picture")

def load_behind():
    seen.extend(sorted({"torch", "transformers", "spacy"} & set(sys.modules)))
    streamlit.stop()

draw, opening._draw, opening.load_behind = opening._draw, drawn, load_behind
test = AppTest.from_file(str(app_folder() / "app.py"), default_timeout=60).run()
assert not test.exception, test.exception
print(*seen, *(part.value for part in test.caption), sep="|")
"""


@pytest.mark.parametrize("name", LEARN.models)
def test_the_file_is_what_the_model_gives_today(name):
    assert first.first_picture(load_model(name)) == first_file("Learn", name).read_bytes(), (
        "`python -m mha_viz.ui.pages.story.first` writes it anew"
    )


def test_the_file_is_what_the_page_draws():
    shipped = header_of(first_file("Learn", "minilm").read_bytes())
    test = sound(opened("app.py", model="minilm", story="0"))
    assert view(test) == shipped
    assert shipped["kind"] == LEARN.kind
    assert LEARN.title == test.title[0].value
    assert any(part.value.startswith(LEARN.words) for part in test.markdown)


def test_it_is_drawn_before_torch_is_imported():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip().split("|") == ["picture", LOADING]


@pytest.mark.parametrize(
    ("here", "query", "expected"),
    [
        ({"mpnet", "minilm"}, {}, "mpnet"),
        ({"minilm"}, {}, "minilm"),
        (set(), {}, None),
        ({"mpnet", "minilm"}, {"model": "mpnet", "story": "0"}, "mpnet"),
        ({"mpnet", "minilm"}, {"model": "minilm"}, None),
        ({"minilm"}, {"model": "minilm"}, "minilm"),
        ({"mpnet", "minilm"}, {"story": "3"}, None),
        ({"mpnet", "minilm"}, {"text": "Dogs bark."}, None),
    ],
)
def test_it_is_shown_only_where_nothing_else_is_asked_for(monkeypatch, here, query, expected):
    monkeypatch.setattr(opening, "is_whole", lambda name: name in here)
    assert LEARN.model(query) == expected


@pytest.mark.parametrize("is_different", [False, True])
def test_what_is_different_here_is_replaced_and_said(monkeypatch, is_different):
    done = loading.Loading(is_different=is_different)
    done.done.set()
    monkeypatch.setattr(opening, "is_loaded", lambda: False)
    monkeypatch.setattr(opening, "load_behind", lambda: done)
    test = sound(opened("app.py"))
    captions = [part.value for part in test.caption]
    assert (OTHER in captions) is is_different
    assert LOADING not in captions
    assert [part.value for part in test.title] == [LEARN.title]


def test_a_page_waits_and_says_how_far_it_is(monkeypatch):
    going_on, told = loading.Loading(), []
    monkeypatch.setattr(opening.st, "empty", lambda: Place(told, going_on))
    going_on.progress(0.3, "loading torch")
    opening._wait(going_on)
    assert told == [(0.3, "loading torch"), (0.7, "loading pandas")]


class Place:
    """Notes what is said, and lets the work go on when it hears of it."""

    def __init__(self, told, going_on):
        self.told, self.going_on = told, going_on

    def progress(self, share, what):
        self.told.append((share, what))
        if what == "loading torch":
            self.going_on.progress(0.7, "loading pandas")
        else:
            self.going_on.done.set()


def test_a_file_of_another_model_is_noticed(monkeypatch):
    monkeypatch.setattr(opening, "is_whole", lambda name: name == "minilm")
    assert first.is_different() is False
    monkeypatch.setattr(first, "first_file", lambda page, _model: first_file(page, "mpnet"))
    assert first.is_different() is True


def test_the_code_is_loaded_once_and_a_failure_keeps_nobody_waiting(monkeypatch):
    calls = []

    def fail(_progress):
        calls.append(threading.current_thread().name)
        raise ImportError("no such module")

    monkeypatch.setattr(loading, "_begun", [])
    monkeypatch.setattr(loading, "load_code", fail)
    begun = loading.load_behind()
    assert begun.done.wait(10)
    assert loading.load_behind() is begun
    assert calls == ["loading"]
    assert loading.is_loaded()
