"""A second picture beside the same words, or the same picture and words in a second model, below the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from mha_viz.attention.media.words_on_picture import KIND, axis_of, words_at
from mha_viz.comparison.places import beside_it
from mha_viz.errors import InputError, MhaVizError
from mha_viz.inputs.words import unique_labels
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Head, Model
from mha_viz.scores.media.pictures import Cells
from mha_viz.ui.pages.pictures.beside import second_file
from mha_viz.ui.parts.beside import Beside, Wanted, beside, head_beside, show_ranking, take_beside
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.compare import get_places_compared
from mha_viz.ui.shared.pictures import get_words
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, set_setting
from mha_viz.views.media.words_on_picture import Over, heads_of, words_on_picture_view
from mha_viz.views.view import View
from mha_viz.wording import quoted


class First(NamedTuple):
    """The first side: what was asked of it, its capture, and what is chosen of it."""

    asked: tuple[Model, bytes, str, int]
    capture: Capture
    query: int
    head: Head
    over: Over
    summed: bool
    piece: int
    region: Cells


def show_words_beside(first: First, wanted: Wanted, **chosen: Callable[[Any], None]) -> None:
    """The second side, and below it all heads by how they differ; or why nothing can stand there. ``chosen`` says what
    to do with what both sides share.
    """
    try:
        found, heads, view = _show_second(first, wanted, chosen)
    except MhaVizError as error:  # the first picture stays
        frame.say(error)
        return
    show_ranking(found, heads, view, _choose)


def _show_second(
    first: First, wanted: Wanted, chosen: dict[str, Callable[[Any], None]]
) -> tuple[Beside, tuple[Head, Head], View]:
    """The same word, in the head that stands beside."""
    model, file, text, new_tokens = first.asked
    second, file, has_models = second_file(model, file, wanted)
    capture = get_words(second, file, text, new_tokens).capture
    found = beside(get_places_compared(first.capture, capture, KIND), has_models=has_models)
    queries, names = found.comparison.queries, unique_labels(axis_of(first.capture).labels)
    place = beside_it(queries, first.query)
    if not place:
        message = N_("{word} has no counterpart in the second: choose another word.")
        raise InputError(lazy_gettext(message, word=quoted(names[first.query])))
    head, words = head_beside(found, first.head), words_at(axis_of(capture))

    def look(there: int) -> None:
        for here in beside_it(queries, words[there], side=1):
            set_setting(Settings.patch, names[here])

    over = first.over if isinstance(first.over, str) or {*first.over} <= {*heads_of(capture)} else "head"
    view = words_on_picture_view(
        capture, place[0], head, over=over, summed=first.summed, piece=first.piece, region=first.region
    )
    mount(view, "words_beside", look_from=look, choose=take_beside, **chosen)
    return found, (first.head, head), view


def _choose(head: Head, looks: str) -> None:
    """A row of the ranking: its head, and the word that looks where it changes most."""
    set_setting(Settings.picture_head, head)
    set_setting(Settings.patch, looks)
