"""A head that somebody names as the answer of a task → how right it is, beside the head that is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import attention_between
from mha_viz.errors import InputError
from mha_viz.language import gettext
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
        return gettext("{head}, rank {rank} of {n}", head=head_name(*self.named), rank=self.rank, n=self.n)


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
            gettext(
                "In {model} no head can look from {looks} to {at}: it reads left to right. Choose another model.",
                model=scene.model.short_name,
                looks=quoted(looks),
                at=quoted(at),
            )
        )
    named = _head_named(name, scene, shares)
    rank = 1 + sum(share > shares[named] for share in shares.values())
    return Judged(named, named if rank == 1 else right, rank, len(shares), shares[named], shares[right])


def _head_named(name: str, scene: Scene, shares: dict[Head, float]) -> Head:
    found = NAME.fullmatch(name)
    if found is None:
        raise InputError(
            gettext(
                "{name} names no head: write a layer and a head, such as {example}.",
                name=quoted(cut(name)),
                example=head_name(3, 1),
            )
        )
    head = (int(found[1]), int(found[2]))
    if head not in shares:
        layers, heads = ({one[i] for one in shares} for i in (0, 1))
        raise InputError(
            gettext(
                "{model} has no {head}: its layers are {first_layer} to {last_layer}, its heads {first_head} to "
                "{last_head}.",
                model=scene.model.short_name,
                head=head_name(*head),
                first_layer=min(layers),
                last_layer=max(layers),
                first_head=min(heads),
                last_head=max(heads),
            )
        )
    return head


def judged_sentence(scene: Scene, judged: Judged) -> str:
    """How right the named head is, and which is right, with what the other words give there."""
    looks, at, name = quoted(scene.it), quoted(scene.meant("")), head_name(*judged.named)
    (anyone,) = given_by_others(scene, "", [judged.right])
    others, share = gettext(NOBODY) if anyone is None else in_percent(anyone), in_percent(judged.share)
    if judged.is_right:
        said = gettext(
            "Right: in {head} {looks} gives {at} {share}, more than in any other of {n} heads; the other words give it "
            "{others} on average.",
            head=name, looks=looks, at=at, share=share, n=judged.n, others=others,
        )  # fmt: skip
    else:
        said = gettext(
            "{head} has rank {rank} of {n}: there {looks} gives {at} {share}. Right is {right} with {most}; the other "
            "words give it {others} on average.",
            head=name,
            rank=judged.rank,
            n=judged.n,
            looks=looks,
            at=at,
            share=share,
            right=head_name(*judged.right),
            most=in_percent(judged.most),
            others=others,
        )
    (above,) = scene.best("")[:1]
    if above == judged.right:
        return said
    most = gettext(
        "Most above what the others give it is {head} with {share}.",
        head=head_name(*above), share=in_percent(scene.share("", above)),
    )  # fmt: skip
    return f"{said} {most}"


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
    return gettext(
        "Computed now from the pattern of {model} in this sentence: what {looks} gives {at}, summed over its pieces, "
        "in each of {n} heads.",
        model=scene.model.short_name,
        looks=quoted(scene.it),
        at=quoted(scene.meant("")),
        n=judged.n,
    )
