"""A head that somebody names as the answer of a task → how right it is, beside the head that is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import attention_between
from mha_viz.errors import InputError
from mha_viz.lessons.lesson import Lesson, Sentence, Task
from mha_viz.objects import Head
from mha_viz.outside import cut
from mha_viz.playing.scene import Scene, given_by_others, strips_of_heads
from mha_viz.views.grid import model_picture
from mha_viz.views.story import NOBODY
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, quoted

NAME = re.compile(r"\s*L?\s*(\d{1,4})\s*[ ,.]?\s*H?\s*(\d{1,4})\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Judged:
    """Heads as what they are worth as an answer: ``rank`` of the named one, from 1, among ``n``; heads that give as
    much have the same.
    """

    named: Head
    right: Head
    rank: int
    n: int
    share: float
    most: float

    @property
    def is_right(self) -> bool:
        return self.rank == 1

    @property
    def in_short(self) -> str:
        """For a list of answers.

        >>> Judged((3, 1), (5, 2), 4, 72, 0.31, 0.49).in_short
        'L3 H1, rank 4 of 72'
        """
        return f"{head_name(*self.named)}, rank {self.rank} of {self.n}"


def of_task(lesson: Lesson, task: Task) -> Lesson:
    """The lesson with the task's sentence as its own, so that its scene can be begun."""
    return replace(lesson, sentence=Sentence(task.text, task.looks, {"": task.at}))


def judge(scene: Scene, name: str) -> Judged:
    """How much the word gives the other one in the head that somebody names: ``L3 H1``, ``l3h1`` or ``3 1``.

    Raises
    ------
    InputError
        If that is no head, or none that this model has, or no head can look there.
    """
    looks, at = scene.lesson.sentence.looks, scene.meant("")
    table = attention_between(scene.capture, looks, at, kind=scene.kind)
    shares = {(int(row.layer), int(row.head)): row.attention for row in table.itertuples(index=False)}
    right = next(iter(shares))
    if not shares[right]:
        raise InputError(
            f"In {scene.model.name} no head can look from {quoted(looks)} to {quoted(at)}: it reads left to right. "
            "Choose another model."
        )
    named = _head_named(name, scene, shares)
    rank = 1 + sum(share > shares[named] for share in shares.values())
    return Judged(named, named if rank == 1 else right, rank, len(shares), shares[named], shares[right])


def _head_named(name: str, scene: Scene, shares: dict[Head, float]) -> Head:
    found = NAME.fullmatch(name)
    if found is None:
        raise InputError(f"{quoted(cut(name))} names no head: write a layer and a head, such as {head_name(3, 1)}.")
    head = (int(found[1]), int(found[2]))
    if head not in shares:
        layers, heads = ({one[i] for one in shares} for i in (0, 1))
        raise InputError(
            f"{scene.model.name} has no {head_name(*head)}: its layers are {min(layers)} to {max(layers)}, its heads "
            f"{min(heads)} to {max(heads)}."
        )
    return head


def judged_sentence(scene: Scene, judged: Judged) -> str:
    """How right the named head is, and which is right, with what the other words give there."""
    looks, at, name = quoted(scene.it), quoted(scene.meant("")), head_name(*judged.named)
    (anyone,) = given_by_others(scene, "", [judged.right])
    beside = f"the other words give it {NOBODY if anyone is None else in_percent(anyone)} on average"
    (above,) = scene.best("")[:1]
    if above != judged.right:
        beside += (
            f". Most above what the others give it is {head_name(*above)} with {in_percent(scene.share('', above))}"
        )
    if judged.is_right:
        return (
            f"Right: in {name} {looks} gives {at} {in_percent(judged.share)}, more than in any other of {judged.n} "
            f"heads; {beside}."
        )
    return (
        f"{name} has rank {judged.rank} of {judged.n}: there {looks} gives {at} {in_percent(judged.share)}. Right is "
        f"{head_name(*judged.right)} with {in_percent(judged.most)}; {beside}."
    )


def judged_strips(scene: Scene, judged: Judged) -> View:
    """What the word gives to every word, in the head that was named and in the right one."""
    heads = list(dict.fromkeys((judged.named, judged.right)))
    return strips_of_heads(scene, "", heads, judged_sentence(scene, judged))


def every_head(scene: Scene, named: Head | None) -> View:
    """All heads on the task's sentence, small, so that one can be named by a click."""
    maps = choose(scene.capture, Selection(scene.kind))
    return model_picture(maps, scene.work.overview(maps), chosen=named, does="name")


def source_sentence(scene: Scene, judged: Judged) -> str:
    """Where the numbers come from."""
    gives = f"{quoted(scene.it)} gives {quoted(scene.meant(''))}"
    return (
        f"Computed now from the pattern of {scene.model.name} in this sentence: what {gives}, summed over its pieces, "
        f"in each of {judged.n} heads."
    )
