"""What is worth looking at in the text: a few sentences, each with its head one click away."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from mha_viz.errors import MhaVizError
from mha_viz.evidence.findings.finding import Finding
from mha_viz.language import N_, gettext
from mha_viz.ui.pages.explore.after_text import show_after_text
from mha_viz.ui.parts.field import reads_code
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.shared.findings import get_findings
from mha_viz.ui.shared.profiles import get_profile
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import chosen_head
from mha_viz.ui.shell.settings import Settings, set_setting
from mha_viz.ui.shell.views import Views

TITLE = N_("What is worth looking at here?")


def findings_line(desk: Desk, kind: str) -> Callable[[], None]:
    """One line that opens for whoever asks, as each text has to be parsed for it, beside what is read with the text;
    returns what fills it: the pictures under it come first.
    """
    with st.container(horizontal=True, key="above_map"):
        # from one text to another nothing is looked for
        line = None if kind == "cross" else st.expander(gettext(TITLE), key="worth_looking", on_change="rerun")
        show_after_text(desk)

    def fill() -> None:
        if line is not None and line.open:
            with line, st.container(gap="small", key="findings"):
                _list_findings(desk, kind)

    return fill


def _list_findings(desk: Desk, kind: str) -> None:
    try:
        as_code = reads_code(desk.capture.text)
        findings = get_findings(desk.capture, kind, get_profile(desk.model), as_code=as_code)
    except MhaVizError as error:
        frame.say(error)
        return
    if not findings:
        st.markdown(gettext("Nothing stands out in this text."))
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
