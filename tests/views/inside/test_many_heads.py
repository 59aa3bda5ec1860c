"""Many heads against one: pictures and sentences on numbers that are made by hand."""

import numpy as np
import pandas as pd
import pytest

from mha_viz.attention.costs import heads_cost
from mha_viz.attention.maps import pattern
from mha_viz.recording.capture import capture
from mha_viz.views.inside.many_heads import average_picture, cost_sentence, cost_table, distances_picture
from tests.support.networks.families import text_model
from tests.support.pages.drawn import opened


def test_the_average_stands_last_with_its_own_strongest_pair():
    seen = capture(text_model("llama")[1], "the cat sat the cat")
    header, arrays = opened(average_picture(seen, 1, "decoder"))
    assert header["names"] == header["across_names"] == ["H0", "H1", "H2", "H3", "H4", "H5", "average"]
    assert arrays["levels"].size == 7 * 5 * 5
    labels = ["the", "cat", "sat", "the#2", "cat#2"]
    weights = pattern(seen, 1).numpy()
    for maps, (query, key, value) in zip([*weights, weights.mean(axis=0)], header["strongest"], strict=True):
        at = np.unravel_index(maps[1:, 1:].argmax(), (4, 4))
        assert ([query, key], value) == ([labels[i + 1] for i in at], pytest.approx(maps[1:, 1:].max()))
    assert header["label"] == "The patterns of layer 1, and their average last"


def test_the_distances_are_bars_with_their_mean_in_the_sentence():
    table = pd.DataFrame({"head": range(3), "distance": [0.1, 0.2, 0.45]})
    header, arrays = opened(distances_picture(table, 0.347))
    assert arrays["values"].tolist() == pytest.approx([0.1, 0.2, 0.45])
    (panel,) = header["panels"]
    assert (panel["kind"], panel["rows"], panel["high"]) == ("bars", ["H0", "H1", "H2"], 1.0)
    assert "rows are 0.25 bits away from the average" in header["note"]
    assert header["note"].endswith("by 35 % of its length. Another pattern for all of them may change it less.")
    note = opened(distances_picture(table, 0.347, 0.2))[0]["note"]
    assert note.endswith("by 35 % of its length; if all used the one pattern that changes it least, by 20 %.")


def test_what_several_heads_cost_is_told_of_the_largest_number():
    columns = ["heads", "d_head", "parameters", "flops", "time", "low", "high"]
    rows = [(1, 12, 600, 9, 1.0, 1, 1), (3, 4, 600, 9, 1.25, 1, 2), (3, 12, 1800, 27, 2.96, 2, 4)]
    costs = pd.DataFrame(rows, columns=columns)
    sentence = cost_sentence(costs)
    assert "here 3 of them took 1.25 × its time" in sentence
    assert "3 heads of the full width have 3 × the parameters and took 3.0 × the time." in sentence
    assert list(cost_table(costs)) == ["heads", "width of a head", "parameters", "operations", "time, × one head"]


def test_the_sentence_reads_what_is_measured():
    costs = heads_cost(d_model=8, n_positions=3, heads=(1, 2), rounds=3)
    assert "here 2 of them" in cost_sentence(costs)
    assert "2 heads of the full width have 2 × the parameters" in cost_sentence(costs)
