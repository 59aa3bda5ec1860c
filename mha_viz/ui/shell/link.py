"""What the address of a page holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import streamlit as st

from mha_viz.ui.shell.memory import Memory, recall_once, remember
from mha_viz.ui.shell.settings import SETTINGS, Setting, Settings

SETTING_CHARACTERS = 4000  # of the rest; Python reads no number with more digits than 4,300

# A change of one of these is a step that the browser's button Back takes back.
STEPS = tuple(
    row.key
    for row in (
        Settings.text, Settings.target, Settings.pair, Settings.second, Settings.model, Settings.model2, Settings.kind,
        Settings.from_, Settings.to, Settings.layer, Settings.head, Settings.view, Settings.map, Settings.step,
        Settings.story, Settings.asked, Settings.lesson, Settings.name, Settings.passage, Settings.picture,
        Settings.sees, Settings.patch, Settings.picture_head,
        Settings.spoken, Settings.hears, Settings.listens, Settings.listener, Settings.sound_head,
        Settings.picture_beside, Settings.sound_beside, Settings.compare, Settings.partner, Settings.other,
    )
)  # fmt: skip
# What a page proposes anew, where it does not fit what was chosen: each of a row may change with any of an earlier row.
FOLLOW: tuple[tuple[Setting[Any], ...], ...] = (
    (Settings.text, Settings.target, Settings.pair, Settings.model, Settings.model2),
    (Settings.kind,),
    (Settings.from_, Settings.to),
    (Settings.layer, Settings.head, Settings.name, Settings.partner, Settings.other),
)
LINK_CHARACTERS = 6000  # a longer text does not fit into an address


def in_address(row: Setting[Any]) -> str | None:
    """What the address says of a setting, before anything is read from it."""
    return _as_called_today(st.query_params.to_dict()).get(row.key)


def _as_called_today(linked: Mapping[str, str]) -> dict[str, str]:
    """What an address holds; in one of an earlier version ``play`` is the lesson, and ``lesson`` which training."""
    today = {key: value for key, value in linked.items() if key != "play"}
    if today.get(Settings.lesson.key) in Settings.training.choices:
        today = {Settings.training.key: today.pop(Settings.lesson.key), **today}
    return today | ({Settings.lesson.key: linked["play"]} if "play" in linked else {})


def read_link() -> None:
    """What the session does not hold yet comes from the link; all that it holds, Streamlit keeps for another run."""
    linked, held = _as_called_today(st.query_params.to_dict()), st.session_state.to_dict()
    for row in SETTINGS:
        if row.in_link and row.key in held:
            st.session_state[row.key] = held[row.key]  # else it forgets what this page has no widget for
        elif row.in_link and row.key in linked and (row.is_text or len(linked[row.key]) <= SETTING_CHARACTERS):
            st.session_state[row.key] = linked[row.key]


def open_again(query: str) -> None:
    """Everything as an address of this page held it: whoever goes back in a browser finds what stood there."""
    linked = _as_called_today(dict(parse_qsl(query.removeprefix("?"))))
    for row in SETTINGS:
        if not row.in_link:
            continue
        if row.key in linked and (row.is_text or len(linked[row.key]) <= SETTING_CHARACTERS):
            st.session_state[row.key] = linked[row.key]
        else:
            st.session_state.pop(row.key, None)


def held_settings() -> dict[str, Any]:
    """Everything that a link would hold, however long it is, as the session has it."""
    held = st.session_state.to_dict()
    return {row.key: held[row.key] for row in SETTINGS if row.in_link and row.key in held}


def hold_again(settings: Mapping[str, Any]) -> None:
    """Everything as ``held_settings`` found it; the rest as if nobody had chosen it, also where the address says it."""
    for row in SETTINGS:
        if row.in_link:
            st.session_state[row.key] = settings.get(row.key, "")


def share() -> None:
    """Bring the address up to date, so that it shows the same to whoever opens it."""
    here = link()
    recall_once(Memory.left_out)
    if st.query_params.to_dict() != here:
        st.query_params.from_dict(here)


def share_choices() -> None:
    """The same before a page has read what was chosen, which may take a while: without what it may propose anew then.
    What it fills in later is then no step of its own for the browser's button Back. An address that says all that was
    chosen stays as it is until then.
    """
    here, before = link(), st.query_params.to_dict()
    if unsaid := recall_once(Memory.left_out):  # the run before was broken off by what is chosen now, which is a step
        before = {**unsaid, **before}
        st.query_params.from_dict(before)
    if all(here.get(key) == before[key] for key in STEPS if key in before):
        return
    left_out: dict[str, str] = {}
    is_new = False
    for rows in FOLLOW:
        keys = [row.key for row in rows]
        if is_new:
            left_out |= {key: here.pop(key) for key in keys if key in here}
        is_new = is_new or any(here.get(key) != before.get(key) for key in keys)
    remember(Memory.left_out, left_out)
    st.query_params.from_dict(here)


def link_holds_all() -> bool:
    """Whether everything that the page shows fits into its address."""
    return len(link()) == len(_values())


def _values() -> dict[str, str]:
    held = st.session_state.to_dict()  # once: fifty questions would take a tenth of the page's time
    return {row.key: str(held[row.key]) for row in SETTINGS if row.in_link and held.get(row.key) not in (None, "")}


def link() -> dict[str, str]:
    """What the address of this page holds, and every link from it takes along."""
    return {key: value for key, value in _values().items() if len(value) <= LINK_CHARACTERS}
