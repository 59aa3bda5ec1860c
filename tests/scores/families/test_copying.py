"""Induction and duplicate tokens, worked out by hand, on planted heads and on a real model."""

from dataclasses import replace

import pytest
import torch

from mha_viz.attention.calls import call_pattern
from mha_viz.errors import InputError
from mha_viz.models.load import load_model
from mha_viz.objects import Positions
from mha_viz.recording.capture import capture
from mha_viz.scores.counting import even_spread, pooled
from mha_viz.scores.families.copying import copies_at_offsets, duplicate_token, induction, ordinary, random_repeats
from mha_viz.scores.families.positional import attention_at_offset

ROW = [0.1, 0.2, 0.3, 0.15, 0.25]
IDS = [5, 7, 5, 8, 5]  # copies of the last token at 0 and 2; what followed them is at 1 and 3


def test_by_hand():
    values = torch.tensor([[1.0, 0, 0, 0, 0], [0.5, 0.5, 0, 0, 0], [0.2, 0.7, 0.1, 0, 0], [0, 0, 0, 1, 0], ROW])
    found, copies = induction(values, IDS), duplicate_token(values, IDS)
    assert found.n.item() == copies.n.item() == 2  # the queries at 2 and 4
    assert found.hits.item() == pytest.approx(0.7 + 0.2 + 0.15)
    assert copies.hits.item() == pytest.approx(0.2 + 0.1 + 0.3)
    only = torch.tensor([True, True, False, True, True])
    assert induction(values, IDS, queries=only).share.item() == pytest.approx(0.35)
    assert duplicate_token(values, IDS, queries=only).share.item() == pytest.approx(0.4)


def test_nothing_repeats_and_nothing_follows():
    values = even_spread(3, 3)
    assert induction(values, [1, 2, 3]).share.isnan()
    assert duplicate_token(values, [1, 2, 3]).share.isnan()
    assert induction(values, [1, 4, 4]).share.isnan()  # what followed the first 4 is the query itself
    assert duplicate_token(values, [1, 4, 4]).share.item() == pytest.approx(1 / 3)


def test_planted_heads_score_1_and_others_chance():
    (ids,) = random_repeats(range(100), n=7, times=3, samples=1, bos=100).tolist()
    n = len(ids)
    planted = torch.zeros(2, n, n)
    planted[:, :, 0] = 1.0
    for query in range(8, n):
        planted[:, query, 0] = 0.0
        planted[0, query, query - 6] = 1.0  # one after the last copy
        planted[1, query, query - 7] = 1.0
    assert induction(planted, ids).share.tolist() == [1.0, 0.0]
    assert duplicate_token(planted, ids).share.tolist() == [0.0, 1.0]
    # in the third round two earlier copies: attention to both counts
    rows = [(1 if query < 15 else 2) / (query + 1) for query in range(8, n)]
    assert induction(even_spread(n, n, is_causal=True), ids).share.item() == pytest.approx(sum(rows) / len(rows))


def test_blocks_and_texts_add_up_and_nothing_is_changed():
    values = torch.rand(3, 5, 5, generator=torch.Generator().manual_seed(1)).softmax(dim=-1)
    before = values.clone()
    for score in (induction, duplicate_token):
        whole = score(values, IDS)
        blocks = [score(values[:, begin:end], IDS, first_query=begin) for begin, end in ((0, 2), (2, 3), (3, 5))]
        assert pooled(blocks).hits.tolist() == pytest.approx(whole.hits.tolist())
        assert pooled(blocks).n.tolist() == whole.n.tolist()
        twice = pooled([whole, score(values, torch.tensor(IDS))])
        assert twice.share.tolist() == pytest.approx(whole.share.tolist())
    assert torch.equal(values, before)


def test_offsets_that_find_copies_without_looking_for_them():
    ids = [4, 9, 9, 9, 4, 9]
    pattern = torch.ones(6, 6)
    # What followed an earlier copy. 9 at 2: none but itself. 9 at 3: place 2. 4 at 4: place 1. 9 at 5: 2, 3 and 4.
    assert copies_at_offsets(pattern, ids, after=1) == {
        "offset -1": 2, "offset -2": 1, "offset -3": 2, "offset -4": 0, "offset -5": 0,
    }  # fmt: skip
    # Earlier copies. 2: 1. 3: 1, 2. 4: 0. 5: 1, 2, 3.
    assert copies_at_offsets(pattern, ids, after=0) == {
        "offset -1": 2, "offset -2": 2, "offset -3": 1, "offset -4": 2, "offset -5": 0,
    }  # fmt: skip
    blocks = [copies_at_offsets(pattern[a:b], ids, after=0, first_query=a) for a, b in ((0, 2), (2, 5), (5, 6))]
    assert {rule: sum(block[rule] for block in blocks) for rule in blocks[0]} == copies_at_offsets(
        pattern, ids, after=0
    )
    text = torch.tensor([True, True, True, False, True, True])
    assert copies_at_offsets(pattern, ids, after=0, queries=text)["offset -1"] == 1


def test_random_repeats():
    rows = random_repeats(range(10, 50), n=11, times=3, samples=5, bos=7, seed=2)
    assert rows.shape == (5, 34)
    assert (rows[:, 0] == 7).all()
    for row in rows[:, 1:].unflatten(1, (3, 11)).tolist():
        assert row[0] == row[1] == row[2]
        assert len(set(row[0])) == 11
        assert set(row[0]) <= set(range(10, 50))
    assert len({tuple(row) for row in rows.tolist()}) == 5
    assert torch.equal(rows, random_repeats(range(10, 50), n=11, times=3, samples=5, bos=7, seed=2))
    assert not torch.equal(rows, random_repeats(range(10, 50), n=11, times=3, samples=5, bos=7, seed=3))
    assert random_repeats(range(30)).shape == (10, 100)
    assert (random_repeats(range(26), bos=7)[:, 1:] != 7).all()
    with pytest.raises(InputError, match="25 different tokens"):
        random_repeats([1, 2, 3])
    with pytest.raises(InputError, match="2 times"):
        random_repeats(range(30), times=1)


def test_special_tokens_and_patches_are_not_ordinary():
    positions = Positions((1, 5, 0), ("[CLS]", "cat", "patch"), (True, False, False), (None, (0, 3), None))
    assert ordinary(positions).tolist() == [False, True, False]


def test_what_a_template_writes_is_not_ordinary():
    labels = ("<turn>", "user", "Hi", "you", "bot")
    spans = ((0, 6), (6, 10), (11, 13), (13, 17), (18, 21))
    flags = (True, False, False, False, False)
    chat = Positions(IDS, labels, flags, spans, "<turn>user Hi you bot", (1, 1, 0, 0, 1), ("user", "template"))
    assert ordinary(replace(chat, contents=((11, 17),))).tolist() == [False, False, True, True, False]
    assert ordinary(chat).tolist() == [False, True, True, True, True]  # somebody's own parts, of no chat


@pytest.mark.real_model
def test_known_heads_of_a_real_model():
    model = load_model("smollm2")
    special = set(model.processor.all_special_ids)
    vocabulary = [token for token in range(len(model.processor)) if token not in special]
    rows = random_repeats(vocabulary, bos=0, samples=2)
    scores = {induction: [], attention_at_offset: []}
    for row in rows:
        found = capture(model, {"input_ids": row[None], "attention_mask": torch.ones_like(row[None])})
        patterns = torch.stack([call_pattern(call) for call in found.calls_of("decoder")])
        scores[induction].append(induction(patterns, row))
        scores[attention_at_offset].append(attention_at_offset(patterns, -1, is_causal=True))
    for score, (layer, head) in ((induction, (18, 6)), (attention_at_offset, (16, 0))):
        share = pooled(scores[score]).share  # (layer, head)
        assert share[layer, head] == share.max()
        assert 0.75 < share.max() < 0.97
