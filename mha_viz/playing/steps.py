"""A step of a lesson → its parts: its text with the numbers of the model, and its pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mha_viz.attention.word_pairs import beside_average
from mha_viz.comparison.distance import against_average
from mha_viz.errors import NotSeenError
from mha_viz.evidence.cards.cards import claim, general_card
from mha_viz.evidence.cards.model_cards import twins_of_head_sentence, twins_sentence
from mha_viz.evidence.cards.school import school_claim
from mha_viz.evidence.specialists import seeming_sentence, specialists
from mha_viz.language import gettext
from mha_viz.lessons.lesson import Step, relations_of
from mha_viz.objects import Head
from mha_viz.playing.inside import against_one, cost, how_many, inside
from mha_viz.playing.mattering import mattering, without
from mha_viz.playing.parts import Drawn, Explore, Heading, Missing, Sentence, Text
from mha_viz.playing.scene import (
    Scene,
    briefing,
    connection,
    given_by_others,
    small_pictures,
    strips,
    strips_of_heads,
    turning_head,
)
from mha_viz.playing.school import evidence_in_school
from mha_viz.playing.seeing import heads_on_a_picture
from mha_viz.playing.several_heads import several_heads
from mha_viz.playing.telling import Parts
from mha_viz.playing.telling import captioned as _caption
from mha_viz.playing.telling import told as _text
from mha_viz.playing.trainings import looking_and_mattering, one_or_several, training
from mha_viz.views.captions.facts import no_profile_sentence
from mha_viz.views.story import average_numbers, checked_on, head_numbers, story_labels, turning_numbers, twins_picture
from mha_viz.wording import head_name


def _connection(scene: Scene, step: Step) -> Parts:
    yield from _text(scene, step.text)
    yield Drawn(connection(scene.lesson, scene.capture, scene.kind), "connection")
    yield from _text(scene, step.notice)
    yield own_sentence_link()


def _best_head(scene: Scene, step: Step) -> Parts:
    return _best_heads(scene, step, 1)


def _best_heads(scene: Scene, step: Step, most: int | None = None) -> Parts:
    ending = scene.endings[0]
    heads = scene.best(ending)[:most]
    share, (anyone,) = scene.share(ending, heads[0]), given_by_others(scene, ending, heads[:1])
    numbers = head_numbers(heads[0], share, anyone)
    yield Drawn(strips_of_heads(scene, ending, heads, _caption(scene, step.text, numbers)), "strips")
    yield from _text(scene, step.notice, numbers)


def _average(scene: Scene, step: Step) -> Parts:
    ending = scene.endings[0]
    layer, head = scene.best(ending)[0]
    both = beside_average(scene.rows(ending)[layer], head)  # of (head, word)
    lost, least = _lost(scene, layer)
    numbers = average_numbers((layer, head), both[:, scene.place(scene.meant(ending))], lost, least)
    text = _caption(scene, step.text, numbers)
    yield Drawn(strips(scene, ending, both, [(layer, head)] * 2, text, names=["", gettext("average")]), "strips")
    yield from _text(scene, step.notice, numbers)


def _lost(scene: Scene, layer: int) -> tuple[float | None, float | None]:
    """How far the layer's output changes with the average of its patterns, and at least with any one; where seen."""
    try:
        lost = against_average(scene.capture, layer, kind=scene.kind)[1]
        return lost, scene.work.least_change(scene.capture, layer, scene.kind)
    except NotSeenError:
        return None, None


def _specialists(scene: Scene, step: Step) -> Parts:
    if scene.profile is None:
        yield Missing(scene.no_profile or no_profile_sentence(scene.model.short_name))
        return
    pairs = relations_of(step.settings).items()
    places = {name: (scene.place_of_looks(looks), scene.place(at)) for name, (looks, at) in pairs}
    # Where words see only what stands before them, the others' relations do not show.
    relations = {name: (looks, at) for name, (looks, at) in places.items() if scene.kind != "decoder" or at < looks}
    experts = specialists(scene.profile.table, scene.capture, scene.kind, relations)
    if not experts:
        yield Missing(gettext("No head of this model does more in general than a simple rule."))
        return
    numbers = {"sentences": checked_on(scene.profile.facts)}
    yield from _text(scene, step.text, numbers)
    yield Drawn(small_pictures(scene, [(expert.layer, expert.head) for expert in experts]), "grid")
    for expert in experts:
        yield Sentence(expert.in_school if scene.is_school else expert.sentence)
    if seeming := seeming_sentence(scene.profile.table, school_claim if scene.is_school else claim):
        yield Sentence(seeming)
    layers = [expert.layer for expert in experts]
    try:
        yield Drawn(briefing(scene, max(layers, key=layers.count)), "briefing")
    except NotSeenError as error:
        yield Missing(str(error))
    yield from _text(scene, step.notice, numbers)


def _endings(scene: Scene, step: Step) -> Parts:
    return with_endings(scene, step, scene.endings)


def with_endings(scene: Scene, step: Step, endings: Sequence[str]) -> Parts:
    """The head that turns most, with one ending of the sentence or with several."""
    row = turning_head(scene)
    numbers = turning_numbers(row, scene.meant(scene.endings[1]), scene.endings)
    text, head = _caption(scene, step.text, numbers), (row["layer"], row["head"])
    for i, ending in enumerate(endings):
        yield Drawn(strips_of_heads(scene, ending, [head], "" if i else text), f"strips{i or ''}")
    yield from _text(scene, step.notice, numbers)


def _evidence(scene: Scene, step: Step) -> Parts:
    row = turning_head(scene)
    layer, head = row["layer"], row["head"]
    asked = (
        gettext("Is {head} a head that finds who is meant?", head=head_name(layer, head))
        if scene.is_school
        else gettext("Is {head} a head that finds antecedents?", head=head_name(layer, head))
    )
    yield Heading(asked)
    yield from _text(scene, step.text)
    yield from _in_general(scene, (layer, head))
    yield from mattering(scene)
    yield from _text(scene, step.notice)


def _in_general(scene: Scene, head: Head) -> Parts:
    """What many sentences say of a head that was met in one."""
    model = scene.model.short_name
    if scene.profile is None:
        why = scene.no_profile or gettext("There is no profile of {model}.", model=model)
        told = gettext("One sentence cannot tell.")
        yield Missing(f"{why} {told}")
        return
    table = scene.profile.table
    if picture := twins_picture(table, head, **story_labels("evidence", model, scene.capture.text)):
        yield Drawn(picture, "evidence")
    if scene.is_school:
        yield from evidence_in_school(table, model, *head)
        return
    yield Sentence(twins_sentence(table, model, scene.profile.facts))
    yield Sentence(twins_of_head_sentence(table, *head))
    yield Text(gettext("**In general, over a whole corpus:**"))
    card = general_card(table, *head)
    yield from (Sentence(sentence) for _, sentence in card.lines)
    yield Sentence(card.ending)


def _what_if(scene: Scene, step: Step) -> Parts:
    head = scene.best(scene.endings[0])[0]
    numbers = head_numbers(head, scene.share(scene.endings[0], head), None)
    yield from _text(scene, step.text, numbers)
    yield from without(scene, head)
    yield from mattering(scene)
    yield from _text(scene, step.notice, numbers)


def _all_heads(scene: Scene, step: Step) -> Parts:
    yield from _text(scene, step.text)
    yield Drawn(small_pictures(scene, None), "grid")
    yield from _text(scene, step.notice)


def _own_sentence(scene: Scene, step: Step) -> Parts:
    yield from _text(scene, step.text)
    yield own_sentence_link()
    yield from _text(scene, step.notice)


def _explore(scene: Scene, step: Step) -> Parts:
    """A way to a view of the page Explore, with the lesson's sentence and its head."""
    yield from _text(scene, step.text)
    more = {key: said for key, said in step.settings.items() if key != "label"}
    label = step.settings.get("label", gettext("Look at it"))
    yield Explore(label, "", ":material/search:", scene.best(scene.endings[0])[0], scene.capture.text, more)
    yield from _text(scene, step.notice)


def _nothing(scene: Scene, step: Step) -> Parts:
    yield from _text(scene, step.text)
    yield from _text(scene, step.notice)


def own_sentence_link() -> Explore:
    """The way to a sentence of one's own."""
    return Explore(gettext("Your own sentence"), "From → to", ":material/edit:")


PARTS: dict[str, Callable[[Scene, Step], Parts]] = {
    "connection": _connection, "best head": _best_head, "best heads": _best_heads, "average": _average,
    "specialists": _specialists, "endings": _endings, "evidence": _evidence, "what if": _what_if,
    "several heads": several_heads, "all heads": _all_heads, "own sentence": _own_sentence, "explore": _explore,
    "inside": inside, "many against one": against_one, "how many heads": how_many, "training": training,
    "one head or several": one_or_several, "cost": cost, "looking and mattering": looking_and_mattering,
    "heads on a picture": heads_on_a_picture, "nothing": _nothing,
}  # fmt: skip
