"""What heads do: one score of all heads, and all scores of one head, here and in general."""

from mha_viz.ui import controls, frame
from mha_viz.ui.desk import begin_desk
from mha_viz.ui.scores import show_scores

frame.begin("What does this head do?")
controls.apply_clicks()
show_scores(begin_desk())
