"""What the story shows: a model, its sentence with either ending, and the pictures that the steps are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st
from torch import Tensor

from mha_viz.annotation.annotated import Annotated, Link
from mha_viz.attention.maps import trace_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import from_others, word_rows
from mha_viz.comparison.comparison import by_place
from mha_viz.errors import NotSeenError
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.inputs.words import Words, find_word, ordinary, word_axes, word_spans
from mha_viz.objects import Capture, Head, Model
from mha_viz.ui.parts.top import propose_model, say_what_is_missing
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared import captures, models, scores
from mha_viz.ui.shared.compare import get_changes, get_comparison
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.join import model_names, takes_other_models
from mha_viz.ui.shell.settings import Settings, setting
from mha_viz.views.arcs import arcs_view
from mha_viz.views.grid import model_picture
from mha_viz.views.panels import Panel, panels_view
from mha_viz.views.strips import strips_view
from mha_viz.wording import layer_name, name_in_layer, safe_name

ENDINGS = Settings.ending.choices
MEANT = {"tired": "cat", "dirty": "mat"}
# In a model that reads left to right the first “it” cannot know how the sentence goes on; the second can.
TEXTS = {
    "encoder": ("The cat sat on the mat because it was {}.", "it"),
    "decoder": ("The cat sat on the mat because it was {}, so it", "it#2"),
}
SHOWN = 5
FLIPS = "mpnet"  # of the catalogue models, the one with the head that turns most between the endings


@dataclass(frozen=True, eq=False)
class Scene:
    """What the steps show: one model, the sentence with either ending, and who looks."""

    model: Model
    kind: str
    profile: Profile | None
    found: dict[str, Capture]  # by ending
    words: Words
    looks: int

    @property
    def it(self) -> str:
        return self.words.positions.labels[self.looks]

    def rows(self, ending: str) -> Tensor:
        """What the word gives to every word: (layer, head, word)."""
        return word_rows(self.found[ending], self.words, self.words, self.looks, kind=self.kind)

    def place(self, word: str) -> int:
        return find_word(self.words, word)

    def best(self, ending: str) -> list[Head]:
        """The heads that look most from the word to the one that is meant."""
        share = self.rows(ending)[:, :, self.place(MEANT[ending])]
        order = share.flatten().argsort(descending=True, stable=True)[:SHOWN].tolist()
        return [divmod(i, share.shape[1]) for i in order]


def begin_story() -> Scene:
    """The model, and what it makes of the sentence. Stops the page with a sentence where it cannot."""
    say_what_is_missing()
    link.share()
    model = models.get_model(setting(Settings.model).strip())
    kind = captures.get_capture(model, TEXTS["encoder"][0].format(ENDINGS[0])).kinds[0]
    text, looks = TEXTS[kind]
    found = {ending: captures.get_capture(model, text.format(ending)) for ending in ENDINGS}
    words = word_axes(found[ENDINGS[0]], kind)[0]
    return Scene(model, kind, scores.get_profile(model), found, words, find_word(words, looks))


def choose_model() -> None:
    """The menu of models; another one tells its own story. The head that turns most is in mpnet."""
    propose_model(FLIPS)
    name = setting(Settings.model)
    names = [*model_names(), *([] if name in model_names() else [name])]
    st.selectbox("Model", names, key=Settings.model.key, accept_new_options=takes_other_models(), width=170)


def turning_head(scene: Scene) -> dict[str, Any]:
    """The head that turns most from cat to mat when one word is changed: a row of ``head_changes``."""
    first, second = (scene.found[ending] for ending in ENDINGS)
    comparison = get_comparison(first, second, (scene.kind, scene.kind))
    words = {"looks": TEXTS[scene.kind][1], "to": "cat", "against": "mat"}
    asked = {name: comparison.queries.find(word) for name, word in words.items()}
    row: dict[str, Any] = get_changes(comparison, by_place(comparison), **asked).iloc[0].to_dict()
    return row


def given_by_others(scene: Scene, ending: str, heads: list[Head]) -> list[float | None]:
    """What the other words give, on average, to the word that is meant, in each of these heads."""
    key = scene.place(MEANT[ending])
    return from_others(scene.found[ending], heads, scene.words, scene.words, scene.looks, key, scene.kind)


def head_strips(scene: Scene, ending: str, heads: list[Head], caption: str) -> None:
    rows = scene.rows(ending)
    of_heads = rows.flatten(0, 1)[[layer * rows.shape[1] + head for layer, head in heads]]
    anyone = given_by_others(scene, ending, heads)
    draw_strips(scene, ending, of_heads, heads, caption, anyone=anyone)


def draw_strips(
    scene: Scene, ending: str, rows: Tensor, heads: list[Head], caption: str, names: list[str] | None = None,
    anyone: list[float | None] | None = None,
) -> None:  # fmt: skip
    """What the word gives to each word, a line a head; ``rows`` (head, word)."""
    shown = ordinary(scene.words)
    labels = word_axes(scene.found[ending], scene.kind)[0].positions.labels
    view = strips_view(
        [labels[i] for i in shown], rows[:, shown], heads, query=shown.index(scene.looks),
        target=shown.index(scene.place(MEANT[ending])), from_others=anyone or [None] * len(heads), caption=caption,
        names=names, fixed=True, **_named(scene, "strips"),
    )  # fmt: skip
    if clicked := mount(view, "strips").open:
        frame.open_head(*clicked)


def show_connection(scene: Scene) -> None:
    """What a reader connects, drawn as what it is: our own annotation, nothing that a model said."""
    text = scene.found[ENDINGS[0]].text
    spans = tuple(word_spans(text))
    named = [scene.words.positions.spans[word] for word in (scene.looks, scene.place("cat"))]
    it, cat = (span for span in named if span is not None)
    ours = Annotated(text, tuple(text[slice(*span)] for span in spans), spans, links=(Link(it, (cat,), 0, "it"),))
    mount(arcs_view(ours, clickable=False, label="What you connect", **_named(scene, "connection")), "connection")


def small_pictures(scene: Scene, heads: list[Head] | None) -> None:
    """Some heads, or all, as small pictures."""
    shown = choose(scene.found[ENDINGS[0]], Selection(scene.kind))
    seen = captures.get_overview(shown)
    order = None if heads is None else [layer * shown.n_maps + head for layer, head in heads]
    clicked = mount(model_picture(shown, seen, order=order, is_sorted=heads is not None), "grid")
    if clicked.open:
        frame.open_head(*clicked.open)


def show_briefing(scene: Scene, layer: int) -> None:
    """What a layer hands on to the word that looks: the lengths of all its heads' contributions."""
    try:
        parts = trace_of(scene.found[ENDINGS[0]], layer, kind=scene.kind).contributions
    except NotSeenError as error:
        frame.say(error)
        return
    tokens = list(scene.words.groups[scene.looks])
    lengths = parts[:, tokens].mean(dim=1).norm(dim=-1)  # (head,)
    names = [name_in_layer(head) for head in range(len(lengths))]
    panel = Panel(
        f"What each head of {layer_name(layer)} adds to “{scene.it}”", names, lengths[:, None], bars=True, unit="length"
    )
    note = "The heads of a layer are added up into one briefing, which the next layer reads; a longer bar adds more."
    mount(panels_view([panel], note=note, **_named(scene, "briefing")), "briefing")


def _named(scene: Scene, what: str) -> dict[str, Any]:
    """What a saved picture says of itself."""
    title = f"The story, {what}: {scene.model.name}"
    return {"title": title, "facts": [scene.found[ENDINGS[0]].text], "file_name": safe_name("story", what)}
