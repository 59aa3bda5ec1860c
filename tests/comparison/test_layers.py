"""Layer beside layer, on distances that are written down."""

import pytest
import torch

from mha_viz.comparison.comparison import comparison_of, distances_between
from mha_viz.comparison.layers import layer_distances, nearest_in_layers
from tests.support.captures.comparing import WORDS, made, random_layers


@pytest.fixture(scope="module")
def comparison():
    """Two layers of three heads beside three layers of two."""
    return comparison_of(made(random_layers(2, 3, 5), WORDS), made(random_layers(3, 2, 5, seed=1), WORDS, name="other"))


def test_layers_are_as_far_apart_as_their_heads_matched_one_to_one(comparison):
    distances = torch.full((6, 6), 0.875)
    # L0 beside L1 of the other: its heads 2 and 3. Taking the nearest pair first (.0625) would leave .875.
    distances[:3, 2:4] = torch.tensor([[0.0625, 0.125], [0.1875, 0.875], [0.875, 0.875]])
    layers = layer_distances(comparison, distances)
    assert layers.shape == (2, 3)
    assert layers[0, 1].item() == pytest.approx((0.125 + 0.1875) / 2)
    layers[0, 1] = 0.875
    assert (layers == 0.875).all()
    pairs = nearest_in_layers(comparison, distances)
    assert pairs[0][1] == ((0, 0), (1, 0))
    assert [[first[0], second[0]] for row in pairs for first, second in row] == [
        [i, j] for i in (0, 1) for j in range(3)
    ]


def test_a_model_beside_itself_with_heads_in_another_order_is_not_apart():
    layers = random_layers(2, 3, 5)
    turned = [layer[[2, 0, 1]] for layer in layers]
    comparison = comparison_of(made(layers, WORDS), made(turned, WORDS, name="turned"))
    apart = layer_distances(comparison, distances_between(comparison))
    assert apart.diag().abs().max() < 1e-5
    assert apart[0, 1] > 0.01
    assert nearest_in_layers(comparison, distances_between(comparison))[1][1] in [
        ((1, head), (1, place)) for head, place in ((2, 0), (0, 1), (1, 2))
    ]
