"""The address of a page: each change that a reader makes is one step for the browser's button Back."""

import pytest

from mha_viz.ui.shell import link
from mha_viz.ui.shell.settings import Settings

SHOWN = {"text": "the cat", "model": "minilm", "kind": "encoder", "from": "it", "to": "cat", "layer": "3", "head": "1"}


class Address(dict):
    """What the browser was told, one after the other."""

    def __init__(self, held):
        super().__init__(held)
        self.told = []

    def to_dict(self):
        return dict(self)

    def from_dict(self, held):
        self.clear()
        self.update(held)
        self.told.append(dict(held))


@pytest.fixture
def session(monkeypatch):
    class Session(dict):
        to_dict = dict.copy

    held = Session(SHOWN)
    monkeypatch.setattr(link.st, "session_state", held)
    monkeypatch.setattr("streamlit.query_params", Address(SHOWN))
    return held


def steps():
    """How many steps back the browser has: as the menu counts what changes in an address."""
    changes, before = 0, SHOWN
    for after in link.st.query_params.told:
        changes += any(key in before and before[key] != after.get(key) for key in link.STEPS)
        before = after
    return changes


@pytest.mark.parametrize(
    ("chosen", "proposed"),
    [
        ({"text": "the dog"}, {"from": "dog", "to": "the", "layer": "2", "head": "7"}),
        ({"from": "cat", "to": ""}, {"to": "the", "layer": "2", "head": "7"}),
        ({"to": "the"}, {"layer": "2", "head": "7"}),
        ({"model": "gpt2"}, {"kind": "decoder", "layer": "0", "head": "0"}),
        ({"head": "2"}, {}),
    ],
)
def test_what_a_page_proposes_belongs_to_what_was_chosen(chosen, proposed, session):
    session.update(chosen)
    link.share_choices()
    assert link.st.query_params.items() >= {key: value for key, value in chosen.items() if value}.items()
    session.update(proposed)
    link.share()
    assert steps() == 1
    assert link.st.query_params == {**SHOWN, **chosen, **proposed}


def test_a_choice_that_breaks_off_the_run_of_another_is_a_step_too(session):
    session["text"] = "the dog"
    link.share_choices()
    session["head"] = "2"
    link.share_choices()
    link.share()
    assert steps() == 2
    assert [told.get("head") for told in link.st.query_params.told] == [None, "1", "2"]


def test_an_address_that_says_all_that_was_chosen_is_written_once(session):
    session[Settings.axis.key] = "Words"
    link.share_choices()
    link.share()
    assert len(link.st.query_params.told) == 1
