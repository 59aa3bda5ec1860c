"""What is shown first: files that come with the app, drawn before torch is there, and compared with the model."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from mha_viz.language import gettext, spoken
from mha_viz.models.load import load_model
from mha_viz.ui.shared import first
from mha_viz.ui.shell import loading, opening
from mha_viz.ui.shell.first_words import SAID, in_page_language
from mha_viz.ui.shell.opening import CARD, FIRST, LOADING, OTHER, SEVERAL, first_file
from mha_viz.views.view import View, to_bytes
from tests.support.pages import drawn
from tests.support.pages.pages import opened, sound, whole_view
from tests.support.pages.reading import as_read

LEARN, EXPLORE = FIRST["Learn"], FIRST["Explore"]
FILES = {"Learn": "app.py", "Explore": "pages/Explore.py"}
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

def load_behind(_page):
    seen.extend(sorted({"torch", "transformers", "spacy"} & set(sys.modules)))
    streamlit.stop()

draw, opening._draw, opening.load_behind = opening._draw, drawn, load_behind
test = AppTest.from_file(str(app_folder() / sys.argv[1]), default_timeout=60).run()
assert not test.exception, test.exception
print(*seen, *(part.value for part in test.caption), len(test.get("bidi_component")), sep="|")
"""


@pytest.mark.parametrize(("page", "name"), [(page, name) for page, row in FIRST.items() for name in row.models])
def test_the_files_are_what_the_model_gives_today(page, name):
    made = first.first_pictures(page, load_model(name))
    assert set(FIRST[page].kinds) == set(made) - {CARD}
    assert first_file(page, name, CARD).is_file() == (CARD in made)
    for kind, content in made.items():
        assert first.is_same(content, first_file(page, name, kind).read_bytes(), kind), (
            "`python -m mha_viz.ui.shared.first` writes it anew"
        )


@pytest.mark.parametrize(("page", "link"), [("Learn", {"model": "minilm", "story": "0"}), ("Explore", {})])
def test_the_files_are_what_the_page_draws(page, link):
    row, test = FIRST[page], sound(opened(FILES[page], **link))
    for kind in row.kinds:
        header, arrays = drawn.opened(first_file(page, "minilm", kind).read_bytes())
        live, numbers = whole_view(test, kind)
        shown = to_bytes(View(kind, live, numbers))
        assert first.is_same(shown, to_bytes(View(kind, header, arrays)), kind)
    assert [row.title] == [title.value for title in test.title]


def test_their_words_are_those_of_the_pages():
    words = [part.value for part in sound(opened("app.py", model="minilm", story="0")).markdown]
    assert any(part.startswith(LEARN.words) for part in words)
    test = sound(opened("pages/Explore.py"))
    assert test.text_input(key="text").value == EXPLORE.words
    card = first_file("Explore", "minilm", CARD).read_text(encoding="utf-8")
    assert [part.value for part in test.markdown][:2] == as_read(card).rstrip("\n").split("\n\n")


@pytest.mark.parametrize("kind", ["grid", "head"])
def test_in_another_language_readers_see_no_english_and_the_same_numbers(kind):
    content = first_file("Explore", "minilm", kind).read_bytes()
    assert in_page_language(content, kind) is content
    with spoken("de"):
        header, arrays = drawn.opened(in_page_language(content, kind))
        heads = [gettext(name) for name in ("positional", "copying", "syntactic")]
    before, numbers = drawn.opened(content)
    assert {name: part for name, part in header.items() if name not in SAID} == {
        "texts": header["texts"], **{name: part for name, part in before.items() if name not in SAID}
    }  # fmt: skip
    for name in numbers:
        assert np.array_equal(arrays[name], numbers[name])
    assert header["hint"].startswith("Zeigen Sie auf ein")
    assert "Umschalt" in header["hint"]  # a message behind another one
    assert before["note"] != header["note"]
    if kind == "grid":
        assert [swatch["name"] for swatch in header["swatches"]] == heads
        assert header["note"].endswith("Dieses Modell liest in beide Richtungen.")


@pytest.mark.parametrize(("page", "n"), [("Learn", 1), ("Explore", 2)])
def test_they_are_drawn_before_torch_is_imported(page, n):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, FILES[page]], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip().split("|") == ["picture", SEVERAL if n > 1 else LOADING, str(n)]


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


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "minilm"),
        ({"text": EXPLORE.words, "model": "minilm"}, "minilm"),
        ({"model": "mpnet"}, None),
        ({"layer": "5", "head": "11"}, None),
        ({"view": "Names"}, None),
    ],
)
def test_explore_shows_it_for_its_own_sentence_alone(monkeypatch, query, expected):
    monkeypatch.setattr(opening, "is_whole", lambda _name: True)
    assert EXPLORE.model(query) == expected


@pytest.mark.parametrize("page", FIRST)
@pytest.mark.parametrize("is_different", [False, True])
def test_what_is_different_here_is_replaced_and_said(monkeypatch, page, is_different):
    done, asked = loading.Loading(), []
    done.done.set()
    monkeypatch.setattr(opening, "is_loaded", lambda: False)
    monkeypatch.setattr(opening, "load_behind", lambda _page: done)
    monkeypatch.setattr(opening, "is_different", lambda page: asked.append(page) or is_different)
    test = sound(opened(FILES[page]))
    captions = [part.value for part in test.caption]
    assert (OTHER in captions) is is_different
    assert not any(caption.startswith(LOADING.partition(" ")[0]) for caption in captions)
    assert [part.value for part in test.title] == [FIRST[page].title]
    assert asked[-1] == page


def test_a_page_waits_and_says_how_far_it_is():
    going_on, told = loading.Loading(), []
    going_on.progress(0.3, "loading torch")
    opening._wait(going_on, Place(told, going_on))
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
    compare = first.is_different.__wrapped__  # what it found is kept
    assert compare("Learn") is False
    assert compare("Scores") is False  # a page without files
    monkeypatch.setattr(first, "first_file", lambda page, _model, kind: first_file(page, "mpnet", kind))
    assert compare("Learn") is True


@pytest.mark.parametrize("kind", ["grid", "head", CARD])
def test_a_file_that_says_something_else_is_noticed(monkeypatch, tmp_path, kind):
    monkeypatch.setattr(opening, "is_whole", lambda name: name == "minilm")
    compare = first.is_different.__wrapped__
    assert compare("Explore") is False
    other, right = tmp_path / "other", first_file("Explore", "minilm", kind).read_bytes()
    other.write_bytes(right.replace(b"L3 H1", b"L3 H2", 1))
    monkeypatch.setattr(
        first, "first_file", lambda page, model, one: other if one == kind else first_file(page, model, one)
    )
    assert compare("Explore") is True


@pytest.mark.parametrize(
    ("shares", "levels", "value", "is_same"),
    [
        ([0.25, 0.5], [7, 11], 0.125, True),
        ([0.25005, 0.5], [7, 11], 0.125, True),
        ([0.2503, 0.5], [7, 11], 0.125, False),
        ([0.25, 0.5, 0.5], [7, 11], 0.125, False),
        ([0.25, 0.5], [8, 10], 0.125, True),
        ([0.25, 0.5], [9, 11], 0.125, False),
        ([0.25, 0.5], [7, 11], 0.12505, True),
        ([0.25, 0.5], [7, 11], 0.1253, False),
    ],
)
def test_what_processors_round_differently_is_the_same(shares, levels, value, is_same):
    def written(shares, levels, value):
        arrays = {"shares": np.array(shares, np.float32), "levels": np.array(levels, np.uint8)}
        return to_bytes(View("head", {"strongest": [["it", "cat", value]], "low": 0.0}, arrays))

    assert first.is_same(written(shares, levels, value), written([0.25, 0.5], [7, 11], 0.125), "head") is is_same


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
