"""A published claim, as data: what the paper says and prints, how it is measured again, and what decides."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mha_viz.models.entries import TEXT
from mha_viz.objects import Model

Numbers = Mapping[str, Sequence[float]]  # what one text gave, by name
Measured = Mapping[str, Sequence[Numbers]]  # the same of all texts of a kind, in their order


@dataclass(frozen=True)
class Printed:
    """A number of the paper: of which of its models, in which table or section.

    ``hub_ids`` name the very model, as far as it is public. ``is_least`` says that the paper only says "more than".
    """

    value: float
    model: str
    where: str
    hub_ids: tuple[str, ...] = ()
    is_least: bool = False


@dataclass(frozen=True)
class Statement:
    """One thing that a claim says of a model, as a number that decides.

    It holds where the whole 95 % interval of the number is above ``bar``, and above what random weights reach; its
    opposite is established where the interval is wholly below. ``rule`` says in words what the bar is, and whose.
    ``deviations`` are what is done otherwise than in the paper; where there are none, numbers may be compared.
    """

    name: str
    said: str
    number: str
    unit: str
    bar: float
    rule: str
    printed: tuple[Printed, ...] = ()
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval over ``n`` texts; ``why_not`` says why there is none, ``note`` what else is to be
    said of it."""

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    why_not: str = ""
    note: str = ""


@dataclass(frozen=True)
class Material:
    """One text as a model reads it: its ids, or one or two texts. ``kind`` is what it is an example of."""

    kind: str
    ids: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A published claim and how it is measured again.

    ``why_not`` gives the reason why a model cannot be asked at all, "" where it can. ``make`` makes what is read, from
    a file of somebody's or from what comes with the project; ``measure`` reads one piece of it; ``estimate`` puts all
    of them together, a number a statement. ``rules`` is raised when any of the three changes, so that nothing that was
    kept by older ones is taken. ``model`` is the catalogue model that it is asked of by default, ``minutes`` how long
    a core computes for that, random weights included, where nobody has measured it. ``reads`` says what its models read
    (text, pictures, sound or chemical reactions), ``score`` which head score shows the heads that it is about.
    """

    name: str
    title: str
    source: str
    models: str
    data: str
    model: str
    minutes: float
    statements: tuple[Statement, ...]
    why_not: Callable[[Model], str]
    make: Callable[[Model, str | None], Sequence[Material]]
    measure: Callable[[Model, Material], Numbers]
    estimate: Callable[[Model, Measured], Mapping[str, Estimate]]
    reads_file: bool = True
    rules: int = 1
    reads: str = TEXT
    score: str = ""
