"""Reading many texts: what follows the last attention is left out, and padding, and no number of a text changes."""

import pytest
import torch

from mha_viz.recording import sparing as module
from mha_viz.recording.capture import capture
from mha_viz.recording.sparing import WithoutPadding, can_leave_out_padding, sparing
from tests.support.networks.families import TEXT, TEXTS, text_model

WORDS = ["cat", "sat", "mat"]
LENGTHS = ((3, 17, 29), (5, 23), (7, 31, 11, 13))  # words of the texts of three batches


def batches():
    return [[" ".join(WORDS[i % 3] for i in range(n)) for n in lengths] for lengths in LENGTHS]


@pytest.fixture(autouse=True)
def few_tokens_will_do(monkeypatch):
    monkeypatch.setattr(module, "FEW", 5)


@pytest.mark.parametrize("name", sorted(TEXT))
def test_captures_are_those_of_plain_runs(name):
    _, model = text_model(name)
    for texts in batches():
        plain = capture(model, texts)
        with sparing():
            spared = capture(model, texts)
        for one, other in zip(plain, spared, strict=True):
            assert len(one.calls) == len(other.calls)
            for call, again in zip(one.calls, other.calls, strict=True):
                for part in ("query", "key", "value", "seen_pattern"):
                    here, there = getattr(call, part), getattr(again, part)
                    assert (here is None) == (there is None)
                    assert here is None or torch.allclose(here, there, rtol=0, atol=2e-6), (name, part)


def test_nothing_runs_after_the_last_attention():
    network, model = text_model("bert")
    ran = []
    for i, layer in enumerate(network.encoder.layer):
        layer.output.register_forward_hook(lambda *_, i=i: ran.append(i))
    capture(model, TEXTS[0])  # the first run is watched to its end
    last = len(network.encoder.layer) - 1
    ran.clear()
    capture(model, TEXTS[0])
    assert ran == list(range(last + 1))
    ran.clear()
    with sparing():
        capture(model, TEXTS[0])
    assert ran == list(range(last))


def test_linear_maps_are_given_tokens_alone_once_they_were_seen_at_two_lengths(monkeypatch):
    _, model = text_model("bert")
    for texts in batches():
        capture(model, texts)
    rows, original = [], WithoutPadding._of_tokens

    def of_tokens(self, *args):
        rows.append(len(self.rows))
        return original(self, *args)

    monkeypatch.setattr(WithoutPadding, "_of_tokens", of_tokens)
    for texts, lengths, is_known in zip(batches(), LENGTHS, (False, True, True), strict=True):
        rows.clear()
        with sparing():
            capture(model, texts)
        n_tokens = sum(lengths) + 2 * len(lengths)  # with start and end
        assert set(rows) == ({n_tokens} if is_known else set())


def linears_of(mask, *given):
    """What a linear map makes of each input beside a batch with this mask, and of which rows."""
    weight, results = torch.nn.Parameter(torch.arange(15.0).reshape(3, 5)), []
    for of_mask, vectors in zip(mask, given, strict=True):
        with torch.inference_mode(), WithoutPadding({"attention_mask": of_mask}):
            results.append(torch.nn.functional.linear(vectors, weight))
    return [(result, vectors @ weight.T) for result, vectors in zip(results, given, strict=True)]


def padded(*lengths):
    return torch.tensor([[1] * n + [0] * (max(lengths) - n) for n in lengths])


def test_zeros_stand_where_padding_is():
    masks = [padded(7, 2), padded(3, 11)]
    (first, whole), (second, other) = linears_of(masks, torch.randn(2, 7, 5), torch.randn(2, 11, 5))
    torch.testing.assert_close(first, whole)
    assert (second[0, 3:] == 0).all()
    assert not (other[0, 3:] == 0).any()
    torch.testing.assert_close(second[masks[1].bool()], other[masks[1].bool()])


def test_what_has_as_many_rows_by_chance_is_left_whole():
    """A map that was given seven rows whatever the texts are: of texts of seven tokens these are others."""
    masks = [padded(3, 11), padded(2, 13), padded(7, 2), padded(2, 7)]
    for result, whole in linears_of(masks, *[torch.randn(2, 7, 5) for _ in masks]):
        torch.testing.assert_close(result, whole)


def test_only_padded_texts_are_read_without_padding():
    mask = padded(3, 11)
    ids = {"input_ids": mask, "attention_mask": mask}
    assert can_leave_out_padding(ids)
    assert not can_leave_out_padding({**ids, "decoder_input_ids": mask})
    assert not can_leave_out_padding({"input_ids": mask})
    square = padded(3, 1, 2)  # three texts of at most three tokens: which axis is which does not show
    assert not can_leave_out_padding({"input_ids": square, "attention_mask": square})
