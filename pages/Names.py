"""Names in a long text: each later mention, and how much it looks back to the first."""

from mha_viz.inputs import examples
from mha_viz.ui.pages.names import show_names
from mha_viz.ui.parts.top import begin_desk
from mha_viz.ui.shell.frame import page

with page("Do later mentions of a name look back to the first?"):
    show_names(begin_desk(text=examples.long_example()))
