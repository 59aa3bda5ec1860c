"""What one head adds, where the map after the heads holds packed numbers: told by the unpacked weight, or refused."""

import numpy as np
import pytest
import torch
import transformers as hf

import mha_viz
from mha_viz.errors import NotSeenError, UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.recording.packed import is_packed
from mha_viz.recording.rebuild import layer_parts
from tests.support.networks.families import LLAMA, make, tokenizer

TEXT = "the cat sat on the mat"


class Params4bit(torch.nn.Parameter):
    """Called like the weights of bitsandbytes: numbers of one byte."""


class Packed(torch.nn.Module):
    """A linear map of whole numbers and a scale, in code that is not torch's; ``rounds`` what goes in too."""

    def __init__(self, linear, *, rounds):
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.rounds, self.bias = rounds, None
        self.scale = linear.weight.abs().max().item() / 127
        self.weight = Params4bit((linear.weight / self.scale).round().to(torch.int8), requires_grad=False)

    def unpacked(self):
        return self.weight.detach().float() * self.scale

    def forward(self, x):
        numbers = x.detach().numpy()
        if self.rounds:
            step = np.abs(numbers).max() / 7
            numbers = np.round(numbers / step) * step
        return torch.from_numpy(numbers @ self.unpacked().numpy().T)


def packed_model(monkeypatch, *, rounds, is_known=True):
    network = make(hf.LlamaForCausalLM, hf.LlamaConfig(**LLAMA))
    maps = {}
    for layer in network.model.layers:
        layer.self_attn.o_proj = packed = Packed(layer.self_attn.o_proj, rounds=rounds)
        maps[id(packed.weight)] = packed
    if is_known:
        unpack = lambda weight, _state=None: maps[id(weight)].unpacked()  # noqa: E731
        monkeypatch.setattr("transformers.integrations.bitsandbytes.dequantize_bnb_weight", unpack)
    else:
        monkeypatch.setattr("mha_viz.recording.packed.BY_BITSANDBYTES", ())
    return model_from(network, tokenizer(ends=False), name="packed")


def test_what_heads_add_is_that_of_the_unpacked_weight(monkeypatch):
    model = packed_model(monkeypatch, rounds=False)
    for _watched_and_then_known in range(2):
        found = mha_viz.capture(model, TEXT)
        for call, layer in zip(found.calls, model.network.model.layers, strict=True):
            outputs = mha_viz.head_output(found, call.layer)  # (head, query, d_head)
            expected = torch.einsum("hqd,hde->hqe", outputs, layer.self_attn.o_proj.unpacked().mT.unflatten(0, (6, 4)))
            torch.testing.assert_close(mha_viz.contribution(found, call.layer), expected)
            assert call.followed_by == "sum"


@pytest.mark.parametrize(("rounds", "is_known"), [(True, True), (False, False)])
def test_what_is_no_such_weight_is_refused_for_the_true_reason(rounds, is_known, monkeypatch):
    model = packed_model(monkeypatch, rounds=rounds, is_known=is_known)
    for _watched_and_then_known in range(2):
        found = mha_viz.capture(model, TEXT)
        assert mha_viz.pattern(found, 1).shape == (6, 6, 6)
        with pytest.raises(NotSeenError, match="Layer 1: the linear map after the heads computes with packed numbers"):
            mha_viz.contribution(found, 1)
    with pytest.raises(UnreadableModelError, match="packed numbers"):
        layer_parts(model, 0)


def test_what_counts_as_packed():
    linear = torch.nn.Linear(5, 7)
    small = torch.nn.Linear(5, 7).to(torch.float8_e4m3fn)
    assert [is_packed(one) for one in (linear, linear.half(), small, torch.nn.Embedding(3, 5))] == [
        False, False, True, False,
    ]  # fmt: skip
    assert is_packed(Packed(torch.nn.Linear(5, 7), rounds=False))
