"""Networks of several parts: every part equals the family's own eager attention, or is refused with what would work."""

import copy
import sys

import pytest
import torch
import transformers as hf

from mha_viz.attention.calls import call_pattern
from mha_viz.attention.maps import contribution, head_output, pattern
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.recording import validate
from mha_viz.recording.capture import capture
from mha_viz.recording.rebuild import attention_of_layer
from tests.support.networks.families import BART, BERT, TEXTS, make, tokenizer
from tests.support.networks.other_senses import OTHER_SENSES as READS_ON
from tests.support.networks.several_parts import (
    BLIP,
    DECODER,
    LOOKING_SENSES,
    OTHER_SENSES,
    SMALL_ENCODER,
    TOWERS,
    git,
    picture_and_target,
    picture_and_text,
    reads_picture,
)

NEAR = {"rtol": 0, "atol": 1e-5}


def loaded(network_class, config):
    """A network as transformers alone runs it, and the same as a model."""
    network = make(network_class, config)
    reference = copy.deepcopy(network)
    for module in reference.modules():
        if hasattr(module, "config"):
            module.config._attn_implementation_internal = "eager"
    return reference, model_from(network, tokenizer(), name="tiny")


def returned(reference, **inputs):
    with torch.no_grad():
        return reference(**inputs, output_attentions=True)


def assert_equal(found, kind, expected):
    assert len(found.calls_of(kind)) == len(expected) > 1
    for call, attention in zip(found.calls_of(kind), expected, strict=True):
        torch.testing.assert_close(call_pattern(call), attention[0], **NEAR)


# ---- a picture, and the text that a decoder makes of it ----------------------------------------------------------


def test_a_decoder_in_its_own_code_behind_an_encoder_on_the_interface():
    network_class, config, inputs = OTHER_SENSES["trocr"]
    reference, model = loaded(network_class, config)
    for batch in (inputs(), inputs(), {**inputs(), "decoder_input_ids": torch.tensor([[2, 9, 3]])}):
        found, outputs = capture(model, batch), returned(reference, **batch)
        for kind in ("encoder", "decoder", "cross"):
            assert_equal(found, kind, outputs[f"{kind}_attentions"])
        n = batch["decoder_input_ids"].shape[1]
        assert [call.n_key for call in found.calls] == [11] * 3 + [n, 11] * 2
        outputs = []
        hook = reference.decoder.model.decoder.layers[1].encoder_attn.out_proj.register_forward_hook(
            lambda _module, _inputs, output, outputs=outputs: outputs.append(output)
        )
        returned(reference, **batch)
        hook.remove()
        own = contribution(found, 1, kind="cross").sum(dim=0) + found.calls_of("cross")[1].projection_bias
        torch.testing.assert_close(own, outputs[0][0], rtol=0, atol=1e-4)
        assert head_output(found, 1, kind="cross").shape == (3, n, 8)


def test_of_an_encoder_in_windows_the_decoder_is_shown_and_it_is_said():
    network_class, config, inputs = OTHER_SENSES["donut"]
    reference, model = loaded(network_class, config)
    for _ in range(2):
        batch = inputs()
        found, outputs = capture(model, batch), returned(reference, **batch, use_cache=False)
        assert found.kinds == ("decoder", "cross")
        assert_equal(found, "decoder", outputs.decoder_attentions)
        assert_equal(found, "cross", outputs.cross_attentions)
        assert len(found.key_positions["cross"]) == 16
        (note,) = found.notes
        assert note.startswith("The encoder (DonutSwinModel) attends inside windows")


def test_a_decoder_of_another_family_may_read_a_picture():
    decoder = hf.GPT2Config(vocab_size=37, n_positions=43, n_embd=24, n_layer=2, n_head=3, **{**DECODER})
    config = reads_picture(hf.ViTConfig(**SMALL_ENCODER), decoder)
    reference, model = loaded(hf.VisionEncoderDecoderModel, config)
    batch = picture_and_target()
    found, outputs = capture(model, batch), returned(reference, **batch)
    for kind in ("encoder", "decoder", "cross"):
        assert_equal(found, kind, outputs[f"{kind}_attentions"])


@pytest.mark.parametrize("name", LOOKING_SENSES)
def test_a_text_that_looks_at_a_picture_in_its_own_code(name):
    """BLIP returns the maps of the picture alone: those of the text are taken where its attention makes them."""
    network_class, config, inputs = LOOKING_SENSES[name]
    reference, model = loaded(network_class, config)
    text = (reference.text_decoder.bert if hasattr(reference, "text_decoder") else reference.text_encoder).encoder
    for _ in range(2):
        batch, maps = inputs(), {"self": [], "cross": []}
        batch["attention_mask"] = torch.ones_like(batch["input_ids"])
        hooks = [
            module.self.register_forward_hook(lambda _module, _inputs, made, to=maps[kind]: to.append(made[1]))
            for layer in text.layer
            for kind, module in (("self", layer.attention), ("cross", layer.crossattention))
        ]
        found = capture(model, batch)
        returned(reference, **batch)
        for hook in hooks:
            hook.remove()
        assert found.kinds == ("encoder", "decoder", "cross")
        assert_equal(found, "decoder", maps["self"])
        assert_equal(found, "cross", maps["cross"])
        assert found.calls_of("cross")[0].n_key == 10
        assert_equal(found, "encoder", returned(reference.vision_model, pixel_values=batch["pixel_values"]).attentions)


def test_two_texts_that_look_at_a_picture_are_refused_by_their_stacks():
    _, model = loaded(hf.BlipForQuestionAnswering, BLIP)
    with pytest.raises(UnreadableModelError, match=r"several stacks of layers that attend alike \(text_\w+"):
        capture(model, {**picture_and_text(), "decoder_input_ids": torch.tensor([[1, 5, 7]])})


# ---- a picture in a text -----------------------------------------------------------------------------------------


def test_a_picture_in_a_text_is_read_by_both_parts_again_and_again():
    network_class, config, inputs = OTHER_SENSES["llava"]
    reference, model = loaded(network_class, config)
    for _ in range(3):
        batch = inputs()
        found, outputs = capture(model, batch), returned(reference, **batch)
        assert_equal(found, "decoder", outputs.attentions)
        with torch.no_grad():
            tower = reference.vision_tower(batch["pixel_values"], output_attentions=True)
        assert_equal(found, "encoder", tower.attentions)
    states = model.network.vision_tower(inputs()["pixel_values"], output_hidden_states=True).hidden_states
    assert len(states) == config.vision_config.num_hidden_layers + 1


AHEAD = {"gemma3 with a picture": "vision_tower", "paligemma with a picture": "vision_tower", "git": "image_encoder"}


@pytest.mark.parametrize("name", AHEAD)
def test_a_text_that_looks_ahead_among_a_picture_is_the_decoders_all_the_same(name):
    network_class, config, inputs = READS_ON[name]
    reference, model = loaded(network_class, config)
    reference.double()  # four layers of peaked rows make much of how a number was rounded
    model.network.double()
    for _ in range(3):
        batch = {key: value.double() if value.is_floating_point() else value for key, value in inputs().items()}
        found, outputs = capture(model, batch), returned(reference, **batch)
        assert found.kinds == ("encoder", "decoder")
        assert_equal(found, "decoder", outputs.attentions)
        seen = pattern(found, 0, kind="decoder")
        assert seen.triu(1).max() > 1e-3
        with torch.no_grad():
            tower = getattr(reference, AHEAD[name])(batch["pixel_values"], output_attentions=True)
        assert_equal(found, "encoder", tower.attentions)


def test_a_picture_whose_patches_lie_packed_is_read_by_both_parts(monkeypatch):
    network_class, config, inputs = OTHER_SENSES["qwen2-vl"]
    reference, model = loaded(network_class, config)
    family, weights = sys.modules[network_class.__module__], []
    eager = family.eager_attention_forward

    def seen(*arguments, **options):
        output, attention = eager(*arguments, **options)
        weights.append(attention)
        return output, attention

    for _ in range(2):
        found = capture(model, inputs())
        with monkeypatch.context() as patched:  # the family returns its outputs as the encoder's attentions
            patched.setattr(family, "eager_attention_forward", seen)
            weights.clear()
            returned(reference, **inputs())
        assert [(call.kind, call.layer, call.n_key) for call in found.calls] == [
            ("encoder", 0, 24), ("encoder", 1, 24), ("decoder", 0, 11), ("decoder", 1, 11),
        ]  # fmt: skip
        assert_equal(found, "encoder", weights[:2])
        assert_equal(found, "decoder", weights[2:])
    two = inputs()
    two["image_grid_thw"] = two["image_grid_thw"].repeat(2, 1)
    with pytest.raises(InputError, match="Give one picture or video at a time: image_grid_thw has 2 rows"):
        capture(model, two)
    with pytest.raises(InputError, match="the first axis of each must be 1"):
        capture(model, {**inputs(), "pixel_values": inputs()["pixel_values"][:23]})


def test_a_packed_picture_is_compared_with_eager_attention_too(monkeypatch):
    network_class, config, inputs = OTHER_SENSES["qwen2-vl"]
    _, model = loaded(network_class, config)
    compared = []
    monkeypatch.setattr(validate, "_refuse_what_differs", lambda _model, name, *_: compared.append(name))
    assert capture(model, inputs()).notes == ()
    assert compared == ["attentions"]


def test_a_family_that_calls_a_part_of_its_body_what_others_call_the_body():
    network_class, config, inputs = OTHER_SENSES["dinov3"]
    reference, model = loaded(network_class, config)
    assert type(model.network.base_model) is not network_class
    batch = inputs()
    assert_equal(capture(model, batch), "encoder", returned(reference, **batch).attentions)
    with pytest.raises(UnreadableModelError, match="^Layer 1"):  # the probe ran; its positions turn by row and column
        attention_of_layer(model, 1)


@pytest.mark.parametrize("half", ["encoder", "decoder"])
def test_one_half_of_an_encoder_decoder_is_no_whole_network(half):
    network = make(hf.BartModel, hf.BartConfig(**BART)).get_submodule(half)
    model = model_from(network, tokenizer(), name="half")
    with pytest.raises(UnreadableModelError, match="half .*is one half of an encoder-decoder: give the whole network"):
        capture(model, TEXTS[0])


# ---- towers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TOWERS)
def test_each_tower_is_read_when_its_input_comes_alone(name):
    network_class, config, text_name, picture_name = TOWERS[name]
    reference, model = loaded(network_class, config)
    both = picture_and_text()
    for what, part in (("input_ids", text_name), ("pixel_values", picture_name)):
        found = capture(model, {what: both[what]})
        (kind,) = found.kinds
        assert_equal(found, kind, returned(getattr(reference, part), **{what: both[what]}).attentions)
    typed = capture(model, TEXTS[0])
    (kind,) = typed.kinds
    ids = torch.tensor([typed.query_positions[kind].ids])
    assert_equal(typed, kind, returned(getattr(reference, text_name), input_ids=ids).attentions)


def test_a_text_beside_sounds_is_read_alone():
    config = hf.ClapConfig(text_config={**BERT, "projection_dim": 8}, projection_dim=8)
    reference, model = loaded(hf.ClapModel, config)
    found = capture(model, TEXTS[0])
    ids = torch.tensor([found.query_positions["encoder"].ids])
    assert_equal(found, "encoder", returned(reference.text_model, input_ids=ids).attentions)


@pytest.mark.parametrize("name", [name for name in TOWERS if name != "clip"])
def test_towers_that_attend_alike_are_refused_together(name):
    """CLIP's text never looks ahead, so that its two towers have different names."""
    _, model = loaded(*TOWERS[name][:2])
    with pytest.raises(UnreadableModelError, match=r"several stacks of layers that attend alike .*give the input"):
        capture(model, picture_and_text())


def test_git_is_read_on_text_alone_too():
    reference, model = loaded(*git())
    found = capture(model, TEXTS[0])
    ids = torch.tensor([found.query_positions["decoder"].ids])
    assert_equal(found, "decoder", returned(reference, input_ids=ids).attentions)
    assert [pattern(found, layer).shape for layer in (0, 1)] == [(3, 8, 8)] * 2
