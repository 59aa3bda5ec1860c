"""The best pattern that heads could share: by trying all of them, beside the average, and where nothing is lost."""

from itertools import product

import pytest
import torch

from mha_viz.arguments import changed
from mha_viz.comparison import shared_pattern
from mha_viz.comparison.distance import against_average
from mha_viz.comparison.shared_pattern import MOST_POSITIONS, least_change, nearest_mixtures
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXTS, text_model


def test_mixtures_come_as_near_as_any_other_shares():
    torch.manual_seed(3)
    parts, wanted = torch.randn(3, 5, dtype=torch.float64), 2 * torch.randn(7, 5, dtype=torch.float64)
    allowed = torch.ones(7, 3, dtype=torch.bool)
    allowed[2, 1] = allowed[5, 0] = False
    wanted[2] = 4 * parts[1]  # what it may not use
    shares = nearest_mixtures(parts, wanted, allowed)
    assert shares.sum(dim=-1) == pytest.approx(torch.ones(7).numpy(), abs=1e-9)
    assert shares.min() >= 0
    assert not shares[~allowed].any()
    for row, aim, may in zip(shares, wanted, allowed, strict=True):
        tried = [(a / 60, b / 60, 1 - (a + b) / 60) for a, b in product(range(61), repeat=2) if a + b <= 60]
        grid = torch.tensor(tried, dtype=torch.float64)
        grid = grid[(grid[:, ~may] == 0).all(dim=1)]
        best = (grid @ parts - aim).norm(dim=-1).min().item()
        assert (row @ parts - aim).norm().item() <= best + 1e-9


def test_who_may_use_nothing_does_not_end_the_search_for_others():
    torch.manual_seed(5)
    parts, wanted = torch.randn(7, 13, dtype=torch.float64), torch.randn(3, 13, dtype=torch.float64)
    allowed = torch.ones(3, 7, dtype=torch.bool)
    alone = nearest_mixtures(parts, wanted[1:], allowed[1:])
    allowed[0] = False
    shares = nearest_mixtures(parts, wanted, allowed)
    assert not shares[0].any()
    assert torch.allclose(shares[1:], alone, atol=1e-2)


@pytest.mark.parametrize("layer", [0, 3, 5])
def test_what_is_found_is_as_near_the_least_as_is_promised(minilm, monkeypatch, layer):
    seen = capture(minilm, "Anna sat on the mat because the cat was tired, and then Anna ran home with it.")
    found = least_change(seen, layer)
    monkeypatch.setattr(shared_pattern, "SURE", 0.0)
    monkeypatch.setattr(shared_pattern, "ROUNDS", 3000)
    assert 0 <= found**2 - least_change(seen, layer) ** 2 <= 1e-5


@pytest.mark.parametrize("name", ["bert", "llama"])
def test_no_pattern_changes_less_than_the_best_and_the_average_is_one_of_them(name):
    seen = capture(text_model(name)[1], TEXTS[1])
    for layer in range(2):
        least, average = least_change(seen, layer), against_average(seen, layer)[1]
        assert 0 < least < average


def test_where_all_heads_have_one_pattern_nothing_is_lost():
    seen = capture(text_model("bert")[1], TEXTS[1])
    call = seen.calls[0]
    same = changed(call, query=call.query[:1].expand_as(call.query), key=call.key[:1].expand_as(call.key))
    assert least_change(changed(seen, calls=(same,)), 0) == pytest.approx(0.0, abs=1e-3)


def test_what_is_said_of_a_known_model(minilm):
    seen = capture(minilm, "The cat sat on the mat because it was tired.")
    assert round(100 * against_average(seen, 0)[1]) == 67
    assert round(100 * least_change(seen, 0)) == 59


def test_of_a_long_text_it_is_not_sought(minilm):
    assert least_change(capture(minilm, "cat " * MOST_POSITIONS), 0) is None
