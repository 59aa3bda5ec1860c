"""What the trainings with one head and with several say, in sentences that claim no more than the seeds show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch

from mha_viz.errors import InputError
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.evidence.statistics.intervals import holm
from mha_viz.language import N_, gettext, ngettext, whole
from mha_viz.paths import app_folder
from mha_viz.training.seeds import Difference, paired_difference
from mha_viz.training.train import NAME
from mha_viz.wording import between, head_name, in_a_row, in_words, joined, quoted, with_interval

ALPHA = 0.05
LEARNED = 0.99  # of the verbs of nouns that were learned from


@dataclass(frozen=True)
class Measure:
    """One column of the table: its title, its unit, and whether more is better."""

    column: str
    title: str
    unit: str
    share: bool
    more_is_better: bool


MEASURES = (
    Measure("accuracy", N_("Last verb right, nouns held out"), N_("accuracy"), True, True),
    Measure("unread_loss", N_("Loss on sentences not read"), N_("nats a token"), False, False),
    Measure("best", N_("Twins that the best head finds"), N_("share of pairs"), True, True),
)

_METHOD = N_(
    "A point is a finished model, a line joins the models of one seed, a bar is the mean. Models of one seed read the "
    "same sentences in the same order and begin with the same numbers, only cut into heads differently. Differences "
    "with their 95 % interval; p from all choices of signs of the seeds' differences, corrected for three questions "
    "(Holm). With only {n} seeds, only large differences would show. A layer with more heads also has more to choose "
    "the best one from."
)


def at_the_end(table: pd.DataFrame) -> pd.DataFrame:
    """The finished models: a row a number of heads and seed."""
    return table[table["step"] == table["step"].max()].sort_values(["heads", "seed"]).reset_index(drop=True)


def method_sentences(ends: pd.DataFrame) -> str:
    """How models with one head and with several were compared."""
    return gettext(_METHOD, n=in_words(ends["seed"].nunique()))


def differences(ends: pd.DataFrame, more: int, fewer: int = 1) -> dict[str, tuple[Difference, float]]:
    """For each of ``MEASURES``: ``more`` heads against ``fewer``, seed by seed, and p corrected for three questions."""
    by_column = {}
    for measure in MEASURES:
        wide = ends.pivot(index="seed", columns="heads", values=measure.column)[[more, fewer]].dropna()
        by_column[measure.column] = paired_difference(wide[more].tolist(), wide[fewer].tolist())
    p = holm({name: torch.tensor([difference.p]) for name, difference in by_column.items()})
    return {name: (difference, p[name].item()) for name, difference in by_column.items()}


def what_is_lost(ends: pd.DataFrame, more: int) -> list[str]:
    """A sentence on what one head loses against ``more``, a sentence a measure, and one on seeds that did not learn."""
    by_column = differences(ends, more)
    worse = [measure for measure in MEASURES if _is_worse(measure, *by_column[measure.column])]
    n = next(iter(by_column.values()))[0].n
    if worse:
        first = gettext(
            "In these {n} seeds one head loses something against {more} of the same parameters: {measures}.",
            n=n, more=more, measures=joined([quoted(gettext(measure.title)) for measure in worse]),
        )  # fmt: skip
    else:
        first = _not_shown(n, more, by_column)
    return [first, *(_sentence(measure, *by_column[measure.column], more) for measure in MEASURES), _failures(ends)]


def _not_shown(n: int, more: int, by_column: dict[str, tuple[Difference, float]]) -> str:
    """That one head is not seen to be worse, and what the seeds leave open for the first measure."""
    difference = by_column[MEASURES[0].column][0]
    told = {"n": n, "more": in_words(more)}
    if difference.low != difference.low:
        few = N_("These {n} seeds do not show that one head is worse than {more}. So few seeds leave everything open.")
        return gettext(few, **told)
    lower, higher = max(0.0, difference.high) * 100, max(0.0, -difference.low) * 100
    return gettext(
        "These {n} seeds do not show that one head is worse than {more}: its accuracy on unseen nouns could be "
        "anywhere from {lower} points lower to {higher} points higher.",
        **told, lower=f"{lower:.0f}", higher=f"{higher:.0f}",
    )  # fmt: skip


def _is_worse(measure: Measure, difference: Difference, p: float) -> bool:
    """Whether one head comes out worse, beyond what the signs of the seeds would give by chance."""
    return p < ALPHA and (difference.mean > 0) == measure.more_is_better


def _sentence(measure: Measure, difference: Difference, p: float, more: int) -> str:
    scale, unit, digits = (100, N_("{n} points"), 1) if measure.share else (1, N_("{n} nats"), 3)
    low, high = (f"{end * scale:+.{digits}f}" for end in (difference.low, difference.high))
    return gettext(
        "{measure}: with {more} heads {change} on average {ends}, higher in {higher} of {n} seeds, lower in {lower}; "
        "p = {p}.",
        measure=gettext(measure.title), more=more, change=gettext(unit, n=f"{difference.mean * scale:+.{digits}f}"),
        ends=f"[{low}, {high}]", higher=difference.n_higher, n=difference.n, lower=difference.n_lower, p=f"{p:.3f}",
    )  # fmt: skip


def _failures(ends: pd.DataFrame) -> str:
    """How many trainings ended before the grammar was learned at all."""
    missed = ends[ends["learned"] < LEARNED]
    if missed.empty:
        return gettext("All of these models get the verbs of the nouns that they learned from right.")
    parts = [_failed(int(heads), list(rows["seed"])) for heads, rows in missed.groupby("heads")]
    return ngettext(
        "{n} of the {all} models had not learned the grammar in time: {parts}.",
        "{n} of the {all} models had not learned the grammar in time: {parts}.",
        len(missed), n=in_words(len(missed)).capitalize(), all=whole(len(ends)), parts=in_a_row(parts),
    )  # fmt: skip


def _failed(heads: int, seeds: list[int]) -> str:
    """How many trainings with so many heads these are, and which."""
    return ngettext(
        "{n} with {heads} (seed {seeds})", "{n} with {heads} (seeds {seeds})", len(seeds), n=in_words(len(seeds)),
        heads=ngettext("{n} head", "{n} heads", heads), seeds=in_a_row([*map(str, seeds)]),
    )  # fmt: skip


def classroom_heads() -> pd.DataFrame:
    """What the heads of the classroom model that comes with the app find, and what each of them costs; measured when it
    was made (``looks_and_matters``).
    """
    profile = load_profile(app_folder() / "assets" / "profiles" / f"{NAME}.parquet")
    return looks_and_matters(profile.table, profile.facts["without"])


def looks_and_matters(profile: pd.DataFrame, without: list[dict[str, Any]]) -> pd.DataFrame:
    """What each head of a classroom model finds, and what is lost without it.

    Parameters
    ----------
    profile : DataFrame
        Its head profile, with the score "twins".
    without : list of dict
        What ``classroom_measures.ablated`` gave, a row a head.

    Returns
    -------
    DataFrame with the columns ``layer, head, looks, looks_low, looks_high, n_pairs, drop, drop_low, drop_high, n``
        ``looks`` is the share of pairs of twins in which the head's pronoun looks most at the right noun in both;
        ``drop`` what zeroing the head takes from the accuracy on the last verb, in shares of the ``n`` sentences
        (negative: accuracy rises). Intervals are 95 %.

    Raises
    ------
    InputError
        If one of the two was not measured.
    """
    twins = profile[(profile["family"] == "coreference") & (profile["score"] == "twins")]
    if twins.empty or not without:
        raise InputError("This model's profile does not hold what its heads find in twins and what each of them costs.")
    looks = twins.rename(columns={"value": "looks", "low": "looks_low", "high": "looks_high", "n": "n_pairs"})
    drops = pd.DataFrame(without).rename(columns={"low": "drop_low", "high": "drop_high"})
    both = looks[["layer", "head", "looks", "looks_low", "looks_high", "n_pairs"]].merge(
        drops[["layer", "head", "drop", "drop_low", "drop_high", "n"]], on=["layer", "head"]
    )
    return both.sort_values(["layer", "head"], ignore_index=True)


def mattering_sentence(table: pd.DataFrame) -> str:
    """Which head looks most, which matters most, and whether some head looks without mattering."""
    looks, matters = table.loc[table["looks"].idxmax()], table.loc[table["drop"].idxmax()]
    sentence = gettext("{head} finds most, the right noun in {share} of the pairs; without it {cost}.", **_told(looks))
    if (looks.layer, looks["head"]) != (matters.layer, matters["head"]):
        sentence += gettext(" {head} matters most: without it {cost}; it finds {share}.", **_told(matters))
    idle = table[(table["looks_low"] > 0.25) & (table["drop_low"] <= 0)].sort_values("looks", ascending=False)
    if len(idle):
        sentence += gettext(
            " {head} finds {share}, and yet without it {cost}: to look is not to matter.", **_told(idle.iloc[0])
        )
    return sentence


def _told(row: pd.Series) -> dict[str, str]:
    return {"head": _named(row), "share": _share(row, "looks"), "cost": _costs(row)}


def mattering_note(table: pd.DataFrame) -> str:
    """What the finished model was measured on, and how a head is taken out."""
    return gettext(
        "The finished model, on {pairs} pairs of sentences ({n}) with nouns and frames it never read; a head is taken "
        "out by setting its output to zero everywhere. 95 % intervals.",
        pairs=int(table["n_pairs"].max()), n=int(table["n"].max()),
    )  # fmt: skip


def models_sentence(ends: pd.DataFrame) -> str:
    """Which models with one head and with several there are, at the end of their trainings."""
    return gettext(
        "The width of a layer is shared by its heads, so every model here has {parameters} parameters: one head of "
        "width 64 a layer, or two of 32, four of 16, eight of 8. {models} models, {seeds} seeds each.",
        parameters=in_a_row([whole(int(size)) for size in ends["parameters"].unique()]), models=len(ends),
        seeds=ends["seed"].nunique(),
    )  # fmt: skip


def _named(row: pd.Series) -> str:
    return head_name(int(row["layer"]), int(row["head"]))


def _share(row: pd.Series, column: str) -> str:
    return with_interval(row[column], row[f"{column}_low"], row[f"{column}_high"])


def cost_sentence(without: list[dict[str, Any]], layer: int, head: int) -> str:
    """What taking out one head costs the model over its grammar; empty where that was not measured."""
    rows = pd.DataFrame(without).rename(columns={"low": "drop_low", "high": "drop_high"})
    own = rows[(rows["layer"] == layer) & (rows["head"] == head)] if len(rows) else rows
    costs = "" if own.empty else _costs(own.iloc[0])
    return costs and gettext("Without it, {cost}, over the sentences of its grammar.", cost=costs)


def _costs(row: pd.Series) -> str:
    return cost_of(row["drop"], row.drop_low, row.drop_high)


def cost_of(drop: float, low: float, high: float) -> str:
    """What a change takes from an accuracy; where the interval holds 0, no fall is claimed.

    >>> cost_of(0.517, 0.352, 0.681), cost_of(0.0, -0.012, 0.012)
    ('accuracy falls by 51.7 points [35.2, 68.1]', 'accuracy stays as it is [-1.2, 1.2]')
    """
    told = {"points": f"{100 * abs(drop):.1f}", "ends": between(low, high)}
    if low > 0:
        return gettext("accuracy falls by {points} points {ends}", **told)
    if high < 0:
        return gettext("accuracy rises by {points} points {ends}", **{**told, "ends": between(-high, -low)})
    if not drop:
        return gettext("accuracy stays as it is {ends}", ends=told["ends"])
    if drop > 0:
        return gettext("accuracy changes by {points} points, downwards if anything {ends}", **told)
    return gettext("accuracy changes by {points} points, upwards if anything {ends}", **told)
