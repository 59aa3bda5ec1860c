"""Further maps, against their definitions written out and cases worked out by hand."""

import pytest
import torch

from mha_viz.attention import maps
from mha_viz.attention.maps import contribution, contribution_lengths, pattern, rollout, rollouts
from mha_viz.errors import InputError
from mha_viz.inputs.text import numbered
from mha_viz.models.load import model_from
from mha_viz.objects import AttentionCall, Capture
from mha_viz.recording.capture import capture
from tests.support.networks.families import ENCODER_DECODERS, TEXT, TEXTS, make, tokenizer


def captured(name):
    return capture(model_from(make(*TEXT[name]), tokenizer(ends=name != "llama"), name=name), TEXTS[1])


@pytest.mark.parametrize("name", ["bert", "llama", "mpnet"])
def test_contribution_lengths_are_of_what_adds_up_to_the_contribution(name):
    found = captured(name)
    call = found.calls[1]
    value = call.value.repeat_interleave(call.n_heads // len(call.value), dim=0)
    parts = torch.einsum("hqk,hkd,hdm->hqkm", pattern(found, 1), value, call.projection)
    torch.testing.assert_close(parts.sum(dim=2), contribution(found, 1), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(contribution_lengths(found, 1), parts.norm(dim=-1), rtol=1e-4, atol=1e-5)


def test_rollout_by_hand():
    """Two layers of one head in which everybody looks at the next position, round and round."""
    turn = torch.eye(3).roll(1, dims=1)[None]
    calls = tuple(AttentionCall(i, "encoder", seen_pattern=turn, seen_logits=turn.log()) for i in range(2))
    found = Capture("turning", None, "", None, calls, {"encoder": numbered(3)}, {"encoder": numbered(3)})
    torch.testing.assert_close(rollout(found, 0)[0], torch.tensor([0.5, 0.5, 0.0]))
    torch.testing.assert_close(rollout(found, 1)[0], torch.tensor([0.25, 0.5, 0.25]))


@pytest.mark.parametrize("name", ["bert", "llama", "gpt-oss"])
def test_rows_of_a_rollout_sum_to_one_and_stay_causal(name):
    flow = rollout(captured(name), 1)
    torch.testing.assert_close(flow.sum(-1), torch.ones(len(flow)))
    assert flow.triu(1).any() == (name == "bert")


def test_there_is_no_rollout_of_cross_attention():
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    with pytest.raises(InputError, match="cross-attention"):
        rollout(capture(model, TEXTS[0], target="he ran"), 0, kind="cross")


@pytest.mark.parametrize("name", ["bert", "llama", "mpnet", "gpt-oss"])
def test_rollouts_follow_their_definition_layer_by_layer(name):
    found = captured(name)
    flows = list(rollouts(found, found.kinds[0]))
    expected = torch.eye(len(flows[0]), dtype=torch.float64)
    for layer, flow in enumerate(flows):
        weights = pattern(found, layer).double().mean(dim=0)
        weights = weights / weights.sum(dim=1, keepdim=True)
        expected = (0.5 * weights + 0.5 * torch.eye(len(weights))) @ expected
        torch.testing.assert_close(flow.double(), expected, rtol=1e-5, atol=1e-6)
        assert torch.equal(flow, rollout(found, layer))
    assert len(flows) == 2


def test_a_rollout_of_a_long_text_is_refused_with_the_limit(monkeypatch):
    monkeypatch.setattr(maps, "ROLLOUT_POSITIONS", 8)
    with pytest.raises(InputError, match="at most 8 tokens; this text has 9"):
        rollout(captured("llama"), 0)
    monkeypatch.setattr(maps, "ROLLOUT_POSITIONS", 9)
    assert rollout(captured("llama"), 0).shape == (9, 9)


def test_layers_that_are_not_there_are_named():
    with pytest.raises(InputError, match="layers 0 to 1"):
        rollout(captured("bert"), 2)
