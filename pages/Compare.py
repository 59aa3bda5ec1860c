"""Side by side: two sentences, two models, or two heads."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    from mha_viz.language import N_
    from mha_viz.ui.pages.compare.compare import show_comparison
    from mha_viz.ui.parts.refusal import show_refusal
    from mha_viz.ui.parts.top import begin_desk
    from mha_viz.ui.shell.frame import page

    with page(N_("What differs?"), is_titled=False, is_translated=True, refuse=show_refusal):
        show_comparison(begin_desk())
