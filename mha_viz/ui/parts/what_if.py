"""What if heads were changed while a picture or a sound is read: which, how, what is asked; before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.comparison.asks import Ask
from mha_viz.comparison.effects import way_in_words
from mha_viz.comparison.trials import HOWS_IN_WORDS, Hows, Trial, ask_of
from mha_viz.errors import MhaVizError
from mha_viz.language import N_, gettext
from mha_viz.objects import Capture, Head
from mha_viz.ui.parts import share
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, fit_setting, set_setting, setting
from mha_viz.views.changes.effect import effect_facts, effect_picture
from mha_viz.wording import head_name

OFFERED = (Hows.remove, Hows.even, Hows.double)  # the others take words, or texts
HELP = N_("Choose heads, and see what the model then predicts, or how far the vectors of its last layer turn.")
MOST = 20  # vectors that are drawn: a picture has hundreds, a sound thousands


def show_changed(
    found: Capture, kind: str, asks: Sequence[str], get: Callable[[Trial, Ask], pd.DataFrame], facts: dict[str, Any]
) -> None:
    """The heads of a reader's choice, and what changing them does; nothing is run until one is chosen.

    Parameters
    ----------
    kind : str
        Of whose heads some are changed.
    asks : sequence of str
        Of ``Asks``: what may be asked of this model, the first proposed.
    get : callable
        What a trial does to an answer (``effect``).
    facts : dict
        What an export says of the picture or the sound.
    """
    names = {head_name(call.layer, head): (call.layer, head) for call in found.calls_of(kind) for head in call.heads}
    heads = tuple(head for head in setting(Settings.changed) if head in names.values())
    set_setting(Settings.changed_heads, [head_name(*head) for head in heads])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.multiselect(
            gettext("What if heads were changed?"), list(names), key=Settings.changed_heads.key, on_change=_keep,
            args=(names,), width=320, placeholder=gettext("Choose heads"), help=gettext(HELP),
        )  # fmt: skip
        if not heads:
            return
        how, ask = fit_setting(Settings.how, OFFERED[0], OFFERED), fit_setting(Settings.ask, asks[0], asks)
        st.selectbox(
            gettext("What happens to them"), OFFERED, key=Settings.how.key, format_func=_capital, width=175,
            help="  \n".join(f"**{_capital(name)}**: {gettext(HOWS_IN_WORDS[name])}" for name in OFFERED),
        )  # fmt: skip
        if len(asks) > 1:
            st.selectbox(gettext("What is asked"), asks, key=Settings.ask.key, format_func=_capital, width=175)
        row = st.container(horizontal=True, width="content")
    _show_effect(found, Trial(heads, kind, how), ask, get, facts, row)


def _show_effect(
    found: Capture, trial: Trial, ask: str, get: Callable[[Trial, Ask], pd.DataFrame], facts: dict[str, Any], row: Any
) -> None:
    try:
        table = get(trial, ask_of(ask, word="", against="", other=""))
    except MhaVizError as error:  # the picture or the sound stays
        frame.say(error)
        return
    told = effect_facts(found, trial, ask, table)
    told |= {name: fact for name, fact in facts.items() if name in ("picture", "sound")}
    view = effect_picture(table, trial, ask, told, of_patches="picture" in told, most=MOST)
    mount(view, "changed_effect")
    share.fill(row, view, lambda: table, told, N_("Share the effect"))
    st.caption(way_in_words(table["way"].iloc[0]))


def _keep(names: dict[str, Head]) -> None:
    set_setting(Settings.changed, tuple(names[name] for name in setting(Settings.changed_heads) if name in names))


def _capital(text: str) -> str:
    said = gettext(text)
    return said[:1].upper() + said[1:]
