"""One head: its map on readable labels."""

from mha_viz.ui import controls, frame
from mha_viz.ui.desk import begin_desk
from mha_viz.ui.head import show_head

frame.begin("One head")
controls.apply_clicks()
show_head(begin_desk("axis", "over", "hide", "renormalise", "between"))
