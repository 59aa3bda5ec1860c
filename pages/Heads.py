"""All heads of a model at a glance; click one to open it."""

from mha_viz.ui.pages.heads import show_grid
from mha_viz.ui.parts import controls
from mha_viz.ui.parts.top import OF_A_MAP, begin_desk
from mha_viz.ui.shell import frame

frame.begin("All heads at a glance")
controls.apply_clicks()
show_grid(begin_desk(*OF_A_MAP))
