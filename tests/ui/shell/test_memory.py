"""What a session remembers beside its settings: in one table, by two functions, and by no bare string."""

import pytest

from mha_viz.ui.shell import memory
from mha_viz.ui.shell.memory import (
    MEMORY,
    Memory,
    Remembered,
    recall,
    recall_once,
    remember,
    set_widget,
    widget_value,
)
from mha_viz.ui.shell.settings import SETTINGS


@pytest.fixture
def session(monkeypatch):
    held = {}
    monkeypatch.setattr(memory.st, "session_state", held)
    return held


def test_what_is_remembered_comes_back_and_its_default_before(session):
    row = Remembered("_row", 7, "a number")
    assert recall(row) == recall_once(row) == 7
    remember(row, 11)
    assert session == {"_row": 11}
    assert (recall(row), recall(row)) == (11, 11)
    assert (recall_once(row), recall_once(row)) == (11, 7)
    assert not session


def test_a_widget_holds_what_was_set(session):
    set_widget("a table", 3)
    assert session == {"a table": 3}
    assert widget_value("a table") == 3
    with pytest.raises(KeyError):
        widget_value("another")


def test_every_row_has_a_key_of_its_own_that_no_setting_and_no_widget_has():
    keys = [row.key for row in MEMORY]
    assert len(set(keys)) == len(keys) == len([name for name in vars(Memory) if not name.startswith("_")])
    assert all(key.startswith("_") for key in keys)
    assert not any(row.key.startswith("_") for row in SETTINGS)
    assert all(row.about and not row.about.endswith(".") for row in MEMORY)
