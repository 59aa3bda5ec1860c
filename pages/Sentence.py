"""The page of one sentence: one sentence, one word in it, and the heads that look from it to another word."""

import streamlit as st

from mha_viz.ui.pages.sentence import show_strips
from mha_viz.ui.parts.top import begin_desk
from mha_viz.ui.shell.frame import page

with page("What does each attention head look at?"):
    show_strips(begin_desk())
    st.caption(
        "An attention head lets every word look at the others. Click a word of the sentence to let it look; "
        "click a head's name to see all it does. *All heads* shows the whole model."
    )
