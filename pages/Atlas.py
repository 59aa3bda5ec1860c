"""Every head of one model, or of two, placed by what it looks at: heads that look alike stand close together."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    from mha_viz.language import N_
    from mha_viz.ui.pages.atlas.atlas import show_atlas
    from mha_viz.ui.parts.refusal import show_refusal
    from mha_viz.ui.parts.top import begin_desk
    from mha_viz.ui.shell.frame import page

    with page(N_("Which heads look alike?"), is_titled=False, is_translated=True, refuse=show_refusal):
        show_atlas(begin_desk())
