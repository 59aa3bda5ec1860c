"""The steps that show a head from the inside: one step of what it computes, its layer against one pattern, how many."""

from __future__ import annotations

from functools import partial

import pandas as pd

from mha_viz.attention.maps import call_at, trace_of
from mha_viz.attention.steps import HeadSteps
from mha_viz.comparison.distance import against_average
from mha_viz.errors import MhaVizError
from mha_viz.lessons.lesson import Step
from mha_viz.paths import app_folder
from mha_viz.playing.parts import Drawn, Missing
from mha_viz.playing.scene import Scene, given_by_others
from mha_viz.playing.telling import Parts, told
from mha_viz.recording.watching.entering import token_vectors
from mha_viz.views.head_totals import totals_picture
from mha_viz.views.inside.many_heads import average_picture, cost_picture, distances_picture
from mha_viz.views.inside.steps import STEPS, step_picture
from mha_viz.views.story import head_numbers, story_labels

FIRST = "Softmax"


def inside(scene: Scene, step: Step) -> Parts:
    """One step of the head that stands out most, for the word that looks; of several tokens the last."""
    ending = scene.endings[0]
    layer, head = scene.best(ending)[0]
    (anyone,) = given_by_others(scene, ending, [(layer, head)])
    numbers = head_numbers((layer, head), scene.share(ending, (layer, head)), anyone)
    yield from told(scene, step.text, numbers)
    number = [name for name, _ in STEPS].index(step.settings.get("step", FIRST))
    row = scene.words.groups[scene.looks][-1]
    get_vectors = partial(token_vectors, scene.model, scene.capture, layer, kind=scene.kind)
    try:
        call, trace = call_at(scene.capture, layer, scene.kind), trace_of(scene.capture, layer, kind=scene.kind)
        steps = HeadSteps(scene.capture, call, trace, head, row, get_vectors)
        yield Drawn(step_picture(steps, number, STEPS[number][1](steps)), "inside")
    except MhaVizError as error:
        yield Missing(str(error))
    yield from told(scene, step.notice, numbers)


def against_one(scene: Scene, step: Step) -> Parts:
    """The patterns of a layer beside their average, and how far each is from it."""
    layer, _ = scene.best(scene.endings[0])[0]
    numbers = {"layer": str(layer)}
    yield from told(scene, step.text, numbers)
    try:
        table, change = against_average(scene.capture, layer, kind=scene.kind)
        least = scene.work.least_change(scene.capture, layer, scene.kind)
        yield Drawn(average_picture(scene.capture, layer, scene.kind), "grid")
        if not scene.is_school:  # distances are in bits
            yield Drawn(distances_picture(table, change, least), "distances")
    except MhaVizError as error:
        yield Missing(str(error))
    yield from told(scene, step.notice, numbers)


def cost(scene: Scene, step: Step) -> Parts:
    """What several heads cost against one of the full width, as it was measured once (``heads_cost``)."""
    yield from told(scene, step.text)
    costs = pd.read_csv(app_folder() / "assets" / "heads_cost.csv")
    yield Drawn(
        cost_picture(costs, **story_labels("what heads cost", scene.model.short_name, scene.capture.text)), "cost"
    )
    yield from told(scene, step.notice)


def how_many(scene: Scene, step: Step) -> Parts:
    """The model's heads beside those of models that many people know."""
    yield from told(scene, step.text)
    n_layers, n_heads, _ = scene.rows(scene.endings[0]).shape
    labels = story_labels("how many heads", scene.model.short_name, scene.capture.text)
    yield Drawn(totals_picture(scene.model.short_name, n_layers, n_heads, **labels), "totals")
    yield from told(scene, step.notice)
