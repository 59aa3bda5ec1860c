"""Values of heads from files of others: each form by hand, what is left out, how alike ranks are, and refusals."""

import json
from pathlib import Path

import pandas as pd
import pytest
import torch

from mha_viz.errors import InputError
from mha_viz.evidence.importance.published import Published, alike, read_published

ROWS = {(0, 1): 0.5, (2, 0): -3.0}


def written(tmp_path, text):
    path = tmp_path / "values"
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "layer,head,value\n0,1,0.5\n2,0,-3\n",
        "\ufefflayer;head;score;p\n0;1;0.5;.2\n2;0;-3;.1\n",
        "head\tlayer\timportance\n1\t0\t0.5\n0\t2\t-3\n",
        [{"layer": 0, "head": 1, "value": 0.5}, {"layer": 2, "head": 0, "value": -3}],
        {"heads": [{"layer": 0, "head": 1, "value": 0.5}, {"layer": 2, "head": 0, "value": -3}]},
    ],
)
def test_tables(tmp_path, text):
    assert read_published(written(tmp_path, text)).values == ROWS


def test_a_graph_with_scores_of_nodes(tmp_path):
    nodes = {"input": {"in_graph": True, "score": 9.0}, "m0": {"score": 1}, "logits": {"in_graph": True}}
    nodes |= {"a0.h1": {"score": 0.5}, "a2.h0": {"score": -3.0}, "a1.h2": {"score": float("nan")}}
    graph = {"cfg": {"n_layers": 3, "n_heads": 4}, "nodes": nodes, "edges": {"a0.h1->m0": {"score": 77}}}
    found = read_published(written(tmp_path, graph))
    assert (found.values, found.shape, found.told_by) == (ROWS, (3, 4), "score of the node")
    assert found.left_out == ("2 nodes of no head", "1 head without a number")


def test_a_graph_with_scores_of_edges_alone(tmp_path):
    edges = {"input->a0.h1<q>": 5.0, "a0.h1->m0": 0.25, "a0.h1->a2.h0<k>": 1.0, "a0.h1->logits": -0.75}
    edges |= {"a2.h0->logits": -3.0, "m0->a2.h0<v>": 8.0}
    graph = {
        "nodes": {"a0.h1": {"in_graph": True}, "m0": {"in_graph": False}},
        "edges": {name: {"score": score, "in_graph": True} for name, score in edges.items()},
    }
    found = read_published(written(tmp_path, graph))
    assert found.values == ROWS
    assert found.told_by == "sum of the scores of the edges that leave the head"
    assert found.left_out == ("2 nodes of no head",)


SOURCES = ["input", "a0.h1", "m0", "a2.h0"]


@pytest.mark.parametrize(
    ("scores", "told_by"),
    [
        ({"nodes_scores": torch.tensor([9.0, 0.5, 1.0, -3.0])}, "score of the node"),
        ({"neurons_scores": torch.tensor([[9.0, 9.0], [0.75, -0.25], [0.0, 0.0], [-4.0, 1.0]])}, "neurons"),
        ({"nodes_scores": torch.full((4,), torch.nan)}, "edges that leave"),
    ],
)
def test_a_graph_that_torch_has_packed(tmp_path, scores, told_by):
    """Edges that are none are minus infinity there; an edge has the same sum wherever it leads."""
    none = -torch.inf
    edges = torch.tensor([[5.0, none, 1.0], [none, 0.25, 0.25], [none, none, 8.0], [none, none, -3.0]])
    graph = {"cfg": {"n_layers": 3, "n_heads": 4}, "src_nodes": SOURCES, "edges_scores": edges, **scores}
    torch.save(graph, tmp_path / "importances.pt")
    found = read_published(tmp_path / "importances.pt")
    assert (found.values, found.shape, found.left_out) == (ROWS, (3, 4), ("2 nodes of no head",))
    assert told_by in found.told_by


def test_a_graph_of_neurons_has_scores_of_no_edges(tmp_path):
    """As JSON: scores that are null are none, and edges are nought where neurons were asked."""
    nodes = {"a0.h1": {"in_graph": True, "score": None, "neurons_scores": [1.0, -0.5]}}
    nodes |= {"a2.h0": {"in_graph": True, "score": None, "neurons_scores": [-3.0]}}
    edges = {f"{node}->logits": {"score": 0.0, "in_graph": False} for node in nodes}
    assert read_published(written(tmp_path, {"nodes": nodes, "edges": edges})).values == ROWS


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (
            {"src_nodes": SOURCES, "nodes_scores": torch.ones(3)},
            "has 4 src_nodes, and its nodes_scores are not as many",
        ),
        ({"weights": torch.ones(3)}, "no graph of MIB: it has no src_nodes"),
        ({"src_nodes": SOURCES, "path": Path("x")}, "no file of numbers and names that torch can unpack"),
    ],
)
def test_what_torch_has_packed_else_is_refused(tmp_path, held, said):
    torch.save(held, tmp_path / "other.pt")
    with pytest.raises(InputError, match=said):
        read_published(tmp_path / "other.pt")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("layer,head,worth\n0,1,2\n", "has the columns layer, head, worth: it needs layer, head, and one of value"),
        ("layer,head,value,score\n0,1,2,3\n", "has the columns layer, head, value, score"),
        ("layer,head,value\n0,1,2\n0,1,3\n", "row 2: L0 H1 stands there twice"),
        ("layer,head,value\n0,one,2\n", "row 1: layer 0, head one is no head"),
        ("", "holds no rows"),
        ("{", "is no JSON"),
        ([1, 2], "holds no rows with names"),
        ({"nodes": {}, "edges": {}}, "holds no scores of nodes or edges"),
        ({"nodes": {"a0.h1": {"in_graph": True}}, "edges": {"a0.h1->m0": {"in_graph": True}}}, "holds no scores of"),
        ({"nodes": {"m0": {"score": 1}}, "edges": {}}, "names no head with a score as a12.h3"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        read_published(written(tmp_path, text))


def test_other_files_are_refused(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no plain text"):
        read_published(tmp_path / "binary")
    with pytest.raises(InputError, match="cannot be read"):
        read_published(tmp_path / "missing")


# ---- beside ours -----------------------------------------------------------------------------------------------


def ours(values, n_heads=5):
    rows = [(i // n_heads, i % n_heads, value) for i, value in enumerate(values)]
    return pd.DataFrame(rows, columns=["layer", "head", "total"])


def theirs(values, n_heads=5, **more):
    return Published({(i // n_heads, i % n_heads): value for i, value in enumerate(values)}, "value", **more)


VALUES = [-1.0, 2.0, -3.0, 4.0, -5.0, 6.0, -7.0, 8.0, -9.0, 10.0]


def test_what_a_head_is_worth_is_what_is_lost_without_it():
    """By hand: their values are what is lost, that is our effects turned round where more is better."""
    lost = [-value for value in VALUES]
    found = alike(theirs(lost), ours(VALUES), less_is_better=False)
    assert (found.n, found.sizes, found.values) == (10, 1.0, 1.0)
    assert found.sizes_interval == (1.0, 1.0)
    assert alike(theirs(lost), ours(VALUES), less_is_better=True).values == pytest.approx(-1.0)


def test_effects_of_ours_in_a_file_are_told_from_worth():
    again = Published(theirs(VALUES).values, "total")
    for less_is_better in (True, False):
        assert alike(again, ours(VALUES), less_is_better=less_is_better).values == 1.0


def test_size_and_sign_are_two_things():
    """By hand: sizes are the same; with signs 1 − 6 Σ d² / (n (n² − 1)) with d of 10 ranks."""
    found = alike(theirs([abs(value) for value in VALUES]), ours(VALUES), less_is_better=True)
    assert found.sizes == 1.0
    ranks = {value: rank for rank, value in enumerate(sorted(VALUES), 1)}
    squares = sum((ranks[value] - rank) ** 2 for rank, value in enumerate(VALUES, 1))
    assert found.values == pytest.approx(1 - 6 * squares / (10 * 99))
    low, high = found.values_interval
    assert -1 <= low < found.values < high <= 1


def test_heads_that_stand_in_one_alone_are_left_out_and_counted():
    found = alike(theirs(VALUES[:8], left_out=("3 nodes of no head",)), ours(VALUES), less_is_better=True)
    assert (found.n, found.values) == (8, 1.0)
    assert found.left_out == ("3 nodes of no head", "2 heads not in the file")


def test_equal_values_have_no_ranks():
    found = alike(theirs([1.0] * 10), ours(VALUES), less_is_better=True)
    assert found.as_dict()["values"] is None
    assert found.as_dict()["values_interval"] is None
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_values_of_another_model_are_refused():
    with pytest.raises(InputError, match="names L2 H0, and the model has 2 layers of 5 heads"):
        alike(theirs([*VALUES, 1.0]), ours(VALUES), less_is_better=True)
    with pytest.raises(InputError, match="of a model with 12 layers of 12 heads, and the model has 2 layers of 5"):
        alike(theirs(VALUES, shape=(12, 12)), ours(VALUES), less_is_better=True)
    with pytest.raises(InputError, match="7 heads stand in the file and in the model: give at least 8"):
        alike(theirs(VALUES[:7]), ours(VALUES), less_is_better=True)
