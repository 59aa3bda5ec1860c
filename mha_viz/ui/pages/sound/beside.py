"""A second sound in the same model, or the same sound in a second model, below the first."""

from __future__ import annotations

from typing import NamedTuple

from mha_viz.errors import InputError, MhaVizError
from mha_viz.inputs.media.timings import spoken_file
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Head, Model
from mha_viz.scores.media.heard import listener_beside, who_listens
from mha_viz.ui.parts.beside import OWN, Beside, Wanted, beside, choose_beside, head_beside, show_ranking, take_beside
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.compare import get_places_compared, get_second_model
from mha_viz.ui.shared.sounds import Listening, get_listening, get_sound
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import SPOKEN, Settings, set_setting, setting
from mha_viz.views.media.timeline import timeline_view
from mha_viz.views.view import View
from mha_viz.wording import quoted

FIELD = N_("The sound below it")
NO_FILE = N_("Hand over the sound that is to stand here, above: {field}.")
WRITES_NOTHING = N_("{model} has no words that listen: choose moments of the sound, above, to compare these.")
NO_COUNTERPART = N_("{label} has no counterpart in the second: choose another that listens.")


class First(NamedTuple):
    """The first side: the model, what it heard, who listens, and which listener and head are chosen."""

    model: Model
    file: bytes
    found: Capture
    seen: Listening
    query: int
    head: Head


def choose_second(models: tuple[str, ...], endings: list[str]) -> Wanted:
    """What stands beside the sound: the other models that read one are offered too."""
    others = [name for name in models if name != setting(Settings.hears)]
    return choose_beside(Settings.sound_beside, others, SPOKEN, FIELD, endings)


def show_beside(first: First, wanted: Wanted) -> None:
    """The second side, and below it all heads by how they differ; or why nothing can stand there."""
    try:
        found, heads, view = _show_second(first, *_second(first, wanted))
    except MhaVizError as error:  # the first sound stays
        frame.say(error)
        return
    show_ranking(found, heads, view, lambda head, looks: _choose(first, head, looks))


def _second(first: First, wanted: Wanted) -> tuple[Model, Capture, bool]:
    """What is heard beside the sound, and whether another model hears it: the same transcript then."""
    if wanted.name == OWN:
        if wanted.own is None:
            raise InputError(lazy_gettext(NO_FILE, field=lazy_gettext(FIELD)))
        return first.model, get_sound(first.model, wanted.own, None), False
    if wanted.name in SPOKEN:
        return first.model, get_sound(first.model, spoken_file(wanted.name), None), False
    model = get_second_model(first.model, wanted.name)
    return model, get_sound(model, first.file, first.found.target), True


def _show_second(
    first: First, model: Model, second: Capture, has_models: bool
) -> tuple[Beside, tuple[Head, Head], View]:
    """The same word or moment, in the head that stands beside."""
    who = first.seen.who
    listens = "moments" if who.spans else "words"
    if listens not in who_listens(second):
        raise InputError(lazy_gettext(WRITES_NOTHING, model=second.short_name))
    begin = first.found.key_positions[who.kind].seconds[who.frames.start][0]
    other = get_listening(model, second, listens, begin if who.spans else 0.0)
    found = beside(get_places_compared(first.found, second, who.kind), has_models=has_models)
    queries = found.comparison.queries
    place = listener_beside(queries, who, other.who, first.query)
    if place is None:
        raise InputError(lazy_gettext(NO_COUNTERPART, label=quoted(who.labels[first.query])))
    head = head_beside(found, first.head)

    def look(there: int) -> None:
        here = listener_beside(queries, other.who, who, there, side=1)
        if here is not None:
            set_setting(Settings.listener, here)

    view = timeline_view(second, other.who, other.heard, place, head, other.timing)
    mount(view, "timeline_beside", look_from=look, choose=take_beside)
    return found, (first.head, head), view


def _choose(first: First, head: Head, looks: str) -> None:
    """A row of the ranking: its head, and the word that listens where it changes most."""
    set_setting(Settings.sound_head, head)
    if looks in first.seen.who.labels:
        set_setting(Settings.listener, first.seen.who.labels.index(looks))
