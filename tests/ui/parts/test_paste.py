"""Lines pasted into the field of one line: what the browser hands over becomes the text as it is."""

import streamlit as st

from mha_viz.ui.parts import paste
from mha_viz.ui.parts.field import reads_code
from mha_viz.ui.shell.settings import TEXT, Settings, setting
from tests.support.pages.pages import opened, sound, text_field

CODE = "def ran(cat):\n    return cat"


def test_lines_that_are_handed_over_are_the_text_and_are_read_as_code(monkeypatch):
    state = {paste.LINES: {"lines": CODE}, Settings.reads.key: TEXT}
    monkeypatch.setattr(st, "session_state", state)
    paste._take_lines()
    assert setting(Settings.text) == CODE
    assert reads_code(CODE)  # that the text before was to be none says nothing of it


def test_nothing_and_no_text_leave_the_text_as_it_was(monkeypatch):
    for given in (None, {}, {"lines": None}, {"lines": 7}):
        monkeypatch.setattr(st, "session_state", {paste.LINES: given, Settings.text.key: "the cat"})
        paste._take_lines()
        assert setting(Settings.text) == "the cat"


def test_only_the_field_of_one_line_listens():
    def listens(text):
        test = sound(opened("pages/Head.py", model="classroom", text=text))
        assert text_field(test).value == text
        return any("pasted_lines" in block.proto.id for block in test.get("bidi_component"))

    assert listens("The cat sat.")
    assert not listens(CODE)
