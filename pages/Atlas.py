"""Every head of one model, or of two, placed by what it looks at: heads that look alike stand close together."""

from mha_viz.ui import controls, frame
from mha_viz.ui.atlas import show_atlas
from mha_viz.ui.desk import begin_desk

frame.begin("Which heads look alike?")
controls.apply_clicks()
show_atlas(begin_desk())
