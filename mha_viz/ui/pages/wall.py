"""What the class answered, counted, and the sentences that students chose; for the teacher, and the projector."""

from __future__ import annotations

import streamlit as st

from mha_viz.language import N_, gettext, ngettext
from mha_viz.table_files import to_csv
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led.following import go_to_text
from mha_viz.ui.shell.led.join import is_teacher
from mha_viz.ui.shell.led.wall import WALL

EVERY = 2.0  # seconds between two looks at the wall
MOST_SENTENCES = 100  # that are listed, the latest first
RIGHT = ":material/check: "
EMPTY = N_(
    "Nobody has written yet. What students answer to the questions and tasks of a lesson is counted here, and the "
    "sentences that they put on the wall from the page Explore stand below. It fills by itself."
)


def show_wall() -> None:
    """For the teacher alone: students see the projector."""
    if not is_teacher():
        st.info(gettext("The wall is the teacher's: open it by the teacher's link of a class (mha-viz --classroom)."))
        return
    _show()


@st.fragment(run_every=EVERY)
def _show() -> None:
    """Runs by itself."""
    n_students, answers = WALL.n_students, WALL.answers()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            ngettext("{n} student on the wall, without names.", "{n} students on the wall, without names.", n_students)
        )
        st.download_button(
            gettext("All as CSV"),
            lambda: to_csv(WALL.table(), {"what": "the wall of a class"}),
            "wall.csv",
            "text/csv",
            on_click="ignore",
            disabled=not n_students,
        )
        st.button(gettext("Clear the wall"), on_click=WALL.clear, disabled=not n_students)
    if not n_students:
        st.info(gettext(EMPTY))
    for i, one in enumerate(answers):
        if not i or one.lesson != answers[i - 1].lesson:
            st.markdown(f"#### {frame.plain(one.lesson)}")
        right = gettext("{n} of {all} right", n=one.n_right, all=one.n)
        st.markdown(f"**{frame.plain(one.asked)}**  {right}")
        for answer, n, is_right in one.given:
            st.progress(n / one.n, text=f"{RIGHT if is_right else ''}{frame.plain(answer)}: {n}")
    _show_sentences(WALL.sentences()[:MOST_SENTENCES])


def _show_sentences(sentences: list[str]) -> None:
    if not sentences:
        return
    heading = gettext("Sentences")
    st.markdown(f"#### {heading}")
    for i, text in enumerate(sentences):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(frame.plain(text))
            if st.button(gettext("Explore it"), key=f"explore_{i}", on_click=go_to_text, args=(text,)):
                st.rerun()  # all of the page, not only this part of it
            st.button(gettext("Take it down"), key=f"down_{i}", on_click=WALL.take_down, args=(text,))
