"""The text that is read: another one taken, and what was chosen in the one before forgotten."""

from __future__ import annotations

from mha_viz.ui.shell.settings import Settings, clear_settings, set_setting


def take_text(text: str) -> None:
    """Read this text from the next run on."""
    set_setting(Settings.text, text)
    forget_places()


def forget_places() -> None:
    """Tokens that were selected, the part that was shown, and what was marked were those of another text."""
    clear_settings(Settings.look, Settings.window, Settings.marks)
