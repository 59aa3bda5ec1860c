"""The language of a session: what its link says, wherever a run asks; and what the menu needs to change it."""

from __future__ import annotations

from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx

from mha_viz.language import ENGLISH, FROM_RIGHT, LANGUAGES, N_, ask_for_language, gettext, language, speak
from mha_viz.ui.shell.memory import Memory, recall, remember, widget_value
from mha_viz.ui.shell.settings import Settings, set_setting, setting

# What widgets of Streamlit say by themselves, on the pages that are translated.
WIDGETS = (
    N_("Open"), N_("Clear all"), N_("Clear value"), N_("Clear entry"), N_("Selected values"), N_("Increment"),
    N_("Decrement"), N_("Close"), N_("Link to heading"), N_("Skip to main content"), N_("No results"),
    N_("Choose an option"), N_("Choose options"), N_("Press Enter to apply"), N_("Press {keys}+Enter to apply"),
    N_("Copy to clipboard"), N_("Help for {name}"), N_("Remove {name}"), N_("Shortcut {keys}"),
    N_("Upload"), N_("Record"), N_("Stop recording"), N_("Clear recording"), N_("Download as WAV"),
    N_("This app would like to use your microphone."), N_("Learn how to allow access."),
    N_("Choose or add an option"), N_("Choose or add options"), N_("Add: {name}"), N_("Clear selection"),
    N_("Show/hide columns"), N_("Download as CSV"), N_("Search"), N_("Fullscreen"), N_("Close fullscreen"),
    N_("Sort ascending"), N_("Sort descending"), N_("Autosize"), N_("Pin column"), N_("Hide column"),
    N_("Type to search"), N_("file upload"), N_("{size} per file"),
)  # fmt: skip


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


def words_of_widgets() -> list[tuple[str, str]] | None:
    """What Streamlit's widgets say, each with what that is here; None where it is right as it stands."""
    return None if language() == ENGLISH else [(words, gettext(words)) for words in WIDGETS]


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
