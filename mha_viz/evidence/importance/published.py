"""What somebody else found every head to be worth, from a file → how alike it ranks the heads of a table of ours."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from mha_viz.errors import InputError
from mha_viz.evidence.importance.mib_graphs import FORMS, PACKED, graph_in, heads_of_graph, number, shape_of
from mha_viz.evidence.statistics.intervals import LEAST_UNITS
from mha_viz.objects import Head
from mha_viz.outside import cut, json_in, open_file, whole_number
from mha_viz.scores.families.semantic import rating_correlation, rating_interval
from mha_viz.wording import counted, head_name, listed

EFFECT = "total"  # as ``importance`` writes it: after minus before, and not what a head is worth
VALUES = ("value", "score", "importance", EFFECT)


@dataclass(frozen=True)
class Published:
    """Values of heads, and what else stands in their file: ``told_by`` says what a value is, ``left_out`` in words
    what was left out, ``shape`` how many layers and heads a layer the file says its model has."""

    values: Mapping[Head, float]
    told_by: str
    left_out: tuple[str, ...] = ()
    shape: tuple[int, int] | None = None


def read_published(path: str | Path) -> Published:
    """Values of heads from a file.

    A CSV table or a JSON list of rows has a layer, a head (both from 0) and a value. A graph of MIB (.json or .pt) has
    a score a node, or else a head's value is a sum of what it has (``heads_of_graph``). What is no head (MLPs, input,
    logits), or has no finite value, is left out.

    Raises
    ------
    InputError
        If the file cannot be read, has another form, or tells a head twice.

    References
    ----------
    .. [1] Mueller et al. (2025), "MIB: A Mechanistic Interpretability Benchmark".
    """
    name = cut(str(path))
    with open_file(path) as file:
        whole = file.read()
    if whole.startswith(PACKED):
        return _of_graph(name, graph_in(name, whole))
    try:
        text = whole.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name} is no plain text in UTF-8: {FORMS}.") from None
    if not text.lstrip().startswith(("{", "[")):
        return _of_rows(name, _csv_rows(text))
    try:
        found = json_in(text)
    except ValueError as error:
        raise InputError(f"{name} is no JSON ({cut(str(error))}): {FORMS}.") from None
    if isinstance(found, Mapping) and isinstance(found.get("heads"), list):
        found = found["heads"]  # as mha-viz importance --json writes it
    return _of_rows(name, found) if isinstance(found, list) else _of_graph(name, found)


def _csv_rows(text: str) -> list[dict[str, Any]]:
    first = text.partition("\n")[0]
    return list(csv.DictReader(io.StringIO(text), delimiter="\t" if "\t" in first else ";" if ";" in first else ","))


# ---- tables ----------------------------------------------------------------------------------------------------


def _of_rows(name: str, rows: Sequence[Any]) -> Published:
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        raise InputError(f"{name} holds no rows with names: {FORMS}.")
    columns = [str(column) for column in rows[0]]
    of_values = [column for column in columns if column in VALUES]
    if not {"layer", "head"} <= set(columns) or len(of_values) != 1:
        there = listed([cut(column) for column in columns])
        raise InputError(f"{name} has the columns {there}: it needs layer, head, and one of {', '.join(VALUES)}.")
    values: dict[Head, float] = {}
    n_empty = 0
    for i, row in enumerate(rows, 1):
        layer, head = (whole_number(str(row.get(part))) for part in ("layer", "head"))
        if layer is None or head is None:
            raise InputError(f"{name}, row {i}: layer {cut(str(row.get('layer')))}, head {cut(str(row.get('head')))} "
                             "is no head: give whole numbers from 0.")  # fmt: skip
        if (layer, head) in values:
            raise InputError(f"{name}, row {i}: {head_name(layer, head)} stands there twice.")
        values[layer, head] = number(row.get(of_values[0]))
        n_empty += not math.isfinite(values[layer, head])
    return Published(_finite(values), of_values[0], _without(n_empty))


def _of_graph(name: str, graph: Any) -> Published:
    found, told_by, others = heads_of_graph(name, graph)
    finite = _finite(found)
    left_out = (f"{counted(others, 'node')} of no head",) if others else ()
    return Published(finite, told_by, (*left_out, *_without(len(found) - len(finite))), shape_of(graph))


def _finite(values: Mapping[Head, float]) -> dict[Head, float]:
    return {head: value for head, value in values.items() if math.isfinite(value)}


def _without(n: int) -> tuple[str, ...]:
    return (f"{counted(n, 'head')} without a number",) if n else ()


# ---- beside ours -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Alike:
    """How alike two tables rank the same ``n`` heads (Spearman): by how large values are, whatever their sign, and by
    the values themselves; each with a 95 % interval over heads. ``left_out`` is said in words."""

    n: int
    sizes: float
    sizes_interval: tuple[float, float]
    values: float
    values_interval: tuple[float, float]
    told_by: str
    left_out: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: None where there is no number."""
        row = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}
        return {name: None if _is_nan(value) else value for name, value in row.items()}


def alike(published: Published, table: pd.DataFrame, *, less_is_better: bool) -> Alike:
    """How alike a file and the total effects of a table of ``importance`` rank heads.

    Parameters
    ----------
    published : Published
    table : DataFrame
    less_is_better : bool
        Of the number that was asked, as of a loss. Effects are differences, after minus before; what a head is worth
        is their opposite where more is better.

    Raises
    ------
    InputError
        If the file is of a model with other heads, or fewer than 8 heads stand in both.
    """
    ours = {(int(layer), int(head)): value for layer, head, value in table[["layer", "head", "total"]].to_numpy()}
    n_layers, n_heads = (1 + max(head[i] for head in ours) for i in (0, 1))
    beyond = [head for head in published.values if head[0] >= n_layers or head[1] >= n_heads]
    here = f"the model has {n_layers} layers of {n_heads} heads"
    if published.shape and published.shape != (n_layers, n_heads):
        raise InputError(f"The file is of a model with {published.shape[0]} layers of {published.shape[1]} heads, and "
                         f"{here}: give values of the same model.")  # fmt: skip
    if beyond:
        raise InputError(f"The file names {head_name(*beyond[0])}, and {here}: give values of the same model.")
    both = [head for head in ours if head in published.values]
    if len(both) < LEAST_UNITS:
        raise InputError(f"{len(both)} heads stand in the file and in the model: give at least {LEAST_UNITS}.")
    missing = len(ours) - len(both)
    left_out = (*published.left_out, *((f"{counted(missing, 'head')} not in the file",) if missing else ()))
    theirs, mine = (torch.tensor([one[head] for head in both], dtype=torch.float64) for one in (published.values, ours))
    if not less_is_better:
        mine, theirs = -mine, -theirs if published.told_by == EFFECT else theirs
    of_sizes, of_values = _ranked(mine.abs(), theirs.abs()), _ranked(mine, theirs)
    return Alike(len(both), *of_sizes, *of_values, published.told_by, left_out)


def _is_nan(value: Any) -> bool:
    return any(isinstance(each, float) and math.isnan(each) for each in (value if isinstance(value, list) else [value]))


def _ranked(mine: torch.Tensor, theirs: torch.Tensor) -> tuple[float, tuple[float, float]]:
    low, high = rating_interval(mine, theirs)
    return rating_correlation(mine, theirs).item(), (low.item(), high.item())
