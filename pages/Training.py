"""A small model learns, checkpoint by checkpoint."""

from mha_viz.ui import controls, frame
from mha_viz.ui.training import show_training

frame.begin("Watch a small model learn")
controls.apply_clicks()
show_training()
