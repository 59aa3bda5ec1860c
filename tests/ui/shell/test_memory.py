"""What a session remembers beside its settings: in one table, by two functions, and by no bare string."""

import ast
from pathlib import Path

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

ROOT = Path(__file__).parents[3]


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
    assert widget_value("another") is None


def test_every_row_has_a_key_of_its_own_that_no_setting_and_no_widget_has():
    keys = [row.key for row in MEMORY]
    assert len(set(keys)) == len(keys) == len([name for name in vars(Memory) if not name.startswith("_")])
    assert all(key.startswith("_") for key in keys)
    assert not any(row.key.startswith("_") for row in SETTINGS)
    assert all(row.about and not row.about.endswith(".") for row in MEMORY)


def test_every_row_is_used():
    used = {
        node.attr
        for path in (ROOT / "mha_viz" / "ui").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Memory"
    }
    assert used == {name for name in vars(Memory) if not name.startswith("_")}


def test_only_the_shell_touches_the_session():
    inside, outside = set(), set()
    for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "mha_viz").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "session_state":
                (inside if path.parent.name == "shell" else outside).add(path.name)
    assert not outside
    assert inside == {"link.py", "memory.py", "settings.py"}
