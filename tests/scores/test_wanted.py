"""Several scores summed at once give what each gives alone, whatever rows hold nothing and wherever blocks begin."""

import pytest
import torch

from mha_viz.objects import Positions
from mha_viz.scores import of_tokens
from mha_viz.scores.families.copying import copies_at_offsets, duplicate_token, induction, places_of_copies
from mha_viz.scores.families.positional import attention_at_offset, places_at_offset
from mha_viz.scores.families.sinks import attention_to_first, attention_to_keys, first_places, places_of_keys
from mha_viz.scores.wanted import attention_to_each

TEXT = "abaacba"
IDS = (3, 5, 3, 3, 7, 5, 3)
POSITIONS = Positions(IDS, tuple(TEXT), (False,) * 7, tuple((i, i + 1) for i in range(7)), TEXT)
SIGNS = torch.tensor([False, False, True, False, False, True, False])


def made(first, n_query, n_key, is_causal):
    """Rows of 11 heads, one of which holds nothing in its second row."""
    maps = torch.rand(11, n_query, n_key, generator=torch.Generator().manual_seed(n_query))
    maps = maps.tril(first) if is_causal else maps
    maps = maps / maps.sum(dim=-1, keepdim=True)
    maps[4, 1] = 0.0
    return maps


@pytest.mark.parametrize(
    ("is_causal", "first", "n_query", "n_key"),  # only a causal block comes without its last keys
    [(False, 0, 7, 7), (True, 0, 7, 7), (False, 2, 3, 7), (True, 2, 3, 7), (True, 2, 3, 5)],
)
def test_all_at_once_is_each_alone(first, n_query, n_key, is_causal):
    maps, size = made(first, n_query, n_key, is_causal), (n_query, n_key)
    place, text = {"first_query": first, "is_causal": is_causal}, torch.arange(n_query) != 1
    copies = {"ids": IDS, "first_query": first, "queries": text}
    alone = [
        *(attention_at_offset(maps, k, **place) for k in (-1, 0, 1)),
        attention_to_first(maps), attention_to_keys(maps, SIGNS, **place),
        induction(maps, **copies), duplicate_token(maps, **copies),
    ]  # fmt: skip
    wanted = [
        *(places_at_offset(*size, k, **place) for k in (-1, 0, 1)),
        first_places(*size), places_of_keys(*size, SIGNS, **place),
        *(places_of_copies(*size, **copies, after=after) for after in (1, 0)),
    ]  # fmt: skip
    for one, each in zip(alone, attention_to_each(maps, wanted), strict=True):
        assert each.n.tolist() == one.n.tolist()
        torch.testing.assert_close(each.hits, one.hits, rtol=0, atol=1e-6)
    assert [int(one.n[4]) for one in alone] != [int(one.n[0]) for one in alone]


def test_a_row_of_which_nothing_is_known_spoils_no_other():
    maps = made(0, 7, 7, False)
    maps[2, 3] = torch.nan
    (counts,) = attention_to_each(maps, [first_places(7, 7)])
    assert counts.n.tolist() == [6 if head in (2, 4) else 7 for head in range(11)]
    assert counts.hits.isfinite().all()


@pytest.mark.parametrize("is_causal", [False, True])
def test_short_and_long_texts_are_scored_alike(monkeypatch, is_causal):
    pattern = made(0, 7, 7, is_causal)
    short = of_tokens.token_scores(pattern, POSITIONS, is_causal=is_causal)
    monkeypatch.setattr(of_tokens, "SHORT", 0)
    long = of_tokens.token_scores(pattern, POSITIONS, is_causal=is_causal)
    assert list(short) == list(long)
    for key, tally in short.items():
        assert tally.rules == long[key].rules
        assert tally.chance == pytest.approx(long[key].chance, abs=1e-6)
        assert tally.counts.n.tolist() == long[key].counts.n.tolist()
        torch.testing.assert_close(tally.counts.hits, long[key].counts.hits, rtol=0, atol=1e-5)
    assert short["copying", "induction", None].rules == copies_at_offsets(
        pattern[0], IDS, after=1, queries=of_tokens.ordinary(POSITIONS)
    )
