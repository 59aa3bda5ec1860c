"""What a lesson shows: a model, its sentence with either ending, and the pictures that the steps are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mha_viz.attention.maps import trace_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import word_rows
from mha_viz.attention.word_pairs import above_others, from_others, outstanding_heads, rows_of_heads
from mha_viz.comparison.comparison import by_place
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.inputs.words import Words, find_word, ordinary, word_axes
from mha_viz.lessons.lesson import Lesson, with_ending
from mha_viz.objects import Capture, Head, Model
from mha_viz.playing.work import Work
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
    no_profile: str = ""  # why there is none, where its model's name is known
    work: Work = field(default_factory=Work)
    opens: bool = True  # whether a click on a head leads to its page
    is_school: bool = False  # whether a school class reads it: see ``playing.school``

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
        return everywhere_numbers(self.model.short_name, self.it, self.meant(self.endings[0]), n_layers, n_heads)

    def rows(self, ending: str) -> Tensor:
        """What the word gives to every word: (layer, head, word)."""
        return word_rows(self.captures[ending], self.words, self.words, self.looks, kind=self.kind)

    def place(self, word: str) -> int:
        return find_word(self.words, word)

    def place_of_looks(self, word: str) -> int:
        """The same; the lesson's own word that looks is another one for models that read left to right."""
        return self.looks if word == self.lesson.sentence.looks else self.place(word)

    def best(self, ending: str) -> list[Head]:
        """The heads in which the word looks most at the one that is meant, above what the other words give it."""
        rows, words = self.rows(ending), self.words
        above = above_others(self.captures[ending], words, words, self.looks, rows, kind=self.kind)
        return outstanding_heads(rows, above, self.place(self.meant(ending)), STRIPS)

    def share(self, ending: str, head: Head) -> float:
        """What the word gives to the one that is meant, in one head."""
        return self.rows(ending)[head][self.place(self.meant(ending))].item()


def begin_scene(
    lesson: Lesson, model: Model, profile: Profile | None, no_profile: str, read: Callable[[Model, str], Capture],
    work: Work | None = None, *, opens: bool = True,
) -> Scene:  # fmt: skip
    """What a model makes of the lesson's sentence; ``read`` gives the capture of a text.

    Raises
    ------
    InputError
        If the word that looks is not in the text.
    """
    sentence = lesson.sentence
    first = sentence.endings[0]
    kind = read(model, with_ending(sentence.text, first)).kinds[0]
    text, looks = sentence.for_kind(kind)
    captures = {ending: read(model, with_ending(text, ending)) for ending in sentence.endings}
    words = word_axes(captures[first], kind)[0]
    at = find_word(words, looks)
    return Scene(lesson, model, kind, profile, captures, words, at, no_profile, work or Work(), opens)


def turning_head(scene: Scene) -> dict[str, Any]:
    """The head that turns most from cat to mat when one word is changed: a row of ``head_changes``."""
    first, second = (scene.captures[ending] for ending in scene.endings)
    comparison = scene.work.compare(first, second, (scene.kind, scene.kind))
    to, against = map(scene.meant, scene.endings)
    words = {"looks": scene.lesson.sentence.for_kind(scene.kind)[1], "to": to, "against": against}
    places = {name: comparison.queries.find(word) for name, word in words.items()}
    row: dict[str, Any] = scene.work.changes(comparison, by_place(comparison), **places).iloc[0].to_dict()
    return row


def given_by_others(scene: Scene, ending: str, heads: list[Head]) -> list[float | None]:
    """What the other words give, on average, to the word that is meant, in each of these heads."""
    key = scene.place(scene.meant(ending))
    return from_others(scene.captures[ending], heads, scene.words, scene.words, scene.looks, key, scene.kind)


def strips_of_heads(scene: Scene, ending: str, heads: list[Head], caption: str) -> View:
    """What the word gives to each word, a line a head, with what the other words give to the one that is meant."""
    rows, anyone = rows_of_heads(scene.rows(ending), heads), given_by_others(scene, ending, heads)
    return strips(scene, ending, rows, heads, caption, anyone=anyone)


def strips(
    scene: Scene, ending: str, rows: Tensor, heads: list[Head], caption: str, names: list[str] | None = None,
    anyone: list[float | None] | None = None,
) -> View:  # fmt: skip
    """What the word gives to each word, a line a head; ``rows`` (head, word)."""
    words = ordinary(scene.words)
    target = words.index(scene.place(scene.meant(ending)))
    capture = scene.captures[ending]
    labels = labels_of(capture.query_positions[scene.kind], word_axes(capture, scene.kind)[0])
    return strips_view(
        labels.picked(words), rows[:, words], heads, query=words.index(scene.looks),
        target=target, from_others=anyone or [None] * len(heads), caption=caption,
        names=names, fixed=True, opens=scene.opens, **_labels(scene, "strips"),
    )  # fmt: skip


def connection(lesson: Lesson, read: Capture, kind: str, ending: str | None = None) -> View:
    """What a reader connects, drawn as what it is: our own annotation, nothing that a model said. ``read`` is of the
    sentence with this ending, by default the first.
    """
    words, sentence = word_axes(read, kind)[0], lesson.sentence
    meant_word = sentence.meant[sentence.endings[0] if ending is None else ending]
    looks, meant = (find_word(words, word) for word in (sentence.for_kind(kind)[1], meant_word))
    return connection_picture(read.text, words, looks, meant, read.short_name)


def small_pictures(scene: Scene, heads: list[Head] | None) -> View:
    """Some heads, or all, as small pictures."""
    maps = choose(scene.capture, Selection(scene.kind))
    order = None if heads is None else [layer * maps.n_maps + head for layer, head in heads]
    overview = scene.work.overview(maps)
    return model_picture(maps, overview, order=order, is_sorted=heads is not None, opens=scene.opens)


def briefing(scene: Scene, layer: int) -> View:
    """What a layer hands on to the word that looks: the lengths of all its heads' contributions.

    Raises
    ------
    NotSeenError
        If the model's contributions were not seen.
    """
    contributions = trace_of(scene.capture, layer, kind=scene.kind).contributions
    tokens = list(scene.words.groups[scene.looks])
    return briefing_picture(contributions[:, tokens], layer, scene.it, **_labels(scene, "briefing"))


def _labels(scene: Scene, what: str) -> dict[str, Any]:
    return story_labels(what, scene.model.short_name, scene.capture.text)
