"""What heads do: one score of all heads, and all scores of one head, here and in general."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    from mha_viz.language import N_
    from mha_viz.ui.pages.scores.scores import show_scores
    from mha_viz.ui.parts.refusal import show_refusal
    from mha_viz.ui.parts.top import begin_desk
    from mha_viz.ui.shell.frame import page

    with page(N_("What does this head do?"), is_titled=False, is_translated=True, refuse=show_refusal):
        show_scores(begin_desk())
