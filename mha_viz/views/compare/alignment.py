"""What a comparison says of its words: which are compared, which have no counterpart, which cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mha_viz.comparison.alignment import Alignment
from mha_viz.comparison.comparison import Comparison
from mha_viz.inputs.chat import writes_around
from mha_viz.inputs.pieces import said_of_tokens
from mha_viz.language import N_, gettext, ngettext, whole
from mha_viz.objects import Positions
from mha_viz.views.compare.places import places_sentence
from mha_viz.wording import head_name, in_clauses, in_quotes, isolated, joined, listed

ELSEWHERE = N_("(elsewhere)")
ARROW = " → "  # between the two words of a pair that are not the same


def alignment_sentence(comparison: Comparison) -> str:
    """How many words are compared, which are not, and which rows cannot differ; or how many places."""
    if places := places_sentence(comparison):
        return places
    sides = (
        comparison.names
        if comparison.names[0] != comparison.names[1]
        else (gettext("the first"), gettext("the second"))
    )
    alone = [_alone(comparison.queries, side) for side in (0, 1)]
    left = [
        gettext("{words} of {side}", words=listed(words), side=which)
        for words, which in zip(alone, sides, strict=True)
        if words
    ]
    what = _words_and_tokens(comparison)
    sentence = ngettext("{what} is compared.", "{what} are compared.", len(comparison.queries), what=what)
    if left:
        sentence += gettext(
            " Without a counterpart: {words}. What goes there stands under {elsewhere}.",
            words=in_clauses(left), elsewhere=gettext(ELSEWHERE),
        )  # fmt: skip
    return sentence + _joined_sentence(comparison) + recoded_sentence(comparison) + equal_sentence(comparison)


def _joined_sentence(comparison: Comparison) -> str:
    """Which words are compared as one, and of how long a text only some rows are."""
    sentence = ""
    of_pairs = zip(comparison.queries.spelled(0), comparison.queries.pairs, strict=True)
    as_one = [isolated(label) for label, pair in of_pairs if max(map(len, pair)) > 1]
    if as_one:
        texts = [capture.text for capture in comparison.captures]
        uncut = N_(" Compared as one: {words}, which one side does not cut there.")
        others = N_(" Compared as one: {words}, in place of another number of words.")
        sentence += gettext(uncut if texts[0] == texts[1] else others, words=listed(as_one))
    if len(comparison.rows) < len(comparison.queries):
        n = whole(len(comparison.rows))
        sentence += gettext(" Of this long text {n} evenly spaced rows are compared.", n=n)
    return sentence


def recoded_sentence(comparison: Comparison) -> str:
    """Words that are the same letters in other code points, and whether a model sees that."""
    queries = comparison.queries
    if not queries.recoded:
        return ""
    spelled = list(map(isolated, queries.spelled(0)))
    words = listed([spelled[i] for i in queries.recoded])
    if comparison.names[0] != comparison.names[1]:
        return gettext(" The same letters in other code points on the two sides: {words}.", words=words)
    ids = [
        [capture.query_positions[kind].ids[token] for i in queries.recoded for token in queries.tokens(side)[i]]
        for side, (capture, kind) in enumerate(zip(comparison.captures, comparison.kinds, strict=True))
    ]
    same = N_(
        " The same letters in other code points on the two sides: {words}; the tokens are the same, so the model sees "
        "no difference."
    )
    others = N_(
        " The same letters in other code points on the two sides: {words}; the tokens differ, so the model sees a "
        "difference."
    )
    return gettext(same if ids[0] == ids[1] else others, words=words)


def _words_and_tokens(comparison: Comparison) -> str:
    """Words, those of a chat template and special tokens apart, as a reader counts them."""
    positions, pairs = comparison.queries.first.positions, comparison.queries.pairs
    special = sum(positions.is_special[pair[0][0]] for pair in pairs)
    of_template = sum(_is_of_template(positions, pair[0][0]) for pair in pairs)
    counts = [ngettext("{n} word", "{n} words", len(pairs) - special - of_template)]
    counts += [_words_of_template(of_template)] if of_template else []
    counts += [ngettext("{n} special token", "{n} special tokens", special)] if special else []
    return joined(counts)


def _words_of_template(n: int) -> str:
    return ngettext("{n} word of the chat template", "{n} words of the chat template", n)


def _alone(axis: Alignment, side: int) -> list[str]:
    """The words of one side that have no counterpart; those of a chat template only counted."""
    positions = (axis.first, axis.second)[side].positions
    indices = (axis.only_first, axis.only_second)[side]
    of_template = sum(_is_of_template(positions, i) for i in indices)
    names = [isolated(positions.labels[i]) for i in indices if not _is_of_template(positions, i)]
    return [*names, *([_words_of_template(of_template)] if of_template else [])]


def _is_of_template(positions: Positions, i: int) -> bool:
    return writes_around(positions, i) and not positions.is_special[i]


def equal_sentence(comparison: Comparison) -> str:
    """Why the first rows do not differ, where that is so by construction."""
    n = comparison.n_equal
    if not n:
        return ""
    pair = "" if n >= len(comparison.rows) else of_rows(comparison, drawn_pairs(comparison.queries))[n]
    # Each side of a pair is isolated alone, so that the arrow between them points on.
    change = f" ({in_quotes(pair)})" if pair else ""
    return ngettext(
        " The first row is equal by construction: {model} reads left to right, and the first change comes after "
        "it{change}.",
        " The first {n} rows are equal by construction: {model} reads left to right, and the first change comes after "
        "them{change}.",
        n, model=comparison.names[0], change=change,
    )  # fmt: skip


def left_over_sentence(name: str, heads: Sequence[tuple[int, int]]) -> str:
    """The heads of one model that no head of the other one was matched with."""
    return gettext("Only in {model}: {heads}.", model=name, heads=listed([head_name(*head) for head in heads]))


def without_profile_sentence(names: Sequence[str], notes: Sequence[str]) -> str:
    """Why two models cannot be compared in general: which have no profile, and what else is known of that."""
    why = gettext(
        "There is no profile of {models}, so what their heads do in general cannot be set side by side.",
        models=joined(names),
    )
    return " ".join([why, *filter(None, notes)])


def drawn_pairs(axis: Alignment) -> list[str]:
    """One label a pair as it is drawn: each side of ``tired → dirty`` runs its own way."""
    return [ARROW.join(map(isolated, label.split(ARROW))) for label in axis.labels()]


def said_of_pairs(axis: Alignment, side: int, tokens: Positions) -> list[str]:
    """What is said of each pair's words on one side; empty where nothing is known of its tokens."""
    words = (axis.first, axis.second)[side]
    of_words = words.positions.reads or ("",) * len(words)
    reads = [" ".join(filter(None, (of_words[i] for i in pair[side]))) for pair in axis.pairs]
    said = [said_of_tokens(tokens, group, read) for group, read in zip(axis.tokens(side), reads, strict=True)]
    return said if any(said) else []


def of_rows(comparison: Comparison, of_pairs: Sequence[Any]) -> list[Any]:
    return [of_pairs[row] for row in comparison.rows]
