"""The text that is read: another one taken, and what was chosen in the one before forgotten."""

from __future__ import annotations

from mha_viz.ui.shell.settings import TEXT, Settings, clear_settings, set_setting, setting


def take_text(text: str) -> None:
    """Read this text from the next run on."""
    set_setting(Settings.text, text)
    clear_settings(Settings.reads)
    forget_places()


def forget_typed() -> None:
    """Another text was typed: that the one before was to be no code says nothing of it; code that was chosen stays."""
    if setting(Settings.reads) == TEXT:
        clear_settings(Settings.reads)
    forget_places()


def forget_places() -> None:
    """Tokens that were selected, the part that was shown, and what was marked were those of another text."""
    clear_settings(Settings.look, Settings.window, Settings.marks)
