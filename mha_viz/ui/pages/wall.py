"""What the class answered, counted, and the sentences that students chose; for the teacher, and the projector."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mha_viz.table_files import to_csv
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.following import go_to_text
from mha_viz.ui.shell.join import is_teacher
from mha_viz.ui.shell.wall import SENTENCE, WALL
from mha_viz.wording import counted

EVERY = 2.0  # seconds between two looks at the wall
MOST_SENTENCES = 100  # that are listed, the latest first
RIGHT = ":material/check:"


def show_wall() -> None:
    """For the teacher alone: students see the projector."""
    if not is_teacher():
        st.info("The wall is the teacher's: open it by the teacher's link of a class (mha-viz --classroom).")
        return
    _show()


@st.fragment(run_every=EVERY)
def _show() -> None:
    """Runs by itself."""
    table = WALL.table()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{counted(table['student'].nunique(), 'student')} on the wall, without names.")
        st.download_button(
            "All as CSV", lambda: to_csv(WALL.table(), {"what": "the wall of a class"}), "wall.csv", "text/csv",
            on_click="ignore", disabled=table.empty,
        )  # fmt: skip
        st.button("Clear the wall", on_click=WALL.clear, disabled=table.empty)
    answers = table[table["kind"] != SENTENCE]
    for lesson, of_lesson in answers.groupby("lesson", sort=False):
        st.markdown(f"#### {frame.plain(str(lesson))}")
        for asked, of_question in of_lesson.groupby("asked", sort=False):
            _show_answers(str(asked), of_question)
    _show_sentences(table[table["kind"] == SENTENCE])


def _show_answers(asked: str, answers: pd.DataFrame) -> None:
    """Each answer with how many gave it, the most frequent first."""
    n = len(answers)
    n_right = sum(right is True for right in answers["right"])
    st.markdown(f"**{frame.plain(asked)}**  {n_right} of {n} right")
    for answer, given in answers.groupby("answer", sort=False)["right"].agg(["size", "first"]).sort_values(
        "size", ascending=False, kind="stable"
    ).iterrows():  # fmt: skip
        mark = f"{RIGHT} " if given["first"] is True else ""
        st.progress(given["size"] / n, text=f"{mark}{frame.plain(str(answer))}: {given['size']}")


def _show_sentences(sentences: pd.DataFrame) -> None:
    if sentences.empty:
        return
    st.markdown("#### Sentences")
    for i, text in enumerate(list(dict.fromkeys(sentences["answer"][::-1]))[:MOST_SENTENCES]):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(frame.plain(text))
            if st.button("Explore it", key=f"explore_{i}", on_click=go_to_text, args=(text,)):
                st.rerun()  # all of the page, not only this part of it
            st.button("Take it down", key=f"down_{i}", on_click=WALL.take_down, args=(text,))
