"""One text, every head of the model, and one of them from near."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded("Explore"):
    from mha_viz.ui.pages.explore.after_text import IN_SIGHT
    from mha_viz.ui.pages.explore.explore import show_explore
    from mha_viz.ui.parts.refusal import show_refusal
    from mha_viz.ui.parts.selection import OF_A_MAP
    from mha_viz.ui.parts.top import begin_desk
    from mha_viz.ui.shell.frame import page

    with page("Explore", is_titled=False, is_translated=True, refuse=show_refusal):
        show_explore(begin_desk(*OF_A_MAP, in_sight=IN_SIGHT))
