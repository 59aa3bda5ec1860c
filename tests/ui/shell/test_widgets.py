"""What browsers send of widgets: what they can hold is taken, and of everything else one line is said."""

import json
import math

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import SessionState, WStates

from mha_viz.ui.shell import refused
from mha_viz.ui.shell.widgets import MOST_EVENTS, fault_of, keep_forged_values_out

ID = "$$ID-5f3a-layer"
UNREAD, UNOFFERED = "a value that cannot be read", "a choice that was not offered"


def sent(**value):
    state = WidgetState(id=ID)
    for name, held in value.items():
        if name.endswith("array_value"):
            getattr(state, name).data.extend(held)
        else:
            setattr(state, name, held)
    return state


def widget(kind, read=lambda value: value, options=None, callbacks=None, most=None):
    return WidgetMetadata(
        ID, read, lambda value: value, kind, formatted_options=options, callbacks=callbacks, max_array_length=most
    )


MENU = widget("string_value", options=["L0", "L1"])
CHOICES = widget("string_array_value", options=["L0", "L1"])
BUTTONS = widget("string_array_value", options=["L0", "L1"], most=1)
NUMBER = widget("double_value", lambda value: None if value is None else int(value))
PICTURE = widget("json_trigger_value", json.loads, callbacks={"open": print})
STATE = widget("json_value", callbacks={"open": print})
FIELD = widget("string_value", json.loads)


@pytest.mark.parametrize(
    ("metadata", "value", "fault"),
    [
        (MENU, {"string_value": "L1"}, ""),
        (MENU, {}, ""),
        (MENU, {"string_value": "L2"}, UNOFFERED),
        (MENU, {"bool_value": True}, "bool instead of string"),
        (CHOICES, {"string_array_value": ["L1", "L0"]}, ""),
        (CHOICES, {"string_array_value": ["L1", "x"]}, UNOFFERED),
        (CHOICES, {"int_array_value": [1]}, "int array instead of string array"),
        (CHOICES, {"string_array_value": []}, ""),
        (BUTTONS, {"string_array_value": ["L1"]}, ""),
        (BUTTONS, {"string_array_value": []}, UNOFFERED),
        (BUTTONS, {"string_array_value": ["L1", "L0"]}, UNOFFERED),
        (NUMBER, {"int_value": 3}, ""),
        (NUMBER, {"double_value": 3.0}, ""),
        (NUMBER, {"double_value": math.nan}, UNREAD),
        (NUMBER, {"double_value": math.inf}, UNREAD),
        (NUMBER, {"trigger_value": True}, "trigger instead of double"),
        (PICTURE, {"json_trigger_value": '[{"event": "open", "value": [0, 1]}]'}, ""),
        (PICTURE, {"json_trigger_value": '{"event": "open", "value": null}'}, ""),
        (PICTURE, {"json_trigger_value": '[{"event": "close", "value": 1}]'}, UNOFFERED),
        (PICTURE, {"json_trigger_value": '[{"event": "open"}]'}, UNOFFERED),
        (PICTURE, {"json_trigger_value": "[1]"}, UNOFFERED),
        (PICTURE, {"json_trigger_value": '"open"'}, UNOFFERED),
        (PICTURE, {"json_trigger_value": "{"}, "a choice that cannot be read"),
        (PICTURE, {"json_trigger_value": "[" * 100_000}, "a choice that cannot be read"),
        (PICTURE, {"json_trigger_value": "9" * 5_000}, "a choice that cannot be read"),
        (
            PICTURE, {"json_trigger_value": json.dumps([{"event": "open", "value": 1}] * (MOST_EVENTS + 1))},
            "more than 50 choices at once",
        ),
        (STATE, {"json_value": "{}"}, ""),
        (STATE, {"json_value": '{"open": [0, 1]}'}, "a state of a picture, which has none"),
        (FIELD, {"string_value": "[" * 100_000}, UNREAD),
    ],
)  # fmt: skip
def test_what_a_widget_can_hold_is_taken_and_nothing_else(metadata, value, fault):
    assert fault_of(metadata, sent(**value)) == fault


@pytest.fixture
def guarded(monkeypatch):
    monkeypatch.setattr(WStates, "set_widget_from_proto", WStates.set_widget_from_proto)
    monkeypatch.setattr(SessionState, "register_widget", SessionState.register_widget)
    monkeypatch.setattr(refused, "_SAID", set())
    keep_forged_values_out()
    return SessionState()


def heard(capsys):
    lines = capsys.readouterr().err.splitlines()
    return [line.removeprefix("mha-viz: ") for line in lines if line.startswith("mha-viz: ")]


def drawn(session, metadata=MENU):
    return session.register_widget(metadata, "layer").value


def test_what_is_refused_leaves_a_widget_as_it_was(guarded, capsys):
    assert drawn(guarded) is None
    guarded.on_script_will_rerun(WidgetStates(widgets=[sent(string_value="L1")]))
    assert drawn(guarded) == "L1"
    for _ in range(3):
        guarded.on_script_will_rerun(WidgetStates(widgets=[sent(string_value="L2")]))
        assert drawn(guarded) == "L1"
    assert heard(capsys) == ["Refused what no page of ours sends: a choice that was not offered, of 'layer'."]


def test_what_comes_before_its_widget_is_looked_at_when_that_is_drawn(guarded, capsys):
    guarded.on_script_will_rerun(WidgetStates(widgets=[sent(int_value=5)]))
    assert drawn(guarded) is None
    assert heard(capsys) == ["Refused what no page of ours sends: int instead of string, of 'layer'."]
    other = SessionState()
    other.on_script_will_rerun(WidgetStates(widgets=[sent(string_value="L1")]))
    assert drawn(other) == "L1"


def test_the_terminal_hears_of_a_few_things_and_not_of_any_number(guarded, capsys):
    for i in range(100):
        refused.note_refused(f"something, {i}")
    assert len(heard(capsys)) == refused.MOST_SAID
