"""Head scores: one number a head, each a short pure function on a pattern, listed in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from mha_viz.language import N_
from mha_viz.reprs import beginning, one_line
from mha_viz.scores.counting import Counts
from mha_viz.scores.families.code import code_items
from mha_viz.scores.families.copying import duplicate_token, induction, places_of_copies
from mha_viz.scores.families.coreference import coreference_items
from mha_viz.scores.families.entities import entity_items, name_items
from mha_viz.scores.families.positional import (
    POSITIONAL,
    attention_at_offset,
    offset_chances,
    offset_scores,
    places_at_offset,
)
from mha_viz.scores.families.relation_words import relation_word_items
from mha_viz.scores.families.semantic import rating_correlation, similarity_tallies
from mha_viz.scores.families.sinks import (
    SINK,
    attention_to_first,
    attention_to_keys,
    first_places,
    places_of_keys,
)
from mha_viz.scores.families.spread import (
    distance_counts,
    effective_keys,
    entropy,
    entropy_counts,
    longest_reach,
    mean_distance,
)
from mha_viz.scores.families.syntactic import dependency_items
from mha_viz.scores.families.tone import tone_tallies
from mha_viz.scores.families.twins import TWINS, is_twins, name_tallies, twin_tally
from mha_viz.scores.wanted import Wanted

__all__ = ["HEAD_SCORES", "HeadScore", "ScoreKey", "entropy", "mean_distance", "row_of"]


ScoreKey = tuple[str, str, str | None]  # family, score, direction


@dataclass(frozen=True)
class HeadScore:
    """One row of the table.

    ``on`` says what ``function`` works with, and ``takes`` what it wants beside it:

    - "tokens": a pattern of tokens → Counts, or a dict of score to Counts (``of_tokens``);
    - "items": an ``Annotated`` → dict of (score, direction) to items, which ``pointing`` counts;
    - "words": a word map and an ``Annotated`` → dict of (score, direction) to Tally;
    - "texts": a group of texts and what heads answer in each → Tally;
    - "pairs": attention in pairs of words, and their ratings → one number a head;
    - "random tokens": a pattern of ``random_repeats`` → Counts; in the profile alone.

    ``wants`` says of a score of tokens which places it adds up, given their numbers and what it takes, so that several
    are summed at once; ``is_ruled``: an offset competes with it. ``by_chance`` is what an even spread is scored with
    where that is another function. ``claims`` is False where a
    number only describes: no amount of entropy is an achievement. ``weak`` evidence is never more than "consistent
    with". ``bar`` is what a head must reach, after its source, before the name of the score is established of it.
    ``scope`` is what is scored at once: a sentence, or a document. ``lexical`` says whether rules of word form compete
    (``rivals``), for items that bring no such rules of their own.
    """

    family: str
    function: Callable[..., Any]
    takes: tuple[str, ...]
    unit: str
    range: tuple[float, float]
    sentence: str
    source: str
    on: str = "tokens"
    by_chance: Callable[..., Counts | dict[str, Counts]] | None = None
    wants: Callable[..., Wanted] | None = None
    is_ruled: bool = False
    claims: bool = True
    weak: bool = False
    bar: float = 0.0
    scope: str = "sentence"
    lexical: bool = False
    __repr__ = one_line(lambda of: f"{of.family}, {of.unit}: {beginning(of.sentence)}")

    @property
    def is_share(self) -> bool:
        """Whether an item hits or misses, so that a share of items has an interval of its own."""
        return self.unit in ("share of queries", "share of items")


def row_of(family: str, score: str) -> HeadScore:
    """The row that a score of the table, or one of the several that a row gives (a relation, an offset), comes from."""
    if score in HEAD_SCORES or is_twins(score):
        return HEAD_SCORES[TWINS if is_twins(score) else score]
    return next(row for row in HEAD_SCORES.values() if row.family == family)


_PLACE = ("first_query", "is_causal")
_PLACES = (*_PLACE, "n_keys")
_SEEN = ("is_causal", "missing")
_COPIES = ("ids", "first_query", "queries")
_INFINITY = float("inf")

# fmt: off
HEAD_SCORES = {
    "most attention at an offset": HeadScore(
        "positional", offset_scores, _PLACES, "share of queries", (0, 1),
        N_("How often the token so many places away (0: the token itself) gets the most attention."),
        "Voita et al. 2019, arXiv:1905.09418", by_chance=offset_chances, bar=POSITIONAL),
    "attention to previous": HeadScore(
        "positional", partial(attention_at_offset, k=-1), _PLACES, "share of attention", (0, 1),
        N_("How much attention the token just before gets."), "Clark et al. 2019, arXiv:1906.04341",
        wants=partial(places_at_offset, k=-1)),
    "attention to next": HeadScore(
        "positional", partial(attention_at_offset, k=1), _PLACES, "share of attention", (0, 1),
        N_("How much attention the token just after gets."), "Clark et al. 2019, arXiv:1906.04341",
        wants=partial(places_at_offset, k=1)),
    "entropy": HeadScore(
        "spread", entropy_counts, ("entropies",), "nats", (0, _INFINITY),
        N_("How many keys a query hesitates between; rows are normalised."), "Clark et al. 2019, arXiv:1906.04341",
        claims=False),
    "mean distance": HeadScore(
        "spread", distance_counts, ("first_query",), "tokens", (0, _INFINITY),
        N_("How far a query looks on average; rows are normalised."), "Vig & Belinkov 2019, arXiv:1906.04284",
        claims=False),
    "effective keys": HeadScore(
        "spread", effective_keys, ("entropies",), "tokens", (1, _INFINITY),
        N_("Among how many keys a query shares out its attention; rows are normalised."),
        N_("Hill 1973, exponential of the entropy in Clark et al. 2019, arXiv:1906.04341"), claims=False),
    "longest reach": HeadScore(
        "spread", longest_reach, ("first_query",), "tokens", (0, _INFINITY),
        N_("How far away the farthest key stands that gets at least a tenth of a query's attention."),
        N_("after the distance in Vig & Belinkov 2019, arXiv:1906.04284"), claims=False),
    "first token": HeadScore(
        "sinks", attention_to_first, (), "share of attention", (0, 1),
        N_("How much attention the first token gets: a sink above 0.3."), "Gu et al. 2024, arXiv:2410.10781", bar=SINK,
        wants=first_places),
    "delimiters": HeadScore(
        "sinks", attention_to_keys, ("keys", *_PLACE), "share of attention", (0, 1),
        N_("How much attention special tokens and punctuation get."), "Clark et al. 2019, arXiv:1906.04341",
        wants=places_of_keys),
    "attention to itself": HeadScore(
        "sinks", partial(attention_at_offset, k=0), _PLACES, "share of attention", (0, 1),
        N_("How much attention a token gives itself."), "Clark et al. 2019, arXiv:1906.04341",
        wants=partial(places_at_offset, k=0)),
    "induction": HeadScore(
        "copying", induction, _COPIES, "share of attention", (0, 1),
        N_("How much attention goes to what followed an earlier copy of the token."),
        "Olsson et al. 2022, arXiv:2209.11895", wants=partial(places_of_copies, after=1), is_ruled=True),
    "duplicate token": HeadScore(
        "copying", duplicate_token, _COPIES, "share of attention", (0, 1),
        N_("How much attention goes to earlier copies of the token."), "Wang et al. 2022, arXiv:2211.00593",
        wants=partial(places_of_copies, after=0), is_ruled=True),
    "induction on random tokens": HeadScore(
        "copying", induction, ("ids",), "share of attention", (0, 1),
        N_("The same on random tokens that are given four times: nothing but the repetition can be followed."),
        "Olsson et al. 2022, arXiv:2209.11895", on="random tokens"),
    "duplicate token on random tokens": HeadScore(
        "copying", duplicate_token, ("ids",), "share of attention", (0, 1),
        N_("The same on random tokens that are given four times: nothing but the repetition can be followed."),
        "Wang et al. 2022, arXiv:2211.00593", on="random tokens"),
    "dependency relations": HeadScore(
        "syntactic", dependency_items, (), "share of items", (0, 1),
        N_("How often a word looks most at the word at the other end of its dependency."),
        "Clark et al. 2019, arXiv:1906.04341", on="items", lexical=True),
    "coreference": HeadScore(
        "coreference", coreference_items, (), "share of items", (0, 1),
        N_("How often the main word of a mention looks most at an earlier mention of the same person or thing."),
        "Clark et al. 2019, arXiv:1906.04341", on="items", scope="document"),
    "pronoun → name": HeadScore(
        "coreference", name_tallies, _SEEN, "share of items", (0, 1),
        N_("How often a pronoun gives the name that it stands for more attention than the other names."),
        "Webster et al. 2018, arXiv:1810.05201", on="words", scope="document"),
    "twins": HeadScore(
        "coreference", twin_tally, ("is_causal",), "share of items", (0, 1),
        N_("How often a pronoun looks most at the right candidate in every one of the texts that turn the answer "
           "round."),
        "Levesque et al. 2012; Rudinger et al. 2018, arXiv:1804.09301", on="texts", scope="document"),
    "later mention → first mention": HeadScore(
        "entities", entity_items, (), "share of items", (0, 1),
        N_("How often the last word of a name looks most at the first name of the same thing, or spelled the same."),
        N_("after Clark et al. 2019, arXiv:1906.04341"), on="items", scope="document"),
    "inside a name": HeadScore(
        "entities", name_items, (), "share of items", (0, 1),
        N_("How often a word of a name looks most at another word of the same name."),
        N_("after Clark et al. 2019, arXiv:1906.04341"), on="items", scope="document", lexical=True),
    "relation words": HeadScore(
        "relation words", relation_word_items, (), "share of items", (0, 1),
        N_("How often a word of time, place or cause looks most at what it opens, or at what that is said of."),
        "Quirk et al. 1985; Clark et al. 2019, arXiv:1906.04341", on="items", lexical=True),
    "code relations": HeadScore(
        "code", code_items, (), "share of items", (0, 1),
        N_("How often a word of Python code looks most at the word that it belongs to: its bracket, definition or "
           "block."),
        "Clark et al. 2019, arXiv:1906.04341; Wan et al. 2022, arXiv:2202.06840", on="items", scope="document",
        lexical=True),
    "tone": HeadScore(
        "tone", tone_tallies, _SEEN, "share of attention", (0, 1),
        N_("Of the attention that a word of tone and a like word get together, how much the first gets (even: 0.5)."),
        "De Smedt & Daelemans 2012; Biber 1988", on="words", weak=True),
    "similar words": HeadScore(
        "semantic", similarity_tallies, ("similarity", "missing"), "Spearman's correlation", (-1, 1),
        N_("How well attention between content words follows how similar the model's own embeddings of them are."),
        "Spearman 1904", on="words", weak=True),
    "word ratings": HeadScore(
        "semantic", rating_correlation, (), "Spearman's correlation", (-1, 1),
        N_("How well attention between two words follows how similar people find them."),
        "Finkelstein et al. 2002; Hill et al. 2015, arXiv:1408.3456", on="pairs", weak=True),
}
# fmt: on
