"""What one text shows of pointing scores: shares of attention by hand, beside hits that stay what they were."""

from math import nan

import pandas as pd
import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.evidence.given import shown_as_shares, with_given
from mha_viz.evidence.one_text import score_table
from mha_viz.evidence.ranking import Question, ranked
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.scores.items import Item
from mha_viz.scores.pointing import given_to_right
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.texts.parser import SENTENCE, parse


def test_the_mean_of_what_the_right_words_get_over_the_items_that_can_be_asked():
    word_map = torch.tensor([[[0.1, 0.7, 0.2], [0.5, 0.25, 0.25], [0.3, 0.3, 0.4]]])
    items = {"both": [Item(0, (1,)), Item(1, (0, 2))], "ahead": [Item(0, (1,)), Item(2, (0,))], "none": [Item(0, (2,))]}
    assert given_to_right(word_map, items)["both"].tolist() == pytest.approx([(0.7 + 0.75) / 2])
    causal = given_to_right(word_map, items, is_causal=True)
    assert causal["ahead"].tolist() == pytest.approx([0.3])  # what stands ahead cannot be asked
    assert causal["none"].isnan().all()
    assert given_to_right(word_map, items, missing=[2])["both"].tolist() == pytest.approx([(0.7 + 0.5) / 2])


@pytest.mark.parametrize(("name", "ends"), [("bert", True), ("llama", False)])
def test_shares_are_those_of_the_maps(name, ends):
    model = model_from(make(*TEXT[name]), tokenizer(ends=ends), name=name)
    found = capture(model, SENTENCE)
    table = with_given(score_table(found, parse()), found, parse(), kind=found.kinds[0])
    begin, n = int(ends), len(found.query_positions[found.kinds[0]])
    for layer in range(len(found.calls)):
        maps = pattern(found, layer)
        rows = table[(table["score"] == "obl") & (table["direction"] == "dep→head") & (table["layer"] == layer)]
        assert rows["given"].tolist() == pytest.approx(maps[:, begin + 5, begin + 2].tolist())
        assert rows["even"].tolist() == pytest.approx([1 / n if ends else 1 / 6] * len(rows))
    assert table.loc[table["score"] == "entropy", "given"].isna().all()
    assert with_given(score_table(found, None), found, None, kind=found.kinds[0])["given"].isna().all()


def of_heads(**columns):
    known = {"layer": [0, 0, 1], "head": [0, 1, 0], "n": [2, 2, 2], "value": [1.0, 1.0, 0.5]}
    known |= dict.fromkeys(("low", "high", "control", "p"), nan) | {"baseline": 0.5, "chance": 0.2, "rule": "offset +1"}
    known |= {"verdict": "not enough evidence", "n_units": 1, "left_out": 0, "even": 0.1}
    return pd.DataFrame({**known, "family": "syntactic", "score": "det", "direction": "dep→head", **columns})


def test_heads_that_hit_alike_are_told_apart_by_what_they_give():
    asked = Question("syntactic", "det", "dep→head")
    shown = shown_as_shares(ranked(of_heads(given=[0.3, 0.6, 0.4]), asked))
    assert list(zip(shown["layer"], shown["head"], shown["value"], shown["hits"], strict=True)) == [
        (0, 1, 0.6, 2), (1, 0, 0.4, 1), (0, 0, 0.3, 2),
    ]  # fmt: skip
    assert shown["chance"].tolist() == [0.1] * 3
    assert shown["baseline"].isna().all()
    assert shown["rule"].tolist() == [None] * 3
    assert set(shown["said"]) == {"not enough evidence"}


def test_scores_that_point_at_nothing_stay_as_they_are():
    rows = ranked(of_heads(given=nan), Question("syntactic", "det", "dep→head"))
    plain = rows.drop(columns=["given", "even"])
    pd.testing.assert_frame_equal(shown_as_shares(rows), plain)
    pd.testing.assert_frame_equal(shown_as_shares(plain), plain)
