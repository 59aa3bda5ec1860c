"""Side by side: two sentences, two models, or two heads."""

from mha_viz.ui import controls, frame
from mha_viz.ui.comparison import show_comparison
from mha_viz.ui.desk import begin_desk

frame.begin("What differs?")
controls.apply_clicks()
show_comparison(begin_desk())
