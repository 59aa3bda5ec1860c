"""One head: its map on readable labels."""

from mha_viz.ui.pages.head import show_head
from mha_viz.ui.parts.top import OF_A_MAP, begin_desk
from mha_viz.ui.shell.frame import page

with page("One head"):
    show_head(begin_desk(*OF_A_MAP))
