"""The models: those of the catalogue, how to add others, and what is known of each."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    from mha_viz.language import N_
    from mha_viz.ui.pages.models import show_models
    from mha_viz.ui.shell.frame import page

    with page(N_("Models"), is_translated=True):
        show_models()
