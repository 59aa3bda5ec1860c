"""Every head of one model, or of two, placed by what it looks at: heads that look alike stand close together."""

from mha_viz.ui.pages.atlas import show_atlas
from mha_viz.ui.parts import controls
from mha_viz.ui.parts.top import begin_desk
from mha_viz.ui.shell import frame

frame.begin("Which heads look alike?")
controls.apply_clicks()
show_atlas(begin_desk())
