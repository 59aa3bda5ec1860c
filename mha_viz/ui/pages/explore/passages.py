"""Passage: a stretch of the text to mark, and how much of what every token looks at goes to it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mha_viz.attention.passages import PassageShares, counting, shares_frame
from mha_viz.errors import InputError
from mha_viz.inputs.passages import (
    NO_TEXT,
    Characters,
    characters_of,
    covering,
    first_passage,
    markable,
    passage_tokens,
    stretches,
    typed_passage,
    within,
)
from mha_viz.inputs.words import Words, unique_labels, words_of
from mha_viz.language import gettext, lazy_gettext
from mha_viz.objects import Capture, Head, Positions
from mha_viz.reprs import beginning
from mha_viz.ui.parts import share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.passages import get_shares
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.settings import Settings, clear_settings, set_setting, setting
from mha_viz.ui.shell.views import Views
from mha_viz.views.passages import passage_facts, passage_picture
from mha_viz.wording import isolated

OWN = -1  # the words of a passage that the text does not offer by itself


def show_passage(desk: Desk, kind: str, head: Head) -> None:
    """A passage to choose, the curve of the chosen head, and all heads under it; links and exports."""
    capture = desk.capture
    axis = capture.key_positions[kind]
    _follow_text(axis)
    with st.container(key="passage"):  # the style sheet puts the fields behind the picture on a phone
        with st.container(key="passage_fields"):
            _choose_passage(axis)
        shares = marked_shares(capture, kind)
        view = passage_picture(shares, capture, kind, head)
        words = list(markable(words_of(axis)).values())
        mount(view, "passages", head=lambda place: choose_head(*place), mark=partial(_take_words, words))
    share.fill(
        desk.share,
        view,
        lambda: shares_frame(shares, capture, kind),
        lambda: passage_facts(shares, capture, kind, head),
    )


def marked_shares(capture: Capture, kind: str) -> PassageShares:
    """What every token gives to the passage that is marked, or to the one that is proposed.

    Raises
    ------
    InputError
        If no position stands for characters.
    """
    axis = capture.key_positions[kind]
    return get_shares(capture, passage_tokens(axis, _marked(axis)), kind)


def passage_of_map(capture: Capture, kind: str) -> str | None:
    """The words of the passage by which the map can be coloured and sorted: that of the view Passage, and beside other
    views one that a reader has marked; None where there is none, or no token counts that could look at it.
    """
    axis = capture.key_positions[kind]
    if not any(axis.spans):
        return None
    _follow_text(axis)
    marked = _marked(axis) if setting(Settings.view) == Views.passage else _chosen(axis)
    if marked is None or not counting(covering(axis, marked), len(capture.query_positions[kind]), kind).any():
        return None
    return axis.text[slice(*marked)]


def _marked(axis: Positions) -> Characters:
    """The passage of the link or of the menus, where the text has it; else the one that is proposed."""
    if not any(axis.spans):
        raise InputError(lazy_gettext(NO_TEXT))
    return _chosen(axis) or first_passage(axis, words_of(axis))


def _chosen(axis: Positions) -> Characters | None:
    marked = setting(Settings.passage)
    is_there = marked is not None and marked[1] <= len(axis.text) and covering(axis, marked)
    return marked if is_there else None


def _follow_text(axis: Positions) -> None:
    """Where the text has become another one, the passage stays by its words, as long as they are there."""
    before, marked = recall(Memory.marked_text), setting(Settings.passage)
    remember(Memory.marked_text, axis.text)
    if not before or before == axis.text or marked is None:
        return
    words = before[slice(*marked)]
    if axis.text[slice(*marked)] == words:
        return
    try:
        set_setting(Settings.passage, characters_of(axis.text, words))
    except InputError:
        clear_settings(Settings.passage)


def _choose_passage(axis: Positions) -> None:
    """Passages that the text offers in one menu; the first and the last word in two others; a field to type in."""
    refused = _take_typed(axis)
    words, marked, offered = words_of(axis), _marked(axis), stretches(axis)
    tokens = covering(axis, marked)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(offered) > 1:
            same = [i for i, (_, where) in enumerate(offered) if covering(axis, where) == tokens]
            set_setting(Settings.passage_offered, (same or [OWN])[0])
            st.selectbox(
                gettext("Passage"), [*range(len(offered)), *([] if same else [OWN])], width=230,
                key=Settings.passage_offered.key, format_func=partial(_called, axis, offered),
                on_change=partial(_take_offered, offered),
            )  # fmt: skip
        _choose_ends(words, marked)
        st.text_input(
            gettext("Its words, or characters"), key=Settings.passage_words.key, placeholder="0:40", width=170
        )
    if refused is not None:
        frame.say(refused)


def _take_typed(axis: Positions) -> InputError | None:
    """The passage that was typed; the field is then empty again. What is none stays in it, with the reason."""
    typed = setting(Settings.passage_words).strip()
    if not typed:
        return None
    try:
        marked = characters_of(axis.text, typed_passage(typed))
        passage_tokens(axis, marked)
    except InputError as error:
        return error
    set_setting(Settings.passage, marked)
    clear_settings(Settings.passage_words)
    return None


def _choose_ends(words: Words, marked: Characters) -> None:
    spans = markable(words)
    inside = [list(spans)[i] for i in within(list(spans.values()), marked)]
    labels = unique_labels(words.positions.labels)
    ends = (Settings.passage_first, gettext("First word")), (Settings.passage_last, gettext("Last word"))
    for (row, name), at in zip(ends, (inside[0], inside[-1]), strict=True):
        set_setting(row, at)
        st.selectbox(
            name, list(spans), key=row.key, width=130, on_change=partial(_take_ends, spans),
            format_func=lambda i: isolated(labels[i]),
        )  # fmt: skip


def _called(axis: Positions, offered: list[tuple[str, Characters]], i: int) -> str:
    if i == OWN:
        return gettext("from word to word")
    name, where = offered[i]
    words = isolated(beginning(axis.text[slice(*where)]))
    return f"{gettext(name)}: {words}" if name else f"{i + 1}. {words}"


def _take_offered(offered: list[tuple[str, Characters]]) -> None:
    if (chosen := setting(Settings.passage_offered)) != OWN:
        set_setting(Settings.passage, offered[chosen][1])


def _take_ends(spans: dict[int, Characters]) -> None:
    """From the one word to the other, whichever comes first."""
    first, last = sorted((setting(Settings.passage_first), setting(Settings.passage_last)))
    set_setting(Settings.passage, (spans[first][0], spans[last][1]))


def _take_words(spans: list[Characters], ends: tuple[int, int]) -> None:
    first, last = ends
    set_setting(Settings.passage, (spans[first][0], spans[last][1]))
