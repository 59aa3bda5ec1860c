"""What a comparison says of its words: which are compared, which have no counterpart, which cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mha_viz.comparison.alignment import Alignment
from mha_viz.comparison.comparison import Comparison
from mha_viz.inputs.chat import writes_around
from mha_viz.inputs.pieces import said_of_tokens
from mha_viz.objects import Positions
from mha_viz.views.compare.places import places_sentence
from mha_viz.wording import counted, head_name, isolated, listed

ELSEWHERE = "(elsewhere)"
ARROW = " → "  # between the two words of a pair that are not the same


def alignment_sentence(comparison: Comparison) -> str:
    """How many words are compared, which are not, and which rows cannot differ; or how many places."""
    if places := places_sentence(comparison):
        return places
    sides = comparison.names if comparison.names[0] != comparison.names[1] else ("the first", "the second")
    alone = [_alone(comparison.queries, side) for side in (0, 1)]
    left = [f"{listed(words)} of {which}" for words, which in zip(alone, sides, strict=True) if words]
    sentence = f"{_words_and_tokens(comparison)} {'is' if len(comparison.queries) == 1 else 'are'} compared."
    if left:
        sentence += f" Without a counterpart: {'; '.join(left)}. What goes there stands under {ELSEWHERE}."
    of_pairs = zip(comparison.queries.spelled(0), comparison.queries.pairs, strict=True)
    joined = [isolated(label) for label, pair in of_pairs if max(map(len, pair)) > 1]
    if joined:
        texts = [capture.text for capture in comparison.captures]
        why = "which one side does not cut there" if texts[0] == texts[1] else "in place of another number of words"
        sentence += f" Compared as one: {listed(joined)}, {why}."
    if len(comparison.rows) < len(comparison.queries):
        sentence += f" Of this long text {len(comparison.rows):,} evenly spaced rows are compared."
    return sentence + recoded_sentence(comparison) + equal_sentence(comparison)


def recoded_sentence(comparison: Comparison) -> str:
    """Words that are the same letters in other code points, and whether a model sees that."""
    queries = comparison.queries
    if not queries.recoded:
        return ""
    spelled = list(map(isolated, queries.spelled(0)))
    sentence = (
        f" The same letters in other code points on the two sides: {listed([spelled[i] for i in queries.recoded])}"
    )
    if comparison.names[0] != comparison.names[1]:
        return f"{sentence}."
    ids = [
        [capture.query_positions[kind].ids[token] for i in queries.recoded for token in queries.tokens(side)[i]]
        for side, (capture, kind) in enumerate(zip(comparison.captures, comparison.kinds, strict=True))
    ]
    sees = (
        "the tokens are the same, so the model sees no difference"
        if ids[0] == ids[1]
        else ("the tokens differ, so the model sees a difference")
    )
    return f"{sentence}; {sees}."


def _words_and_tokens(comparison: Comparison) -> str:
    """Words, those of a chat template and special tokens apart, as a reader counts them."""
    positions, pairs = comparison.queries.first.positions, comparison.queries.pairs
    special = sum(positions.is_special[pair[0][0]] for pair in pairs)
    of_template = sum(_is_of_template(positions, pair[0][0]) for pair in pairs)
    counts = [counted(len(pairs) - special - of_template, "word")]
    counts += [f"{counted(of_template, 'word')} of the chat template"] if of_template else []
    counts += [counted(special, "special token")] if special else []
    return " and ".join(filter(None, [", ".join(counts[:-1]), counts[-1]]))


def _alone(axis: Alignment, side: int) -> list[str]:
    """The words of one side that have no counterpart; those of a chat template only counted."""
    positions = (axis.first, axis.second)[side].positions
    indices = (axis.only_first, axis.only_second)[side]
    of_template = sum(_is_of_template(positions, i) for i in indices)
    names = [isolated(positions.labels[i]) for i in indices if not _is_of_template(positions, i)]
    return [*names, *([f"{counted(of_template, 'word')} of the chat template"] if of_template else [])]


def _is_of_template(positions: Positions, i: int) -> bool:
    return writes_around(positions, i) and not positions.is_special[i]


def equal_sentence(comparison: Comparison) -> str:
    """Why the first rows do not differ, where that is so by construction."""
    n = comparison.n_equal
    if not n:
        return ""
    which = "The first row is" if n == 1 else f"The first {n:,} rows are"
    pair = "" if n >= len(comparison.rows) else of_rows(comparison, drawn_pairs(comparison.queries))[n]
    change = f" (“{pair}”)" if pair else ""  # each side is isolated alone, so that the arrow between them points on
    return (
        f" {which} equal by construction: {comparison.names[0]} reads left to right, and the first change comes "
        f"after them{change}."
    )


def left_over_sentence(name: str, heads: Sequence[tuple[int, int]]) -> str:
    """The heads of one model that no head of the other one was matched with."""
    return f"Only in {name}: {listed([head_name(*head) for head in heads])}."


def without_profile_sentence(names: Sequence[str], notes: Sequence[str]) -> str:
    """Why two models cannot be compared in general: which have no profile, and what else is known of that."""
    why = f"There is no profile of {' and '.join(names)}, so what their heads do in general cannot be set side by side."
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
