"""A small model learns, checkpoint by checkpoint."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    from mha_viz.language import N_
    from mha_viz.ui.pages.training.training import show_training
    from mha_viz.ui.shell.frame import page

    with page(N_("Watch a small model learn"), is_titled=False, is_translated=True):
        show_training()
