"""A head is chosen in the same way on every page."""

from types import SimpleNamespace

import pytest

from mha_viz.ui.pages.atlas import atlas
from mha_viz.ui.parts import lines
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import after_click, apply_clicks, choose_head, chosen_head

BEFORE = {"layer": 0, "head": 0, "heads": "0,2", "beside_head": "1.1", "threshold": 0.3}
AFTER = {"layer": 1, "head": 2, "heads": "", "beside_head": "", "threshold": 0.3}
LINES = {"view": "Lines"}  # on the page Explore, where one head is looked at
TWO_LAYERS = SimpleNamespace(calls_of=lambda _kind: [SimpleNamespace(layer=layer, heads=range(3)) for layer in (0, 1)])


def click_in_training():
    after_click(chosen_head(1, 2))
    apply_clicks()


def leaving(open_page):
    with pytest.raises(frame._LeftError):
        open_page(1, 2)


WAYS = {
    "a picture or a table": lambda: choose_head(1.0, 2.0),  # a browser may send whole numbers as floats
    "to its lines": lambda: leaving(frame.open_head),
    "to the atlas": lambda: leaving(frame.open_atlas),
    "a dot of the atlas": lambda: atlas._choose_head(0.0, 1.0, 2.0),
    "the arrows of a picture": lambda: lines._turn(TWO_LAYERS, "encoder", 1, 2),
    "a training": click_in_training,
}


@pytest.fixture
def session(monkeypatch):
    held = dict(BEFORE)
    monkeypatch.setattr(frame.st, "session_state", held)
    return held


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_a_head_leads_to_the_same_state(way, session):
    WAYS[way]()
    assert session in (AFTER, AFTER | LINES)
    assert type(session["layer"]) is int


def test_a_head_of_the_second_model_stands_beside_the_chosen_one(session):
    atlas._choose_head(1, 3, 7)
    assert session == {**BEFORE, "beside_head": "3.7"}
