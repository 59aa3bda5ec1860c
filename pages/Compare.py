"""Side by side: two sentences, two models, or two heads."""

from mha_viz.ui.pages.compare.compare import show_comparison
from mha_viz.ui.parts import controls
from mha_viz.ui.parts.top import begin_desk
from mha_viz.ui.shell import frame

frame.begin("What differs?")
controls.apply_clicks()
show_comparison(begin_desk())
