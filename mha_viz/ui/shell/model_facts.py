"""The facts of a model: how large it is, how it reads, what it learned, whose profile there is."""

from __future__ import annotations

from collections.abc import Iterable

from mha_viz.evidence.corpus.profiles import SHIPPED, YOURS, is_shipped, own_files, shipped_names
from mha_viz.language import N_, gettext, ngettext, said, whole
from mha_viz.models.catalogue import CATALOGUE, Entry
from mha_viz.models.fetching.sums import is_whole
from mha_viz.models.sizes import n_parameters
from mha_viz.objects import Capture, Model
from mha_viz.paths import SHIPPED as WITH_THE_APP
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.wording import in_a_row, in_clauses, listed

CALLED = {SHIPPED: N_("shipped"), YOURS: N_("yours")}
WAYS = {
    "encoder": N_("It reads in both directions."), "decoder": N_("It reads from left to right."),
    "cross": N_("Its decoder looks at what its encoder read."),
}  # fmt: skip
DIRECTIONS = {
    "encoder": N_("reads both ways"), "decoder": N_("reads from left to right"),
    "cross": N_("its decoder looks at its encoder"),
}  # fmt: skip


def model_facts(name: str, capture: Capture | None = None) -> list[str]:
    """What is known of a model, in sentences: of the catalogue, else from what it read."""
    entry = CATALOGUE.get(name)
    told = _of_catalogue(entry) if entry else _of_capture(capture)
    whose = listed([gettext(CALLED[one]) for one in profiles_by(name, capture)])
    known = gettext("Profile: {whose}.", whose=whose) if whose else gettext("There is no profile of it.")
    return [*told, known]


def note_facts(name: str, capture: Capture) -> None:
    """Keep what is known of a model outside the catalogue, for the fields in which it is chosen."""
    if name not in CATALOGUE:
        known = recall(Memory.model_facts)
        remember(Memory.model_facts, known | {name: model_facts(name, capture)})


def facts_of_field(name: str) -> str:
    """What is said of the model that a field holds; empty where nothing is known of it yet."""
    return "\n".join(model_facts(name) if name in CATALOGUE else recall(Memory.model_facts).get(name, ()))


def model_line(model: Model, capture: Capture) -> str:
    """The same in one line, of a model that has read something: what stands under its name on every page."""
    entry = CATALOGUE.get(model.name)
    whose = listed([gettext(CALLED[one]) for one in profiles_by(model.name, model)])
    aim = gettext(entry.trained_to) if entry and entry.trained_to else ""
    facts = (
        *_shape(capture),
        _parameters(n_parameters(model.network)),
        in_clauses(gettext(DIRECTIONS[kind]) for kind in _ways(capture)),
        gettext("trained to {aim}", aim=aim) if aim else "",
        *map(said, model.notes),
        model.dtype,
        gettext("profile: {whose}", whose=whose) if whose else gettext("no profile"),
    )
    return " · ".join(fact for fact in facts if fact)


def whereabouts(name: str) -> str:
    """Whether a model of the catalogue is on this machine."""
    if name in WITH_THE_APP:
        return gettext("comes with the app")
    return gettext("yes") if is_whole(name) else gettext("fetched when it is chosen")


def profiles_by(name: str, read: Model | Capture | None = None) -> list[str]:
    """Whose profiles there are of a model: by its name, and of one that is loaded, or has read, by its weights too."""
    is_own = class_mode() is None and bool(own_files(name))
    comes_along = name in shipped_names() or (read is not None and is_shipped(name, read.identity, read.dtype))
    return [whose for whose, is_there in ((SHIPPED, comes_along), (YOURS, is_own)) if is_there]


def _of_catalogue(entry: Entry) -> Iterable[str]:
    layers, heads = entry.shape
    where = gettext("It is fetched when it is chosen ({n} MB).", n=whole(entry.download_mb))
    if entry.name in WITH_THE_APP:
        where = gettext("It comes with the app.")
    elif is_whole(entry.name):
        where = gettext("It is on this machine ({n} MB).", n=whole(entry.disk_mb))
    window = gettext("It takes up to {n} tokens.", n=whole(entry.window))
    way = gettext(WAYS[entry.kind]) if entry.kind in WAYS else ""
    return (
        gettext("{title}: {size}.", title=gettext(entry.title), size=layers_of_heads(layers, heads)),
        f"{way} {window}".strip(),
        *([gettext("Trained to {aim}.", aim=gettext(entry.trained_to))] if entry.trained_to else []),
        where,
    )


def layers_of_heads(layers: int, heads: int) -> str:
    """How large a model is.

    >>> layers_of_heads(6, 12)
    '6 layers of 12 heads'
    """
    of = ngettext("{n} head", "{n} heads", heads)
    return ngettext("{n} layer of {heads}", "{n} layers of {heads}", layers, heads=of)


def _of_capture(capture: Capture | None) -> Iterable[str]:
    if capture is None:
        return (gettext("A model outside the catalogue."),)
    sizes = in_a_row([*_shape(capture, says_kind=True)])
    outside = gettext("A model outside the catalogue; {sizes}.", sizes=sizes)
    return (outside, *(gettext(WAYS[kind]) for kind in _ways(capture)))


def _ways(capture: Capture) -> tuple[str, ...]:
    """The one that says most of how a model reads: where a decoder looks at an encoder, that."""
    return ("cross",) if "cross" in capture.kinds else capture.kinds[:1]


def _shape(capture: Capture, *, says_kind: bool = False) -> Iterable[str]:
    """How many layers and heads it has, of each kind of attention where there are several."""
    for kind in capture.kinds:
        if layers := capture.layers_of(kind):
            size = layers_of_heads(len(layers), len(capture.calls_of(kind)[0].heads))
            yield f"{gettext(kind)}: {size}" if says_kind or len(capture.kinds) > 1 else size


def _parameters(n: int) -> str:
    """How many there are, to three digits from a million on."""
    if round(n, 3 - len(str(n))) >= 1e9:
        return gettext("{n} billion parameters", n=f"{n / 1e9:.3g}")
    if round(n, 3 - len(str(n))) >= 1e6:
        return gettext("{n} million parameters", n=f"{n / 1e6:.3g}")
    return gettext("{n} parameters", n=whole(n))
