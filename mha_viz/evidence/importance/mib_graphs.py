"""A graph as MIB publishes circuits, JSON or packed by torch → what each head is worth in it, and by what that is told.

Its nodes are ``a0.h1`` (a head), ``m0``, ``input`` and ``logits``, its edges ``a0.h1->m2`` or ``a0.h1->a3.h2<q>``.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.objects import Head
from mha_viz.outside import cut

HEAD = re.compile(r"a(\d+)\.h(\d+)")
PACKED = b"PK\x03\x04"  # how a file of torch begins
FORMS = (
    "give a table (.csv) with the columns layer, head and value, a list of such rows as JSON, or a graph of MIB "
    '(.json, .pt) with its nodes and edges ("a0.h1")'
)
OF_NODE = "score of the node"
OF_NEURONS = "sum of the scores of the head's neurons"
OF_EDGES = "sum of the scores of the edges that leave the head"

Scores = dict[str, float]  # of nodes, by name


def heads_of_graph(name: str, graph: Any) -> tuple[dict[Head, float], str, int]:
    """What each head is worth in a graph, by what that is told, and how many nodes with a value are no heads.

    A node's own score counts. Where heads have none, it is the sum of what attribution gives their neurons, or else of
    what it gives the edges that leave them, which is what it gives the node. An edge that is none (minus infinity)
    adds nothing.

    Raises
    ------
    InputError
        If no head has a score, as where a graph only says which heads are part of a circuit.

    References
    ----------
    .. [1] Mueller et al. (2025), "MIB: A Mechanistic Interpretability Benchmark"; its graphs are those of
       Hanna et al. (2024), arXiv:2403.17806.
    """
    nodes, edges = (_part(graph, part) for part in ("nodes", "edges"))
    told = {
        OF_NODE: {node: number(each.get("score")) for node, each in nodes.items() if "score" in each},
        OF_NEURONS: {node: _summed(each["neurons_scores"]) for node, each in nodes.items() if "neurons_scores" in each},
        OF_EDGES: _of_edges(edges),
    }
    for by, scores in told.items():
        heads = {(int(found[1]), int(found[2])): scores[node] for node in scores if (found := HEAD.fullmatch(node))}
        if any(map(math.isfinite, heads.values())):
            return heads, by, len(scores) - len(heads)
    if any(told.values()):
        raise InputError(f"{name} names no head with a score as a12.h3: {FORMS}.")
    raise InputError(f"{name} holds no scores of nodes or edges: {FORMS}.")


def _part(graph: Any, name: str) -> dict[str, Mapping[str, Any]]:
    """Nodes or edges, each with what is told of it; one that only has a number has it as its score."""
    part = graph.get(name) if isinstance(graph, Mapping) else None
    if not isinstance(part, Mapping):
        return {}
    return {
        key: told if isinstance(told, Mapping) else {"score": told}
        for key, told in part.items()
        if isinstance(told, Mapping | float | int) and not isinstance(told, bool)
    }


def _of_edges(edges: Mapping[str, Mapping[str, Any]]) -> Scores:
    """What the edges that leave each node have together."""
    leaving: dict[str, list[Any]] = {}
    for edge, told in edges.items():
        if told.get("score") is not None:
            leaving.setdefault(edge.partition("->")[0], []).append(told["score"])
    return {node: _summed(scores) for node, scores in leaving.items()}


def _summed(scores: Iterable[Any]) -> float:
    """Of what there is: nan where that is nothing, or no numbers."""
    there = [each for each in map(number, scores if isinstance(scores, Iterable) else []) if each != -math.inf]
    return math.fsum(there) if there and math.inf not in there else math.nan


def number(told: Any) -> float:
    """A number that somebody wrote; nan for anything else."""
    try:
        return float(told)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def shape_of(graph: Any) -> tuple[int, int] | None:
    """How many layers and heads a layer a graph says that its model has."""
    config = graph.get("cfg") if isinstance(graph, Mapping) else None
    told = [config.get(part) for part in ("n_layers", "n_heads")] if isinstance(config, Mapping) else []
    sizes = [each for each in told if isinstance(each, int)]
    return (sizes[0], sizes[1]) if len(sizes) == 2 else None


# ---- packed by torch -------------------------------------------------------------------------------------------


def graph_in(name: str, whole: bytes) -> dict[str, Any]:
    """The graph in a file of torch, as JSON has it.

    Raises
    ------
    InputError
        If it is no such file, or holds more than numbers and names: nothing in it is run.
    """
    try:
        found = torch.load(io.BytesIO(whole), map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError, EOFError, ValueError) as error:
        why = cut(str(error).partition("\n")[0])
        raise InputError(f"{name} is no file of numbers and names that torch can unpack ({why}): {FORMS}.") from None
    sources = list(found.get("src_nodes", ())) if isinstance(found, Mapping) else []
    if not sources:
        raise InputError(f"{name} is no graph of MIB: it has no src_nodes. Instead {FORMS}.")
    nodes: dict[str, dict[str, Any]] = {node: {} for node in sources}
    for part, key in (("nodes_scores", "score"), ("neurons_scores", "neurons_scores")):
        for node, told in zip(sources, _listed(name, found, part, len(sources)), strict=False):
            nodes[node][key] = told
    rows = _listed(name, found, "edges_scores", len(sources))
    edges = {
        f"{node}->{i}": {"score": each} for node, row in zip(sources, rows, strict=False) for i, each in _numbered(row)
    }
    return {"cfg": found.get("cfg"), "nodes": nodes, "edges": edges}


def _listed(name: str, found: Mapping[str, Any], part: str, n: int) -> list[Any]:
    """A tensor with a row a node, as lists; nothing where there is none."""
    tensor = found.get(part)
    if tensor is None:
        return []
    if not isinstance(tensor, Tensor) or tensor.ndim < 1 or len(tensor) != n:
        raise InputError(f"{name} has {n} src_nodes, and its {part} are not as many rows: {FORMS}.")
    rows: list[Any] = tensor.float().tolist()
    return rows


def _numbered(row: Any) -> Iterable[tuple[int, Any]]:
    return enumerate(row if isinstance(row, list) else [row])
