"""Ranked heads → the view of one score, with the sentence on what one sees and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan
from typing import Any

import numpy as np
import pandas as pd
import torch

from mha_viz.evidence.cards.cards import COUNTED_IN, ONE_SENTENCE, claim, in_unit, with_rival
from mha_viz.evidence.ranking import Question, each_row
from mha_viz.evidence.score_names import WORDS, label_of, label_with_direction, rule_in_words, said_of_words, unit_of
from mha_viz.evidence.verdict import CONSISTENT, ESTABLISHED, MOSTLY, UNDEFINED, VERDICTS_IN_WORDS
from mha_viz.language import ENGLISH, N_, gettext, ngettext, spoken, whole
from mha_viz.views.captions.facts import fact_lines
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette, range_of
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_a_row, in_percent, quoted, safe_name

HERE, GENERAL = N_("here"), N_("in general")

MARKS = ("", *VERDICTS_IN_WORDS)  # the view draws a sign for each; "" where a score only describes
SIGNS = {ESTABLISHED: "●", CONSISTENT: "○", MOSTLY: "–", UNDEFINED: "▨"}  # the same for lines of text

NUMBERS = ("value", "low", "high", "baseline", "chance", "control", "n", "n_units", "hits")


def score_picture(
    rows: pd.DataFrame, question: Question, *, where: str, model_name: str, facts: dict[str, Any],
    chosen: tuple[int, int] | None = None, chooses: bool = True, note: str = "",
) -> View:  # fmt: skip
    """Every head with its score.

    Parameters
    ----------
    rows : DataFrame
        Of ``rankings.ranked``: one row a head, the best first.
    where : ``HERE`` or ``GENERAL``
        Whether these are scores of one text or of a corpus; of one text, what has little evidence is pale.
    """
    has_hits = "hits" in rows  # a share of attention, beside how often the head looks most there
    grid = (rows if has_hits else rows.assign(hits=nan)).sort_values(["layer", "head"])
    layers = sorted(int(layer) for layer in grid["layer"].unique())
    shape = len(layers), int(grid["head"].max()) + 1
    unit = common_unit(grid)
    name = name_of(question)
    with spoken(ENGLISH):
        in_english = name_of(question)
    return scores_view(
        {number: grid[number].tolist() for number in NUMBERS},
        grid["said"].tolist(),
        shape,
        layers=layers,
        unit=unit,
        items=gettext("{n} tokens") if "attention" in unit and not has_hits else gettext("{n} cases"),
        rules=[rule_in_words(rule) if rule else None for rule in grid["rule"]],
        whats=[_what(row) if question.score is None and row.score else "" for row in each_row(grid)],
        chosen=layers.index(chosen[0]) * shape[1] + chosen[1] if chosen else None,
        chooses=chooses,
        pale=where == HERE and unit.startswith("share"),
        label=gettext("{title}: layers down, heads across", title=in_a_row([name, gettext(where)])),
        caption=seen_sentence(rows, question, where, model_name),
        note=note,
        title=gettext("{what}: every head of {model}, {where}", what=name, model=model_name, where=gettext(where)),
        facts=fact_lines(facts),
        file_name=safe_name(model_name, where, in_english),
        identity=f"{model_name}|{shape}",
    )


def name_of(question: Question) -> str:
    """A question in a title."""
    if question.family == WORDS:
        return said_of_words(N_("Attention of {word} to {other}"), question.score)
    if question.score is None:
        return gettext("Any {family} score", family=gettext(question.family))
    name = label_with_direction(question.family, question.score, question.direction)
    return name if question.direction else name[0].upper() + name[1:]


def common_unit(rows: pd.DataFrame) -> str:
    """The unit of the values; "share" where the heads stand with several that are shares of different things."""
    pairs = set(zip(rows["family"].tolist(), rows["score"].tolist(), strict=True))
    if "hits" in rows and rows["hits"].notna().any():
        return "share of attention" if rows.loc[rows["n"] > 0, "hits"].notna().all() else "share"
    units = {unit_of(family, score) for family, score in pairs}
    return units.pop() if len(units) == 1 else "share"


def seen_sentence(rows: pd.DataFrame, question: Question, where: str, model_name: str) -> str:
    """What one sees: of how many heads how much may be said, and of which most."""
    best = each_row(rows[:1])[0]
    if isnan(best.value):
        here = N_("Nothing in this text is scored as {score}: that is undefined, not zero.")
        general = N_("Nothing in this profile is scored as {score}: that is undefined, not zero.")
        score = gettext(question.family) if question.score is None else label_of(question.family, question.score)
        return gettext(here if where == HERE else general, score=quoted(score))
    name = head_name(best.layer, best.head)
    if question.family == WORDS:
        said = gettext(
            "Most: {head} of {model}, which {claim} An even spread gives {even}.",
            head=name, model=model_name, claim=claim(best), even=in_unit(best.chance, "share"),
        )  # fmt: skip
        return f"{said} {gettext(ONE_SENTENCE)}"
    if "hits" in rows and not isnan(best.hits):
        return f"{_most_given(best, question, model_name)} {_counted(rows, where, model_name)}"
    n_equal = int((rows["value"] == best.value).sum()) - 1 if question.score is not None else 0
    if best.said is None:
        describes = gettext("This describes heads; it claims nothing of them.")
        return f"{_largest(name, n_equal, claim(best))} {describes}"
    told = {"head": name, "value": with_rival(best)}
    if question.score is None:
        who = gettext("Best: {head} on {what}, with {value}.", what=_what(best), **told)
    elif n_equal:
        who = ngettext(
            "Best: {head} and {n} other, with {value}.", "Best: {head} and {n} others, with {value}.", n_equal, **told
        )
    else:
        who = gettext("Best: {head}, with {value}.", **told)
    return f"{_counted(rows, where, model_name)} {who}"


def _largest(name: str, n_equal: int, claimed: str) -> str:
    if not n_equal:
        return gettext("Largest: {head}, which {claim}", head=name, claim=claimed)
    return ngettext(
        "Largest: {head} and {n} other, which {claim}", "Largest: {head} and {n} others, which {claim}", n_equal,
        head=name, claim=claimed,
    )  # fmt: skip


def _most_given(best: Any, question: Question, model_name: str) -> str:
    """Of which head most is said, of the shares that it gives: not always the largest, where scores differ."""
    told = {
        "head": head_name(best.layer, best.head), "model": model_name, "share": in_percent(best.value),
        "even": in_percent(best.chance),
        "hits": ngettext("{share} of {n} case", "{share} of {n} cases", int(best.n), share=f"{best.hits:.0f}"),
    }  # fmt: skip
    if question.score is not None:
        return gettext(
            "Most: {head} of {model}: {share} of the attention goes to the right word, where an even spread gives it "
            "{even}; it is the word looked at most in {hits}.",
            **told,
        )
    return gettext(
        "First: {head} of {model} on {what}: {share} of the attention goes to the right word, where an even spread "
        "gives it {even}; it is the word looked at most in {hits}.",
        what=_what(best), **told,
    )  # fmt: skip


def _counted(rows: pd.DataFrame, where: str, model_name: str) -> str:
    n_of = {verdict: int((rows["said"] == verdict).sum()) for verdict in (ESTABLISHED, CONSISTENT, MOSTLY)}
    counted = (
        ngettext("{n} is established", "{n} are established", n_of[ESTABLISHED]),
        ngettext("{n} is consistent with it", "{n} are consistent with it", n_of[CONSISTENT]),
        ngettext("{n} is mostly a simple rule", "{n} are mostly a simple rule", n_of[MOSTLY]),
    )
    parts = [part for part, n in zip(counted, n_of.values(), strict=True) if n]
    verdicts = in_a_row(parts) if parts else gettext("none has enough evidence")
    general = N_("Of {all} heads of {model}, {verdicts}.")
    here = N_(
        "Of {all} heads of {model}, {verdicts}; one sentence establishes nothing, as heads are found and judged on the "
        "same few cases."
    )
    sentence = here if where == HERE else general
    return gettext(sentence, all=whole(len(rows)), model=model_name, verdicts=verdicts)


def _what(row: Any) -> str:
    return label_with_direction(row.family, row.score, row.direction)


def scores_view(
    numbers: dict[str, Sequence[float]], verdicts: Sequence[str | None], shape: tuple[int, int], *, unit: str,
    rules: Sequence[str | None], whats: Sequence[str], layers: Sequence[int] | None = None,
    chosen: int | None = None, chooses: bool = True, **header: Any,
) -> View:  # fmt: skip
    """One score, layers down and heads across.

    Parameters
    ----------
    numbers : dict of ``NUMBERS`` to lists, one number a head, layer after layer
        nan where not known. ``hits``, where the value is a share of attention: in how many cases the head looks most
        at a right word.
    verdicts : list of str or None
        What may be said of each head, of ``MARKS``; None where a score only describes.
    shape : (n_layers, n_heads)
    unit : str
        Shares run from 0 to 1, unless none reaches ``theme.FAINT``; anything else from its smallest to its largest,
        or the same on both sides of zero.
    rules, whats : list of str, one a head
        The simple rule that competes; which score this is, where not all heads stand with the same.
    layers : list of int, optional
        Their numbers in the model, where these are not 0, 1, 2, …
    chosen : int, optional
        The head to mark.
    header
        ``label``, ``note``, …; ``pale=True``: shares for which there is little evidence are drawn paler.
    """
    is_share = unit.startswith("share")
    low, high = range_of(torch.tensor(numbers["value"], dtype=torch.float64))
    if is_share and high >= theme.FAINT:
        high = 1.0
    arrays = {name: np.asarray(numbers[name], dtype="<f4") for name in NUMBERS}
    arrays["marks"] = np.array([MARKS.index(verdict or "") for verdict in verdicts], dtype=np.uint8)
    rule_names, arrays["rule"] = _indexed([rule or "" for rule in rules])
    what_names, arrays["what"] = _indexed(whats)
    return View(
        "scores",
        {
            "rows": shape[0],
            "columns": shape[1],
            "layers": list(range(shape[0]) if layers is None else layers),
            "rules": rule_names,
            "whats": what_names,
            "marks_in_words": [mark and gettext(mark) for mark in MARKS],
            "low_end": low,
            "high_end": high or 1.0,
            "unit": gettext(unit),
            "has_unit": unit in COUNTED_IN,  # behind each of its values
            "even": gettext("an even spread") if "attention" in unit else gettext("an even choice"),
            "is_share": is_share,
            "chosen": chosen,
            "chooses": chooses,
            "palette": palette(diverging=low < 0),
            "undefined": theme.MASKED,
            **said_hint(Hints.scores_choose if chooses else Hints.scores),
            **header,
        },
        arrays,
    )


def _indexed(names: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Each name once, and where each stands among them: a name for every head would be long."""
    once = list(dict.fromkeys(names))
    return once, np.array([once.index(name) for name in names], dtype="<f4")
