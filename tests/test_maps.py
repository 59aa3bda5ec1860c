"""Further maps, against their definitions written out and cases worked out by hand."""

import pytest
import torch
from families import ENCODER_DECODERS, TEXT, TEXTS, make, tokenizer
from test_words import positions

from mha_viz.attention import contribution, pattern
from mha_viz.capturing import capture
from mha_viz.errors import InputError
from mha_viz.inputs import numbered
from mha_viz.maps import contribution_lengths, hide, rollout
from mha_viz.models import model_from
from mha_viz.objects import AttentionCall, Capture


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


def test_hiding_by_hand():
    axis = positions("a, b", None, (0, 1), (1, 2), (3, 4))
    values = torch.tensor([[0.1, 0.2, 0.3, 0.4]] * 4)
    shown = hide(values, axis, axis, ("special tokens", "punctuation"), renormalise=False)
    assert shown.query.labels == shown.key.labels == ("a", "b")
    assert shown.key.spans == ((0, 1), (3, 4))
    assert shown.hidden == ("[S]", ",")
    assert shown.hidden_share == pytest.approx(0.4)
    torch.testing.assert_close(shown.values, torch.tensor([[0.2, 0.4]] * 2))
    again = hide(values, axis, axis, ("special tokens", "punctuation"), renormalise=True)
    torch.testing.assert_close(again.values, torch.tensor([[1 / 3, 2 / 3]] * 2))
    first = hide(values, axis, axis, ("first token",), renormalise=False)
    assert first.hidden == ("[S]",)
    everything = hide(values, axis, axis, (), renormalise=False)
    assert torch.equal(everything.values, values)
    assert everything.hidden_share == 0.0


def test_nothing_left_is_said():
    axis = positions("!", (0, 1))
    with pytest.raises(InputError, match="Nothing is left"):
        hide(torch.ones(1, 1), axis, axis, ("punctuation",), renormalise=False)
