"""Tensors that somebody made: their positions are called by what they stand for, where that is found."""

import torch
import transformers as hf

from mha_viz.inputs.words import group_words
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import BART, CLIP, LLAMA, PATCHES, make, tokenizer
from tests.support.networks.several_parts import PICTURE, VISION

IDS = torch.tensor([[1, 5, 6, 7, 8, 2]])  # [CLS] the cat sat on [SEP]
READ = ("[CLS]", "the", "cat", "sat", "on", "[SEP]")


def loaded(network_class, config, processor=None):
    return model_from(make(network_class, config), processor, name="it")


def test_registers_and_the_patches_of_a_picture_that_is_not_square():
    model = loaded(hf.Dinov2WithRegistersModel, hf.Dinov2WithRegistersConfig(**PATCHES, num_register_tokens=4))
    axis = capture(model, {"pixel_values": torch.rand(1, 3, 12, 20)}).query_positions["encoder"]
    assert axis.labels[:5] == ("CLS", "reg 1", "reg 2", "reg 3", "reg 4")
    assert axis.cells[5:] == tuple((row, column) for row in range(3) for column in range(5))
    assert axis.is_special == (True,) * 5 + (False,) * 15


def test_words_stay_words_beside_a_picture_whose_tokens_are_its_cells():
    settings = {"text_config": hf.LlamaConfig(**{**LLAMA, "vocab_size": 41}), "image_token_index": PICTURE}
    config = hf.LlavaConfig(**settings, vision_config=hf.CLIPVisionConfig(**VISION))
    model = loaded(hf.LlavaModel, config, tokenizer(ends=False))
    ids = torch.tensor([[1, 5, *[PICTURE] * 9, 6, 7]])
    found = capture(model, {"pixel_values": torch.rand(1, 3, 12, 12), "input_ids": ids})
    axis = found.query_positions["decoder"]
    assert axis == found.key_positions["decoder"]
    assert axis.labels[:3] == ("[CLS]", "the", "image 0, 0")
    assert axis.labels[-3:] == ("image 2, 2", "cat", "sat")
    assert axis.cells[2:-2] == tuple((row, column) for row in range(3) for column in range(3))
    assert axis.segments == (0, 0, *[1] * 9, 0, 0)


def test_what_a_tokenizer_made_is_read_as_its_text():
    model = loaded(hf.LlamaModel, hf.LlamaConfig(**LLAMA), tokenizer())
    found = capture(model, model.processor("the cat sat on", return_tensors="pt"))
    axis = found.query_positions["decoder"]
    assert (axis.ids, axis.labels) == (tuple(IDS[0].tolist()), READ)
    assert axis.is_special == (True, False, False, False, False, True)
    assert [axis.labels[group[0]] for group in group_words(axis).groups] == list(READ)


def test_both_sides_of_an_encoder_decoder():
    model = loaded(hf.BartModel, hf.BartConfig(**BART), tokenizer())
    found = capture(model, {"input_ids": IDS, "decoder_input_ids": torch.tensor([[4, 9, 6]])})
    assert found.query_positions["encoder"].labels == READ
    assert found.query_positions["cross"].labels == found.query_positions["decoder"].labels == ("[START]", "a", "cat")
    assert found.key_positions["cross"].labels == READ


def test_a_picture_with_as_many_patches_as_there_are_tokens_keeps_its_numbers():
    text = {**CLIP, "vocab_size": 37, "max_position_embeddings": 43}
    config = hf.CLIPConfig(text_config=text, vision_config={**CLIP, "image_size": 12, "patch_size": 4})
    model = loaded(hf.CLIPModel, config, tokenizer())
    ids = torch.tensor([[1, 5, 6, 7, 8, 9, 10, 11, 12, 2]])
    found = capture(model, {"input_ids": ids, "pixel_values": torch.rand(1, 3, 12, 12)})
    assert found.query_positions["encoder"].labels == tuple("0123456789")
    assert found.query_positions["decoder"].labels[:5] == READ[:5]


def test_tokens_that_the_tokenizer_does_not_know_keep_their_numbers():
    model = loaded(hf.LlamaModel, hf.LlamaConfig(**LLAMA), tokenizer())
    assert capture(model, {"input_ids": torch.tensor([[5, 36]])}).query_positions["decoder"].labels == ("0", "1")
    without = loaded(hf.LlamaModel, hf.LlamaConfig(**LLAMA))
    assert capture(without, {"input_ids": IDS}).query_positions["decoder"].labels == tuple("012345")
