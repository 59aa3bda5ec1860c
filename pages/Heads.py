"""All heads of a model at a glance; click one to open it."""

from mha_viz.ui import controls, frame
from mha_viz.ui.desk import begin_desk
from mha_viz.ui.heads import show_grid

frame.begin("All heads at a glance")
controls.apply_clicks()
show_grid(begin_desk("axis", "over", "hide", "renormalise", "between"))
