"""The last answer of the step on evidence: does the head that looks at the cat matter? It is taken out here."""

from __future__ import annotations

from collections.abc import Iterator

from mha_viz.comparison.asks import NextWord, Vectors
from mha_viz.comparison.trials import Asks, Trial, asks_of
from mha_viz.errors import MhaVizError
from mha_viz.evidence.importance.set_control import control_sentence
from mha_viz.language import gettext
from mha_viz.objects import Head
from mha_viz.playing.parts import Drawn, Explore, Missing, Part, Sentence, Text
from mha_viz.playing.scene import Scene
from mha_viz.playing.school import mattering_in_school, rank_sentence
from mha_viz.training.findings import mattering_sentence
from mha_viz.training.train import NAME
from mha_viz.views.changes.effect import effect_facts, effect_picture, effect_sentence
from mha_viz.views.story import turned_sentence
from mha_viz.wording import head_name


def mattering(scene: Scene) -> Iterator[Part]:
    """What the model says without the head, beside the same with other heads; then the model that we trained."""
    capture, head = scene.capture, scene.best(scene.endings[0])[0]
    yield Text(
        gettext("**Does looking matter?** {head} looks at the {meant}. What if it were gone?"),
        {"head": head_name(*head), "meant": scene.meant(scene.endings[0])},
    )
    try:
        yield Sentence(_without(scene, Trial((head,), scene.kind)))
    except MhaVizError as error:
        yield Missing(str(error))
    say = mattering_in_school if scene.is_school else mattering_sentence
    found = say(scene.work.classroom_heads())
    yield Sentence(gettext("In {model}, the small model that we trained: {found}", model=NAME, found=found))
    yield Explore(gettext("What if it were gone?"), "What if", ":material/content_cut:", head, capture.text)


def without(scene: Scene, head: Head) -> Iterator[Part]:
    """What the model puts out with the head and without it."""
    model, capture, trial = scene.model, scene.capture, Trial((head,), scene.kind)
    try:
        ask = Asks.next_word if Asks.next_word in asks_of(model, capture) else Asks.vectors
        table = scene.work.effect(model, capture, trial, NextWord() if ask == Asks.next_word else Vectors())
        yield Drawn(effect_picture(table, trial, ask, effect_facts(capture, trial, ask, table)), "effect_picture")
    except MhaVizError as error:
        yield Missing(str(error))


def _without(scene: Scene, trial: Trial) -> str:
    model, capture, (head,) = scene.model, scene.capture, trial.heads
    predicts = Asks.next_word in asks_of(model, capture)
    ask = NextWord() if predicts else Vectors()
    table = scene.work.effect(model, capture, trial, ask)
    control = scene.work.control(model, capture, trial, ask)
    if scene.is_school:
        said = effect_sentence(table, trial, Asks.next_word) if predicts else ""
        return f"{said} {rank_sentence(control)}".strip()
    said = effect_sentence(table, trial, Asks.next_word) if predicts else turned_sentence(table, head, scene.it)
    return f"{said} {control_sentence(control)}"
