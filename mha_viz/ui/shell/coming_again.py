"""A page that stands in a browser while its session is gone: what is done there first is not lost.

A session ends with its server, or while a phone sleeps. The page stands all the same, and the browser asks for a run of
it when somebody types, chooses or presses something there: the first run of a new session, which knows the address and
none of the page's widgets.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata, unpack_widget_state_value
from streamlit.runtime.state.session_state import SessionState

from mha_viz.ui.shell.memory import Memory, recall, recall_once, remember


def begin_run() -> None:
    """At the beginning of a page: what was pressed before the page was known is done now, as Streamlit would have."""
    remember(Memory.is_first_run, not recall(Memory.page))
    for do in recall_once(Memory.came_again):
        do()


def end_run() -> None:
    """At the end of a page: once more, where it was drawn for an address that its browser was ahead of."""
    if recall(Memory.came_again):
        st.rerun()


def take_from_before(
    session: SessionState, metadata: WidgetMetadata[Any], user_key: str | None, sent: WidgetState
) -> None:
    """When a widget is drawn for which its browser sent something: in the first run, that goes before the address."""
    if session._old_state or not recall(Memory.is_first_run):  # Streamlit says nowhere else what is held
        return
    linked, differs = session._new_session_state, False
    if user_key is not None and user_key in linked:
        differs = linked[user_key] != metadata.deserializer(unpack_widget_state_value(sent))
        if differs:
            del linked[user_key]
    if differs or (sent.trigger_value and metadata.callback is not None):
        callback: Callable[..., object] = metadata.callback or _nothing
        does: Callable[[], object] = partial(callback, *metadata.callback_args or (), **metadata.callback_kwargs or {})
        remember(Memory.came_again, (*recall(Memory.came_again), does))


def _nothing(*_given: object, **_named: object) -> None:
    pass
