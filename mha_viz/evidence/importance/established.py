"""A profile → what is established in it, and of which heads each."""

from __future__ import annotations

import pandas as pd

from mha_viz.evidence.ranking import each_row, families_in, strong_rows
from mha_viz.evidence.score_names import label_of
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.language import ENGLISH, spoken
from mha_viz.objects import Head


def heads_by_score(table: pd.DataFrame) -> dict[str, tuple[Head, ...]]:
    """The heads of which a score is established, by family and score in words; what most heads do comes last.

    One score stands for all its directions.
    """
    rows = strong_rows(table)
    found: dict[str, dict[str, list[Head]]] = {}
    for row in each_row(rows[rows["said"] == ESTABLISHED]):
        of_family = found.setdefault(row.family, {})
        with spoken(ENGLISH):  # these names stand in links
            label = f"{row.family}: {label_of(row.family, row.score)}"
        heads = of_family.setdefault(label, [])
        heads.append((int(row.layer), int(row.head)))
    in_order = [found[family] for family in families_in(table) if family in found]
    return {label: tuple(dict.fromkeys(heads)) for of_family in in_order for label, heads in of_family.items()}
