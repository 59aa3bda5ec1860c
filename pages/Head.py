"""One head, at an address that can be cited: its picture in this sentence, and what is known of it."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    import streamlit as st

    from mha_viz.language import N_
    from mha_viz.ui.parts import controls
    from mha_viz.ui.parts.card import show_card
    from mha_viz.ui.parts.lines import show_head
    from mha_viz.ui.parts.naming import heading, say_model
    from mha_viz.ui.parts.refusal import show_refusal
    from mha_viz.ui.parts.selection import OF_A_MAP, choose_selection
    from mha_viz.ui.parts.top import begin_desk
    from mha_viz.ui.shared.profiles import get_profile
    from mha_viz.ui.shell.frame import page

    with page(N_("One head"), is_titled=False, is_translated=True, refuse=show_refusal):
        desk = begin_desk(*OF_A_MAP)
        row = st.container(horizontal=True, vertical_alignment="center")
        with row:
            kind = controls.choose_kind(desk.capture)
        layer, head = controls.head_menus(desk.capture, kind, row)
        show_head(desk, choose_selection(desk, kind, row), layer, head)
        with st.container(key="card", gap="small"):
            st.markdown(heading((layer, head), desk.model.name, desk.capture))
            say_model(desk.model, desk.capture)
            show_card(desk, get_profile(desk.model), (layer, head), kind)
