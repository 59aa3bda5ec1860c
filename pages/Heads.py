"""All heads of a model at a glance; click one to open it."""

from mha_viz.ui.pages.heads import show_grid
from mha_viz.ui.parts.top import OF_A_MAP, begin_desk
from mha_viz.ui.shell.frame import page

with page("All heads at a glance"):
    show_grid(begin_desk(*OF_A_MAP))
