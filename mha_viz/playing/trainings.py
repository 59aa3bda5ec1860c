"""The steps that show a training that comes with the app: a head before, after and all along; one head or several."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from mha_viz.language import N_, gettext, whole
from mha_viz.lessons.lesson import Step
from mha_viz.objects import Head
from mha_viz.paths import app_folder
from mha_viz.playing.parts import Drawn, Missing, Sentence
from mha_viz.playing.scene import Scene
from mha_viz.playing.school import mattering_in_school
from mha_viz.playing.telling import Parts, told
from mha_viz.training.findings import at_the_end, mattering_note, mattering_sentence, models_sentence, what_is_lost
from mha_viz.training.records import Record, load_record
from mha_viz.views.training import (
    INDUCTION,
    PREVIOUS,
    TWINS,
    best_head,
    fall_sentence,
    followed_in,
    moment_sentence,
    pattern_picture,
)
from mha_viz.views.training_bars import counts_picture, course_picture, mattering_picture, share_at
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, safe_name

FOLDERS = {N_("next words"): "classroom", N_("repeated words"): "induction"}
FOLLOWED = {"the right noun": TWINS, "the previous word": PREVIOUS, "what followed before": INDUCTION}
MORE = 4  # heads that one head is held against


@lru_cache(maxsize=2)
def record_of(of: str) -> Record:
    """The record of a training by what it learns: of ``FOLDERS``."""
    return load_record(app_folder() / "assets" / FOLDERS[of])


def training(scene: Scene, step: Step) -> Parts:
    """What the model can do at a moment, and what one head does: the one that does most of it in the end."""
    of, when = step.settings.get("of", "next words"), step.settings.get("when", "after")
    record = record_of(of)
    score = FOLLOWED[step.settings.get("head", "the right noun")]
    if score not in followed_in(record.snapshots[-1].table):
        yield Missing(gettext("In the training on {what}, this was not measured.", what=gettext(of)))
        return
    head = best_head(record.snapshots[-1], score)
    first, last = (share_at(record, record.steps[end], score, head) for end in (0, -1))
    numbers = {
        "head": head_name(*head), "layer": str(head[0]), "before": in_percent(first), "after": in_percent(last),
        "steps": whole(record.steps[-1]),
    }  # fmt: skip
    yield from told(scene, step.text, numbers)
    if when != "all along" and not scene.is_school:  # it has intervals; the step's text has the numbers
        yield Sentence(moment_sentence(record.at(record.steps[0 if when == "before" else -1]), score, head))
    yield Drawn(_drawn(record, score, head, when), "training_picture")
    if when == "all along" and of == "repeated words" and not scene.is_school:  # it is about a loss in nats
        yield Sentence(fall_sentence(record))
    yield from told(scene, step.notice, numbers)


def _drawn(record: Record, score: str, head: Head, when: str) -> View:
    if when == "all along":
        title = gettext("{head} in training", head=head_name(*head))
        return course_picture(
            record, score, head, title=title, facts=[], file_name=safe_name(f"{head_name(*head)} in training")
        )
    at = record.steps[0 if when == "before" else -1]
    return pattern_picture(record, at, 0, head, {"step": at, "unit": gettext("attention")})


def one_or_several(scene: Scene, step: Step) -> Parts:
    """Models with one head a layer and with several of the same parameters."""
    yield from told(scene, step.text)
    ends = at_the_end(pd.read_parquet(app_folder() / "assets" / "classroom" / "head_counts.parquet"))
    yield Sentence(models_sentence(ends))
    title = gettext("One head or several")
    yield Drawn(counts_picture(ends, title=title, facts=[], file_name="One-head-or-several"), "counts")
    yield Sentence(what_is_lost(ends, MORE)[0])
    yield from told(scene, step.notice)


def looking_and_mattering(scene: Scene, step: Step) -> Parts:
    """The heads of the model that we trained: what each looks at, and what is lost without it."""
    yield from told(scene, step.text)
    table, title = scene.work.classroom_heads(), gettext("Looking and mattering")
    note, say = ("", mattering_in_school) if scene.is_school else (mattering_note(table), mattering_sentence)
    yield Drawn(mattering_picture(table, note, title=title, facts=[], file_name="Looking-and-mattering"), "mattering")
    yield Sentence(say(table))
    yield from told(scene, step.notice)
