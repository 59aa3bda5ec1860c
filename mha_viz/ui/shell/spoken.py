"""The language of a session: what its link says, wherever a run asks; and what the menu needs to change it."""

from __future__ import annotations

from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx

from mha_viz.language import ENGLISH, FROM_RIGHT, LANGUAGES, ask_for_language, language, speak
from mha_viz.ui.shell.memory import widget_value
from mha_viz.ui.shell.settings import Settings, set_setting, setting


def speak_as_chosen() -> None:
    """At the beginning of a page, once its link is read."""
    speak(setting(Settings.interface))


def languages_of_menu() -> dict[str, Any]:
    """The languages to choose from, each by its own name, and how the page is to be read."""
    code = language()
    return {"all": list(LANGUAGES.items()), "chosen": code, "direction": "rtl" if code in FROM_RIGHT else "ltr"}


def take_language() -> None:
    """Somebody has chosen another in the menu."""
    code = (widget_value("menu") or {}).get("spoken")
    if code in LANGUAGES:
        set_setting(Settings.interface, code)


def _of_session() -> str:
    """Of a fragment, which runs without its page, or of what is called before one; outside pages it is English."""
    return setting(Settings.interface) if get_script_run_ctx() is not None else ENGLISH


ask_for_language(_of_session)
