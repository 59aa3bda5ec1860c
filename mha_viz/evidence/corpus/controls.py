"""What heads get that have learned nothing: random weights, and the model's own in random places, read a small corpus.

How far apart weights have to be for heads to rest on a token by chance is not known beforehand, but those of the model
itself in random places are as far apart as it is. If it has learned nothing either, its best head exceeds the best of
``SHUFFLED`` such networks in one of ``SHUFFLED`` + 1 cases.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain, islice

from mha_viz.evidence.corpus.passages import SELECT, Passage, read_once
from mha_viz.evidence.corpus.reading import Run, Scoring, read_corpus
from mha_viz.evidence.corpus.store import Scored, names_kept
from mha_viz.models.load import random_twin
from mha_viz.models.recipe import Recipe, recipe_of
from mha_viz.models.shuffled import shuffled_twins
from mha_viz.objects import Model
from mha_viz.progress import Progress, progress_of
from mha_viz.scores.counting import Tally
from mha_viz.scores.families.twins import TWINS
from mha_viz.scores.table import ScoreKey
from mha_viz.scores.tallies import items_of

# Times as far apart as the architecture draws its weights, one a seed. Far apart, heads rest on a token by chance.
SPREADS = (1.0, 2.5, 5.0, 10.0)
ITEMS = 100  # of each score that the first control reads, where the corpus has them
EVERY, LEAST = 8, 64  # the others read one sentence in eight, and at least so many
FEW_AND_LONG = (("document",), (TWINS,))  # scopes of passages of which they read what is enough
SHUFFLED = 19  # networks of the model's own numbers: the best of them is exceeded by chance in 5 % of cases
LEAST_SHUFFLED = 16  # passages that each of them reads, where there are so many, and fewer than twice as many
AGAINST_CHANCE = ("positional", "sinks")  # families that no rule competes with, but an even choice alone
N_PARTS = len(SPREADS) + 1  # of the work, as progress tells it


def controls_told() -> list[dict[str, float]]:
    """Which networks the control of a score is the best head of, as a profile tells it."""
    return [*({"seed": seed, "spread": spread} for seed, spread in enumerate(SPREADS)), {"shuffled": SHUFFLED}]


def read_controls(
    model: Model, passages: Callable[[], Iterable[Passage]], store: sqlite3.Connection, *,
    progress: Callable[[float, str], None] | None = None, whole: bool = False, run: Run = map,
) -> None:  # fmt: skip
    """Random twins of a model read what is enough to know the best of their heads, each kept under its number from 1;
    then networks of its own numbers in random places, of which those scores count that only an even choice competes
    with (``AGAINST_CHANCE``): the others have rules that random weights do not reach.

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
        part = every.part((number - 1) / N_PARTS, number / N_PARTS)
        own = passages if whole else read_once(partial(_read_by, number, passages))
        recipe = partial(recipe_of, model, number - 1, spread)
        read_corpus(twin, own, store, random=number, progress=part, run=partial(_run_twin, run, recipe))
    _read_shuffled(model, passages, store, every.part(len(SPREADS) / N_PARTS, 1.0))


def _read_shuffled(
    model: Model, passages: Callable[[], Iterable[Passage]], store: sqlite3.Connection, progress: Progress
) -> None:
    """Here, wherever the others read: it is little, and elsewhere each of them would have to be made of the model."""
    of_each, done = samples(passages), names_kept(store, random=len(SPREADS) + SHUFFLED)
    if not of_each[-1] or done >= {passage.name for passage in of_each[-1]}:
        progress(1.0, "")
        return
    for i, twin in enumerate(shuffled_twins(model, SHUFFLED)):
        part = progress.part(i / SHUFFLED, (i + 1) / SHUFFLED)
        read_corpus(
            twin, partial(iter, of_each[i]), store, random=len(SPREADS) + i + 1, progress=part, run=against_chance
        )


def against_chance(scoring: Scoring, chunks: Iterable[list[Passage]]) -> Iterator[list[Scored]]:
    """What ``map`` gives, of the scores alone that only an even choice competes with."""
    for scored in map(scoring, chunks):
        yield [(passage, _of_families(tallies), left_out) for passage, tallies, left_out in scored]


def _of_families(tallies: Mapping[ScoreKey, Tally]) -> dict[ScoreKey, Tally]:
    return {key: tally for key, tally in tallies.items() if key[0] in AGAINST_CHANCE}


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
    """What each of the others reads of the passages that are no copies, other ones for each number.

    Of sentences one in ``EVERY``, of few of them more. Documents and twins have their scores to themselves and are few:
    of each of the two what is enough, from another place on for each number.
    """

    def of(is_wanted: Callable[[Passage], bool]) -> Iterator[Passage]:
        return (passage for passage in passages() if not passage.is_copy and is_wanted(passage))

    def is_short(passage: Passage) -> bool:
        return passage.scopes not in FEW_AND_LONG

    step = max(1, min(EVERY, sum(1 for _ in of(is_short)) // LEAST))
    yield from (passage for i, passage in enumerate(of(is_short)) if i % step == number % step)
    for scopes in FEW_AND_LONG:

        def is_one(passage: Passage, scopes: tuple[str, ...] = scopes) -> bool:
            return passage.scopes == scopes

        first = sum(1 for _ in of(is_one)) * (number - 1) // len(SPREADS)
        yield from enough(chain(islice(of(is_one), first, None), islice(of(is_one), first)))


def samples(passages: Callable[[], Iterable[Passage]]) -> list[list[Passage]]:
    """What each of the ``SHUFFLED`` reads: passages for the scores that need no annotation, other ones each where there
    are enough. Those on which heads are only chosen count for no control.
    """

    def texts() -> Iterator[Passage]:
        return (one for one in passages() if "tokens" in one.scopes and not one.is_copy and one.part != SELECT)

    step = max(1, sum(1 for _ in texts()) // LEAST_SHUFFLED)
    of_each: list[list[Passage]] = [[] for _ in range(SHUFFLED)]
    for i, passage in enumerate(texts()):
        for number in range(i % step, SHUFFLED, step):
            of_each[number].append(replace(passage, scopes=("tokens",)))
    return of_each
