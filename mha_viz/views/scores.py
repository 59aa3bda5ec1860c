"""Ranked heads → the view of one score, with the sentence on what one sees and what belongs to it."""

from __future__ import annotations

from math import isnan
from typing import Any

import pandas as pd

from mha_viz.evidence.cards import ONE_SENTENCE, claim, in_unit, with_rival
from mha_viz.evidence.ranking import CONSISTENT, ESTABLISHED, Question
from mha_viz.evidence.score_names import WORDS, label_of, rule_in_words, unit_of
from mha_viz.evidence.verdict import MOSTLY
from mha_viz.views.facts import fact_lines, safe_name
from mha_viz.views.score_grid import NUMBERS, scores_buffer

HERE, GENERAL = "here", "in general"


def score_picture(
    rows: pd.DataFrame, question: Question, *, where: str, model_name: str, facts: dict[str, Any],
    chosen: tuple[int, int] | None = None, chooses: bool = True, note: str = "",
) -> bytes:  # fmt: skip
    """Every head with its score.

    Parameters
    ----------
    rows : DataFrame
        Of ``rankings.ranked``: one row a head, the best first.
    where : ``HERE`` or ``GENERAL``
        Whether these are scores of one text or of a corpus.
    """
    grid = rows.sort_values(["layer", "head"])
    shape = int(grid["layer"].max()) + 1, int(grid["head"].max()) + 1
    unit = common_unit(grid)
    name = name_of(question)
    return scores_buffer(
        {number: grid[number].tolist() for number in NUMBERS},
        grid["said"].tolist(),
        shape,
        unit=unit,
        items="tokens" if "attention" in unit else "cases",
        rules=[rule_in_words(rule) if rule else None for rule in grid["rule"]],
        whats=[_what(row) if question.score is None and row.score else "" for row in grid.itertuples(index=False)],
        chosen=chosen[0] * shape[1] + chosen[1] if chosen else None,
        chooses=chooses,
        label=f"{name}, {where}: layers down, heads across",
        caption=seen_sentence(rows, question, where, model_name),
        note=note,
        title=f"{name}: every head of {model_name}, {where}",
        facts=fact_lines(facts),
        file_name=safe_name(model_name, where, name),
        identity=f"{model_name}|{shape}",
    )


def name_of(question: Question) -> str:
    """A question in a title."""
    if question.family == WORDS:
        return f"Attention {question.score}"
    if question.score is None:
        return f"Any {question.family} score"
    name = label_of(question.family, question.score)
    return f"{name}, {question.direction}" if question.direction else name[0].upper() + name[1:]


def common_unit(rows: pd.DataFrame) -> str:
    """The unit of the values; "share" where the heads stand with several that are shares of different things."""
    pairs = rows[["family", "score"]].drop_duplicates().itertuples(index=False)
    units = {unit_of(family, score) for family, score in pairs}
    return units.pop() if len(units) == 1 else "share"


def seen_sentence(rows: pd.DataFrame, question: Question, where: str, model_name: str) -> str:
    """What one sees: of how many heads how much may be said, and of which most."""
    best = next(rows.itertuples(index=False))
    if isnan(best.value):
        place = "text" if where == HERE else "profile"
        return (
            f"Nothing in this {place} is scored as “{question.score or question.family}”: that is undefined, not zero."
        )
    name = f"L{best.layer} H{best.head}"
    if question.family == WORDS:
        return (
            f"Most: {name} of {model_name}, which {claim(best)} An even spread gives "
            f"{in_unit(best.chance, 'share')}. {ONE_SENTENCE}"
        )
    n_equal = int((rows["value"] == best.value).sum()) - 1 if question.score is not None else 0
    equals = f" and {n_equal} other{'s' * (n_equal > 1)}, which" if n_equal else ", which"
    if best.said is None:
        return f"Largest: {name}{equals} {claim(best)} This describes heads; it claims nothing of them."
    who = f"{name} on {_what(best)}" if question.score is None else name + equals.removesuffix(", which")
    return f"{_counted(rows, where, model_name)} Best: {who}, with {with_rival(best)}."


def _counted(rows: pd.DataFrame, where: str, model_name: str) -> str:
    counts = {said: int((rows["said"] == said).sum()) for said in (ESTABLISHED, CONSISTENT, MOSTLY)}
    parts = [
        f"{n} {'is' if n == 1 else 'are'} {said}{' it' if said == CONSISTENT else ''}"
        for said, n in counts.items()
        if n
    ]
    found = ", ".join(parts) or "none has enough evidence"
    why = "; one sentence establishes nothing, as heads are found and judged on the same few cases" * (where == HERE)
    return f"Of {len(rows):,} heads of {model_name}, {found}{why}."


def _what(row: Any) -> str:
    said = label_of(row.family, row.score)
    return f"{said}, {row.direction}" if row.direction else said
