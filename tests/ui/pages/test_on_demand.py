"""Where a capture would not fit, pages show the same of a text whose calls are computed when they are looked at."""

from itertools import zip_longest

import pytest
import streamlit as st

from mha_viz.attention.awaited import AwaitedCall
from mha_viz.errors import ModelError
from mha_viz.recording.looking import on_demand
from mha_viz.ui.shared import captures, trail
from tests.support.pages import drawn
from tests.support.pages.pages import opened, sound

STORY = "then Maria Lopez met Tom in Rome . Tom sat because Lopez and Maria ran home"
FAMILY = "llama"  # it reads 43 tokens
SHOWN = ["Lines", "Text", "Steps", "From → to", "Passage", "Names", "What if"]


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """No parser, as names need none; the texts of which a capture on demand was made."""

    def refuse(_text, **_progress):
        raise ModelError("no parser here")

    made, make_one = [], captures.capture_on_demand
    monkeypatch.setattr(trail, "parse", refuse)
    monkeypatch.setattr(captures, "capture_on_demand", lambda *of: made.append(make_one(*of)) or made[-1])
    monkeypatch.setattr(captures, "SHORT", 0)  # short texts are read with those of others
    return made


def pictures_of(page, **link):
    st.cache_resource.clear()
    test = sound(opened(page, **link))
    assert not test.error
    return [component.proto.bytes for component in drawn.pictures(test)]


@pytest.mark.parametrize("shown", SHOWN)
def test_every_view_of_a_text_is_the_same(shown, tiny, asked, monkeypatch):
    link = {"model": tiny, "text": STORY, "view": shown, "layer": "1", "head": "2"}
    kept = pictures_of("pages/Explore.py", **link)
    assert not asked
    monkeypatch.setattr(on_demand, "SHARE", 0.0)
    awaited = pictures_of("pages/Explore.py", **link)
    assert len(asked) == 1
    assert all(isinstance(call, AwaitedCall) for call in asked[0].calls)
    assert [one == other for one, other in zip_longest(kept, awaited)] == [True] * len(kept)


def test_a_page_opens_with_one_run_of_the_whole_network(tiny, asked, monkeypatch):
    """The map of all heads and the head that is proposed come from the run that finds out which calls there are; a
    layer is read when it is looked at.
    """
    runs, look = [], on_demand.look_at_rows

    def count(*given, layers=None, **named):
        runs.append(layers)
        return look(*given, layers=layers, **named)

    monkeypatch.setattr(on_demand, "SHARE", 0.0)
    monkeypatch.setattr(on_demand, "look_at_rows", count)
    assert pictures_of("pages/Explore.py", model=tiny, text=STORY, view="Lines")
    assert len(asked) == 1
    assert runs[0] is None
    assert all(layers is not None for layers in runs[1:])
