"""What every page shares: its head, its menu, the state in its link, and how it says that something went wrong."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_popover_container import PopoverContainer

from mha_viz.errors import BusyError, MhaVizError
from mha_viz.inputs.examples import long_example
from mha_viz.language import ENGLISH, gettext, language, said
from mha_viz.paths import app_folder
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shell.coming_again import begin_run, end_run
from mha_viz.ui.shell.head import after_click, apply_clicks, choose_head, chosen_head
from mha_viz.ui.shell.led.following import draw_lead, feed_of_lead, follow, lead, take_lead
from mha_viz.ui.shell.led.join import draw_join, is_teacher, note_teacher
from mha_viz.ui.shell.link import STEPS, link, open_again, read_link, share
from mha_viz.ui.shell.memory import Memory, recall, recall_once, remember, widget_value
from mha_viz.ui.shell.model_facts import facts_of_field
from mha_viz.ui.shell.returning import mark_of_return
from mha_viz.ui.shell.rooms import MOVED, named_rooms
from mha_viz.ui.shell.settings import Setting, Settings, fit_setting, held, set_setting
from mha_viz.ui.shell.spoken import languages_of_menu, speak_as_chosen, take_language, words_of_widgets
from mha_viz.ui.shell.style import STYLE
from mha_viz.ui.shell.turns import take_turn
from mha_viz.ui.shell.views import Views
from mha_viz.views.captions.terms import marked, table
from mha_viz.views.scores.scores import GENERAL
from mha_viz.views.style.scripts import script

OF_MODELS = (Settings.model, Settings.model2, Settings.beside)
DRAWING = 0.1  # seconds that a browser needs for the first picture of a page


def _asset(name: str) -> str:
    return (app_folder() / "assets" / name).read_text(encoding="utf-8")


_menu = st.components.v2.component(
    "mha_viz_menu",
    html='<nav aria-label="Pages"></nav>\n',
    css=_asset("menu.css"),
    js=_asset("menu.js") + script("words"),
)


def _begin(title: str, *, is_titled: bool, is_translated: bool) -> None:
    """Set the page up and draw its menu; the menu's links carry the state along."""
    try:
        take_turn()
    except BusyError as error:
        st.error(said(error), icon=":material/error:")
        st.stop()
    note_teacher()
    begin_run()
    read_link()
    speak_as_chosen(is_translated=is_translated)
    st.set_page_config(page_title=f"{gettext(title)} · mha_viz", layout="wide")
    st.html(f"<style>{STYLE}</style>")
    apply_clicks()
    follow()
    remember(Memory.is_opening, recall(Memory.page) != title)
    remember(Memory.page, title)
    remember(Memory.later, ())
    row = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="head_row")
    with row:
        later(st.container(horizontal=True, vertical_alignment="center", width="content"), _draw_menu)
        remember(Memory.share, st.container(width="content"))
    with st.container() if is_titled else st.container(key="unseen"):
        st.title(gettext(title), anchor=False)


@contextmanager
def page(
    title: str, *, is_titled: bool = True, is_translated: bool = False,
    refuse: Callable[[MhaVizError], None] | None = None,
) -> Iterator[None]:  # fmt: skip
    """A page: its head and its menu before the body; after it, what waits is drawn and the link brought up to date,
    however the body is left. An error of ours is said in one sentence, and what stands above stays usable.

    Streamlit's own way out of a script passes as it is: it comes where a browser has left, or asked for another run,
    which draws everything. A body that wants to stop or to go elsewhere calls ``leave``. A title that is not
    ``is_titled`` is there for whoever listens to the page. One that ``is_translated`` speaks the language of the link.
    ``refuse`` says an error with what would help.
    """
    _begin(title, is_titled=is_titled, is_translated=is_translated)
    try:
        yield
    except _LeftError as left:
        draw_rest()  # Streamlit forgets what widgets held that a run does not draw
        left.go()
    except MhaVizError as error:
        _finish()
        (refuse or _refuse)(error)
        st.stop()
    except Exception:
        _finish()
        raise
    else:
        _finish()


def _refuse(error: MhaVizError) -> None:
    st.error(plain(said(error)), icon=":material/error:")


class _LeftError(Exception):
    """Raised in the body of a page that goes elsewhere."""

    def __init__(self, go: Callable[[], object]) -> None:
        super().__init__()
        self.go = go


def leave(go: Callable[[], object]) -> NoReturn:
    """Leave the body of a page; ``go`` is called once everything is drawn, such as ``st.rerun``."""
    raise _LeftError(go)


def stop() -> NoReturn:
    """End the page here."""
    leave(share)


def _finish() -> None:
    draw_rest()
    share()
    lead()
    end_run()


def later(place: DeltaGenerator, draw: Callable[[], object]) -> None:
    """Draw into a container once the page's picture is on its way: a browser shows things in the order in which they
    are sent, and thirty widgets before the picture make it a quarter later. Nothing is drawn into a panel that is
    closed: what is chosen there is held all the same, and a class does not wait for what nobody sees.
    """
    if isinstance(place, PopoverContainer) and place.open is False:
        return
    remember(Memory.later, (*recall(Memory.later), (place, draw)))


def give_way() -> None:
    """After a page's first picture: the rest of the page comes a moment later.

    A browser draws at once whatever has come in: together with thirty new widgets the picture is as late as they are.
    A class waits for the server and not for browsers, so it goes on.
    """
    if recall_once(Memory.is_opening) and class_mode() is None:
        time.sleep(DRAWING)


def draw_rest() -> None:
    """Draw what waits: after the picture, at the end of the page, and before the page has to wait itself."""
    while waiting := recall(Memory.later):
        place, draw = waiting[0]
        remember(Memory.later, waiting[1:])
        with place:
            draw()


def _go_back() -> None:
    """After the browser's button Back, or Forward, on the same page."""
    match (widget_value("menu") or {}).get("went"):
        case {"number": int(number), "query": str(query)}:
            remember(Memory.answered, number)
            open_again(query)


def _draw_menu() -> None:
    data = {
        "name": "mha_viz", "rooms": named_rooms(with_wall=is_teacher()), "query": urlencode(link()), "steps": STEPS,
        "answered": recall(Memory.answered), "feed": feed_of_lead(), "pages_label": gettext("Pages"),
        "mark": mark_of_return(),
        "languages": {"label": gettext("Language"), **languages_of_menu()},
        "terms": None if language() == ENGLISH else table(),  # those of English come with the script
        "widgets": words_of_widgets(),
        "facts": {row.key: facts for row in OF_MODELS if (facts := facts_of_field(held(row) or ""))},
    }  # fmt: skip
    _menu(
        data=data, key="menu", width="content", on_went_change=_go_back, on_led_change=take_lead,
        on_spoken_change=take_language,
    )  # fmt: skip
    draw_join()
    draw_lead()


def open_moved(address: str) -> NoReturn:
    """Open what an address of an earlier version showed, with everything that its link holds."""
    read_link()
    if address == "Names":
        fit_setting(Settings.text, long_example())  # in a short text hardly a name comes again
    for row, value in MOVED[address].items():
        set_setting(row, value)
    st.switch_page("pages/Explore.py", query_params=link())


def open_head(layer: int, head: int) -> NoReturn:
    """Go to the page Explore, with the lines of one head beside all the others."""
    choose_head(layer, head)
    set_setting(Settings.view, Views.lines)
    leave(lambda: st.switch_page("pages/Explore.py", query_params=link()))


def open_what_if(layer: int, head: int) -> NoReturn:
    """Go to the page Explore, with this head taken out; widgets of this run may be drawn already."""
    after_click({**chosen_head(layer, head), Settings.changed: (), Settings.view: Views.what_if})
    leave(lambda: st.switch_page("pages/Explore.py", query_params=link()))


def open_scores(model: str, family: str, score: str) -> NoReturn:
    """Go to the page Scores, with all heads of a model by one of them; in general, where that is known."""
    chosen = {Settings.model: model, Settings.where: GENERAL, Settings.find: family, Settings.score: score}
    open_page("Scores", chosen)


def open_page(name: str, chosen: Mapping[Setting[Any], Any]) -> NoReturn:
    """Go to another page, with what is to be chosen there."""
    for row, value in chosen.items():
        set_setting(row, value)
    leave(lambda: st.switch_page(f"pages/{name}.py", query_params=link()))


def open_atlas(layer: int, head: int) -> NoReturn:
    """Go to the page of all heads by what they look at, with one of them chosen."""
    choose_head(layer, head)
    leave(lambda: st.switch_page("pages/Atlas.py", query_params=link()))


def say(error: Exception) -> None:
    """Say in one sentence what cannot be shown here, and go on with the rest of the page."""
    st.info(told(said(error)))


def told(sentence: str) -> str:
    """A sentence of ours as markdown: whatever is in it is text, and terms of the glossary are explained."""
    return marked(plain(sentence))


def plain(text: str) -> str:
    """Text from a user, so that markdown shows it as it is: no links, no pictures, no formatting."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$~:&])", r"\\\1", text)
