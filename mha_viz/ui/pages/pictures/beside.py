"""A second picture in the same model, or the same picture in a second model, beside the first."""

from __future__ import annotations

from typing import NamedTuple

from streamlit.delta_generator import DeltaGenerator

from mha_viz.comparison.places import beside_it
from mha_viz.errors import InputError, MhaVizError
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_file
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Head, Model
from mha_viz.scores.media.pictures import Cells
from mha_viz.ui.parts.beside import OWN, Beside, Wanted, beside, choose_beside, head_beside, show_ranking, take_beside
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.compare import get_places_compared, get_second_model
from mha_viz.ui.shared.pictures import SeenPicture, get_picture
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, set_setting, setting
from mha_viz.views.media.picture import picture_view
from mha_viz.views.media.picture_tints import INSIDE
from mha_viz.views.view import View

FIELD = N_("The picture beside it")


def paint(cells: Cells) -> None:
    """From the first patch on the heads are filled with what they give to the region."""
    if cells and not setting(Settings.region):
        set_setting(Settings.filled, INSIDE)
    set_setting(Settings.region, cells)


class Looking(NamedTuple):
    """Who looks in the first picture: a position and a head, and the region that is painted."""

    query: int
    head: Head
    region: Cells


def choose_second(models: tuple[str, ...], endings: list[str]) -> Wanted:
    """What stands beside the picture: the other models that read one are offered too."""
    others = [name for name in models if name != setting(Settings.sees)]
    return choose_beside(Settings.picture_beside, others, DRAWN, FIELD, endings)


def show_beside(
    column: DeltaGenerator, looking: Looking, model: Model, file: bytes, first: SeenPicture, wanted: Wanted
) -> None:
    """The second side in a column, and below both all heads by how they differ; or why nothing can stand there."""
    try:
        with column:
            found, heads, view = _show_second(looking, first, *_second(model, file, wanted))
    except MhaVizError as error:  # the first picture stays
        with column:
            frame.say(error)
        return
    show_ranking(found, heads, view, _choose)


def _show_second(
    looking: Looking, first: SeenPicture, second: SeenPicture, has_models: bool
) -> tuple[Beside, tuple[Head, Head], View]:
    """The same patch, in the head that stands beside."""
    found = beside(get_places_compared(first.capture, second.capture, first.kind), has_models=has_models)
    queries, labels = found.comparison.queries, first.capture.key_positions[first.kind].labels
    place = beside_it(queries, looking.query)
    if not place:
        message = N_("{patch} has no counterpart in {model}: choose a patch that looks.")
        raise InputError(lazy_gettext(message, patch=labels[looking.query], model=second.capture.short_name))
    head = head_beside(found, looking.head)

    def look(there: int) -> None:
        for here in beside_it(queries, there, side=1):
            set_setting(Settings.patch, labels[here])

    view = picture_view(second.capture, second.overview, second.kind, place[0], head, region=looking.region)
    mount(view, "patches_beside", look_from=look, choose=take_beside, paint=paint)
    return found, (looking.head, head), view


def _choose(head: Head, looks: str) -> None:
    """A row of the ranking: its head, and the patch that looks where it changes most."""
    set_setting(Settings.picture_head, head)
    set_setting(Settings.patch, looks)


def second_file(model: Model, file: bytes, wanted: Wanted) -> tuple[Model, bytes, bool]:
    """The model and the picture that stand beside a picture, and whether it is another model.

    Raises
    ------
    MhaVizError
        If a file of a reader's own is wanted and not there yet, or the model cannot be loaded.
    """
    if wanted.name == OWN:
        if wanted.own is None:
            message = N_("Hand over the picture that is to stand here, above: {field}.")
            raise InputError(lazy_gettext(message, field=lazy_gettext(FIELD)))
        return model, wanted.own, False
    if wanted.name in DRAWN:
        return model, drawn_file(wanted.name), False
    return get_second_model(model, wanted.name), file, True


def _second(model: Model, file: bytes, wanted: Wanted) -> tuple[SeenPicture, bool]:
    """What is seen beside the picture, and whether another model sees it."""
    model, file, has_models = second_file(model, file, wanted)
    return get_picture(model, file), has_models
