"""A head that is made to do one thing in prose and another in JSON is told so; one that does the same is not."""

import pandas as pd
import pytest

from mha_viz.evidence.text_types.roles import ROLES, differences, how_roles_vary, roles_in, vector_of
from tests.support.text_types import SIGNS, N, delimiters, even, previous, two_types, type_table

# Four heads: another role, the same role, a role in one type alone, nothing. ``even`` takes a share that it ignores.
PROSE = [(previous, 0.5), (previous, 0.5), (delimiters, 0.4), (lambda _share: even(), 0.0)]
JSON = [(delimiters, 0.5), (previous, 0.5), (lambda _share: even(), 0.0), (lambda _share: even(), 0.0)]


@pytest.fixture(scope="module")
def table():
    return two_types(PROSE, JSON)


def role_names(table):
    return {(row.text_type, row.head): (row.score, row.verdict) for row in roles_in(table).itertuples()}


def test_each_head_has_the_role_that_it_was_made_for(table):
    made = {
        ("prose", 0): "attention to previous", ("prose", 1): "attention to previous", ("prose", 2): "delimiters",
        ("JSON", 0): "delimiters", ("JSON", 1): "attention to previous",
    }  # fmt: skip
    assert role_names(table) == {place: (score, "established") for place, score in made.items()}


def test_only_the_head_with_two_roles_differs_and_both_are_told_with_their_intervals(table):
    (found,) = differences(table)
    assert (found.layer, found.head) == (0, 0)
    told = {row.text_type: row for row in (found.first, found.second)}
    assert {name: row.score for name, row in told.items()} == {"prose": "attention to previous", "JSON": "delimiters"}
    signs = 0.5 + 0.5 * len(SIGNS) / N  # what the pattern gives, by hand
    assert told["JSON"].value == pytest.approx(signs, abs=0.02)
    assert told["JSON"].low < signs < told["JSON"].high
    assert told["JSON"].n_units == 16  # half of 32 texts report
    assert found.size > 0.5


def test_how_many_heads_are_of_which_kind(table):
    assert how_roles_vary(table) == {"same": 1, "differs": 1, "in some": 1, "none": 1}


def both(share):
    return (previous(share) + delimiters(share)) / 2


def test_a_head_that_does_both_in_either_type_does_not_differ_though_another_one_comes_first():
    tables = [type_table(name, [(both, 0.6)], spread=0.5) for name in ("prose", "JSON")]
    for table, first in zip(tables, ("attention to previous", "delimiters"), strict=True):
        table["gain_where_chosen"] += table["score"] == first
    table = pd.concat(tables, ignore_index=True)
    assert {score for score, _ in role_names(table).values()} == {"delimiters", "attention to previous"}
    assert differences(table) == []


def test_more_attention_to_signs_is_none_where_there_are_as_many_more_signs(table):
    raised = table.copy()
    of_json = (raised["text_type"] == "JSON") & (raised["score"] == "delimiters") & (raised["head"] == 0)
    raised.loc[of_json, "chance"] += 0.5  # as if half of the keys of JSON more were signs
    assert len(differences(table)) == 1
    assert differences(raised) == []


def test_the_vector_of_a_head_is_every_score_in_every_type(table):
    vector = vector_of(table, 0, 0)
    assert set(vector["text_type"]) == {"prose", "JSON"}
    assert set(vector["score"]) <= set(ROLES)
    assert len(vector) == 2 * vector["score"].nunique()
    assert (vector["low"] <= vector["value"]).all()
    assert (vector["value"] <= vector["high"]).all()
