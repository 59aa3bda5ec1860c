"""Offsets of attention, worked out by hand; texts and blocks add up; the table of head scores."""

import math
import re

import pytest
import torch

from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.models.load import model_from
from mha_viz.objects import Positions
from mha_viz.recording.capture import capture
from mha_viz.scores.counting import Counts, even_spread, pooled, stacked
from mha_viz.scores.families.positional import argmax_at_offset, argmax_offsets, attention_at_offset, best_offset
from mha_viz.scores.of_tokens import token_scores
from mha_viz.scores.table import HEAD_SCORES, entropy, mean_distance, row_of
from tests.support.networks.families import TEXT, TEXTS, make, tokenizer

BY_HAND = torch.tensor(
    [
        [[0.6, 0.4, 0.0], [0.7, 0.2, 0.1], [0.1, 0.5, 0.4]],  # itself, previous, previous
        [[0.2, 0.8, 0.0], [0.1, 0.1, 0.8], [0.0, 0.3, 0.7]],  # next, next, itself
    ]
)


def random_pattern(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3)).softmax(dim=-1)


@pytest.mark.parametrize(
    ("k", "hits", "n", "attention"),
    [
        (0, [1, 1], 3, [0.6 + 0.2 + 0.4, 0.2 + 0.1 + 0.7]),
        (-1, [2, 0], 2, [0.7 + 0.5, 0.1 + 0.3]),
        (1, [0, 2], 2, [0.4 + 0.1, 0.8 + 0.8]),
        (-2, [0, 0], 1, [0.1, 0.0]),
        (3, [0, 0], 0, [0.0, 0.0]),
    ],
)
def test_by_hand(k, hits, n, attention):
    most, mean = argmax_at_offset(BY_HAND, k), attention_at_offset(BY_HAND, k)
    assert most.hits.tolist() == hits
    assert most.n.tolist() == mean.n.tolist() == [n, n]
    assert mean.hits.tolist() == pytest.approx(attention)
    if n == 0:  # no query has a key there
        assert most.share.isnan().all()
        assert mean.share.isnan().all()
    else:
        assert most.share.tolist() == [h / n for h in hits]


def test_a_causal_model_has_no_next_token():
    causal = even_spread(5, 5, is_causal=True)
    assert argmax_at_offset(causal, 1, is_causal=True).share.isnan()
    assert attention_at_offset(causal, 1, is_causal=True).share.isnan()
    assert attention_at_offset(causal, -1, is_causal=True).share.item() == pytest.approx(
        (1 / 2 + 1 / 3 + 1 / 4 + 1 / 5) / 4
    )


def test_empty_rows_and_queries_left_out_do_not_count():
    values = BY_HAND.clone()
    values[0, 1] = 0.0
    assert argmax_at_offset(values, -1).n.tolist() == attention_at_offset(values, -1).n.tolist() == [1, 2]
    only = torch.tensor([True, False, True])
    assert argmax_at_offset(BY_HAND, -1, queries=only).hits.tolist() == [1, 0]
    assert attention_at_offset(BY_HAND, -1, queries=only).share.tolist() == pytest.approx([0.5, 0.3])


def test_the_best_offset_is_the_one_that_most_queries_follow():
    offset, counts = best_offset(argmax_offsets(BY_HAND, (-2, -1, 0, 1)), (-2, -1, 0, 1))
    assert offset.tolist() == [-1, 1]
    assert counts.share.tolist() == [1.0, 1.0]
    far = Counts(torch.tensor([3.0, 3.0, 2.0]), torch.tensor([3, 5, 7]))
    offset, counts = best_offset(far, (-4, -1, 0))
    assert (offset.item(), counts.n.item()) == (-1, 5)  # of equal ones the nearest, whatever its share
    with pytest.raises(InputError, match="2 offsets"):
        best_offset(far, (0, 1))


def test_leading_axes_are_kept_and_input_is_not_changed():
    values = random_pattern(2, 3, 5, 7, 7)
    before = values.clone()
    assert argmax_offsets(values).hits.shape == (2, 3, 5, 11)
    assert attention_at_offset(values, -1).hits.shape == (2, 3, 5)
    assert argmax_offsets(values, range(-6, 7)).hits.sum(dim=-1).eq(7).all()  # every query looks somewhere
    assert torch.equal(values, before)


def test_chance_is_the_score_of_an_even_spread():
    values = torch.rand(2000, 7, 7, generator=torch.Generator().manual_seed(0))
    share = pooled([argmax_at_offset(one, -1) for one in values]).share.item()
    assert attention_at_offset(even_spread(7, 7), -1).share.item() == pytest.approx(1 / 7)
    assert share == pytest.approx(1 / 7, abs=4 * math.sqrt(1 / 7 * 6 / 7 / 12000))


@pytest.mark.parametrize("name", ["llama", "bert"])
def test_blocks_of_a_map_add_up_to_the_whole(name):
    found = capture(
        model_from(make(*TEXT[name]), tokenizer(ends=name == "bert"), name=name), "the cat sat. the cat ran"
    )
    call, positions = found.calls[1], found.query_positions[found.kinds[0]]
    whole = token_scores(pattern(found, 1), positions, is_causal=call.is_causal)
    assert len(whole) == 11 + 11  # offsets -5 to 5, and a row each for the rest
    parts = []
    for begin, end in ((0, 1), (1, 4), (4, len(positions))):
        part = part_of(call, queries=slice(begin, end))
        parts.append(token_scores(call_pattern(part), positions, first_query=begin, is_causal=call.is_causal))
    for score, tally in whole.items():
        added = pooled([part[score] for part in parts])
        torch.testing.assert_close(added.counts.hits, tally.counts.hits, rtol=1e-5, atol=1e-6, msg=str(score))
        assert torch.equal(added.counts.n, tally.counts.n), score
        low, high = row_of(*score[:2]).range
        share = tally.share
        is_ahead = call.is_causal and ("next" in score[1] or "ahead" in score[1])
        assert share.isnan().all() if is_ahead else not share.isnan().any(), score
        assert ((share.nan_to_num(low) >= low) & (share.nan_to_num(low) <= high + 1e-6)).all(), score
        if score[0] != "spread":  # an even spread over a block's keys is another one than over all
            assert added.chance == pytest.approx(tally.chance, abs=1e-6), score
    torch.testing.assert_close(whole["spread", "entropy", None].share.float(), entropy(pattern(found, 1)))
    torch.testing.assert_close(whole["spread", "mean distance", None].share.float(), mean_distance(pattern(found, 1)))


def test_chance_is_what_an_even_choice_gets():
    positions = Positions((3, 4, 3, 5), tuple("abac"), (False,) * 4, ((0, 1), (1, 2), (2, 3), (3, 4)), "abac")
    found = token_scores(torch.rand(2, 3, 4, 4), positions)
    chance = {score: tally.chance for (_, score, _), tally in found.items()}
    assert chance["previous token"] == pytest.approx(3 / 4)  # three queries have one, each by 1 in 4
    assert chance["2 tokens back"] == pytest.approx(2 / 4)
    assert chance["looks at itself"] == chance["attention to itself"] == pytest.approx(1.0)
    assert chance["first token"] == pytest.approx(1.0)
    assert chance["induction"] == pytest.approx(1 / 4)  # only the second a has been followed before
    assert chance["entropy"] == pytest.approx(4 * math.log(4))
    causal = token_scores(torch.rand(2, 3, 4, 4).tril(), positions, is_causal=True)
    assert causal["positional", "previous token", None].chance == pytest.approx(1 / 2 + 1 / 3 + 1 / 4)
    assert causal["positional", "next token", None].chance == 0.0
    assert causal["positional", "next token", None].counts.n.tolist() == [[0] * 3] * 2


def test_a_list_of_texts_is_the_pooled_result_of_its_members():
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    scores = [token_scores(pattern(one, 0), one.query_positions["encoder"]) for one in capture(model, list(TEXTS))]
    single = [capture(model, text) for text in TEXTS]
    alone = [token_scores(pattern(one, 0), one.query_positions["encoder"]) for one in single]
    for name in scores[0]:
        together = pooled([one[name] for one in scores])
        torch.testing.assert_close(
            together.counts.hits, sum(one[name].counts.hits for one in alone), rtol=1e-5, atol=1e-5
        )
        assert torch.equal(together.counts.n, sum(one[name].counts.n for one in alone))
        units = stacked([one[name].counts for one in scores])
        assert units.hits.shape == (3, 3)
        torch.testing.assert_close(units.hits.sum(dim=0), together.counts.hits)


def test_every_row_of_the_table_says_what_it_is():
    assert {score.family for score in HEAD_SCORES.values()} >= {"positional", "spread", "sinks", "copying"}
    for score in HEAD_SCORES.values():
        assert score.sentence.endswith(".")
        assert re.search(r"arXiv:|19\d\d|20\d\d", score.source)
        assert score.unit
        assert score.on in ("tokens", "items", "words", "texts", "pairs", "random tokens")
        assert score.scope in ("sentence", "document")
