"""The facts of a model: how large it is, how it reads, what it learned, whose profile there is."""

from __future__ import annotations

from collections.abc import Iterable

from mha_viz.evidence.corpus.profiles import SHIPPED, YOURS, own_files, shipped_names
from mha_viz.models.catalogue import CATALOGUE, Entry
from mha_viz.models.fetching.sums import is_whole
from mha_viz.models.sizes import n_parameters
from mha_viz.objects import Capture, Model
from mha_viz.paths import SHIPPED as WITH_THE_APP
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.wording import about, counted, listed

WAYS = {
    "encoder": "It reads in both directions.", "decoder": "It reads from left to right.",
    "cross": "Its decoder looks at what its encoder read.",
}  # fmt: skip
DIRECTIONS = {
    "encoder": "reads both ways", "decoder": "reads from left to right", "cross": "its decoder looks at its encoder",
}  # fmt: skip


def model_facts(name: str, capture: Capture | None = None) -> list[str]:
    """What is known of a model, in sentences: of the catalogue, else from what it read."""
    entry = CATALOGUE.get(name)
    told = _of_catalogue(entry) if entry else _of_capture(capture)
    profiles = profiles_by(name)
    known = f"Profile: {listed(profiles)}." if profiles else "There is no profile of it."
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
    profiles = profiles_by(model.name)
    facts = (
        *_shape(capture),
        about(n_parameters(model.network), "parameter"),
        "; ".join(DIRECTIONS[kind] for kind in _ways(capture)),
        f"trained to {entry.trained_to}" if entry and entry.trained_to else "",
        *model.notes,
        model.dtype,
        f"profile: {listed(profiles)}" if profiles else "no profile",
    )
    return " · ".join(fact for fact in facts if fact)


def whereabouts(name: str) -> str:
    """Whether a model of the catalogue is on this machine."""
    if name in WITH_THE_APP:
        return "comes with the app"
    return "yes" if is_whole(name) else "fetched when it is chosen"


def profiles_by(name: str) -> list[str]:
    """Whose profiles there are of a model."""
    is_own = class_mode() is None and bool(own_files(name))
    return [whose for whose, is_there in ((SHIPPED, name in shipped_names()), (YOURS, is_own)) if is_there]


def _of_catalogue(entry: Entry) -> Iterable[str]:
    layers, heads = entry.shape
    where = f"It is fetched when it is chosen ({entry.download_mb:,} MB)."
    if entry.name in WITH_THE_APP:
        where = "It comes with the app."
    elif is_whole(entry.name):
        where = f"It is on this machine ({entry.disk_mb:,} MB)."
    return (
        f"{entry.title}: {counted(layers, 'layer')} of {counted(heads, 'head')}.",
        f"{WAYS.get(entry.kind, '')} It takes up to {entry.window:,} tokens.".strip(),
        *([f"Trained to {entry.trained_to}."] if entry.trained_to else []),
        where,
    )


def _of_capture(capture: Capture | None) -> Iterable[str]:
    if capture is None:
        return ("A model outside the catalogue.",)
    sizes = f"A model outside the catalogue; {', '.join(_shape(capture, says_kind=True))}."
    return (sizes, *(WAYS[kind] for kind in _ways(capture)))


def _ways(capture: Capture) -> tuple[str, ...]:
    """The one that says most of how a model reads: where a decoder looks at an encoder, that."""
    return ("cross",) if "cross" in capture.kinds else capture.kinds[:1]


def _shape(capture: Capture, *, says_kind: bool = False) -> Iterable[str]:
    """How many layers and heads it has, of each kind of attention where there are several."""
    for kind in capture.kinds:
        if layers := capture.layers_of(kind):
            size = f"{counted(len(layers), 'layer')} of {counted(len(capture.calls_of(kind)[0].heads), 'head')}"
            yield f"{kind}: {size}" if says_kind or len(capture.kinds) > 1 else size
