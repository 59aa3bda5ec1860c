"""What is worth looking at in the text: a few sentences, each with its head one click away."""

from __future__ import annotations

import streamlit as st

from mha_viz.errors import MhaVizError
from mha_viz.evidence.findings.finding import Finding
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.shared.findings import get_findings
from mha_viz.ui.shared.profiles import get_profile
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import chosen_head
from mha_viz.ui.shell.settings import Settings, Views, set_setting

TITLE = "What is worth looking at here?"


def show_findings(desk: Desk, kind: str) -> None:
    """A panel; in a class it opens for whoever asks, as each text has to be parsed for it."""
    panel = st.expander(TITLE, expanded=class_mode() is None, key="worth_looking", on_change="rerun")
    if not panel.open:
        return
    with panel, st.container(gap="small", key="findings"):
        try:
            findings = get_findings(desk.capture, kind, get_profile(desk.model))
        except MhaVizError as error:
            frame.say(error)
            return
        if not findings:
            st.markdown("Nothing stands out in this text.")
        for i, finding in enumerate(findings):
            sentence = frame.plain(finding.sentence)
            st.button(sentence, key=f"finding_{i}", type="tertiary", on_click=_look, args=(finding,))


def _look(finding: Finding) -> None:
    """Show the head, and keep its two words for whoever asks from which to which."""
    for row, value in chosen_head(finding.layer, finding.head).items():
        set_setting(row, value)
    set_setting(Settings.view, Views.lines)
    set_setting(Settings.from_, finding.query)
    set_setting(Settings.to, finding.key)
