"""A text as a message of a chat, with the messages before it: in the panel More, where the model has a template."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.inputs.chat import chat_of, has_template, written_messages
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import N_, gettext
from mha_viz.media import Chat
from mha_viz.objects import Model
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import CHAT, Settings, fit_setting, setting

BEFORE = N_("One message a line, its role first: “system: Be brief.”")


def choose_chat(model: Model, more: DeltaGenerator, *, answers: bool) -> str | Chat:
    """The text as it is, or as the user's last message in a chat, as chosen in ``more``.

    ``answers`` says that the model goes on with it: after what the template writes before an answer.

    Raises
    ------
    InputError
        If a message before it says no role.
    """
    text = setting(Settings.text)
    if not has_template(tokenizer_of(model.processor)):
        return text
    chosen, before = fit_setting(Settings.chat), fit_setting(Settings.before)
    frame.later(more, lambda: _draw(chosen != CHAT[0]))
    if chosen == CHAT[0]:
        return text
    messages = [*written_messages(before), {"role": "user", "content": text}]
    return chat_of(messages, chosen == CHAT[2] or answers)


def _draw(is_chat: bool) -> None:
    st.segmented_control(
        gettext("As a chat"), CHAT, key=Settings.chat.key, required=True, format_func=gettext,
        help=gettext("Whether the sentence is a message of the user, read through the model's own chat template."),
    )  # fmt: skip
    if is_chat:
        how = gettext(BEFORE)
        st.text_area(gettext("Messages before it"), key=Settings.before.key, height=100, help=how, placeholder=how)
