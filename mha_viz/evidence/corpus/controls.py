"""What heads get that have learned nothing: random weights of several seeds and sizes read a smaller corpus."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from mha_viz.evidence.corpus.passages import Passage, read_once
from mha_viz.evidence.corpus.reading import Run, Scoring, read_corpus
from mha_viz.evidence.corpus.store import Scored
from mha_viz.models.load import random_twin
from mha_viz.models.recipe import Recipe, recipe_of
from mha_viz.objects import Model
from mha_viz.progress import progress_of
from mha_viz.scores.tallies import items_of

# Times as far apart as the architecture draws its weights, one a seed. Far apart, heads rest on a token by chance.
SPREADS = (1.0, 2.5, 5.0, 10.0)
ITEMS = 100  # of each score that the first control reads, where the corpus has them
EVERY, LEAST = 8, 64  # the others read one passage in eight, and at least so many


def read_controls(
    model: Model, passages: Callable[[], Iterable[Passage]], store: sqlite3.Connection, *,
    progress: Callable[[float, str], None] | None = None, whole: bool = False, run: Run = map,
) -> None:  # fmt: skip
    """Random twins of a model read what is enough to know the best of their heads, each kept under its number from 1.

    Parameters
    ----------
    model, passages, store, progress, run
        As for ``read_corpus``.
    whole : bool
        Whether each reads everything, where reading costs little.
    """
    every = progress_of(progress)
    for number, spread in enumerate(SPREADS, 1):
        twin = random_twin(model, seed=number - 1, spread=spread)
        part = every.part((number - 1) / len(SPREADS), number / len(SPREADS))
        own = passages if whole else read_once(partial(_read_by, number, passages))
        recipe = partial(recipe_of, model, number - 1, spread)
        read_corpus(twin, own, store, random=number, progress=part, run=partial(_run_twin, run, recipe))


def _run_twin(
    run: Run, recipe: Callable[[], Recipe], scoring: Scoring, chunks: Iterable[list[Passage]]
) -> Iterable[list[Scored]]:
    """Whoever runs this elsewhere makes the twin anew, of the model."""
    return run(replace(scoring, recipe=recipe), chunks)


def _read_by(number: int, passages: Callable[[], Iterable[Passage]]) -> Iterator[Passage]:
    return enough(passages()) if number == 1 else sample(passages, number)


def enough(passages: Iterable[Passage], least: int = ITEMS) -> Iterator[Passage]:
    """The passages, in order, without copies and those that only have items of scores of which enough were read."""
    n: Counter[object] = Counter()
    for passage in passages:
        items = {} if passage.is_copy else items_in(passage)
        if any(n[score] < least for score in items):
            n.update(items)
            yield passage


def items_in(passage: Passage) -> dict[object, int]:
    """How many items of each score a passage has, as far as its annotation tells; what needs none counts as one."""
    items: dict[object, int] = dict.fromkeys((scope for scope in passage.scopes if scope != "sentence"), 1)
    if passage.ids:
        items["random tokens"] = 1
    if {"sentence", "document"} & set(passage.scopes):
        of_scores = items_of(passage.texts[0], passage.scopes, passage.new_from, with_rules=False)
        items |= {key: len(of_score) for key, of_score in of_scores.items() if of_score}
    return items


def sample(passages: Callable[[], Iterable[Passage]], number: int) -> Iterator[Passage]:
    """One passage in ``EVERY`` of those that are no copies, others for each number; of a small corpus more."""
    step = max(1, min(EVERY, sum(not passage.is_copy for passage in passages()) // LEAST))
    new = (passage for passage in passages() if not passage.is_copy)
    return (passage for i, passage in enumerate(new) if i % step == number % step)
