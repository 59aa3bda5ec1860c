"""Heads on a plane, in clusters, and nearest to one another: cases whose answer is known by hand."""

import math

import pytest
import torch

from mha_viz.comparison.atlas import WARD, atlas_of, atlas_table, clusters_of, on_a_plane
from mha_viz.comparison.comparison import comparison_of, distances_between
from mha_viz.comparison.distance import jensen_shannon, pairwise_distances
from mha_viz.comparison.nearest import (
    Distances,
    distances_from,
    distances_in,
    distances_over,
    nearest_heads,
    typical_distance,
)
from mha_viz.errors import InputError
from tests.support.captures.comparing import WORDS, made, random_layers


def squared(points):
    points = torch.as_tensor(points, dtype=torch.float64)
    return ((points[:, None] - points[None]) ** 2).sum(-1)


def planted(sizes, apart=0.4, within=0.02):
    """Distances of heads in clusters of these sizes, in an order that mixes them."""
    members = [cluster for cluster, size in enumerate(sizes) for _ in range(size)]
    order = torch.randperm(len(members), generator=torch.Generator().manual_seed(3))
    of = torch.tensor(members)[order]
    distances = torch.where(of[:, None] == of[None], within, apart)
    return distances.fill_diagonal_(0.0), of.tolist()


# ---- on a plane --------------------------------------------------------------------------------------------------


def test_three_points_on_a_line():
    """At 0, 1 and 5 of a line: their middle is 2, the largest coordinate is positive, one axis holds everything."""
    places, share = on_a_plane(squared([[0.0], [1.0], [5.0]]))
    assert places[:, 0].tolist() == pytest.approx([-2.0, -1.0, 3.0])
    assert places[:, 1].abs().max() < 1e-7
    assert share == pytest.approx(1.0)


def test_points_of_a_plane_keep_their_distances_wherever_they_were_turned():
    points = torch.randn(7, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    turned = torch.tensor([[0.6, -0.8], [-0.8, -0.6]], dtype=torch.float64)  # a turn and a reflection
    places, share = on_a_plane(squared(points))
    assert torch.allclose(squared(places), squared(points), atol=1e-9)
    assert share == pytest.approx(1.0)
    again, _ = on_a_plane(squared(points @ turned + 11.0))
    assert torch.allclose(again, places, atol=1e-9)  # the same place and sign, not only the same shape


def test_the_share_is_that_of_all_squared_distances():
    """A box with edges 2, 1 and 1/2: its corners vary by the squares of the edges, and two axes hold the larger two."""
    corners = torch.cartesian_prod(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 1.0]), torch.tensor([0.0, 0.5]))
    places, share = on_a_plane(squared(corners))
    assert share == pytest.approx((4 + 1) / (4 + 1 + 0.25))
    assert squared(places).sum() / squared(corners).sum() == pytest.approx(share)


def test_divergences_fit_without_error_as_squared_distances():
    """No eigenvalue is negative: the root of the divergence is Euclidean."""
    patterns = torch.rand(13, 5, 7, generator=torch.Generator().manual_seed(2)).softmax(-1) ** 3
    squares = pairwise_distances(patterns).double()
    rows = squares.mean(dim=1)
    products = (rows[:, None] + rows[None] - squares - rows.mean()) / 2
    values = torch.linalg.eigvalsh(products)
    assert values.min() > -1e-6
    assert values.max() > 1e-3


def test_equal_heads_stand_at_one_place():
    layers = random_layers(2, 3, 5)
    layers[1][2] = layers[0][1]
    atlas = atlas_of(distances_in(made(layers, WORDS)))
    assert torch.allclose(atlas.places[5], atlas.places[1], atol=1e-4)
    assert not torch.allclose(atlas.places[4], atlas.places[1], atol=1e-2)
    assert 0 < atlas.share <= 1


def test_one_head_and_heads_that_are_all_equal_have_nothing_to_show():
    one = atlas_of(distances_in(made(random_layers(1, 1, 5), WORDS)))
    assert one.places.tolist() == [[0.0, 0.0]]
    assert math.isnan(one.share)
    assert math.isnan(typical_distance(one.distances.between))
    assert atlas_table(one, 3)["cluster"].tolist() == [1]
    pattern = random_layers(1, 1, 5)[0][0]
    equal = atlas_of(distances_in(made([pattern.expand(3, 5, 5), pattern.expand(3, 5, 5)], WORDS)))
    assert equal.places.abs().max() == 0.0
    assert math.isnan(equal.share)
    assert atlas_table(equal, 3)["cluster"].tolist() == [1] * 6


def test_rounding_is_no_difference():
    noise = torch.rand(5, 5, generator=torch.Generator().manual_seed(4)) * 1e-6
    noise = (noise + noise.T).fill_diagonal_(0.0) / 2
    places, share = on_a_plane(noise)
    assert places.abs().max() == 0.0
    assert math.isnan(share)
    assert clusters_of(noise, 3) == [1] * 5


def test_two_heads():
    places, share = on_a_plane(torch.tensor([[0.0, 0.25], [0.25, 0.0]]))
    assert places[:, 0].tolist() == pytest.approx([0.25, -0.25])
    assert places[:, 1].abs().max() < 1e-7
    assert share == pytest.approx(1.0)


# ---- clusters ----------------------------------------------------------------------------------------------------


def test_planted_clusters_are_found_and_numbered_by_size():
    distances, of = planted([3, 7, 5])
    assert clusters_of(distances, 3) == [{1: 1, 2: 2, 0: 3}[one] for one in of]
    assert set(clusters_of(distances, 1)) == {1}


def test_of_equally_large_clusters_the_one_of_the_earlier_head_comes_first():
    distances = torch.tensor([[0, 9, 1, 9], [9, 0, 9, 1], [1, 9, 0, 9], [9, 1, 9, 0]]) / 10
    assert clusters_of(distances, 2) == [1, 2, 1, 2]


def test_clusters_are_joined_by_their_mean_distance():
    """Heads at 0, 2, 5 and 8.5: by the nearest pair 5 would join 0 and 2, by the mean it joins 8.5."""
    line = torch.tensor([0.0, 2.0, 5.0, 8.5])
    assert clusters_of((line[:, None] - line[None]).abs(), 2) == [1, 1, 2, 2]


def test_ward_joins_what_grows_least_in_roots_of_bits():
    """After 6 with 7 and 0 with 2, joining 10 and 14 adds 4² / 2 = 8 squares, 10 and {6, 7} 3.5² · 2 / 3 = 8.2; by the
    mean distance, squared or not, 10 is nearer to {6, 7} than to 14.
    """
    points = torch.tensor([[0.0], [2.0], [6.0], [7.0], [10.0], [14.0]])
    assert clusters_of(squared(points), 3, method=WARD) == [1, 1, 2, 2, 3, 3]
    assert clusters_of(squared(points), 3) == [2, 2, 1, 1, 1, 3]
    distances, _ = planted([3, 7, 5])
    assert clusters_of(distances, 3, method=WARD) == clusters_of(distances, 3)


def test_no_cluster_is_refused():
    with pytest.raises(InputError, match="at least one cluster"):
        clusters_of(torch.zeros(3, 3), 0)


# ---- nearest -----------------------------------------------------------------------------------------------------

HEADS = [("m", 0, 0), ("m", 0, 1), ("m", 1, 0), ("other", 0, 0)]
APART = torch.tensor([[0, 0.3, 0.1, 0.2], [0.3, 0, 0.5, 0.4], [0.1, 0.5, 0, 0.6], [0.2, 0.4, 0.6, 0]])


def test_the_nearest_heads_and_not_itself():
    table = nearest_heads(APART, HEADS, HEADS[0], 2)
    assert list(table.columns) == ["model", "layer", "head", "distance"]
    assert list(table.itertuples(index=False, name=None)) == [
        ("m", 1, 0, pytest.approx(0.1)),
        ("other", 0, 0, pytest.approx(0.2)),
    ]
    assert len(nearest_heads(APART, HEADS, HEADS[1])) == 3
    assert len(nearest_heads(APART, HEADS, HEADS[1], 99)) == 3
    assert nearest_heads(APART[2], HEADS, HEADS[2], 1)["head"].tolist() == [0]


def test_a_head_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="L7 H0 of m is not among these 4 heads"):
        nearest_heads(APART, HEADS, ("m", 7, 0))
    with pytest.raises(InputError, match="has no L2 H0"):
        distances_from(made(random_layers(2, 3, 5), WORDS), 2, 0)


def test_typical_is_the_median_of_all_pairs():
    assert typical_distance(APART) == pytest.approx(0.35)  # of .1 .2 .3 .4 .5 .6


def test_one_head_against_all_is_a_row_of_the_matrix():
    found = made(random_layers(2, 3, 5), WORDS)
    heads, row = distances_from(found, 1, 2)
    whole = distances_in(found)
    assert heads == whole.heads
    assert torch.allclose(row, whole.between[5], atol=1e-6)


# ---- texts and models --------------------------------------------------------------------------------------------


def test_the_matrix_is_the_divergence_of_each_pair():
    layers = random_layers(2, 3, 5)
    found = distances_in(made(layers, WORDS))
    assert found.heads == tuple(("m", layer, head) for layer in range(2) for head in range(3))
    assert (found.n_texts, found.n_rows) == (1, 5)
    assert found.between[1, 5].item() == pytest.approx(jensen_shannon(layers[0][1], layers[1][2]).item(), abs=1e-6)


def test_a_text_counts_by_its_rows():
    five, three = made(random_layers(2, 3, 5), WORDS), made(random_layers(2, 3, 3, seed=1), WORDS[:3])
    done = []
    both = distances_over([five, three], n_texts=2, progress=done.append)
    expected = (5 * distances_in(five).between + 3 * distances_in(three).between) / 8
    assert torch.allclose(both.between, expected, atol=1e-7)
    assert (both.n_texts, both.n_rows, done) == (2, 8, [0.5, 1.0])


def test_no_text_and_texts_of_other_models_are_refused():
    with pytest.raises(InputError, match="no text"):
        distances_over([])
    with pytest.raises(InputError, match="not the same"):
        distances_over([made(random_layers(2, 3, 5), WORDS), made(random_layers(2, 2, 5), WORDS)])


def test_two_models_share_one_matrix_on_their_common_words():
    small, large = made(random_layers(1, 2, 5), WORDS), made(random_layers(2, 3, 5, seed=1), WORDS, name="large")
    comparison = comparison_of(small, large)
    found = distances_in(comparison)
    assert found.heads == (*(("m", 0, h) for h in range(2)), *(("large", i, h) for i in range(2) for h in range(3)))
    assert torch.allclose(found.between[:2, 2:], distances_between(comparison), atol=1e-6)
    assert torch.equal(found.between, found.between.T)
    within = pairwise_distances(comparison.patterns[1].flatten(0, 1))
    assert torch.allclose(found.between[2:, 2:], within, atol=1e-6)
    table = atlas_table(atlas_of(found), 3)
    assert list(table.columns) == ["model", "layer", "head", "x", "y", "cluster"]
    assert table["model"].tolist() == ["m"] * 2 + ["large"] * 6


def test_of_a_long_text_some_rows_all_over_it():
    n = 307
    pattern = torch.zeros(1, n, n)
    pattern[0, :, 0] = 1.0
    other = pattern.clone()
    other[0, 200:] = 0.0
    other[0, 200:, 1] = 1.0
    labels = [f"w{i}" for i in range(n)]
    found = distances_in(made([torch.cat([pattern, other])], labels))
    assert found.n_rows == 128
    assert found.between[0, 1].item() == pytest.approx(107 / 307, abs=0.01)


def test_the_table_of_an_atlas_has_the_places():
    distances = Distances((("m", 0, 0), ("m", 0, 1), ("m", 1, 0)), squared([[0.0], [1.0], [5.0]]), 1, 3)
    table = atlas_table(atlas_of(distances), 2)
    assert table["x"].tolist() == pytest.approx([-2.0, -1.0, 3.0])
    assert table["cluster"].tolist() == [1, 1, 2]


def test_the_table_takes_the_method_of_its_clusters():
    places = torch.tensor([[0.0], [2.0], [6.0], [7.0], [10.0], [14.0]])
    atlas = atlas_of(Distances(tuple(("m", 0, i) for i in range(6)), squared(places), 1, 3))
    assert atlas_table(atlas, 3)["cluster"].tolist() == [2, 2, 1, 1, 1, 3]
    assert atlas_table(atlas, 3, method=WARD)["cluster"].tolist() == [1, 1, 2, 2, 3, 3]
