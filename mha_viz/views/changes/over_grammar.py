"""What a change of heads does over a classroom model's grammar → the view of effects, and what is seen in it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mha_viz.comparison.effects import way_in_words
from mha_viz.comparison.trials import Asks, Trial
from mha_viz.language import gettext
from mha_viz.objects import Capture
from mha_viz.training.findings import cost_of
from mha_viz.views.changes.effect import effect_facts, trial_in_words
from mha_viz.wording import in_percent

OF_TRIAL = ("model", "weights sha256", "computed in", "attention", "heads changed", "how", "asked", "change", "way")


def grammar_facts(capture: Capture, trial: Trial, table: pd.DataFrame) -> dict[str, Any]:
    """What an export says of itself: no text, but how many sentences of what kind."""
    sentences = f"{table['n_texts'][0]} of its grammar, with nouns and frames that it never read"
    facts = effect_facts(capture, trial, Asks.grammar, table)
    return {name: fact for name, fact in facts.items() if name in OF_TRIAL} | {"sentences": sentences}


def grammar_sentence(table: pd.DataFrame, trial: Trial) -> str:
    """How often the last verb is right before and after; where the interval holds 0, no fall is claimed."""
    row, done = table.iloc[0], trial_in_words(trial)
    return gettext(
        "{done}, the last verb is right in {after} of {n} sentences, before in {before}: {cost}.",
        done=f"{done[0].upper()}{done[1:]}", after=in_percent(row["after"]), n=int(row["n_texts"]),
        before=in_percent(row["before"]), cost=cost_of(-row["difference"], -row["high"], -row["low"]),
    )  # fmt: skip


def grammar_note(table: pd.DataFrame) -> str:
    """What was asked of which sentences, and how sure the difference is."""
    row = table.iloc[0]
    return gettext(
        "Sentences of its grammar with nouns and frames that it never read; right is the verb of the noun that is "
        "meant. 95 % interval over nouns; p = {p}, from the signs of their differences. {way}",
        p=f"{row['p']:.3f}", way=way_in_words(row["way"]),
    )  # fmt: skip
