"""A reader's own annotated sentences: a file that stays in the session, and one of its sentences to look at."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.files.mentions import left_out_sentence
from mha_viz.annotation.files.uploads import read_upload
from mha_viz.annotation.marks import short
from mha_viz.errors import MhaVizError
from mha_viz.ui.parts.top import take_text
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.join import most_megabytes
from mha_viz.ui.shell.memory import Memory, recall, remember, widget_value
from mha_viz.ui.shell.settings import Settings, clear_settings, setting
from mha_viz.wording import how_many_listed

MOST_LISTED = 200
HELP = "CoNLL-U (words with heads and relations) or IOB2 (names), at most {} MB. It stays in this session."


def uploaded_sentences() -> Sequence[Annotated]:
    """The sentences of the file that was handed over in this session, gold; empty where there is none."""
    return recall(Memory.uploaded)


def choose_sentence() -> None:
    """A file to hand over, and which of its sentences to show; its annotation goes before the parser's."""
    most = most_megabytes()
    st.file_uploader(
        "Your own annotated sentences", ["conllu", "conllup", "conll", "iob2", "txt"], key="annotated_file",
        help=HELP.format(most), on_change=_take_file, max_upload_size=most,
    )  # fmt: skip
    if refused := recall(Memory.upload_refused):
        st.error(frame.plain(refused), icon=":material/error:")
    sentences = uploaded_sentences()
    if not sentences:
        return
    if left_out := left_out_sentence(sentences):
        st.caption(frame.plain(left_out))
    listed: Sequence[int] = range(len(sentences))
    wanted = ""
    if len(sentences) > MOST_LISTED:
        wanted = st.text_input("Only sentences with", key="sentence_with", placeholder="a word").casefold()
        listed = [i for i in listed if wanted in sentences[i].text.casefold()]
    st.selectbox(
        f"Sentence of your file, {how_many_listed(len(listed), len(sentences), MOST_LISTED)}", listed[:MOST_LISTED],
        index=None,
        key=Settings.own_sentence.key, format_func=lambda i: f"{i + 1}. {short(sentences[i].text)}",
        placeholder="choose one to look at", on_change=_take_sentence,
    )  # fmt: skip


def _take_file() -> None:
    file = widget_value("annotated_file")
    remember(Memory.uploaded, ())
    remember(Memory.upload_refused, "")
    if not isinstance(file, UploadedFile):  # none, or one that this server does not hold any longer
        return
    try:
        remember(Memory.uploaded, read_upload(file.name, file.getvalue(), most_bytes=most_megabytes() * 10**6))
    except MhaVizError as error:
        remember(Memory.upload_refused, str(error))


def _take_sentence() -> None:
    """Its text becomes the text of the page, alone: with a second text or a continuation it would be another one."""
    i = setting(Settings.own_sentence)
    if i is not None:
        take_text(uploaded_sentences()[i].text)
        clear_settings(Settings.pair, Settings.continue_)
