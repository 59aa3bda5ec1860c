"""The effect of some heads beside that of others: the other heads of a layer, or random sets of the same layers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

import torch

from mha_viz.errors import InputError
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.objects import Capture, Head
from mha_viz.progress import Report, progress_of
from mha_viz.wording import with_minus

DRAWS = 20  # random sets, at least
Other = TypeVar("Other")  # heads, or a change of them


@dataclass(frozen=True)
class Control:
    """What others do in place of the heads that were changed. ``z`` is the distance of their effect from the mean, in
    standard deviations of the others; ``rank`` 1 says that none of them has a larger effect, of either sign.
    """

    of: str  # what the others are
    n: int
    mean: float
    deviation: float
    z: float
    rank: int

    def as_dict(self) -> dict[str, object]:
        return {name: None if value != value else value for name, value in asdict(self).items()}


def others_of(
    capture: Capture, kind: str, heads: Sequence[Head], *, draws: int = DRAWS, seed: int = 0
) -> tuple[str, list[tuple[Head, ...]]]:
    """What a set of heads is held against: for one head the others of its layer, for several random sets of as many
    heads of the same layers.

    Raises
    ------
    InputError
        If fewer than 20 random sets are asked for, or there are no others.
    """
    if draws < DRAWS:
        raise InputError(f"Give at least {DRAWS} random sets, not {draws}.")
    there = {call.layer: call.heads for call in capture.calls_of(kind)}
    if len(heads) == 1:
        layer, head = heads[0]
        others: list[tuple[Head, ...]] = [((layer, other),) for other in there[layer] if other != head]
        return N_("the other heads of its layer"), others
    wanted, chance = Counter(layer for layer, _ in heads), random.Random(seed)  # noqa: S311 - no secret
    sets: list[tuple[Head, ...]] = []
    for _ in range(draws * 50):
        one = tuple((layer, head) for layer, n in wanted.items() for head in sorted(chance.sample(there[layer], n)))
        if set(one) != set(heads) and len(sets) < draws:
            sets.append(one)
    if not sets:
        raise InputError(lazy_gettext("These are all heads of their layers: there are no others to hold them against."))
    return N_("random sets of as many heads of the same layers"), sets


def control_of(
    effect: float, of: str, others: Sequence[Other], effect_of: Callable[[Other], float],
    progress: Report | None = None,
) -> Control:  # fmt: skip
    """An effect beside those of others; nan where fewer than two others have a spread."""
    report, found = progress_of(progress), []
    for i, other in enumerate(others):
        report(i / len(others), "changing other heads")
        found.append(effect_of(other))
    report(1.0)
    values = torch.tensor(found, dtype=torch.float64)
    mean = values.mean().item() if found else float("nan")
    deviation = values.std().item() if len(found) > 1 else float("nan")
    z = (effect - mean) / deviation if deviation > 0 else float("nan")
    return Control(of, len(found), mean, deviation, z, 1 + sum(abs(value) > abs(effect) for value in found))


def control_sentence(control: Control) -> str:
    """What others do in place of the heads that were changed, in a sentence."""
    if not control.n:
        return gettext("There are no others to hold it against.")
    larger = control.rank - 1
    told = {"n": control.n, "others": gettext(control.of), "larger": larger}
    if control.z != control.z:
        return gettext("Beside {n} others ({others}): {larger} with a larger effect.", **told)
    z = round(control.z, 1) + 0.0  # never "−0.0"
    return gettext(
        "Beside {n} others ({others}): {larger} with a larger effect, {z} standard deviations from their mean {mean}.",
        **told,
        z=with_minus(f"{z:+.1f}"),
        mean=with_minus(f"{control.mean:+.4f}"),
    )
