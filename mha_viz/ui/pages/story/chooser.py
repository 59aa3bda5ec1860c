"""The shelf of lessons, a menu above the step: what each is about, how long it takes, and which model it likes."""

from __future__ import annotations

import streamlit as st

from mha_viz.errors import InputError
from mha_viz.language import N_, gettext
from mha_viz.lessons.lesson import Lesson
from mha_viz.lessons.shelf import OWN, opening_lesson, shelf, take_lesson
from mha_viz.models.fetching.sums import is_whole
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led.join import model_names
from mha_viz.ui.shell.link import in_address
from mha_viz.ui.shell.memory import set_widget
from mha_viz.ui.shell.settings import Settings, fit_setting, held, set_setting

MENU = "shelf"
MISTAKEN = N_("Lesson")  # what one is called whose file has a mistake


def title_of_page() -> str:
    """The lesson's title, which stands before anything is read from the link."""
    name = held(Settings.lesson) or in_address(Settings.lesson)
    return _title(name if name in shelf() else opening_lesson())


def choose_lesson() -> Lesson:
    """The lesson that is played: the link's, or the one that the page begins with. The menu is there first, so that
    one with a mistake does not keep the others away.
    """
    name = fit_setting(Settings.lesson, opening_lesson(), shelf())
    menu = st.popover(
        gettext("Lesson: {title}", title=frame.plain(_title(name))),
        key=MENU,
        on_change="rerun",
        icon=":material/menu_book:",
    )
    if menu.open:
        with menu:
            for other in shelf():
                _offer(other, is_played=other == name)
    lesson = take_lesson(name)
    asks_first = held(Settings.story) is None and lesson.steps[0].question
    fit_setting(Settings.asked, "yes" if asks_first else "no")
    return lesson


def _title(name: str) -> str:
    try:
        return take_lesson(name).title
    except InputError:
        return gettext(MISTAKEN)


def _offer(name: str, *, is_played: bool) -> None:
    """One lesson of the shelf: its title, which plays it, and under it what one would like to know before."""
    icon = ":material/check:" if is_played else ":material/play_arrow:"
    with st.container(gap=None):
        st.button(
            f"**{frame.plain(_title(name))}**", key=f"play_{name}", type="tertiary", icon=icon, on_click=_play,
            args=(name,), help=gettext("This one is played; begin it again.") if is_played else None,
        )  # fmt: skip
        try:
            st.caption(about(take_lesson(name), is_own=name == OWN))
        except InputError as error:
            st.caption(frame.told(str(error)))


def about(lesson: Lesson, *, is_own: bool = False) -> str:
    """A lesson in a line: its sentence, its minutes, the model that it likes."""
    minutes = gettext("{n} min.", n=lesson.minutes) if lesson.minutes else ""
    model = gettext("Best with {model}.", model=frame.plain(lesson.model)) if lesson.model else ""
    return " ".join(filter(None, (gettext("Your own file.") if is_own else "", lesson.about, minutes, model)))


def _play(name: str) -> None:
    """From its beginning, and with the model that it likes where that is on this machine; the menu closes."""
    set_widget(MENU, False)
    set_setting(Settings.lesson, name)
    set_setting(Settings.story, 0)
    try:
        lesson = take_lesson(name)
    except InputError:  # the page says it
        return
    set_setting(Settings.asked, "yes" if lesson.steps[0].question else "no")
    if lesson.model in model_names() and is_whole(lesson.model):
        set_setting(Settings.model, lesson.model)
