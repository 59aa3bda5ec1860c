"""The effects of every head alone while they are measured: as much of the table as is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import torch
from torch import Tensor

from mha_viz.comparison.asks import said_of_number
from mha_viz.evidence.importance.importance import among_others
from mha_viz.evidence.importance.single_heads import Question, heads_of
from mha_viz.language import N_, gettext
from mha_viz.objects import Head
from mha_viz.wording import with_minus


@dataclass(eq=False)
class Measuring:
    """The effects of every head alone, as far as they are known: the estimate at once, then layer by layer the total
    effect, then the direct one.
    """

    kind: str
    mean: bool = False  # whether heads hand on their mean instead of nothing
    estimate: Tensor | None = None  # (head,)
    total: dict[int, Tensor] = field(default_factory=dict)  # call → (head,)
    direct: dict[int, Tensor] = field(default_factory=dict)
    question: Question | None = None  # once the text is ready for it

    @property
    def n_done(self) -> int:
        return (self.estimate is not None) + len(self.total) + len(self.direct)

    def table(self) -> pd.DataFrame | None:
        """One row a head, nan where nothing is known yet; None before the question was asked."""
        if self.question is None:
            return None
        table = pd.DataFrame(heads_of(self.question), columns=["layer", "head"])
        table.insert(0, "kind", self.kind)
        columns = {"total": self._column(self.total), "direct": self._column(self.direct)}
        if self.question.measure.has_slopes:
            columns["estimate"] = self._column({}) if self.estimate is None else self.estimate
        for name, values in columns.items():
            table[name] = values.tolist()
        removed = {(call.layer, head) for call in self.question.read.calls_of(self.kind) for head in call.removed}
        kept = [place not in removed for place in zip(table["layer"], table["head"], strict=True)]
        table = table[kept].reset_index(drop=True)
        if not table["total"].isna().any():
            values = torch.tensor(table["total"].tolist(), dtype=torch.float64)
            table["rank_in_layer"], table["z"] = among_others(values, table["layer"].tolist())
        return table

    def sentence(self, head: Head) -> str:
        """What taking out one head does, among the others of its layer; empty while it is not known."""
        table = self.table()
        if table is None or "z" not in table or self.question is None:
            return ""
        rows = table[(table["layer"] == head[0]) & (table["head"] == head[1])]
        if rows.empty:
            return ""
        row = rows.iloc[0]
        n = int((table["layer"] == head[0]).sum())
        z = ", z " + with_minus(f"{round(row['z'], 1) + 0.0:+.1f}") if row["z"] == row["z"] else ""
        mean = N_(
            "Setting it alone to its mean changes {asked} here by {difference} (rank {rank} of {n} in its layer{z})."
        )
        out = N_("Taking it out alone changes {asked} here by {difference} (rank {rank} of {n} in its layer{z}).")
        return gettext(
            mean if self.mean else out, asked=said_of_number(self.question.measure.name),
            difference=with_minus(f"{row['total']:+.3f}"), rank=int(row["rank_in_layer"]), n=n, z=z,
        )  # fmt: skip

    def _column(self, known: dict[int, Tensor]) -> Tensor:
        calls = self.question.calls if self.question else []
        n_heads = [self.question.read.calls[number].n_heads for number in calls] if self.question else []
        parts = [known.get(number, torch.full((n,), torch.nan)) for number, n in zip(calls, n_heads, strict=True)]
        return torch.cat([part.double() for part in parts])
