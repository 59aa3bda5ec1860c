"""Published claims about heads, measured again on models at hand."""

from mha_viz.ui.shell.opening import code_is_loaded

if code_is_loaded():
    from mha_viz.language import N_
    from mha_viz.ui.pages.claims import show_claims
    from mha_viz.ui.shell.frame import page

    with page(N_("Which published claims hold here?"), is_translated=True):
        show_claims()
