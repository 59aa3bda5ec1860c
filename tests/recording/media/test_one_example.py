"""Tensors that somebody made: read, or one sentence on what does not fit together."""

import pytest
import torch
import transformers as hf

from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.recording import cut
from mha_viz.recording.capture import capture
from tests.support.networks.families import BART, TEXT, make, tokenizer


def model_of(name):
    return model_from(make(*TEXT[name]), tokenizer(ends=False), name="tiny")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"input_ids": [[1, 5, 6]]}, "input_ids is of type list: give tensors, as tokenizers and processors make them"),
        ({"input_ids": torch.zeros(1, 0, dtype=torch.long)}, "input_ids is empty: give at least one token"),
        (
            {"input_ids": torch.tensor([[1, 5, 6]]), "attention_mask": torch.ones(1, 4)},
            "attention_mask is of 4 positions and input_ids of 3: give each its own number.",
        ),
        ({"input_ids": torch.tensor([[1, 99, 7]])}, "input_ids holds 99, and tiny knows 37 tokens, from 0 on."),
        ({"input_ids": torch.tensor([[1, 37]])}, "input_ids holds 37, and tiny knows 37 tokens, from 0 on."),
        ({"input_ids": torch.tensor([[1, -100, 7]])}, "input_ids holds -100, and tiny knows 37 tokens, from 0 on."),
        ({"input_ids": torch.full((1, 44), 5)}, "input_ids has 44 tokens; tiny reads at most 43."),
        ({"input_ids": torch.tensor([1, 5, 6])}, "Give the tensors of one example: the first axis of each must be 1."),
    ],
)
def test_what_does_not_fit_is_one_sentence(given, told):
    with pytest.raises(InputError) as error:
        capture(model_of("bert"), given)
    assert str(error.value).startswith(told)


def test_the_last_token_and_the_last_place_are_there():
    found = capture(model_of("bert"), {"input_ids": torch.full((1, 43), 36)})
    assert {call.n_key for call in found.calls} == {43}


def test_a_target_is_measured_too():
    model = model_from(make(hf.BartModel, hf.BartConfig(**BART)), tokenizer(), name="tiny")
    ids, target = torch.tensor([[1, 5, 2]]), torch.tensor([[4, 37]])
    with pytest.raises(InputError, match=r"decoder_input_ids holds 37, and tiny knows 37 tokens"):
        capture(model, {"input_ids": ids, "decoder_input_ids": target})
    given = {"input_ids": ids, "decoder_input_ids": target, "decoder_attention_mask": torch.ones(1, 3)}
    with pytest.raises(InputError, match=r"decoder_attention_mask is of 3 positions and decoder_input_ids of 2"):
        capture(model, given)


@pytest.mark.parametrize("block", [cut.query_blocks.__globals__["BLOCK"], 1])
def test_padding_before_a_text_is_called_so_wherever_it_stands(block, monkeypatch):
    """A position that can look at none has no pattern; with small blocks it is not in the first one."""
    monkeypatch.setitem(cut.query_blocks.__globals__, "BLOCK", block)
    mask = torch.zeros(1, 1, 3, 3).masked_fill(torch.tensor([[0, 1, 1], [0, 0, 1], [1, 1, 1]]).bool(), -torch.inf)
    with pytest.raises(UnreadableModelError, match=r"some positions can look at none in layer 0 \(decoder\), as where"):
        capture(model_of("llama"), {"input_ids": torch.tensor([[5, 6, 7]]), "attention_mask": mask})
    padded = {"input_ids": torch.tensor([[0, 0, 5, 6]]), "attention_mask": torch.tensor([[0, 0, 1, 1]])}
    with pytest.raises(UnreadableModelError, match=r"some positions can look at none in layer 0 \(decoder\), as where"):
        capture(model_of("llama"), padded)
