"""Two captures side by side."""

import pandas as pd
import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.comparison.changes import COLUMNS, flips, head_changes, most_changed
from mha_viz.comparison.comparison import by_nearest, by_place, comparison_of, distances_between, left_over
from mha_viz.errors import InputError
from tests.support.captures.comparing import WORDS, made, random_layers


def test_a_capture_against_itself_is_not_apart():
    found = made(random_layers(2, 3, 5), WORDS)
    comparison = comparison_of(found, found)
    distances = distances_between(comparison)
    assert distances.shape == (6, 6)
    assert distances.diag().abs().max() < 1e-6
    pairing = by_nearest(comparison, distances)
    assert pairing == by_place(comparison)
    table = head_changes(comparison, pairing)
    assert tuple(table.columns) == COLUMNS
    assert table["distance"].max() == table["change"].abs().max() == 0.0
    assert (table["n"] == 5).all()


def test_two_heads_that_changed_places_are_found():
    layers = random_layers(2, 3, 5)
    swapped = [layer.clone() for layer in layers]
    swapped[0][2], swapped[1][0] = layers[1][0], layers[0][2]
    comparison = comparison_of(made(layers, WORDS), made(swapped, WORDS, name="copy"))
    pairing = dict(by_nearest(comparison, distances_between(comparison)))
    assert {here: there for here, there in pairing.items() if here != there} == {(0, 2): (1, 0), (1, 0): (0, 2)}


def test_models_of_different_sizes_leave_heads_over():
    layers = random_layers(2, 3, 5)
    comparison = comparison_of(made(layers[:1], WORDS), made(layers[::-1], WORDS, name="large"))
    pairing = by_nearest(comparison, distances_between(comparison))
    assert pairing == [((0, head), (1, head)) for head in range(3)]
    assert left_over(comparison, pairing, 0) == []
    assert left_over(comparison, pairing, 1) == [(0, 0), (0, 1), (0, 2)]
    with pytest.raises(InputError, match="m has 1 × 3 heads and large 2 × 3"):
        by_place(comparison)


def test_changes_between_two_sentences_by_hand():
    first, second = torch.eye(5).repeat(2, 1, 1), torch.eye(5).repeat(2, 1, 1)
    first[1, 2] = torch.tensor([0.1, 0.6, 0.0, 0.2, 0.1])  # "was" of head 1: cat .6, tired .2
    second[1, 2] = torch.tensor([0.1, 0.1, 0.0, 0.7, 0.1])
    changed = [*WORDS[:3], "dirty", WORDS[4]]
    comparison = comparison_of(made([first], WORDS), made([second], changed))
    find = comparison.queries.find
    table = head_changes(comparison, by_place(comparison))
    assert table.loc[0, ["head", "from", "to"]].tolist() == [1, "was", "cat"]
    assert table.loc[0, ["first", "second", "change"]].tolist() == pytest.approx([0.6, 0.1, -0.5])
    assert table["distance"].tolist() == [pytest.approx(table.loc[0, "distance"]), 0.0]
    table = head_changes(comparison, by_place(comparison), looks=find("was"), to=find("tired"))
    assert table.loc[0, ["to", "first", "second"]].tolist() == ["tired → dirty", pytest.approx(0.2), pytest.approx(0.7)]
    table = head_changes(comparison, by_place(comparison), to=find("today"))
    assert table["from"].tolist() == ["the", "the"]  # no change in that column
    table = head_changes(comparison, by_place(comparison), looks=find("was"))
    assert table.loc[0, ["from", "to"]].tolist() == ["was", "cat"]
    words = {"looks": find("was"), "to": find("cat"), "against": find("dirty")}
    table = head_changes(comparison, by_place(comparison), **words)
    assert table.loc[0, ["first", "second", "change"]].tolist() == pytest.approx([0.4, -0.6, -1.0])
    assert flips(table).tolist() == [True, False]


def test_heads_that_are_further_apart_than_is_usual_do_not_flip():
    columns = ["first", "second", "distance"]
    table = pd.DataFrame([(0.5, -0.5, 0.75), (-0.25, 0.25, 0.25), (0.25, 0.125, 0.125)], columns=columns)
    assert flips(table).tolist() == [True, True, False]
    assert flips(table, within=0.5).tolist() == [False, True, False]
    assert flips(table, within=float("nan")).tolist() == [True, True, False]
    assert [most_changed(table, within=within) for within in (None, 0.75, 0.5, 0.1)] == [0, 0, 1, 2]


def test_what_has_no_counterpart_is_one_column():
    first = made(random_layers(1, 2, 3), ["[CLS]", "a", "b"], specials=("[CLS]",))
    second = made(random_layers(1, 2, 4), ["<s>", "a", "b", "</s>"], name="other", specials=("<s>", "</s>"))
    comparison = comparison_of(first, second)
    assert comparison.queries.labels() == ["a", "b"]
    assert [tuple(part.shape) for part in comparison.patterns] == [(1, 2, 2, 3)] * 2
    for part in comparison.patterns:
        assert torch.allclose(part.sum(-1), torch.ones(1, 2, 2))
    assert torch.allclose(comparison.patterns[0][0, :, :, 2], pattern(first, 0)[:, 1:, 0])


def test_what_goes_elsewhere_is_no_word_that_a_head_turns_to():
    first, second = torch.tensor([[[0.9, 0.1, 0.0]] * 3]), torch.tensor([[[0.1, 0.6, 0.3]] * 3])
    axes = ["[CLS]", "a", "b"], ["<s>", "a", "b"]
    captures = [made([part], axis, specials=axis[:1]) for part, axis in zip((first, second), axes, strict=True)]
    comparison = comparison_of(*captures)
    row = head_changes(comparison, by_place(comparison)).iloc[0]
    assert (row["from"], row["to"]) == ("a", "a")  # not the .8 that left the first column
    assert (row["first"], row["second"]) == (pytest.approx(0.1), pytest.approx(0.6))


def test_rows_before_the_change_are_equal_in_a_causal_model():
    tokens = made(random_layers(1, 2, 5), WORDS, kind="decoder")
    changed = made(random_layers(1, 2, 5, seed=1), [*WORDS[:3], "dirty", WORDS[4]], kind="decoder")
    assert comparison_of(tokens, changed).n_equal == 3
    assert comparison_of(tokens, tokens).n_equal == 0
    other = made(random_layers(1, 2, 5), [*WORDS[:3], "dirty", WORDS[4]], kind="decoder", name="other")
    assert comparison_of(tokens, other).n_equal == 0
    both_ways = made(random_layers(1, 2, 5), WORDS), made(random_layers(1, 2, 5), [*WORDS[:3], "dirty", WORDS[4]])
    assert comparison_of(*both_ways).n_equal == 0


def test_of_a_long_text_evenly_spaced_rows_are_compared():
    words = [f"w{i}" for i in range(300)]
    found = made(random_layers(1, 1, 300), words)
    comparison = comparison_of(found, found, row=299)
    assert len(comparison.rows) == 129
    assert comparison.patterns[0].shape == (1, 1, 129, 301)
    assert head_changes(comparison, by_place(comparison), looks=299, to=0).loc[0, "n"] == 129
    with pytest.raises(InputError, match="The row of “w298” was not compared"):
        head_changes(comparison, by_place(comparison), looks=298, to=0)


def test_nothing_in_common_is_refused():
    with pytest.raises(InputError, match="no word in common"):
        comparison_of(made(random_layers(1, 1, 4), list("abcd")), made(random_layers(1, 1, 1), ["z"]))
