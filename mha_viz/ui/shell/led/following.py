"""A class that is led: the teacher's switch, and what students who follow see; back to oneself with one tap."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mha_viz.language import gettext
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.several.board import Lead
from mha_viz.ui.shell.led.join import is_teacher
from mha_viz.ui.shell.led.lead import FEED, LEADING
from mha_viz.ui.shell.link import held_settings, hold_again
from mha_viz.ui.shell.memory import Memory, recall, recall_once, remember, set_widget, widget_value
from mha_viz.ui.shell.settings import Settings, set_setting

ALONE = ("pages/Wall.py",)  # pages to which the teacher goes without the class
# What everybody chooses for one's own screen.
OWN = (Settings.notes.key, Settings.type.key, Settings.present.key, Settings.interface.key)


def follows() -> bool:
    """Whether this session goes where the teacher goes."""
    return class_mode() is not None and not is_teacher() and recall(Memory.follows)


def feed_of_lead() -> dict[str, object] | None:
    """What the menu needs to listen for the teacher; None for whoever has no teacher to listen for."""
    if class_mode() is None or is_teacher():
        return None
    return {"address": FEED.strip("/"), "follows": recall(Memory.follows), **LEADING.message}


def take_lead() -> None:
    """The teacher went on: hold what the teacher's link would hold, and keep what one had oneself."""
    place = LEADING.lead
    if place is None or not follows():
        return
    if recall(Memory.before_lead) is None:
        remember(Memory.before_lead, Lead(_here(), held_settings()))
    _go(place)


def follow() -> None:
    """At the beginning of a page: who comes while the class is led sees what the others see; who is elsewhere than the
    teacher, or than before, goes there.
    """
    if class_mode() is None:
        return
    if recall(Memory.is_new):
        remember(Memory.is_new, False)
        take_lead()
    page = recall_once(Memory.led_to)
    if page and page != _here():
        st.switch_page(page)


def lead() -> None:
    """At the end of a page, when all that it proposes is held: where the teacher is, who leads."""
    if is_teacher() and LEADING.lead is not None and _here() not in ALONE:
        LEADING.go(Lead(_here(), _shared_settings()))


def draw_lead() -> None:
    """The teacher's switch; for students, once the class is led, the way to oneself and back."""
    if class_mode() is None:
        return
    if is_teacher():
        key = "leads"
        set_widget(key, LEADING.lead is not None)
        st.toggle(
            gettext("Lead the class"),
            key=key,
            on_change=_lead,
            help=gettext(
                "Students' screens go where you go: to your step, sentence and head. Each can leave with one tap."
            ),
        )
    elif LEADING.lead is not None and recall(Memory.follows):
        st.button(gettext("Following the teacher: leave"), key="leave_lead", on_click=_leave, type="tertiary")
    elif LEADING.lead is not None:
        st.button(gettext("Follow the teacher"), key="follow_lead", on_click=_follow, type="tertiary")


def _lead() -> None:
    LEADING.go(Lead(_here(), _shared_settings()) if widget_value("leads") else None)


def go_to_text(text: str) -> None:
    """The next run of the whole page is Explore, with this text; of a class."""
    set_setting(Settings.text, text)
    remember(Memory.led_to, "pages/Explore.py")


def _leave() -> None:
    """Back to what one had before."""
    remember(Memory.follows, False)
    before = recall_once(Memory.before_lead)
    if before is not None:
        _go(before)


def _follow() -> None:
    remember(Memory.follows, True)
    take_lead()


def _go(place: Lead) -> None:
    own = {key: value for key, value in held_settings().items() if key in OWN}
    hold_again({**place.settings, **own})
    remember(Memory.led_to, place.page)


def _shared_settings() -> dict[str, object]:
    return {key: value for key, value in held_settings().items() if key not in OWN}


def _here() -> str:
    """The file of the page that runs, as ``st.switch_page`` takes it."""
    context = get_script_run_ctx()
    if context is None:
        return "app.py"
    page = context.pages_manager.get_pages().get(context.page_script_hash)
    path = Path(page["script_path"]) if page else Path(context.main_script_path)
    return f"pages/{path.name}" if path.parent.name == "pages" else path.name
