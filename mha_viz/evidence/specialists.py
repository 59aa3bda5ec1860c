"""The panel of specialists: heads that do something in general, how sure that is, and what they look at here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mha_viz.annotation.english.agreement import PRONOUNS
from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.attention.maps import call_at
from mha_viz.evidence.cards.cards import claim
from mha_viz.evidence.cards.school import school_claim
from mha_viz.evidence.ranking import are_strong, rows_of, rows_of_twins
from mha_viz.evidence.verdict import CONSISTENT, ESTABLISHED, MOSTLY
from mha_viz.inputs.words import Words, merge_pattern, word_axes
from mha_viz.language import gettext
from mha_viz.objects import Capture
from mha_viz.scores.families.twins import TWINS
from mha_viz.scores.table import ScoreKey
from mha_viz.wording import head_name, in_percent, quoted

# What a class understands at once, in the order in which it is told. The first that is established speaks, or else the
# first that is consistent with more than a simple rule.
PANEL = (
    (("positional", "previous token", None), ("positional", "attention to previous", None)),
    (("positional", "next token", None), ("positional", "attention to next", None)),
    tuple(("syntactic", relation, "dep→head") for relation in ("obj", "nsubj", "det", "case", "advmod", "cop")),
    (("entities", "inside a name", None), ("copying", "duplicate token", None)),
    (
        ("coreference", TWINS, None),
        ("coreference", "pronoun → name", None),
        ("coreference", "pronoun → antecedent", None),
    ),
    (("sinks", "delimiters", None), ("sinks", "first token", None)),
)
EVERYWHERE = ("positional", "sinks")  # what any text has
RELATIONS = ("obj", "nsubj", "det", "case", "advmod", "cop", "name", "pronoun")
SEEMING = tuple(("syntactic", relation, "dep→head") for relation in ("obj", "nsubj", "det"))


@dataclass(frozen=True)
class Specialist:
    """A head, what it does in general, and what it looks at here."""

    layer: int
    head: int
    sentence: str
    in_school: str  # the same for a class: no more than percent and a simple rule


def specialists(
    profile: pd.DataFrame, capture: Capture, kind: str, relations: Mapping[str, tuple[int, int]] | None = None
) -> list[Specialist]:
    """The best head of each thing that a class can follow, at most one for each, no head twice.

    Parameters
    ----------
    profile : DataFrame
        Of the capture's model.
    relations : mapping
        By its name (``relation_of``), the two words between which a relation of the text stands. Where there are some,
        only heads of these speak, with these words; else each head with its clearest look.

    Returns
    -------
    list of Specialist
        Established, or consistent with more than a simple rule; each sentence says which.
    """
    words = word_axes(capture, kind)[0]
    chosen: list[Specialist] = []
    for group in PANEL:
        keys = [key for key in group if not relations or key[0] in EVERYWHERE or relation_of(key) in relations]
        chosen_heads = {(specialist.layer, specialist.head) for specialist in chosen}
        by_verdict = (_best(profile, key, said, chosen_heads) for said in (ESTABLISHED, CONSISTENT) for key in keys)
        row = next((row for row in by_verdict if row is not None), None)
        if row is not None:
            pair = (relations or {}).get(relation_of((row.family, row.score, None)))
            said = (_sentence(row, capture, words, kind, say, pair) for say in (claim, school_claim))
            chosen.append(Specialist(int(row.layer), int(row.head), *said))
    return chosen


def relation_of(key: ScoreKey) -> str:
    """What the relation is called that a score is about: as treebanks call it, or "name" or "pronoun"."""
    family, score, _ = key
    return {"entities": "name", "coreference": "pronoun"}.get(family, score)


def seeming_sentence(profile: pd.DataFrame, say: Callable[[Any], str] = claim) -> str:
    """Of a head that seems to follow grammar, and does no more than a simple rule; "" where there is none."""
    for key in SEEMING:
        rows = rows_of(profile, key).dropna(subset="value").sort_values("value", ascending=False, kind="stable")
        best = next(rows.itertuples(index=False), None)
        if best is not None and best.said == MOSTLY:
            return gettext(
                "Many a head seems to follow grammar, and does no more than a simple rule: {head} {claim}",
                head=head_name(best.layer, best.head),
                claim=say(best),
            )
    return ""


def _best(profile: pd.DataFrame, key: ScoreKey, said: str, chosen_heads: set[tuple[int, int]]) -> Any | None:
    rows = rows_of_twins(profile) if key[1] == TWINS else rows_of(profile, key)
    rows = rows[are_strong(rows) & (rows["said"] == said)].sort_values("value", ascending=False, kind="stable")
    free = (row for row in rows.itertuples(index=False) if (int(row.layer), int(row.head)) not in chosen_heads)
    return next(free, None)


def _sentence(
    row: Any, capture: Capture, words: Words, kind: str, say: Callable[[Any], str],
    pair: tuple[int, int] | None = None,
) -> str:  # fmt: skip
    """What the head does in general, and what it looks at in this sentence: from one of two words to the other, or its
    clearest look.
    """
    call = part_of(call_at(capture, int(row.layer), kind), heads=[int(row.head)])
    weights = merge_pattern(call_pattern(call)[0], words, words)  # (word, word)
    ordinary = [i for i, special in enumerate(words.positions.is_special) if not special]
    if row.family != "sinks":
        weights = weights.clone()
        weights[:, [i for i in range(len(words)) if i not in ordinary]] = 0.0
        weights.fill_diagonal_(0.0)
    labels = words.positions.labels
    pronouns = [i for i in ordinary if labels[i].casefold() in PRONOUNS and row.family == "coreference"]
    rows = ordinary[1:] if kind == "decoder" else ordinary  # the first word of such a model has only itself to look at
    best = max(pronouns or rows or ordinary, key=lambda i: weights[i].max().item())
    best, at = pair or (best, int(weights[best].argmax()))
    look = f"{quoted(labels[best])} → {quoted(labels[at])}, {in_percent(weights[best, at].item())}"
    claimed = gettext("{head} {claim}", head=head_name(row.layer, row.head), claim=say(row))
    here = gettext("In this sentence: {look}.", look=look)
    return f"{claimed} {here}"
