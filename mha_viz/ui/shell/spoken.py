"""The language of a session: what its link says, wherever a run asks; and what the menu needs to change it."""

from __future__ import annotations

from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx

from mha_viz.language import ENGLISH, FROM_RIGHT, LANGUAGES, ask_for_language, language, speak
from mha_viz.ui.shell.memory import Memory, recall, remember, widget_value
from mha_viz.ui.shell.settings import Settings, set_setting, setting


def speak_as_chosen(*, is_translated: bool) -> None:
    """At the beginning of a page, once its link is read. A page that is not in other languages is in English as a
    whole, and the link holds what was chosen.
    """
    remember(Memory.is_translated, is_translated)
    speak(_of_session())


def languages_of_menu() -> dict[str, Any]:
    """The languages to choose from, each by its own name, and how the page is to be read."""
    code, offered = language(), list(LANGUAGES.items()) if recall(Memory.is_translated) else []
    return {"all": offered, "chosen": code, "direction": "rtl" if code in FROM_RIGHT else "ltr"}


def take_language() -> None:
    """Somebody has chosen another in the menu."""
    code = (widget_value("menu") or {}).get("spoken")
    if code in LANGUAGES:
        set_setting(Settings.interface, code)


def _of_session() -> str:
    """Of a fragment, which runs without its page, or of what is called before one; outside pages it is English."""
    is_asked = get_script_run_ctx() is not None and recall(Memory.is_translated)
    return setting(Settings.interface) if is_asked else ENGLISH


ask_for_language(_of_session)
