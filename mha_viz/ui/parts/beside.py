"""A picture or a sound beside another one, or in another model: what it is, its heads, and how all of them differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from mha_viz.comparison.comparison import Comparison, Pairing, by_nearest, by_place, nearest_counterpart
from mha_viz.language import N_, gettext
from mha_viz.models.catalogue import in_menu
from mha_viz.objects import Head
from mha_viz.ui.parts import share
from mha_viz.ui.parts.table import choose_row, formats_of_changes
from mha_viz.ui.parts.upload import settled
from mha_viz.ui.shared.compare import RANDOM, get_changes, get_distances, get_usual
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led.join import most_megabytes, takes_other_models
from mha_viz.ui.shell.settings import Setting, Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.views.captions.places import said_place
from mha_viz.views.compare.compare import comparison_facts
from mha_viz.views.compare.sentences import Usual, pair_sentences, proposed_sentence
from mha_viz.views.scores.tables import changes_table
from mha_viz.views.view import View

NOTHING = N_("nothing")
OWN = N_("a file of your own")
HELP = N_(
    "Another one in the same model; or the same one in another model, typed as a hub id or a folder, or in this model "
    "with random weights."
)


class Wanted(NamedTuple):
    """The name of one of ours or of a model, empty for nothing; and a file of a reader's own."""

    name: str
    own: bytes | None


class Beside(NamedTuple):
    """Two sides, and which heads stand beside each other."""

    comparison: Comparison
    pairing: Pairing
    changes: pd.DataFrame  # of ``head_changes``, wherever a head changes most
    usual: Usual | None  # None where a head stands beside itself


def choose_beside(
    row: Setting[str], models: Sequence[str], examples: Sequence[str], field: str, endings: list[str]
) -> Wanted:
    """The menu, and where a file of one's own is wanted a field for it, which is called so."""
    chosen = setting(row)
    if chosen == NOTHING:
        chosen = ""
    set_setting(row, chosen)
    offered = ["", *examples, OWN, RANDOM, *models]
    st.selectbox(
        gettext("Compare with"), [*offered, *([] if chosen in offered else [chosen])], key=row.key, help=gettext(HELP),
        format_func=lambda name: _called(name, examples), accept_new_options=takes_other_models(),
    )  # fmt: skip
    name, key = setting(row).strip(), f"{row.key}_file"
    if name != OWN:
        return Wanted(name, None)
    file = settled(st.file_uploader(gettext(field), endings, key=key, max_upload_size=most_megabytes()), key)
    return Wanted(name, None if file is None else file.getvalue())


def _called(name: str, examples: Sequence[str]) -> str:
    return in_menu_of_ours(name or NOTHING) if name in ("", OWN, RANDOM, *examples) else in_menu(name)


def in_menu_of_ours(name: str) -> str:
    """What comes with the app, or is none of it, as a menu calls it."""
    label = gettext(name)
    return label[:1].upper() + label[1:]


def beside(comparison: Comparison, *, has_models: bool) -> Beside:
    """Each head beside itself; of two models that were trained apart, beside its nearest relative."""
    sizes = [part.shape[:2] for part in comparison.patterns]
    is_same = sizes[0] == sizes[1] and (not has_models or comparison.names[1].endswith(RANDOM))
    pairing = by_place(comparison) if is_same else by_nearest(comparison, get_distances(comparison))
    usual = get_usual(comparison) if has_models else None
    return Beside(comparison, pairing, get_changes(comparison, pairing), usual)


def head_beside(found: Beside, head: Head) -> Head:
    """The head that stands beside one of the first side: the chosen one, else its counterpart."""
    proposed = _proposed(found, head)
    return fit_setting(Settings.beside_place, choices=found.comparison.heads(1)) or proposed


def _proposed(found: Beside, head: Head) -> Head:
    counterpart = dict(found.pairing).get(head)
    return counterpart or nearest_counterpart(found.comparison, get_distances(found.comparison), head)


def take_beside(head: Head) -> None:
    """Another head on the second side."""
    set_setting(Settings.beside_place, head)


def show_ranking(found: Beside, heads: tuple[Head, Head], view: View, choose: Callable[[Head, str], Any]) -> None:
    """What is said of the two heads, and all heads ranked by how they differ: a row shows its head, and what looks
    where it changes most, which ``choose`` is given.
    """
    comparison, changes = found.comparison, found.changes
    has_models, proposed = found.usual is not None, _proposed(found, heads[0])
    rows = changes if heads[1] == proposed else get_changes(comparison, [heads])
    caption, note = pair_sentences(
        comparison, heads, rows, is_one_head=not has_models and heads[0] == heads[1],
        is_ranked=heads[1] == proposed, usual=found.usual,
    )  # fmt: skip
    if heads[1] != proposed:
        apart = get_changes(comparison, [(heads[0], proposed)])["distance"].iloc[0]
        note = proposed_sentence(comparison, (heads[0], proposed), apart) + note
    row = st.container(horizontal=True, vertical_alignment="bottom")
    row.subheader(gettext("The heads, most changed first"), anchor=False, width="content")
    facts = comparison_facts(
        comparison, heads, "two models" if has_models else "two inputs", has_models=has_models, has_texts=False
    )
    share.fill(row, view, lambda: changes, facts | {"notes": [note]}, N_("Share the comparison"))
    st.markdown(frame.told(f"{caption} {note}"))
    looks = dict(zip(zip(changes["layer"], changes["head"], strict=True), changes["from"], strict=True))

    told = changes.assign(**{name: changes[name].map(said_place) for name in ("from", "to")})

    def take(head: Head) -> None:
        clear_settings(Settings.beside_place)
        choose(head, looks[head])

    choose_row(
        changes_table(told, has_others=has_models), list(looks), heads[0], take, key="beside", height=300,
        column_config=formats_of_changes(),
    )  # fmt: skip
