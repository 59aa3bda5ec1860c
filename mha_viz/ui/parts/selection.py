"""Which map is shown, on words or tokens, and what of it is left out: chosen in a row and in the panel More."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from mha_viz.attention.selection import HIDDEN, MAPS, OVER, Part, Selection
from mha_viz.language import N_, arrow, gettext
from mha_viz.objects import Capture
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, fit_setting, set_setting, setting

# The settings of this module, for the panel More of a page (``begin_desk``).
OF_A_MAP = (Settings.axis, Settings.over, Settings.hide, Settings.renormalise, Settings.between)
EVERYTHING = N_("everything")
Labels = Literal["visible", "collapsed"]
Pairs = dict[str, tuple[Part, Part]]  # what looks and what is looked at, by what the menu calls it


def choose_selection(desk: Desk, kind: str, row: Any = None) -> Selection:
    """Which map, on what and without what, chosen in ``row``; the rest, or else all of it, in the panel More."""
    name = fit_setting(Settings.map)
    is_share = MAPS[name].is_share  # only these add up over the pieces of a word
    names, pairs = _part_names(desk.capture, kind), _parts(desk.capture, kind)
    axes = Settings.axis.choices[: None if names else -1] if is_share else (Settings.axis.default,)
    axis = fit_setting(Settings.axis, choices=axes)
    over = fit_setting(Settings.over, choices=OVER[:1] if name == "Rollout" else OVER)
    hidden = tuple(part for part in setting(Settings.hide) if part in (*HIDDEN, *names))
    set_setting(Settings.hidden_parts, list(hidden))
    again = fit_setting(Settings.renormalise, choices=None if is_share else (Settings.renormalise.default,))
    between = pairs.get(fit_setting(Settings.between, choices=["", *pairs]))
    labels: Labels = "visible" if row is None else "collapsed"
    frame.later(desk.more if row is None else row, lambda: _draw_what(is_share, names, labels))
    frame.later(desk.more, lambda: _draw_how(is_share, name == "Rollout", pairs))
    scaled = again == "yes" and bool(hidden or between)
    return Selection(kind, name, over, axis == "Words", hidden, scaled, between, axis == "Parts")


def _draw_what(is_share: bool, names: list[str], labels: Labels) -> None:
    """Which map, on what, without what: in sight, where readers change them all the time."""
    axes = Settings.axis.choices[: None if names else -1]
    chosen = setting(Settings.map)
    is_long = len(gettext(chosen)) > len("Contribution")
    st.selectbox(
        gettext("Map"), list(MAPS), key=Settings.map.key, label_visibility=labels, format_func=gettext,
        width=160 if is_long else 130,
    )  # fmt: skip
    st.segmented_control(
        gettext("Tokens or words"), axes, key=Settings.axis.key, required=True, disabled=not is_share,
        label_visibility=labels, format_func=gettext,
    )  # fmt: skip
    st.multiselect(
        gettext("Hide"), [*HIDDEN, *names], key=Settings.hidden_parts.key, on_change=_keep_hidden,
        placeholder=gettext("Hide …"), label_visibility=labels, format_func=gettext,
        width=220 if setting(Settings.hide) else 136,
    )  # fmt: skip


def _draw_how(is_share: bool, is_rollout: bool, pairs: Pairs) -> None:
    st.selectbox(gettext("One map for"), OVER, key=Settings.over.key, disabled=is_rollout, format_func=gettext)
    st.segmented_control(
        gettext("After hiding, scale each row to sum to 1"), Settings.renormalise.choices, key=Settings.renormalise.key,
        required=True, disabled=not is_share, format_func=gettext,
    )  # fmt: skip
    if pairs:
        called = {"": gettext(EVERYTHING), **{name: _called(name) for name in pairs}}
        st.selectbox(
            gettext("From part → to part"), list(called), key=Settings.between.key,
            format_func=lambda name: called.get(name, ""),
        )  # fmt: skip


def _called(pair: str) -> str:
    """The parts of a text by their names, in the language of the run where they are ours."""
    return f" {arrow()} ".join(map(gettext, pair.split(" → ")))


def _part_names(capture: Capture, kind: str) -> list[str]:
    """What the parts of a text are called that can be selected, hidden and summed up; messages of one role together."""
    positions = capture.query_positions[kind]
    if kind == "cross" or not positions.parts:
        return []
    return list(dict.fromkeys(positions.parts[segment] for segment in positions.segments))


def _parts(capture: Capture, kind: str) -> Pairs:
    """Which part may look at which, where a text has several."""
    names = _part_names(capture, kind)
    if capture.chat is None:
        return {
            f"{names[i]} → {names[j]}": (i, j)
            for i in range(len(names)) for j in range(len(names)) if kind != "decoder" or j <= i
        }  # fmt: skip
    sides = {EVERYTHING: None, **{name: name for name in names}}
    return {f"{a} → {b}": (sides[a], sides[b]) for a in sides for b in sides if (a, b) != (EVERYTHING, EVERYTHING)}


def _keep_hidden() -> None:
    parts = setting(Settings.hidden_parts)
    set_setting(Settings.hide, tuple(parts))
