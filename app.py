"""The first page: the story for a class, step by step; the arrow keys go on and back."""

import streamlit as st

from mha_viz.ui.pages.story.scene import begin_story, choose_model
from mha_viz.ui.pages.story.story import STEPS, show_story
from mha_viz.ui.parts import controls
from mha_viz.ui.shell import frame, link

LARGE = "<style>.stMainBlockContainer{zoom:1.25}</style>"

frame.begin("Who was tired?")
controls.settle("notes", "no", ("no", "yes"))
controls.settle("type", "ordinary", ("ordinary", "large"))
with st.container(horizontal=True, vertical_alignment="bottom"):
    step = controls.choose_step([title for title, *_ in STEPS], "story")
    row = st.container(horizontal=True, vertical_alignment="bottom", width="content")
with row:
    st.segmented_control("Type", ("ordinary", "large"), key="type", required=True)
    st.segmented_control("Notes for who presents", ("no", "yes"), key="notes", required=True)
if st.session_state["type"] == "large":
    st.html(LARGE)
with row:
    choose_model()
scene = begin_story()
show_story(scene, step)
if st.session_state["notes"] == "yes":
    st.info(STEPS[step][2], icon=":material/co_present:")
frame.draw_rest()
link.share()
