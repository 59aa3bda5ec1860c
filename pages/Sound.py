"""A sound along its seconds, and what each word of its transcript listens to in every head of a model."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    from mha_viz.language import N_
    from mha_viz.ui.pages.sound.sound import show_sound
    from mha_viz.ui.parts.refusal import show_refusal
    from mha_viz.ui.shell.frame import page

    with page(N_("Sound"), is_titled=False, is_translated=True, refuse=show_refusal):
        show_sound()
