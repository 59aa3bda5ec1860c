"""The numbers of one step as pictures and as a table."""

import numpy as np
import torch

from mha_viz.views.panels import Panel, panels_frame, panels_view
from mha_viz.views.style import theme
from tests.support.pages.drawn import opened

BARS = torch.tensor([[0.5], [-2.0], [0.25]])


def two():
    return [
        Panel("matrix", ["a", "b"], torch.arange(10.0).reshape(2, 5), "unit", "key", marked=1, share=0.5),
        Panel("bars", ["x", "y", "z"], BARS, "length", bars=True),
    ]


def test_panels_stand_one_after_the_other():
    header, arrays = opened(panels_view(two(), label="step"))
    first, second = header["panels"]
    assert header["label"] == "step"
    assert (first["offset"], first["columns"], second["offset"], second["columns"]) == (0, 5, 10, 1)
    assert np.array_equal(arrays["values"][:10].reshape(2, 5), two()[0].values.numpy())
    assert arrays["values"][10:].tolist() == BARS.flatten().tolist()
    assert (first["title"], first["rows"], first["unit"], first["column_name"]) == ("matrix", ["a", "b"], "unit", "key")
    assert (first["marked"], first["share"], first["kind"], second["kind"]) == (1, 0.5, "matrix", "bars")
    assert (first["low"], first["high"], first["largest"]) == (0.0, 9.0, 9.0)
    assert (second["low"], second["high"], second["largest"]) == (-2.0, 2.0, 2.0)
    assert first["palette"]["light"] == list(theme.SEQUENTIAL_LIGHT)
    assert second["palette"]["light"] == list(theme.DIVERGING_LIGHT)
    assert first["shape"].startswith("2 × 5:")


def only(panel):
    return opened(panels_view([panel]))[0]["panels"][0]


def test_shares_run_from_zero_to_one_and_masked_numbers_do_not_count():
    faint = only(Panel("p", ["a"], torch.tensor([[0.1, 0.2]]), "share", is_share=True))
    assert (faint["low"], faint["high"]) == (0.0, 1.0)
    masked = only(Panel("p", ["a"], torch.tensor([[-3.0, 1.0, -torch.inf]]), "logit"))
    assert (masked["low"], masked["high"], masked["largest"]) == (-3.0, 3.0, 3.0)


def test_one_huge_number_does_not_whiten_all_others():
    values = torch.linspace(-1, 1, 1000).reshape(20, 50)
    values[3, 7] = 500.0
    panel = only(Panel("p", ["r"] * 20, values, "unit"))
    assert 0.9 < panel["high"] <= 1.0
    assert (panel["low"], panel["largest"]) == (-panel["high"], 500.0)
    few = torch.ones(1, 10)
    few[0, 0] = 500.0
    assert only(Panel("p", ["r"], few, "unit"))["high"] == 500.0
    assert only(Panel("p", ["r"] * 20, values, "unit", bars=True))["high"] == 500.0


def test_the_table_holds_the_same_numbers():
    panels = two()
    table = panels_frame(panels)
    assert list(table.columns) == ["panel", "row", "key", "value", "dimension"]
    matrix = table[table["panel"] == "matrix"]
    assert matrix["row"].tolist() == ["a"] * 5 + ["b"] * 5
    assert matrix["key"].tolist() == [0, 1, 2, 3, 4] * 2
    assert matrix["value"].tolist() == list(range(10))
    assert table[table["panel"] == "bars"][["row", "value"]].to_numpy().tolist() == [
        ["x", 0.5],
        ["y", -2.0],
        ["z", 0.25],
    ]
    assert table["value"].dtype == np.float32
