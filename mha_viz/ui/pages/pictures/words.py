"""Where the model reads text too: what its words look at in the picture, and a word that is cut from it."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from mha_viz.attention.media.words_on_picture import KIND, axis_of, find_word, picture_share, pieces_of, words_at
from mha_viz.comparison.trials import Asks
from mha_viz.errors import InputError
from mha_viz.inputs.words import unique_labels
from mha_viz.language import N_, gettext, ngettext, said
from mha_viz.objects import Capture, Head, Model
from mha_viz.scores.media.pictures import Cells
from mha_viz.ui.pages.pictures.words_beside import First, show_words_beside
from mha_viz.ui.parts import share
from mha_viz.ui.parts.beside import Wanted
from mha_viz.ui.parts.view import mount
from mha_viz.ui.parts.what_if import show_changed
from mha_viz.ui.shared.effects import get_effect
from mha_viz.ui.shared.pictures import get_cut, get_words
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.memory import Memory, recall, set_widget, widget_value
from mha_viz.ui.shell.settings import Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.views.media.words_on_picture import Over, heads_of, heads_over, word_facts, words_on_picture_view
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_clauses, quoted

CUT_SAYS = N_(
    "The likeliest next tokens after the text, without and with the cut: {word} then sees nothing of {what}, in no "
    "head of any layer. What other words see there may still reach it by them."
)
CUTS = {"no": N_("No"), "yes": N_("All of it"), "painted": N_("Painted cells")}
NO_CELLS = N_("Paint the cells first: *Paint a region* above, then drag over the picture, or arrow keys and Enter.")
COLUMNS = {
    "what": N_("next token"), "before": N_("seeing it"), "after": N_("cut from it"), "difference": N_("difference"),
}  # fmt: skip
Asked = tuple[Model, bytes, str, int]


def show_words(model: Model, file: bytes, second: Wanted) -> None:
    """What is asked, the view, what stands below it, and the cut."""
    fit_setting(Settings.question)
    fit_setting(Settings.continue_)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(gettext("Beside the picture"), key=Settings.question.key)
        st.number_input(
            gettext("Goes on by"), 0, 200, key=Settings.continue_.key, width=120,
            help=gettext("Tokens of its own answer."),
        )  # fmt: skip
    link.share()
    asked = model, file, setting(Settings.question), setting(Settings.continue_)
    seen = get_words(*asked)
    capture = seen.capture
    query, head = _looking(capture), _head(capture)
    over, summed = _over(capture), setting(Settings.overlay_as) == "sum"
    piece = setting(Settings.piece, choices=range(1, len(pieces_of(capture)) + 1)) or len(pieces_of(capture))
    region = setting(Settings.region)
    view = words_on_picture_view(
        capture, query, head, over=over, summed=summed, piece=piece - 1, region=region
    )  # fmt: skip
    names, words = unique_labels(axis_of(capture).labels), words_at(axis_of(capture))
    mount(
        view, "words_on_picture", look_from=lambda place: set_setting(Settings.patch, names[words[place]]),
        choose=_choose_head, over=_lay_over, paint=_paint,
    )  # fmt: skip
    facts = word_facts(capture, names[query], heads_over(capture, head, over), summed=summed)
    share.fill(recall(Memory.share) or st.container(), view, lambda: picture_share(capture), facts)
    if capture.notes:
        st.caption(frame.plain(f"{capture.short_name}: {in_clauses(map(said, capture.notes))}."))
    _choose_over(capture, over)
    if second.name:
        first = First(asked, capture, query, head, over, summed, piece - 1, region)
        show_words_beside(first, second, over=_lay_over, paint=_paint)
    _show_cut(asked, view, facts, region, piece - 1)
    show_changed(capture, KIND, [Asks.next_word], partial(get_effect, model, capture, given=seen.inputs), facts)


def _choose_head(head: Head) -> None:
    set_setting(Settings.picture_head, head)
    clear_settings(Settings.beside_place)


def _over(capture: Capture) -> Over:
    """What lies over the picture: of heads those that the model has."""
    over = setting(Settings.overlay)
    if isinstance(over, str):
        return over
    return tuple(head for head in over if head in heads_of(capture)) or Settings.overlay.default


def _lay_over(chosen: tuple[Over, bool]) -> None:
    set_setting(Settings.overlay, chosen[0])
    set_setting(Settings.overlay_as, "sum" if chosen[1] else "mean")


def _choose_over(capture: Capture, over: Over) -> None:
    """The same heads by their names."""
    if isinstance(over, str):
        return
    names = {head_name(*head): head for head in heads_of(capture)}
    set_widget("over_names", [head_name(*head) for head in over])

    def take() -> None:
        set_setting(Settings.overlay, tuple(names[name] for name in widget_value("over_names") or ()) or over)

    st.multiselect(gettext("Heads over the picture"), list(names), key="over_names", on_change=take)


def _paint(painted: tuple[int, Cells]) -> None:
    """What is painted is what is cut, at once."""
    piece, cells = painted
    set_setting(Settings.piece, piece + 1)
    set_setting(Settings.region, cells)
    set_setting(Settings.blind, "painted" if cells else "no")


def _show_cut(asked: Asked, view: View, facts: dict[str, Any], region: Cells, piece: int) -> None:
    """What becomes of the next token where the word never sees the picture, or what is painted of it."""
    word = facts["from"]
    how = fit_setting(Settings.blind)
    st.segmented_control(
        gettext("Cut from the picture"),
        tuple(CUTS),
        key=Settings.blind.key,
        required=True,
        format_func=lambda how: gettext(CUTS[how]),
    )
    if how == "no":
        return
    if how == "painted" and not region:
        st.caption(gettext(NO_CELLS))
        return
    cells = region if how == "painted" else None
    table = get_cut(*asked, word, cells, piece)
    row = st.container(horizontal=True, vertical_alignment="center")
    painted = ngettext("the {n} painted cell", "the {n} painted cells", len(cells or ()))
    what = gettext("the picture") if cells is None else painted
    row.caption(frame.plain(gettext(CUT_SAYS, word=quoted(word), what=what)), width="stretch")
    share.fill(row, view, lambda: table, facts | {"cut": table["change"].iloc[0]}, N_("Share the cut"))
    names = {column: gettext(name) for column, name in COLUMNS.items()}
    st.dataframe(table[list(COLUMNS)].rename(columns=names), hide_index=True)


def _looking(capture: Capture) -> int:
    """The word that looks: the chosen one, where this text has it, else the last."""
    axis = axis_of(capture)
    words = words_at(axis)
    try:
        found = find_word(axis, setting(Settings.patch))
    except InputError:
        found = -1
    return found if found in words else words[-1]


def _head(capture: Capture) -> Head:
    """The chosen head where the model has it, else the first of the last layer."""
    heads, chosen = heads_of(capture), setting(Settings.picture_head)
    return chosen if chosen in heads else next(head for head in heads if head[0] == heads[-1][0])
