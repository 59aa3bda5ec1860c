"""An address of earlier versions; what it showed stands on the page Explore."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    from mha_viz.ui.shell.frame import open_moved

    open_moved("Sentence")
