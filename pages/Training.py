"""A small model learns, checkpoint by checkpoint."""

from mha_viz.ui.pages.training.training import show_training
from mha_viz.ui.parts import controls
from mha_viz.ui.shell import frame

frame.begin("Watch a small model learn")
controls.apply_clicks()
show_training()
