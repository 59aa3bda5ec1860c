"""A reader's own annotated sentences: a file that stays in the session, and one of its sentences to look at."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.files.mentions import left_out_sentence
from mha_viz.annotation.files.uploads import read_upload
from mha_viz.annotation.marks import short
from mha_viz.errors import MhaVizError, in_one_line
from mha_viz.language import N_, gettext, lazy_gettext, said
from mha_viz.outside import cut
from mha_viz.ui.parts.text import take_text
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led.join import most_megabytes
from mha_viz.ui.shell.memory import Memory, recall, recall_once, remember, widget_value
from mha_viz.ui.shell.settings import Settings, clear_settings, setting
from mha_viz.wording import how_many_listed

MOST_LISTED = 200
FAULT = N_("{name} cannot be read: {why}. That is a fault of mha_viz, not of the file; the terminal says where.")
PASTED = lazy_gettext("the pasted lines")
PASTE_HELP = N_("Where a file does not come through: a proxy may let only small ones pass.")
HELP = N_("CoNLL-U (words with heads and relations) or IOB2 (names), at most {n} MB. It stays in this session.")


def uploaded_sentences() -> Sequence[Annotated]:
    """The sentences of the file that was handed over in this session, gold; empty where there is none, or one that was
    refused. It is read here, not when it comes: then no page is there yet that could say what is wrong.
    """
    given = recall_once(Memory.handed_over)
    if given is not None:
        _read(*given)
    return recall(Memory.uploaded)


def choose_sentence() -> None:
    """A file to hand over, and which of its sentences to show; its annotation goes before the parser's."""
    most = most_megabytes()
    st.file_uploader(
        gettext("Your own annotated sentences"), ["conllu", "conllup", "conll", "iob2", "txt"], key="annotated_file",
        help=gettext(HELP, n=most), on_change=_take_file, max_upload_size=most,
    )  # fmt: skip
    st.text_area(
        gettext("Or its lines, pasted"), key="annotated_lines", help=gettext(PASTE_HELP), on_change=_take_lines,
        height=68,
    )  # fmt: skip
    sentences = uploaded_sentences()
    if refused := recall(Memory.upload_refused):
        st.error(frame.plain(said(refused)), icon=":material/error:")
    if not sentences:
        return
    if left_out := left_out_sentence(sentences):
        st.caption(frame.told(left_out))
    listed: Sequence[int] = range(len(sentences))
    wanted = ""
    if len(sentences) > MOST_LISTED:
        only, word = gettext("Only sentences with"), gettext("a word")
        wanted = st.text_input(only, key="sentence_with", placeholder=word).casefold()
        listed = [i for i in listed if wanted in sentences[i].text.casefold()]
    how_many = how_many_listed(len(listed), len(sentences), MOST_LISTED)
    st.selectbox(
        gettext("Sentence of your file, {how_many}", how_many=how_many), listed[:MOST_LISTED], index=None,
        key=Settings.own_sentence.key, format_func=lambda i: f"{i + 1}. {short(sentences[i].text)}",
        placeholder=gettext("choose one to look at"), on_change=_take_sentence,
    )  # fmt: skip


def _take_file() -> None:
    file = widget_value("annotated_file")
    # It may be none, or one that this server does not hold any longer.
    _hand_over((file.name, file.getvalue()) if isinstance(file, UploadedFile) else None)


def _take_lines() -> None:
    lines = widget_value("annotated_lines")
    _hand_over((PASTED, lines.encode()) if isinstance(lines, str) and lines.strip() else None)


def _hand_over(given: tuple[str, bytes] | None) -> None:
    remember(Memory.uploaded, ())
    remember(Memory.upload_refused, "")
    remember(Memory.handed_over, given)


def _read(name: str, data: bytes) -> None:
    """Take its sentences over, or remember why not; whatever that is, the page stays."""
    try:
        remember(Memory.uploaded, read_upload(name, data, most_bytes=most_megabytes() * 10**6))
    except MhaVizError as error:
        remember(Memory.upload_refused, error.args[0])
    except Exception as error:  # noqa: BLE001 - no reader should bring that about, but files are anybody's
        traceback.print_exc()
        remember(Memory.upload_refused, lazy_gettext(FAULT, name=cut(name), why=in_one_line(error)))


def _take_sentence() -> None:
    """Its text becomes the text of the page, alone: with a second text or a continuation it would be another one."""
    i, sentences = setting(Settings.own_sentence), recall(Memory.uploaded)
    if i is not None and i < len(sentences):  # else it was of a file that is gone
        take_text(sentences[i].text)
        clear_settings(Settings.pair, Settings.continue_)
