"""What the story shows: a model, its sentence with either ending, and the pictures that the steps are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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
from mha_viz.lessons.lesson import Lesson, with_ending
from mha_viz.models.catalogue import DEFAULT
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
from mha_viz.views.story import briefing_picture, connection_picture, everywhere_numbers, story_labels
from mha_viz.views.strips import STRIPS, strips_view
from mha_viz.views.view import View

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Scene:
    """What the steps show: one model, the lesson's sentence with each ending, and who looks."""

    lesson: Lesson
    model: Model
    kind: str
    profile: Profile | None
    captures: dict[str, Capture]  # by ending
    words: Words
    looks: int

    @property
    def it(self) -> str:
        return self.words.positions.labels[self.looks]

    @property
    def endings(self) -> tuple[str, ...]:
        return self.lesson.sentence.endings

    @property
    def capture(self) -> Capture:
        """Of the sentence with its first ending, or the only one."""
        return self.captures[self.endings[0]]

    def meant(self, ending: str) -> str:
        """The word that is meant, with this ending."""
        return self.lesson.sentence.meant[ending]

    @cached_property
    def numbers(self) -> dict[str, str]:
        """What every text of the lesson may name."""
        n_layers, n_heads, _ = self.rows(self.endings[0]).shape
        return everywhere_numbers(self.model.name, self.it, self.meant(self.endings[0]), n_layers, n_heads)

    def rows(self, ending: str) -> Tensor:
        """What the word gives to every word: (layer, head, word)."""
        return word_rows(self.captures[ending], self.words, self.words, self.looks, kind=self.kind)

    def place(self, word: str) -> int:
        return find_word(self.words, word)

    def best(self, ending: str) -> list[Head]:
        """The heads in which the word looks most at the one that is meant, above what the other words give it."""
        rows, words = self.rows(ending), self.words
        above = above_others(self.captures[ending], words, words, self.looks, rows, kind=self.kind)
        return outstanding_heads(rows, above, self.place(self.meant(ending)), STRIPS)

    def share(self, ending: str, head: Head) -> float:
        """What the word gives to the one that is meant, in one head."""
        return self.rows(ending)[head][self.place(self.meant(ending))].item()


def begin_story(lesson: Lesson) -> Scene:
    """The model, and what it makes of the lesson's sentence. Stops the page with a sentence where it cannot."""
    say_what_is_missing()
    link.share()
    model = get_model(setting(Settings.model).strip())
    sentence = lesson.sentence
    first = sentence.endings[0]
    kind = get_capture(model, with_ending(sentence.text, first)).kinds[0]
    text, looks = sentence.for_kind(kind)
    captures = {ending: get_capture(model, with_ending(text, ending)) for ending in sentence.endings}
    words = word_axes(captures[first], kind)[0]
    return Scene(lesson, model, kind, get_profile(model), captures, words, find_word(words, looks))


def choose_model(lesson: Lesson) -> None:
    """The menu of models; another one tells its own story. The lesson proposes one."""
    propose_model(lesson.model or DEFAULT)
    name = setting(Settings.model)
    names = [*model_names(), *([] if name in model_names() else [name])]
    st.selectbox("Model", names, key=Settings.model.key, accept_new_options=takes_other_models(), width=170)


def turning_head(scene: Scene) -> dict[str, Any]:
    """The head that turns most from cat to mat when one word is changed: a row of ``head_changes``."""
    first, second = (scene.captures[ending] for ending in scene.endings)
    comparison = get_comparison(first, second, (scene.kind, scene.kind))
    to, against = map(scene.meant, scene.endings)
    words = {"looks": scene.lesson.sentence.for_kind(scene.kind)[1], "to": to, "against": against}
    places = {name: comparison.queries.find(word) for name, word in words.items()}
    row: dict[str, Any] = get_changes(comparison, by_place(comparison), **places).iloc[0].to_dict()
    return row


def given_by_others(scene: Scene, ending: str, heads: list[Head]) -> list[float | None]:
    """What the other words give, on average, to the word that is meant, in each of these heads."""
    key = scene.place(scene.meant(ending))
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
    target = words.index(scene.place(scene.meant(ending)))
    capture = scene.captures[ending]
    labels = labels_of(capture.query_positions[scene.kind], word_axes(capture, scene.kind)[0])
    view = strips_view(
        labels.picked(words), rows[:, words], heads, query=words.index(scene.looks),
        target=target, from_others=anyone or [None] * len(heads), caption=caption,
        names=names, fixed=True, **_labels(scene, "strips"),
    )  # fmt: skip
    if clicked := mount(view, "strips").open:
        frame.open_head(*clicked)


def connection(lesson: Lesson, read: Capture, kind: str) -> View:
    """What a reader connects, drawn as what it is: our own annotation, nothing that a model said."""
    words, sentence = word_axes(read, kind)[0], lesson.sentence
    looks, meant = (
        find_word(words, word) for word in (sentence.for_kind(kind)[1], sentence.meant[sentence.endings[0]])
    )
    return connection_picture(read.text, words, looks, meant, read.model_name)


def show_connection(scene: Scene) -> None:
    """The picture of what a reader connects."""
    mount(connection(scene.lesson, scene.capture, scene.kind), "connection")


def small_pictures(scene: Scene, heads: list[Head] | None) -> None:
    """Some heads, or all, as small pictures."""
    maps = choose(scene.capture, Selection(scene.kind))
    overview = get_overview(maps)
    order = None if heads is None else [layer * maps.n_maps + head for layer, head in heads]
    clicked = mount(model_picture(maps, overview, order=order, is_sorted=heads is not None), "grid")
    if clicked.open:
        frame.open_head(*clicked.open)


def show_briefing(scene: Scene, layer: int) -> None:
    """What a layer hands on to the word that looks: the lengths of all its heads' contributions."""
    try:
        contributions = trace_of(scene.capture, layer, kind=scene.kind).contributions
    except NotSeenError as error:
        frame.say(error)
        return
    tokens = list(scene.words.groups[scene.looks])
    view = briefing_picture(contributions[:, tokens], layer, scene.it, **_labels(scene, "briefing"))
    mount(view, "briefing")


def _labels(scene: Scene, what: str) -> dict[str, Any]:
    return story_labels(what, scene.model.name, scene.capture.text)
