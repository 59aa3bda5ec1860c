"""The cases behind a number: words that a head points from and at, the clearest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mha_viz.annotation.annotated import Annotated, annotated_word_map, pieces_of_words
from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.attention.maps import call_at
from mha_viz.evidence.one_text import points
from mha_viz.evidence.ranking import Question, each_row
from mha_viz.language import gettext
from mha_viz.objects import Capture
from mha_viz.scores.families.twins import link_attention
from mha_viz.scores.table import ScoreKey
from mha_viz.wording import in_a_row, in_clauses, in_percent, isolated, quoted

MOST_PRONOUNS = 2  # of a text, whose candidates a sentence tells


@dataclass(frozen=True)
class Example:
    """A word that a head points from, the right word that it points at, and the share of attention it gives it."""

    text: str
    word: str
    points_at: str
    attention: float


def pointing_score(keys: Sequence[ScoreKey], question: Question | None) -> ScoreKey | None:
    """Of which of the ``pointing`` scores of cards examples are shown: what was asked, else the first; None of none."""
    return question.key if question is not None and question.key in keys else next(iter(keys), None)


def clearest_examples(
    texts: Sequence[tuple[Capture, Annotated]], layer: int, head: int, key: ScoreKey, *, kind: str, most: int = 3
) -> list[Example]:
    """Where a head points at a right word, the most attention first, text by text: the first text is told first."""
    examples: list[Example] = []
    for capture, annotated in texts:
        table = points(capture, annotated, layer, head, *key, kind=kind)
        right = table[table["right"].astype(bool)].sort_values("attention", ascending=False, kind="stable")
        examples += [
            Example(_around(capture, annotated, row.query, kind), row.query_word, row.points_at_word, row.attention)
            for row in each_row(right)
        ]
        if len(examples) >= most:
            break
    return examples[:most]


def _around(capture: Capture, annotated: Annotated, word: int, kind: str) -> str:
    """The text of a word; of a chat the message that it stands in."""
    begin, text = annotated.spans[word][0], annotated.text
    contents = capture.query_positions[kind].contents
    return next((text[slice(*span)] for span in contents if span[0] <= begin < span[1]), text)


def example_lines(examples: Iterable[Example]) -> list[tuple[str, str]]:
    """A line each: from which word to which, and how much attention that is, in which text."""
    return [
        (
            f"{isolated(example.word)} → {isolated(example.points_at)}",
            gettext("{share}, in {text}", share=in_percent(example.attention), text=quoted(example.text)),
        )
        for example in examples
    ]


@dataclass(frozen=True)
class Candidates:
    """A pronoun and what it gives to each word that it may stand for, in the order of the text."""

    pronoun: str
    candidates: tuple[tuple[str, float], ...]


def pronoun_candidates(
    capture: Capture, annotated: Annotated, layer: int, head: int, *, kind: str
) -> tuple[Candidates, ...]:
    """What one head lets each pronoun with candidates give to them, 0 to 1: attention, no claim about the right one."""
    if not annotated.links:
        return ()
    pieces = pieces_of_words(capture.query_positions[kind], annotated)
    call = call_at(capture, layer, kind)
    (pattern,) = call_pattern(part_of(call, heads=[head]))
    word_map = annotated_word_map(pattern, pieces)
    text, pronouns = annotated.text, []
    for link in annotated.links:
        attention = link_attention(word_map, annotated, link).tolist()
        words = (text[begin:end] for begin, end in link.candidates)
        pronouns.append(Candidates(text[slice(*link.pronoun)], tuple(zip(words, attention, strict=True))))
    return tuple(pronouns)


def candidates_sentence(pronouns: Sequence[Candidates]) -> str:
    """What the first pronouns of a text give to the words that they may stand for; empty where there is none."""
    first, n_more = pronouns[:MOST_PRONOUNS], len(pronouns) - MOST_PRONOUNS
    parts = [gettext("{word} gives {shares}", word=quoted(of.pronoun), shares=_shares(of)) for of in first]
    more = [gettext("and {n} more", n=n_more)] if n_more > 0 else []
    told = gettext("Candidates by agreement, which nobody has checked: {shares}.", shares=in_clauses(parts + more))
    return told if parts else ""


def _shares(of: Candidates) -> str:
    return in_a_row([f"{isolated(word)} {in_percent(share)}" for word, share in of.candidates])
