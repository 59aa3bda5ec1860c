"""The wall of a class: what students answered, and the sentences that they chose."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    from mha_viz.ui.pages.wall import show_wall
    from mha_viz.ui.shell.frame import page

    with page("Wall", is_translated=True):
        show_wall()
