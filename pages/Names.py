"""Names in a long text: each later mention, and how much it looks back to the first."""

from mha_viz.ui import controls, frame
from mha_viz.ui.desk import begin_desk
from mha_viz.ui.names import show_names

frame.begin("Do later mentions of a name look back to the first?")
controls.apply_clicks()
show_names(begin_desk(text=controls.long_example()))
