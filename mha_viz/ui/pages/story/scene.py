"""What the story shows: a model, its sentence with either ending, and the pictures that the steps are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from mha_viz.attention.maps import trace_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import word_rows
from mha_viz.attention.word_pairs import above_others, from_others, outstanding_heads, rows_of_heads
from mha_viz.comparison.comparison import by_place
from mha_viz.errors import NotSeenError
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.inputs.words import Words, find_word, ordinary, word_axes
from mha_viz.objects import Capture, Head, Model
from mha_viz.ui.parts.top import propose_model, say_what_is_missing
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.captures import get_capture, get_overview
from mha_viz.ui.shared.compare import get_changes, get_comparison
from mha_viz.ui.shared.models import get_model
from mha_viz.ui.shared.profiles import get_profile
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.join import model_names, takes_other_models
from mha_viz.ui.shell.settings import Settings, setting
from mha_viz.views.captions.labels import labels_of
from mha_viz.views.grid import model_picture
from mha_viz.views.story import briefing_picture, connection_picture, story_labels
from mha_viz.views.strips import STRIPS, strips_view

if TYPE_CHECKING:
    from torch import Tensor

ENDINGS = Settings.ending.choices
MEANT = {"tired": "cat", "dirty": "mat"}
# In a model that reads left to right the first “it” cannot know how the sentence goes on; the second can.
TEXTS = {
    "encoder": ("The cat sat on the mat because it was {}.", "it"),
    "decoder": ("The cat sat on the mat because it was {}, so it", "it#2"),
}
FLIPS = "mpnet"  # of the catalogue models, the one with the head that turns most between the endings


@dataclass(frozen=True, eq=False)
class Scene:
    """What the steps show: one model, the sentence with either ending, and who looks."""

    model: Model
    kind: str
    profile: Profile | None
    captures: dict[str, Capture]  # by ending
    words: Words
    looks: int

    @property
    def it(self) -> str:
        return self.words.positions.labels[self.looks]

    def rows(self, ending: str) -> Tensor:
        """What the word gives to every word: (layer, head, word)."""
        return word_rows(self.captures[ending], self.words, self.words, self.looks, kind=self.kind)

    def place(self, word: str) -> int:
        return find_word(self.words, word)

    def best(self, ending: str) -> list[Head]:
        """The heads in which the word looks most at the one that is meant, above what the other words give it."""
        rows, words = self.rows(ending), self.words
        above = above_others(self.captures[ending], words, words, self.looks, rows, kind=self.kind)
        return outstanding_heads(rows, above, self.place(MEANT[ending]), STRIPS)

    def share(self, ending: str, head: Head) -> float:
        """What the word gives to the one that is meant, in one head."""
        return self.rows(ending)[head][self.place(MEANT[ending])].item()


def begin_story() -> Scene:
    """The model, and what it makes of the sentence. Stops the page with a sentence where it cannot."""
    say_what_is_missing()
    link.share()
    model = get_model(setting(Settings.model).strip())
    kind = get_capture(model, TEXTS["encoder"][0].format(ENDINGS[0])).kinds[0]
    text, looks = TEXTS[kind]
    captures = {ending: get_capture(model, text.format(ending)) for ending in ENDINGS}
    words = word_axes(captures[ENDINGS[0]], kind)[0]
    return Scene(model, kind, get_profile(model), captures, words, find_word(words, looks))


def choose_model() -> None:
    """The menu of models; another one tells its own story. The head that turns most is in mpnet."""
    propose_model(FLIPS)
    name = setting(Settings.model)
    names = [*model_names(), *([] if name in model_names() else [name])]
    st.selectbox("Model", names, key=Settings.model.key, accept_new_options=takes_other_models(), width=170)


def turning_head(scene: Scene) -> dict[str, Any]:
    """The head that turns most from cat to mat when one word is changed: a row of ``head_changes``."""
    first, second = (scene.captures[ending] for ending in ENDINGS)
    comparison = get_comparison(first, second, (scene.kind, scene.kind))
    words = {"looks": TEXTS[scene.kind][1], "to": "cat", "against": "mat"}
    places = {name: comparison.queries.find(word) for name, word in words.items()}
    row: dict[str, Any] = get_changes(comparison, by_place(comparison), **places).iloc[0].to_dict()
    return row


def given_by_others(scene: Scene, ending: str, heads: list[Head]) -> list[float | None]:
    """What the other words give, on average, to the word that is meant, in each of these heads."""
    key = scene.place(MEANT[ending])
    return from_others(scene.captures[ending], heads, scene.words, scene.words, scene.looks, key, scene.kind)


def head_strips(scene: Scene, ending: str, heads: list[Head], caption: str) -> None:
    rows, anyone = rows_of_heads(scene.rows(ending), heads), given_by_others(scene, ending, heads)
    draw_strips(scene, ending, rows, heads, caption, anyone=anyone)


def draw_strips(
    scene: Scene, ending: str, rows: Tensor, heads: list[Head], caption: str, names: list[str] | None = None,
    anyone: list[float | None] | None = None,
) -> None:  # fmt: skip
    """What the word gives to each word, a line a head; ``rows`` (head, word)."""
    words = ordinary(scene.words)
    capture = scene.captures[ending]
    labels = labels_of(capture.query_positions[scene.kind], word_axes(capture, scene.kind)[0])
    view = strips_view(
        labels.picked(words), rows[:, words], heads, query=words.index(scene.looks),
        target=words.index(scene.place(MEANT[ending])), from_others=anyone or [None] * len(heads), caption=caption,
        names=names, fixed=True, **_labels(scene, "strips"),
    )  # fmt: skip
    if clicked := mount(view, "strips").open:
        frame.open_head(*clicked)


def show_connection(scene: Scene) -> None:
    """What a reader connects, drawn as what it is: our own annotation, nothing that a model said."""
    text = scene.captures[ENDINGS[0]].text
    view = connection_picture(text, scene.words, scene.looks, scene.place(MEANT[ENDINGS[0]]), scene.model.name)
    mount(view, "connection")


def small_pictures(scene: Scene, heads: list[Head] | None) -> None:
    """Some heads, or all, as small pictures."""
    maps = choose(scene.captures[ENDINGS[0]], Selection(scene.kind))
    overview = get_overview(maps)
    order = None if heads is None else [layer * maps.n_maps + head for layer, head in heads]
    clicked = mount(model_picture(maps, overview, order=order, is_sorted=heads is not None), "grid")
    if clicked.open:
        frame.open_head(*clicked.open)


def show_briefing(scene: Scene, layer: int) -> None:
    """What a layer hands on to the word that looks: the lengths of all its heads' contributions."""
    try:
        contributions = trace_of(scene.captures[ENDINGS[0]], layer, kind=scene.kind).contributions
    except NotSeenError as error:
        frame.say(error)
        return
    tokens = list(scene.words.groups[scene.looks])
    view = briefing_picture(contributions[:, tokens], layer, scene.it, **_labels(scene, "briefing"))
    mount(view, "briefing")


def _labels(scene: Scene, what: str) -> dict[str, Any]:
    return story_labels(what, scene.model.name, scene.captures[ENDINGS[0]].text)
