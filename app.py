"""The first page: the story for a class, step by step; the arrow keys go on and back."""

import streamlit as st

from mha_viz.ui.pages.story.scene import begin_story, choose_model
from mha_viz.ui.pages.story.story import STEPS, show_story
from mha_viz.ui.parts import controls
from mha_viz.ui.shell.frame import page
from mha_viz.ui.shell.settings import Settings, fit_setting, setting

LARGE = "<style>.stMainBlockContainer{zoom:1.25}</style>"

with page("Who was tired?"):
    fit_setting(Settings.notes)
    fit_setting(Settings.type)
    with st.container(horizontal=True, vertical_alignment="bottom", key="story_row"):
        step = controls.choose_step([title for title, *_ in STEPS], Settings.story)
        row = st.container(horizontal=True, vertical_alignment="bottom", width="content", key="story_settings")
    with row:
        st.segmented_control("Type", Settings.type.choices, key=Settings.type.key, required=True)
        st.segmented_control("Presenter's notes", Settings.notes.choices, key=Settings.notes.key, required=True)
    if setting(Settings.type) == "large":
        st.html(LARGE)
    with row:
        choose_model()
    scene = begin_story()
    show_story(scene, step)
    if setting(Settings.notes) == "yes":
        st.info(STEPS[step][2], icon=":material/co_present:")
