"""What browsers send of widgets → what pages take of it: a value that no browser of ours sends is as if never sent."""

from __future__ import annotations

import json
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import RegisterWidgetResult, WidgetMetadata, unpack_widget_state_value
from streamlit.runtime.state.session_state import Serialized, SessionState, WStates

from mha_viz.ui.shell.coming_again import take_from_before
from mha_viz.ui.shell.refused import note_refused

MOST_EVENTS = 50  # of a picture in one message
NUMBERS = ("int_value", "double_value")  # Streamlit registers one for both


def keep_forged_values_out() -> None:
    """Put the guard where a session takes over what a browser sent, and where a page first draws a widget of which a
    browser had sent something before. What is refused, a page finds as it was.
    """
    take, register = WStates.set_widget_from_proto, SessionState.register_widget

    def take_sound(states: WStates, sent: WidgetState) -> None:
        if not _is_refused(states.widget_metadata.get(sent.id), sent):
            take(states, sent)

    def register_sound(
        session: SessionState, metadata: WidgetMetadata[Any], user_key: str | None
    ) -> RegisterWidgetResult[Any]:
        states = session._new_widget_state  # Streamlit says nowhere else what has come in
        sent = states.states.get(metadata.id)
        if isinstance(sent, Serialized) and _is_refused(metadata, sent.value):
            del states[metadata.id]
        elif isinstance(sent, Serialized):
            take_from_before(session, metadata, user_key, sent.value)
        return register(session, metadata, user_key)

    WStates.set_widget_from_proto = take_sound  # type: ignore[method-assign, assignment]  # it has no setting for this
    SessionState.register_widget = register_sound  # type: ignore[method-assign, assignment]


def _is_refused(metadata: WidgetMetadata[Any] | None, sent: WidgetState) -> bool:
    """Where nothing is known of a widget yet, the question comes again when a page draws it."""
    fault = fault_of(metadata, sent) if metadata is not None else ""
    if metadata is not None and fault:
        note_refused(f"{fault}, of {metadata.id.split('-', maxsplit=2)[-1][:40]!r}")
    return bool(fault)


def fault_of(metadata: WidgetMetadata[Any], sent: WidgetState) -> str:
    """Why this widget can hold no such value, in a few words; "" for nothing."""
    kind = sent.WhichOneof("value")
    if kind is None:
        return ""
    if kind != metadata.value_type and not (kind in NUMBERS and metadata.value_type in NUMBERS):
        return f"{_in_words(kind)} instead of {_in_words(metadata.value_type)}"
    if metadata.callbacks is not None and kind == "json_value":
        return "a state of a picture, which has none" if sent.json_value not in ("", "{}", "null") else ""
    if kind == "json_trigger_value":
        return _fault_of_events(sent.json_trigger_value, metadata.callbacks or {})
    try:
        value = unpack_widget_state_value(sent)
        metadata.deserializer(value)
    except Exception:  # noqa: BLE001 - whatever Streamlit says of it: its widgets read all that browsers send
        return "a value that cannot be read"
    return "" if _is_offered(value, metadata) else "a choice that was not offered"


def _fault_of_events(text: str, callbacks: dict[str, Any]) -> str:
    """Of what was chosen in a picture: each thing by its name; what it is, the page looks at (``parts.clicks``)."""
    try:
        events = json.loads(text)
    except (ValueError, RecursionError):
        return "a choice that cannot be read"
    events = events if isinstance(events, list) else [events]
    if len(events) > MOST_EVENTS:
        return f"more than {MOST_EVENTS} choices at once"
    known = all(isinstance(one, dict) and one.get("event") in callbacks and "value" in one for one in events)
    return "" if known else "a choice that was not offered"


def _is_offered(value: Any, metadata: WidgetMetadata[Any]) -> bool:
    """Whether all that was chosen stands in the menu; where it may be typed, Streamlit names no options. Where one
    thing is chosen of a row of buttons, all of ours keep one.
    """
    options = metadata.formatted_options
    if options is None:
        return True
    chosen = [value] if isinstance(value, str) else list(value)
    is_one = metadata.max_array_length == 1
    return all(one in options for one in chosen) and (not is_one or len(chosen) == 1)


def _in_words(kind: str) -> str:
    return kind.removesuffix("_value").replace("_", " ")
