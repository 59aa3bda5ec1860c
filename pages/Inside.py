"""One head from the inside: every step from token vectors to what it added, then why one is not enough."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    import streamlit as st

    from mha_viz.language import N_
    from mha_viz.ui.pages.inside.many_heads import show_cost, show_many_against_one
    from mha_viz.ui.parts import controls
    from mha_viz.ui.parts.refusal import show_refusal
    from mha_viz.ui.parts.steps import show_steps
    from mha_viz.ui.parts.top import begin_desk
    from mha_viz.ui.shell.frame import page
    from mha_viz.ui.shell.settings import Settings, setting

    with page(N_("Inside an attention head"), is_titled=False, is_translated=True, refuse=show_refusal):
        desk = begin_desk()
        kind = controls.choose_kind(desk.capture)
        show_steps(
            desk, kind,
            lambda: controls.head_menus(desk.capture, kind, st.container(horizontal=True, width="content")),
        )  # fmt: skip
        st.divider()
        show_many_against_one(desk.capture, setting(Settings.kind), setting(Settings.layer))
        show_cost()
