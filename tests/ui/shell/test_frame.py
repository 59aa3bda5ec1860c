"""However a page is left, what waits is drawn and the link is brought up to date."""

import pytest
from streamlit.testing.v1 import AppTest

from mha_viz.errors import InputError
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.memory import Memory, remember
from tests.support.pages.drawn import menu


def script():
    """A page with a widget that waits for the picture, and every way to leave it."""
    import streamlit as st

    from mha_viz.errors import InputError
    from mha_viz.ui.shell import frame
    from mha_viz.ui.shell.settings import Settings, fit_setting

    with frame.page("A page"):
        fit_setting(Settings.only)
        frame.later(st.container(), lambda: st.text_input("Only", key=Settings.only.key))
        frame.later(st.container(), lambda: st.text_input("Hidden", key="held_by_the_widget"))
        way = st.session_state.get("way", "to its end")
        if way == "refused":
            with st.container():
                raise InputError("This *cannot* be shown.")
        elif way == "broken":
            raise KeyError("a mistake of ours")
        elif way == "stopped":
            frame.stop()
        elif way == "another page":
            frame.open_head(1, 2)
        elif way == "Streamlit's own":
            st.stop()
        st.caption("the end")


@pytest.fixture
def went(monkeypatch):
    """Where a page went."""
    places = []
    monkeypatch.setattr(frame.st, "switch_page", lambda page, query_params: places.append((page, query_params)))
    return places


def left(way):
    test = AppTest.from_function(script, default_timeout=60)
    test.query_params["only"] = "L3"
    test.run()
    test.text_input(key="only").set_value("L1")
    test.text_input(key="held_by_the_widget").set_value("kept")
    test.session_state["way"] = way
    return test.run()


@pytest.mark.parametrize("way", ["to its end", "refused", "broken", "stopped", "another page"])
def test_however_a_page_is_left_it_is_whole(way, went):
    test = left(way)
    assert [one.value for one in test.text_input] == ["L1", "kept"]
    assert "only=L1" in menu(test)["query"]
    assert [one.value for one in test.caption] == ["the end"] * (way == "to its end")
    if way == "another page":
        assert went == [("pages/Explore.py", {"only": "L1", "layer": "1", "head": "2", "view": "Lines"})]
    else:
        assert test.query_params["only"] == "L1"
        assert not went
    test.session_state["way"] = "to its end"
    assert [one.value for one in test.run().text_input] == ["L1", "kept"]


def test_an_error_of_ours_is_one_sentence_and_no_traceback(went):
    test = left("refused")
    assert [one.value for one in test.error] == ["This \\*cannot\\* be shown\\."]
    assert not test.exception


def test_a_mistake_of_ours_is_not_hidden(went):
    test = left("broken")
    assert len(test.exception) == 1
    assert not test.error


def test_streamlit_may_end_a_page_and_nothing_is_lost(went):
    test = left("Streamlit's own")
    assert not test.exception
    assert not test.error
    test.session_state["way"] = "to its end"
    assert test.run().text_input(key="only").value == "L1"


def test_what_waits_is_drawn_once_and_by_whoever_comes_first():
    drawn = []
    remember(Memory.later, ((frame.st.empty(), lambda: drawn.append(1)),))
    frame.draw_rest()
    frame.draw_rest()
    assert drawn == [1]


def test_what_waits_behind_something_broken_is_still_drawn():
    def broken():
        raise InputError("broken")

    drawn = []
    remember(Memory.later, ((frame.st.empty(), broken), (frame.st.empty(), lambda: drawn.append(1))))
    with pytest.raises(InputError):
        frame.draw_rest()
    frame.draw_rest()
    assert drawn == [1]
