"""What if heads were changed: which, how, what is asked; before and after, and what that does to other heads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose, fitted_window
from mha_viz.comparison.asks import Ask, Vectors
from mha_viz.comparison.effects import way_in_words
from mha_viz.comparison.trials import HOWS, HOWS_IN_WORDS, Asks, Hows, Trial, ask_of, asks_of
from mha_viz.errors import MhaVizError
from mha_viz.evidence.importance.set_control import control_sentence
from mha_viz.inputs.words import unique_labels
from mha_viz.language import N_, gettext, ngettext
from mha_viz.objects import Capture, Head
from mha_viz.training.verbs import has_grammar
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.pages.explore.every_head import show_every_head
from mha_viz.ui.pages.explore.map_colours import said_of_score
from mha_viz.ui.pages.explore.one_by_one import show_one_by_one
from mha_viz.ui.pages.explore.over_grammar import show_over_grammar
from mha_viz.ui.pages.explore.turning import show_lines_of
from mha_viz.ui.parts import share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.effects import get_control, get_effect, get_patterns_changed, number_ask
from mha_viz.ui.shared.findings import get_heads_by_score
from mha_viz.ui.shared.profiles import get_profile
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.views.captions.terms import marked
from mha_viz.views.changes.effect import effect_facts, effect_picture, effect_sentence
from mha_viz.views.head import head_picture
from mha_viz.wording import head_name, in_a_row

QUICK = 128  # tokens up to which what takes a run for each of many heads is done unasked
LATER = 5  # heads whose patterns change most, each one click away
SEEN = 0.005  # bits: a pattern that moves less is as good as the same


def show_what_if(desk: Desk, kind: str, chosen: Head) -> Callable[[], None]:
    """The controls in rows and the picture; gives what draws what takes many runs: what stands beside the effect, and
    every head alone.
    """
    trial, ask = _choose(desk, kind, chosen)
    if ask == Asks.grammar:
        return lambda: show_over_grammar(desk, trial, chosen)
    if trial.how == Hows.cut:
        _show_lines_to_cut(desk, trial)
    try:
        asked = ask_of(ask, word=setting(Settings.word), against=setting(Settings.beside_word), other=_other(ask))
        table = get_effect(desk.model, desk.capture, trial, asked)
    except MhaVizError as error:
        frame.say(error)
        return lambda: None
    facts = effect_facts(desk.capture, trial, ask, table)
    view = effect_picture(table, trial, ask, facts)
    mount(view, "effect_picture")
    share.fill(desk.share, view, lambda: table, facts)
    st.caption(way_in_words(table["way"][0]))

    def show_runs() -> None:
        with st.container(gap="small", key="card"):
            _show_control(desk, trial, asked)
            _show_heads_that_change(desk, trial)
            if ask != Asks.vectors:
                _show_words(desk, trial)
        show_every_head(desk, trial, asked, chosen)
        show_one_by_one(desk, trial, asked)

    return show_runs


# ---- what is changed and what is asked -------------------------------------------------------------------------


def _choose(desk: Desk, kind: str, chosen: Head) -> tuple[Trial, str]:
    """In rows of their own, above the picture: they say what it shows."""
    capture = desk.capture
    names = {head_name(call.layer, head): (call.layer, head) for call in capture.calls_of(kind) for head in call.heads}
    heads = tuple(head for head in setting(Settings.changed) if head in names.values()) or (chosen,)
    set_setting(Settings.changed_heads, [head_name(*head) for head in heads])
    asks = (*asks_of(desk.model, capture), *([Asks.grammar] if has_grammar(desk.model) else []))
    how, ask = fit_setting(Settings.how), fit_setting(Settings.ask, asks[0], asks)
    with st.container(horizontal=True, vertical_alignment="bottom", key="trial"):
        st.multiselect(
            gettext("Heads that are changed"), list(names), key=Settings.changed_heads.key, on_change=_keep_changed,
            args=(names, chosen), width=215, placeholder=gettext("The chosen head"),
        )  # fmt: skip
        _offer_more(desk, heads, chosen)
        st.selectbox(
            gettext("What happens to them"), HOWS, key=Settings.how.key, format_func=_capital, width=175,
            help="  \n".join(f"**{_capital(name)}**: {gettext(words)}" for name, words in HOWS_IN_WORDS.items()),
        )  # fmt: skip
        width = 212 if Asks.grammar in asks else 165  # of the longest
        st.selectbox(gettext("What is asked"), asks, key=Settings.ask.key, format_func=_capital, width=width)
        source = _choose_words(how, ask)
    return Trial(heads, kind, how, source, _edges(capture, kind) if how == Hows.cut else ()), ask


def _capital(text: str) -> str:
    """A choice as its menu calls it."""
    said = gettext(text)
    return said[:1].upper() + said[1:]


def _keep_changed(names: dict[str, Head], chosen: Head) -> None:
    heads = tuple(names[name] for name in setting(Settings.changed_heads) if name in names)
    set_setting(Settings.changed, () if heads == (chosen,) else heads)


def _offer_more(desk: Desk, heads: tuple[Head, ...], chosen: Head) -> None:
    """The head that was clicked in the map, and all of which the same is established."""
    with st.popover(gettext("Add"), help=gettext("More heads: the chosen one, or all that do the same.")):
        if chosen not in heads:
            more = (*heads, chosen)
            also = gettext("Also {head}", head=head_name(*chosen))
            st.button(also, key="also", on_click=set_setting, args=(Settings.changed, more))
        only = gettext("Only {head}", head=head_name(*chosen))
        st.button(
            only, key="only_chosen", on_click=clear_settings, args=(Settings.changed,), disabled=heads == (chosen,)
        )
        profile = get_profile(desk.model)
        established = get_heads_by_score(profile) if profile is not None else {}
        if established:
            st.selectbox(
                gettext("All heads established for"), list(established), index=None, key=Settings.all_of.key,
                format_func=lambda score: f"{said_of_score(score)} ({len(established[score])})",
                placeholder=gettext("a score"),
                on_change=_take_all, args=(established,),
            )  # fmt: skip


def _take_all(established: dict[str, tuple[Head, ...]]) -> None:
    chosen = setting(Settings.all_of)
    if chosen in established:
        set_setting(Settings.changed, established[chosen])


def _choose_words(how: str, ask: str) -> str:
    """What the change and the question need beside; the text that is taken from."""
    if how == Hows.patch or ask == Asks.similarity:
        fit_setting(Settings.source)
        label = N_("Take from this text") if how == Hows.patch else N_("Compared with this text")
        st.text_input(gettext(label), key=Settings.source.key, placeholder=setting(Settings.text), width=420)
    if ask == Asks.two_words:
        for row, label in ((Settings.word, N_("Word")), (Settings.beside_word, N_("Minus this word"))):
            fit_setting(row)
            how = gettext("Written as in a text, with the space before it.")
            st.text_input(gettext(label), key=row.key, width=130, help=how)
    return setting(Settings.source)


def _other(ask: str) -> str:
    return setting(Settings.source) if ask == Asks.similarity else ""


def _edges(capture: Capture, kind: str) -> tuple[tuple[int, int], ...]:
    n_query, n_key = len(capture.query_positions[kind]), len(capture.key_positions[kind])
    return tuple(edge for edge in setting(Settings.cut) if edge[0] < n_query and edge[1] < n_key)


def _show_lines_to_cut(desk: Desk, trial: Trial) -> None:
    """The first of the heads: a click on a line, or on a cell of its heatmap, cuts it or mends it."""
    layer, head = trial.heads[0]
    shown = choose(desk.capture, Selection(trial.kind, "Pattern"))
    window = fitted_window(shown, setting(Settings.window))
    view = head_picture(shown, layer, [head], window=window, turns=False, switches=False, cuts=True)
    queries, keys = (unique_labels(words.positions.labels) for words in (shown.query, shown.key))
    cut = [f"{queries[query]} → {keys[key]}" for query, key in trial.edges]
    say = ngettext("{n} line cut: {lines}.", "{n} lines cut: {lines}.", len(cut), lines=in_a_row(cut))
    how = gettext("Click a line, or a cell of the heatmap, or press Enter on a cell, to cut that line or to mend it.")
    none = gettext("No line is cut yet.")
    st.markdown(frame.plain(f"{say if cut else none} {how}"))

    def take(cell: tuple[int, int]) -> None:
        edge = window[0] + cell[0], window[2] + cell[1]
        now = setting(Settings.cut)
        kept = tuple(other for other in now if other != edge)
        set_setting(Settings.cut, kept if edge in now else (*now, edge))

    mount(view, "to_cut", cut=take)


# ---- what stands beside the effect -----------------------------------------------------------------------------


def _show_control(desk: Desk, trial: Trial, ask: Ask) -> None:
    """The same change of others, a run for each of them: in a class, and of a long text, for whoever asks."""
    is_quick = class_mode() is None and len(desk.capture.query_positions[trial.kind]) <= QUICK
    panel = st.expander(gettext("Beside other heads"), expanded=is_quick, key="control", on_change="rerun")
    if not panel.open:
        return
    with panel:
        try:
            number = number_ask(desk.model, desk.capture, trial, ask)
            control = get_control(desk.model, desk.capture, trial, number)
        except MhaVizError as error:
            frame.say(error)
            return
        st.markdown(frame.told(control_sentence(control)))


def _show_heads_that_change(desk: Desk, trial: Trial) -> None:
    """Those that look otherwise, the most changed first; of a long text for whoever asks."""
    is_quick = len(desk.capture.query_positions[trial.kind]) <= QUICK
    label = gettext("Heads that then look elsewhere")
    panel = st.expander(label, expanded=is_quick, key="elsewhere", on_change="rerun")
    if panel.open:
        with panel:
            _list_heads_that_change(desk, trial)


def _list_heads_that_change(desk: Desk, trial: Trial) -> None:
    table = _others(get_patterns_changed(desk.model, desk.capture, trial), trial)
    if table.empty:
        st.markdown(marked(gettext("No other head looks elsewhere.")))
        return
    by = gettext("By the Jensen–Shannon distance between their patterns before and after: 0 to 1 bit.")
    st.caption(marked(by))
    unchanged = gettext("Its lines, unchanged.")
    with st.container(horizontal=True, gap="small"):
        for row in table.head(LATER).itertuples(index=False):
            label = gettext("{head}  {n} bits", head=head_name(row.layer, row.head), n=f"{row.distance:.3f}")
            if st.button(frame.plain(label), key=f"then_{row.layer}_{row.head}", help=unchanged):
                show_lines_of(int(row.layer), int(row.head))


def _others(table: pd.DataFrame, trial: Trial) -> pd.DataFrame:
    changed = pd.Series(
        [(layer, head) in trial.heads for layer, head in zip(table["layer"], table["head"], strict=True)], dtype=bool
    )
    return table[(table["kind"] == trial.kind) & ~changed & (table["distance"] >= SEEN)]


def _show_words(desk: Desk, trial: Trial) -> None:
    """What it does to each word's vector, beside what it does to the prediction."""
    table = get_effect(desk.model, desk.capture, trial, Vectors())
    facts: dict[str, Any] = effect_facts(desk.capture, trial, Asks.vectors, table)
    panel = st.expander(gettext("Word by word"), key="word_by_word", on_change="rerun")
    st.caption(frame.told(effect_sentence(table, trial, Asks.vectors)))
    if panel.open:
        with panel:
            mount(effect_picture(table, trial, Asks.vectors, facts), "effect_words")
