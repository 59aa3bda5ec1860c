"""The facts of a model: how large it is, how it reads, what it learned, whose profile there is."""

from __future__ import annotations

from collections.abc import Iterable

from mha_viz.evidence.corpus.profiles import SHIPPED, YOURS, own_files, shipped_names
from mha_viz.models.catalogue import CATALOGUE, Entry
from mha_viz.models.fetching.sums import is_whole
from mha_viz.objects import Capture
from mha_viz.paths import SHIPPED as WITH_THE_APP
from mha_viz.ui.classroom import class_mode
from mha_viz.wording import counted, listed

WAYS = {
    "encoder": "It reads in both directions.", "decoder": "It reads from left to right.",
    "cross": "Its decoder looks at what its encoder read.",
}  # fmt: skip


def model_facts(name: str, capture: Capture | None = None) -> list[str]:
    """What is known of a model, in sentences: of the catalogue, else from what it read."""
    entry = CATALOGUE.get(name)
    told = _of_catalogue(entry) if entry else _of_capture(capture)
    profiles = profiles_by(name)
    known = f"Profile: {listed(profiles)}." if profiles else "There is no profile of it."
    return [*told, known]


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
    sizes = (
        f"{kind}: {counted(len(layers), 'layer')} of {counted(len(capture.calls_of(kind)[0].heads), 'head')}"
        for kind in capture.kinds
        if (layers := capture.layers_of(kind))
    )
    return (f"A model outside the catalogue; {', '.join(sizes)}.", *(WAYS[kind] for kind in capture.kinds[:1]))
