"""Where the model reads text too: what its words look at in the picture, and a word that is cut from it."""

from __future__ import annotations

import streamlit as st

from mha_viz.attention.media.words_on_picture import axis_of, find_word, picture_share, words_at
from mha_viz.errors import InputError
from mha_viz.inputs.words import unique_labels
from mha_viz.objects import Capture, Head, Model
from mha_viz.ui.parts import share
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.pictures import get_cut, get_words
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.memory import Memory, recall
from mha_viz.ui.shell.settings import Settings, fit_setting, set_setting, setting
from mha_viz.views.media.words_on_picture import heads_of, word_facts, words_on_picture_view
from mha_viz.wording import quoted

CUT_SAYS = (
    "The likeliest next tokens after the text, without and with the cut: {word} then sees nothing of the picture, in "
    "no head of any layer. What other words have of the picture may still reach it by them."
)

COLUMNS = {"what": "next token", "before": "seeing it", "after": "cut from it", "difference": "difference"}


def show_words(model: Model, file: bytes) -> None:
    """What is asked, the view, and the cut."""
    fit_setting(Settings.question)
    fit_setting(Settings.continue_)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Beside the picture", key=Settings.question.key)
        st.number_input("Goes on by", 0, 200, key=Settings.continue_.key, width=120, help="Tokens of its own answer.")
    link.share()
    asked = setting(Settings.question), setting(Settings.continue_)
    capture = get_words(model, file, *asked).capture
    query, head = _looking(capture), _head(capture)
    view = words_on_picture_view(capture, query, head)
    names, words = unique_labels(axis_of(capture).labels), words_at(axis_of(capture))
    mount(
        view, "words_on_picture", look_from=lambda place: set_setting(Settings.patch, names[words[place]]),
        choose=lambda chosen: set_setting(Settings.picture_head, chosen),
    )  # fmt: skip
    facts = word_facts(capture, names[query], head)
    share.fill(recall(Memory.share) or st.container(), view, lambda: picture_share(capture), facts)
    if capture.notes:
        st.caption(frame.plain(f"{capture.model_name}: {'; '.join(capture.notes)}."))
    _show_cut(model, file, *asked, names[query])


def _show_cut(model: Model, file: bytes, text: str, new_tokens: int, word: str) -> None:
    """What becomes of the next token where the word never sees the picture."""
    fit_setting(Settings.blind)
    st.segmented_control(
        "Cut from the picture", ("no", "yes"), key=Settings.blind.key, format_func=str.capitalize,
        required=True,
    )  # fmt: skip
    if setting(Settings.blind) == "no":
        return
    table = get_cut(model, file, text, new_tokens, word)
    st.caption(frame.plain(CUT_SAYS.format(word=quoted(word))))
    st.dataframe(table[list(COLUMNS)], hide_index=True, column_config=COLUMNS)


def _looking(capture: Capture) -> int:
    """The word that looks: the chosen one, where this text has it, else the last."""
    axis = axis_of(capture)
    words = words_at(axis)
    try:
        found = find_word(axis, setting(Settings.patch))
    except InputError:
        found = -1
    return found if found in words else words[-1]


def _head(capture: Capture) -> Head:
    """The chosen head where the model has it, else the first of the last layer."""
    heads, chosen = heads_of(capture), setting(Settings.picture_head)
    return chosen if chosen in heads else next(head for head in heads if head[0] == heads[-1][0])
