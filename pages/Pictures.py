"""A picture, and what each of its patches looks at in every head of a model."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    from mha_viz.language import N_
    from mha_viz.ui.pages.pictures.pictures import show_pictures
    from mha_viz.ui.parts.refusal import show_refusal
    from mha_viz.ui.shell.frame import page

    with page(N_("Pictures"), is_titled=False, is_translated=True, refuse=show_refusal):
        show_pictures()
