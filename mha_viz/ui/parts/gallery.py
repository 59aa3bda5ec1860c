"""The menu Examples: the sentences that this tab has read, and the gallery of those that come with the project."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mha_viz.errors import MhaVizError
from mha_viz.inputs.examples import examples
from mha_viz.language import gettext
from mha_viz.objects import Model
from mha_viz.ui.parts.text import take_text
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.gallery import get_thumbnails
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.memory import Memory, recall, remember, set_widget
from mha_viz.ui.shell.settings import Settings, set_setting, setting
from mha_viz.views.gallery import Thumbnail, gallery_view

KEY = "examples"  # of the menu
RECENT = 8  # texts
SHOWN = 80  # characters of each


def note_read(text: str) -> None:
    """Remember a text that was read, in this session alone: the last ones, the latest first."""
    others = [other for other in recall(Memory.recent) if other != text]
    remember(Memory.recent, (text, *others)[: RECENT + 1])  # one of them stands in the field


def draw_gallery(model: Model | None) -> None:
    """The menu; what is in it is made when somebody opens it. Without a model there are no pictures."""
    menu = st.popover(gettext("Examples"), key=KEY, on_change="rerun", width="stretch")
    if not menu.open:
        return
    with menu:
        _draw_recent()
        thumbnails = _thumbnails(model)
        mount(gallery_view(examples(), thumbnails), "gallery", take=lambda i: _take_example(i, thumbnails[i]))


def _draw_recent() -> None:
    texts = [text for text in recall(Memory.recent) if text != setting(Settings.text)]
    if not texts:
        return
    st.markdown("**" + gettext("Read in this tab") + "**")
    with st.container(key="recent", gap=None):
        for i, text in enumerate(texts[:RECENT]):
            label = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
            st.button(frame.plain(label), key=f"recent_{i}", type="tertiary", on_click=_take_recent, args=(text,))
    st.markdown("**" + gettext("Examples") + "**")


def _thumbnails(model: Model | None) -> Sequence[Thumbnail | None]:
    """One of each example; where this model cannot read them, the examples stand there without."""
    if model is not None:
        try:
            return get_thumbnails(model)
        except MhaVizError as error:
            frame.say(error)
    return [None] * len(examples())


def _take_recent(text: str) -> None:
    take_text(text)
    set_widget(KEY, False)


def _take_example(i: int, thumbnail: Thumbnail | None) -> None:
    """Read it, and look where its picture looks: at the same head, from the same word to the same word."""
    example = examples()[i]
    take_text(example["text"])
    words = (example["from"], example["to"]) if thumbnail is None else thumbnail.look[:2]
    set_setting(Settings.from_, words[0])
    set_setting(Settings.to, words[1])
    for row in (Settings.second, Settings.against):  # what the page Compare sets beside it
        set_setting(row, example.get(row.key, ""))
    if thumbnail is not None:
        choose_head(*thumbnail.look.head)
    set_widget(KEY, False)
