"""What a model predicts without some heads, and what they write: held against runs of the network itself."""

import pytest
import torch

from mha_viz.attention.calls import call_contributions
from mha_viz.evidence.claims.circuits import reading as here
from tests.support.networks.claims import encoder, reader, speaker

IDS = [1, 9, 17, 33, 9, 17, 41]


@pytest.fixture(scope="module")
def model():
    return speaker(initializer_range=0.3)


@pytest.fixture(scope="module")
def found(model):
    return here.reading(model, IDS)


def test_loss_is_that_of_the_network(model, found):
    ids = torch.tensor([IDS])
    assert here.losses(found).mean().item() == pytest.approx(
        model.network(input_ids=ids, labels=ids).loss.item(), abs=1e-5
    )


def test_text_is_read_as_its_tokens(model):
    assert here.reading(model, "w0 w1 w2").ids == [model.processor.get_vocab()[word] for word in ("w0", "w1", "w2")]


def test_a_head_that_is_taken_out_is_one_whose_columns_are_zero(found):
    model = speaker(initializer_range=0.3)
    with torch.no_grad():
        model.network.model.layers[3].self_attn.o_proj.weight[:, 8:12] = 0.0
    without = here.losses(here.reading(model, IDS))
    assert torch.allclose(here.losses(found, [(3, 2)]), without, atol=1e-5)
    assert not torch.allclose(here.losses(found), without, atol=1e-3)


def test_what_a_head_writes_is_what_it_adds_to_the_sum_at_the_scale_of_this_run(model, found):
    positions, tokens, seen = [2, 5], [7, 23, 40], {}
    norm = model.network.model.norm
    hook = norm.register_forward_hook(lambda _module, args, _out: seen.update(stream=args[0][0]))
    here.logits_of(found, positions)
    hook.remove()
    added = here.written(found, positions, tokens)
    assert added.shape == (35, 2, 3)
    scale = norm.weight / (seen["stream"].pow(2).mean(dim=-1, keepdim=True) + norm.variance_epsilon).sqrt()
    by_hand = (call_contributions(found.read.calls[6])[4] * scale)[positions] @ model.network.lm_head.weight[tokens].T
    assert torch.allclose(added[34], by_hand.detach(), atol=1e-5)


def test_other_heads_are_of_the_same_layers_and_never_these(found):
    heads = [(2, 0), (2, 3), (5, 1)]
    for other in here.other_heads(found, heads, 20, seed=3):
        assert sorted(layer for layer, _ in other) == [2, 2, 5]
        assert len(set(other)) == 3
        assert not set(other) & set(heads)
    whole = [(2, head) for head in range(5)]
    assert here.other_heads(found, whole, 1, seed=3) == [[]]


def test_what_cannot_be_asked_is_said():
    assert here.why_no_prediction(speaker()) == here.why_not_written(speaker()) == ""
    assert here.why_no_prediction(reader()) == "its files hold no prediction head"
    assert "tokens see what follows" in here.why_not_written(encoder())


def test_a_model_is_asked_once():
    asked = []
    find = here.once_a_model(lambda model: asked.append(model.name) or len(asked))
    one, other = speaker(), speaker(seed=1)
    assert [find(one), find(one), find(other)] == [1, 1, 2]
