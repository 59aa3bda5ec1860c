"""What one chooses of an atlas: on what heads are compared, beside whom, in how many clusters, and the colours."""

from __future__ import annotations

import streamlit as st

from mha_viz.language import N_, gettext, pgettext
from mha_viz.objects import Model
from mha_viz.ui.parts.top import TYPE_OTHERS
from mha_viz.ui.shell.led.join import model_names, takes_other_models
from mha_viz.ui.shell.settings import Settings, fit_setting, set_setting
from mha_viz.views.atlas import COLOURS

THIS_TEXT, OURS = Settings.texts.choices
NOBODY = Settings.beside.default
COMPARED_ON = {THIS_TEXT: N_("This sentence"), OURS: N_("Our example sentences")}
CALLED = {"layer": N_("Layer"), "family": N_("Family"), "cluster": N_("Cluster"), "model": N_("Model")}
GROUPS = N_(
    "Groups of heads that look alike (Ward's method), however many you ask for. A group is called after what is "
    "established of most of its heads."
)
FAMILY = N_(
    "Family: what the model's profile establishes of a head in general; resting on the first token or on signs (sinks) "
    "only where nothing else is."
)


def choose_atlas(model: Model) -> tuple[str, str, str, int]:
    """The row of widgets: texts, second model, colours, number of clusters; in links they go by their English names."""
    fit_setting(Settings.texts)
    texts = st.segmented_control(
        gettext("Compared on"), (THIS_TEXT, OURS), key=Settings.texts.key, required=True,
        format_func=lambda texts: gettext(COMPARED_ON[texts]),
    )  # fmt: skip
    beside = fit_setting(Settings.beside).strip() or NOBODY
    names = [NOBODY, *(name for name in model_names() if name != model.name)]
    set_setting(Settings.beside, beside)
    chosen = st.selectbox(
        gettext("Second model"), [*names, *([] if beside in names else [beside])], key=Settings.beside.key, width=150,
        accept_new_options=takes_other_models(),
        format_func=lambda name: pgettext("model", "none") if name == NOBODY else name,
        help=" ".join([
            gettext("Its heads stand beside those of the first."), *([gettext(TYPE_OTHERS)] * takes_other_models())
        ]),
    )  # fmt: skip
    fit_setting(Settings.clusters)
    n_clusters = st.number_input(
        gettext("Clusters"), Settings.clusters.choices[0], Settings.clusters.choices[-1], key=Settings.clusters.key,
        width=135, help=gettext(GROUPS),
    )  # fmt: skip
    beside = chosen or NOBODY
    colours = COLOURS if beside != NOBODY else COLOURS[:-1]
    fit_setting(Settings.colour, choices=colours)
    colour = st.segmented_control(
        gettext("Colour by"), colours, key=Settings.colour.key, required=True, help=gettext(FAMILY),
        format_func=lambda colour: gettext(CALLED[colour]),
    )  # fmt: skip
    return texts or THIS_TEXT, beside, colour or COLOURS[0], int(n_clusters)
