"""A model reads a corpus: passages → counts in a file, in batches, so that it can be interrupted and taken up again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import torch

from mha_viz.annotation.annotated import Annotated, pieces_of_words
from mha_viz.errors import InputError, MhaVizError
from mha_viz.evidence.corpus.groups import Merging
from mha_viz.evidence.corpus.passages import CountTokens, Passage
from mha_viz.evidence.corpus.room import is_of_memory, nothing_old_searched, room_for
from mha_viz.evidence.corpus.store import LOST, Scored, keep, names_kept
from mha_viz.inputs.limits import position_limit
from mha_viz.inputs.special import special_ids, unknown_ids
from mha_viz.inputs.text import count_tokens, read_text, tokenizer_of
from mha_viz.models.load import hush_transformers
from mha_viz.models.recipe import Recipe, made_again, recipe_of
from mha_viz.objects import Model, Positions
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.recording.looking.together import look_at_tensors, look_at_texts
from mha_viz.recording.sparing import sparing
from mha_viz.scores.answers import TextAnswers
from mha_viz.scores.blocks import PatternBlocks
from mha_viz.scores.counting import Counts, Tally, even_spread
from mha_viz.scores.families.twins import TWINS, twin_tally, twins_score
from mha_viz.scores.table import HEAD_SCORES, ScoreKey
from mha_viz.scores.tallies import TextTallies, of_heads_there, similarity_at
from mha_viz.scores.together import count_together

AT_ONCE = 64  # passages between two savings
BATCH = 16  # texts in one forward pass
DOCUMENT_TOKENS = 2048  # of a document at once: all patterns of one layer then fit in a few hundred megabytes
BATCH_CHARACTERS = 6000  # of all of them together, padding included
MOST_HELD = 2**23  # numbers of maps that are held for all of them together, so that layers are counted side by side

Run = Callable[["Scoring", Iterable[list[Passage]]], Iterable[list[Scored]]]


@nothing_old_searched()
def read_corpus(
    model: Model, passages: Callable[[], Iterable[Passage]], store: sqlite3.Connection, *, random: int = 0,
    progress: Progress | None = None, run: Run = map,
) -> None:  # fmt: skip
    """Score every passage that is not in the store yet; the units of a large corpus are merged (``groups``).

    Parameters
    ----------
    model : Model
        Or one of its random twins, with its number from 1 on as ``random``: its counts are kept apart.
    passages : callable
        Gives the passages, each time anew; they are never all in memory.
    progress : Progress, optional
        Called after each ``AT_ONCE`` passages, which are then kept whatever happens next.
    run : callable
        Does what ``map`` does with a ``Scoring`` and chunks of passages, in the same order: here, in other processes
        (``multiprocessing``'s ``imap``), or on other machines (``cluster.ray_run``). Only this process writes to the
        store, so what is run twice is kept once.

    Raises
    ------
    InputError
        If a file breaks its format.
    """
    done = names_kept(store, random=random)
    names = [passage.name for passage in passages()]
    if len(set(names)) < len(names):
        raise InputError("Two passages of a corpus have the same name: was a file given twice?")
    n, n_done, merging = len(names), len(done & set(names)), Merging(store, len(names), random=random)
    waiting = (passage for passage in passages() if passage.name not in done)
    for scored in run(Scoring(model, partial(recipe_of, model)), iter(lambda: list(islice(waiting, AT_ONCE)), [])):
        keep(store, sorted(scored, key=_turn), random=random)
        merging.more(len(scored))
        n_done += len(scored)
        if progress is not None:
            progress(n_done, f"{model.name}: {n_done:,} of {n:,} passages", total=n)
    merging.end()


@dataclass(frozen=True)
class Scoring:
    """A chunk of passages → the counts of each. Where it is pickled the recipe of its model goes along, not the model:
    whoever unpickles it loads that.
    """

    model: Model
    recipe: Callable[[], Recipe]

    def __call__(self, chunk: list[Passage]) -> list[Scored]:
        return list(_scored(self.model, chunk))

    def without(self, chunk: list[Passage]) -> list[Scored]:
        """What is kept of passages that could not be scored anywhere."""
        return [(passage, {}, LOST) for passage in chunk]

    def __reduce__(self) -> tuple[Callable[[Recipe], Scoring], tuple[Recipe]]:
        return scoring_elsewhere, (self.recipe(),)


def scoring_elsewhere(recipe: Recipe) -> Scoring:
    """The same in a process of its own, which computes with one thread as commands do: so numbers are the same."""
    torch.set_num_threads(1)
    hush_transformers()
    return Scoring(made_again(recipe), lambda: recipe)


def _turn(scored: Scored) -> tuple[bool, int]:
    """Where a passage comes in its chunk (``_scored``), even where the chunk was read in parts."""
    passage = scored[0]
    return not passage.ids, 0 if passage.ids else _length(passage)


def token_counter(model: Model) -> CountTokens:
    """How many tokens a text is to this model, special tokens included."""
    tokenizer = tokenizer_of(model.processor)
    return lambda text: len(read_text(tokenizer, text))


def attending_layers(model: Model) -> tuple[int, ...]:
    """The numbers of the layers whose heads are scored, in the order of the counts."""
    any_text = capture(model, "The")
    return any_text.layers_of(any_text.kinds[0])


def document_limit(model: Model) -> int:
    """How many tokens of a document are read at once."""
    limit = position_limit(model.network)
    return DOCUMENT_TOKENS if limit is None else min(limit, DOCUMENT_TOKENS)


def random_vocabulary(model: Model) -> tuple[list[int], int | None]:
    """The ids that are text to this model, and the token that begins one."""
    tokenizer = tokenizer_of(model.processor)
    special = special_ids(tokenizer) | unknown_ids(tokenizer)  # what is unknown stands for text, and is none
    first = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.cls_token_id
    return [token for token in range(len(tokenizer)) if token not in special], first


def _scored(model: Model, passages: list[Passage]) -> Iterator[Scored]:
    limit, tokenizer = position_limit(model.network), tokenizer_of(model.processor)
    texts: list[Passage] = []
    for passage in passages:
        if passage.ids:
            yield passage, random_tallies(model, passage.ids), False
        elif limit is not None and any(count_tokens(tokenizer, text.text) > limit for text in passage.texts):
            yield passage, {}, True
        else:
            texts.append(passage)
    yield from _read(model, sorted(texts, key=_length))


def _read(model: Model, passages: list[Passage]) -> Iterator[Scored]:
    """The counts of passages of text, in batches of as many as there is room for."""
    room, n_read = room_for(model), 0
    while n_read < len(passages):
        times = room.times
        batch = next(_batches(passages[n_read:], times))
        annotated = [text for passage in batch for text in passage.texts]
        try:
            with room.watched():
                counted = _look(model, batch, annotated, times)
        except (MhaVizError, RuntimeError) as error:
            if times == 1 or not is_of_memory(error):
                raise
            continue  # the same in smaller ones
        n_read += len(batch)
        count_together([text for text in counted if isinstance(text, TextTallies)])
        for passage in batch:
            of_passage, counted = counted[: len(passage.texts)], counted[len(passage.texts) :]
            yield passage, *_tallies(of_passage, passage)


def _look(
    model: Model, batch: Sequence[Passage], annotated: Sequence[Annotated], times: int
) -> list[TextTallies | TextAnswers]:
    counting = _counting(model, [passage for passage in batch for _ in passage.texts], annotated, times)
    with sparing():
        return look_at_texts(model, [text.text for text in annotated], counting, batch_size=BATCH * times)


def _counting(
    model: Model, passages: Sequence[Passage], texts: Sequence[Annotated], times: int
) -> Callable[[int, Positions], TextTallies | TextAnswers]:
    """What counts the calls of each text of these passages."""
    most = times * MOST_HELD // len(texts)

    def begin(i: int, positions: Positions) -> TextTallies | TextAnswers:
        passage, text = passages[i], texts[i]
        if TWINS in passage.scopes:
            return TextAnswers(positions, text, most=most)
        scopes = [scope for scope in passage.scopes if scope != "sentence" or all(pieces_of_words(positions, text))]
        similarity = similarity_at(model, positions, text) if "sentence" in scopes else None
        return TextTallies(positions, text, scopes=scopes, new_from=passage.new_from, similarity=similarity, most=most)

    return begin


def _tallies(counted: Sequence[TextTallies | TextAnswers], passage: Passage) -> tuple[dict[ScoreKey, Tally], bool]:
    """The counts of one passage, and whether a word without a token of its own kept it from the scores of sentences."""
    first, answers = counted[0], [of_text for of_text in counted if isinstance(of_text, TextAnswers)]
    if isinstance(first, TextTallies):
        return first.tallies(), set(first.scopes) != set(passage.scopes)
    return {("coreference", twins_score(passage.set_name), None): _twins(answers, passage)}, False


def _twins(texts: Sequence[TextAnswers], passage: Passage) -> Tally:
    answers = [only for text in texts for (only,) in [text.answers()]]
    tally = twin_tally(passage.texts, answers, is_causal=texts[0].blocks.is_causal)
    return of_heads_there(tally, texts[0].blocks.there)


def random_tallies(model: Model, ids: tuple[int, ...]) -> dict[ScoreKey, Tally]:
    """The scores on random repeated tokens, (layer, head)."""
    batch = torch.tensor([ids])
    rows = {(row.family, name, None): row.function for name, row in HEAD_SCORES.items() if row.on == "random tokens"}
    with sparing():
        inputs = {"input_ids": batch, "attention_mask": torch.ones_like(batch)}
        blocks = look_at_tensors(
            model, inputs, lambda: PatternBlocks(lambda pattern, _: {key: of(pattern, ids) for key, of in rows.items()})
        )
    even = even_spread(len(ids), len(ids), is_causal=blocks.is_causal)
    tallies: dict[ScoreKey, Tally] = {}
    for key, of in rows.items():
        parts = [part[key] for part in blocks.parts()]
        counts = Counts(torch.cat([part.hits for part in parts]), torch.cat([part.n for part in parts]))
        tallies[key] = of_heads_there(Tally(counts, chance=of(even, ids).hits.item()), blocks.there)
    return tallies


def _length(passage: Passage) -> int:
    return max(len(text.text) for text in passage.texts)


def _batches(passages: list[Passage], times: int = 1) -> Iterator[list[Passage]]:
    """Passages of similar length, so that little is padded, and not too much of it at once."""
    batch: list[Passage] = []
    for passage in passages:
        n_texts = sum(len(member.texts) for member in batch) + len(passage.texts)
        if batch and (n_texts > times * BATCH or n_texts * _length(passage) > times * BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(passage)
    if batch:
        yield batch
