"""The lesson on paper, for whoever teaches: its pages are made once somebody asks for them, and each can be saved."""

from __future__ import annotations

import streamlit as st

from mha_viz.evidence.corpus.profile import Profile
from mha_viz.language import N_, gettext, language
from mha_viz.lessons.lesson import Lesson
from mha_viz.objects import Model
from mha_viz.playing.told import tell_lesson
from mha_viz.printing.handout import pages_of
from mha_viz.progress import Progress
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.pages.story.scene import is_school
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.models import get_model
from mha_viz.ui.shared.profiles import get_profile, get_profile_note
from mha_viz.ui.shared.waiting import put_in_line, result_of, slow_worker
from mha_viz.ui.shell.led.join import is_teacher
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.settings import Settings, setting
from mha_viz.wording import safe_name

LABELS = {
    "worksheet.html": N_("Worksheet"), "answers.html": N_("Answers"), "plan-45.html": N_("Plan, 45 min"),
    "plan-90.html": N_("Plan, 90 min"), "lesson.html": N_("Whole lesson"),
}  # fmt: skip


def offer_paper() -> None:
    """The button, for whoever teaches."""
    if class_mode() is None or is_teacher():
        st.button(
            gettext("Print"), key="print", icon=":material/print:", on_click=remember, args=(Memory.prints, True),
            help=gettext("Worksheet, answers, lesson plans, and the whole lesson in one file."),
        )  # fmt: skip


def show_paper(lesson: Lesson) -> None:
    """The pages, where somebody has asked for them."""
    if not recall(Memory.prints):
        return
    model = get_model(setting(Settings.model).strip(), in_float32=True)
    profile = get_profile(model)
    with st.container(border=True, key="paper"):
        no_profile = "" if profile else get_profile_note(model)
        pages = result_of(_pages, lesson, model, profile, is_school(), language(), no_profile)
        with st.container(horizontal=True, vertical_alignment="center"):
            for name, page in pages.items():
                file = f"{safe_name(lesson.title)}-{name}"
                st.download_button(
                    gettext(LABELS[name]), page, file, "text/html", key=f"save_{name}", on_click="ignore",
                    icon=":material/download:",
                )  # fmt: skip
            st.button(gettext("Close"), key="no_paper", type="tertiary", on_click=remember, args=(Memory.prints, False))
        st.caption(
            gettext("Pages that any browser opens and prints without network. PDF and pictures: mha-viz lesson print.")
        )


@st.cache_resource(max_entries=4, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _pages(
    lesson: Lesson, model: Model, profile: Profile | None, is_school: bool,
    in_language: str,  # noqa: ARG001 - each has its own pages
    _no_profile: str
) -> Job[dict[str, bytes]]:  # fmt: skip
    def work(progress: Progress) -> dict[str, bytes]:
        told = tell_lesson(
            lesson, model, progress, profiles=[profile] if profile else [], no_profile=_no_profile, is_school=is_school
        )
        return dict(pages_of(told))

    return put_in_line(slow_worker(), gettext("making the pages"), work)
