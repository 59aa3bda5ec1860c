"""How much each head differs from its counterpart: a table, most changed first."""

from __future__ import annotations

import pandas as pd
import torch
from torch import Tensor

from mha_viz.arguments import refuse_outside, refuse_without
from mha_viz.comparison.comparison import Comparison, Pairing
from mha_viz.comparison.distance import jensen_shannon
from mha_viz.errors import InputError
from mha_viz.wording import quoted

COLUMNS = ("layer", "head", "other_layer", "other_head", "from", "to", "first", "second", "change", "distance", "n")


def head_changes(
    comparison: Comparison,
    pairing: Pairing,
    *,
    looks: int | None = None,
    to: int | None = None,
    against: int | None = None,
) -> pd.DataFrame:
    """How much each head differs from its counterpart, most changed first.

    Parameters
    ----------
    looks, to, against : int, optional
        Pairs of words (``Alignment.find``). The numbers are what ``looks`` gives to ``to``, less what it gives to
        ``against``. Where one of the first two is missing, each head tells the word with which it changes most.

    Returns
    -------
    DataFrame with columns ``COLUMNS``
        ``first`` and ``second`` are shares of attention (a difference of two, with ``against``), ``change`` is second
        − first; ``distance`` the Jensen-Shannon divergence in bits, averaged over ``n`` rows. Sorted by the size of
        ``change``.

    Raises
    ------
    InputError
        If the row is not among those that were compared.
    """
    _refuse_other_heads(comparison, pairing)
    for name, word in (("looks", looks), ("to", to), ("against", against)):
        if word is not None:
            refuse_outside(name, word, 0, len(comparison.queries if name == "looks" else comparison.keys) - 1)
    first = torch.stack([comparison.pattern(0, head) for head, _ in pairing])  # (pair of heads, row, key)
    second = torch.stack([comparison.pattern(1, head) for _, head in pairing])
    row = None if looks is None else _place_of(comparison, looks)
    rows, keys = _most_changed(first, second, row, to)
    i = range(len(pairing))
    values = [part[i, rows, keys] - (0 if against is None else part[i, rows, against]) for part in (first, second)]
    query_labels, key_labels = comparison.queries.labels(), comparison.keys.labels()
    places = [(*here, *there) for here, there in pairing]
    table = pd.DataFrame(places, columns=["layer", "head", "other_layer", "other_head"]).assign(
        **{
            "from": [query_labels[comparison.rows[row]] for row in rows],
            "to": [key_labels[key] for key in keys],
            "first": values[0].numpy(),
            "second": values[1].numpy(),
            "change": (values[1] - values[0]).numpy(),
            "distance": jensen_shannon(first, second).tolist(),
            "n": len(comparison.rows),
        }
    )
    order = table["change"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def flips(changes: pd.DataFrame, *, within: float | None = None) -> pd.Series:
    """Heads that turn from one word to the other: the difference of the two changes its sign.

    Parameters
    ----------
    changes : DataFrame
        Of ``head_changes``, between two words.
    within : float, optional
        Bits. Two heads that are further apart do other things anyway, so that nothing of them has turned; such as
        ``typical_distance`` between the heads of one model.
    """
    refuse_without(changes, ("first", "second"), "head_changes")
    turned = changes["first"] * changes["second"] < 0
    if within is None:
        return turned
    refuse_without(changes, ("distance",), "head_changes")
    return turned & ~(changes["distance"] > within)


def _refuse_other_heads(comparison: Comparison, pairing: Pairing) -> None:
    """Raise InputError unless heads of the first stand beside heads of the second."""
    heads = [set(comparison.heads(side)) for side in (0, 1)]
    is_paired = all(len(pair) == 2 and all(tuple(pair[side]) in heads[side] for side in (0, 1)) for pair in pairing)
    if len(pairing) == 0 or not is_paired:
        raise InputError("pairing holds no heads of this comparison; give what by_nearest or by_place makes of it.")


def _most_changed(first: Tensor, second: Tensor, row: int | None, key: int | None) -> tuple[list[int], list[int]]:
    """Row and key where each pair of heads differs most, in a given row or column; what goes elsewhere is left out."""
    size = (second - first)[..., :-1].abs()  # (pair of heads, row, key)
    rows = range(size.shape[1]) if row is None else [row]
    keys = range(size.shape[2]) if key is None else [key]
    where = size[:, rows][:, :, keys].flatten(1).argmax(dim=1).tolist()
    return [rows[i // len(keys)] for i in where], [keys[i % len(keys)] for i in where]


def _place_of(comparison: Comparison, looks: int) -> int:
    if looks not in comparison.rows:
        row, n_rows = quoted(comparison.queries.labels()[looks]), len(comparison.rows)
        raise InputError(f"The row of {row} was not compared: of a long text only {n_rows} rows are.")
    return comparison.rows.index(looks)


def most_changed(changes: pd.DataFrame, *, within: float | None = None) -> int:
    """The row of ``head_changes`` to look at first: the first whose heads are not further apart than ``within`` (bits);
    where all are, the one whose heads are nearest.
    """
    near = changes if within is None else changes[~(changes["distance"] > within)]
    return int(near.index[0] if len(near) else changes["distance"].idxmin())


def nearest_first(changes: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``head_changes`` by how far the two heads are apart, the nearest first."""
    return changes.sort_values("distance", kind="stable", ignore_index=True)
