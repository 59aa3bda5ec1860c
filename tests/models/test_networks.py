"""The network that a folder is of: encoders alone, pairs of two families, names with prefixes, removed heads."""

import json

import pytest
import torch
import transformers as hf
from safetensors.torch import load_file, save_file
from transformers.models.bart.modeling_bart import BartEncoder
from transformers.models.m2m_100.modeling_m2m_100 import M2M100Encoder
from transformers.models.marian.modeling_marian import MarianEncoder

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError, ModelError, in_one_line
from mha_viz.models.load import load_model, model_from
from mha_viz.models.networks import layers_left_out
from mha_viz.recording.capture import capture
from tests.support.networks.families import (
    BART,
    BERT,
    ENCODER_DECODERS,
    EXACT,
    LLAMA,
    OTHER_SENSES,
    PATCHES,
    T5,
    TEXT,
    make,
    tokenizer,
)
from tests.support.networks.pruned import pruned_folder

TEXT_READ = "the cat sat on a mat"
T5GEMMA = {**LLAMA, "layer_types": ["full_attention", "sliding_attention"], "sliding_window": 3}
T5GEMMA = {"encoder": T5GEMMA, "decoder": {**T5GEMMA, "num_hidden_layers": 3, "layer_types": ["full_attention"] * 3}}
ENCODERS_ALONE = {
    "t5": (hf.T5EncoderModel, hf.T5Config(**T5)),
    "mt5": (hf.MT5EncoderModel, hf.MT5Config(**T5)),
    "umt5": (hf.UMT5EncoderModel, hf.UMT5Config(**T5)),
    "t5gemma": (hf.T5GemmaEncoderModel, hf.T5GemmaConfig(**T5GEMMA, vocab_size=37, is_encoder_decoder=False)),
}


# Without a name of transformers' own, as SONAR's; what they are stands in the configuration alone.
ENCODERS_OF_PAIRS = {
    "bart": (BartEncoder, hf.BartConfig(**BART)),
    "m2m-100": (M2M100Encoder, hf.M2M100Config(**BART)),
    "marian": (MarianEncoder, hf.MarianConfig(**BART)),
}


def saved(network, folder):
    network.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def change(folder, **settings):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **settings}))


def rename(folder, new_name):
    weights = load_file(folder / "model.safetensors")
    renamed = {new_name(name): tensor for name, tensor in weights.items()}
    save_file(renamed, folder / "model.safetensors", metadata={"format": "pt"})


def eager(network_class, config, **inputs):
    """What the family itself says of its attention, from the same weights."""
    network = make(network_class, config)
    network.set_attn_implementation("eager")
    with torch.inference_mode():
        return network(**inputs, output_attentions=True)


def assert_equal_to_eager(found, kind, tuples):
    assert len(found.calls_of(kind)) == len(tuples) > 0
    for layer, expected in enumerate(tuples):
        torch.testing.assert_close(pattern(found, layer, kind=kind), expected[0], **EXACT)


# ---- encoders alone --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "architectures"),
    [
        *((name, kind) for name in ENCODERS_ALONE for kind in ("its own", None)),
        *((k, "its own") for k in ENCODERS_OF_PAIRS),
    ],
)
def test_an_encoder_alone_is_read_as_one(name, architectures, tmp_path):
    network_class, config = {**ENCODERS_ALONE, **ENCODERS_OF_PAIRS}[name]
    saved(make(network_class, config), tmp_path)
    if architectures is None:
        change(tmp_path, architectures=None)
    model = load_model(str(tmp_path))
    assert type(model.network) is network_class
    found = capture(model, TEXT_READ)
    ids = torch.tensor([found.query_positions["encoder"].ids])
    assert found.kinds == ("encoder",)
    assert_equal_to_eager(found, "encoder", eager(network_class, config, input_ids=ids).attentions)
    with pytest.raises(InputError, match="has no separate decoder: leave the target out"):
        capture(model, TEXT_READ, target="he ran")


def test_the_encoder_of_files_that_name_the_whole_is_read(tmp_path):
    """As a classifier on top of an encoder leaves them, and who copies weights without their configuration."""
    saved(make(*ENCODERS_ALONE["t5"]), tmp_path)
    change(tmp_path, architectures=["T5ForConditionalGeneration"], is_encoder_decoder=True)
    assert type(load_model(str(tmp_path)).network) is hf.T5EncoderModel


def test_a_whole_encoder_decoder_stays_whole(tmp_path):
    network = make(hf.T5ForConditionalGeneration, hf.T5Config(**T5, decoder_start_token_id=4))
    model = load_model(str(saved(network, tmp_path)))
    assert capture(model, TEXT_READ, target="he ran").kinds == ("encoder", "decoder", "cross")


# ---- an encoder and a decoder of two families ------------------------------------------------------------------


def bert2bert():
    decoder = {**BERT, "num_hidden_layers": 3, "num_attention_heads": 4}
    return hf.EncoderDecoderConfig.from_encoder_decoder_configs(hf.BertConfig(**BERT), hf.BertConfig(**decoder))


@pytest.mark.parametrize("architectures", ["its own", None])
def test_an_encoder_and_a_decoder_of_two_networks(tmp_path, architectures):
    config = bert2bert()
    config.decoder_start_token_id = 1
    saved(make(hf.EncoderDecoderModel, config), tmp_path)
    if architectures is None:
        change(tmp_path, architectures=None)
    found = capture(load_model(str(tmp_path)), TEXT_READ, target="he ran home")
    sides = {"input_ids": "encoder", "decoder_input_ids": "decoder"}
    inputs = {name: torch.tensor([found.query_positions[kind].ids]) for name, kind in sides.items()}
    expected = eager(hf.EncoderDecoderModel, config, **inputs)
    assert_equal_to_eager(found, "encoder", expected.encoder_attentions)
    assert_equal_to_eager(found, "decoder", expected.decoder_attentions)
    assert_equal_to_eager(found, "cross", expected.cross_attentions)


def test_a_decoder_that_reads_an_image(tmp_path):
    decoder = hf.BertConfig(**BERT)
    config = hf.VisionEncoderDecoderConfig.from_encoder_decoder_configs(hf.ViTConfig(**PATCHES), decoder)
    network = make(hf.VisionEncoderDecoderModel, config)
    saved(network, tmp_path)
    model = load_model(str(tmp_path))
    assert type(model.network) is hf.VisionEncoderDecoderModel
    inputs = {"pixel_values": torch.rand(1, 3, 12, 12), "decoder_input_ids": torch.tensor([[1, 5, 6, 7]])}
    expected = eager(hf.VisionEncoderDecoderModel, config, **inputs)
    assert_equal_to_eager(capture(model, inputs), "cross", expected.cross_attentions)


# ---- what a decoder starts with --------------------------------------------------------------------------------


def t5gemma():
    return make(hf.T5GemmaModel, hf.T5GemmaConfig(**T5GEMMA, vocab_size=37))


def test_a_decoder_starts_with_its_own_beginning_where_nothing_else_is_named():
    found = capture(model_from(t5gemma(), tokenizer(), name="tiny"), TEXT_READ, target="he ran")
    assert found.query_positions["decoder"].ids[0] == LLAMA["bos_token_id"]
    assert [len(found.calls_of(kind)) for kind in ("encoder", "decoder", "cross")] == [2, 3, 3]


@pytest.mark.parametrize(
    ("generation", "start"),
    [({"decoder_start_token_id": 4, "bos_token_id": 3}, 4), ({"bos_token_id": 3}, 1), ([], 1), (None, 1)],
)
def test_a_start_that_the_generation_file_names_comes_first(tmp_path, generation, start):
    saved(t5gemma(), tmp_path)
    (tmp_path / "generation_config.json").write_text(json.dumps(generation) if generation is not None else "no json")
    found = capture(load_model(str(tmp_path)), TEXT_READ, target="he ran")
    assert found.query_positions["decoder"].ids[0] == start


def test_a_start_in_the_configuration_stays(tmp_path):
    saved(t5gemma(), tmp_path)
    change(tmp_path, decoder_start_token_id=3)
    (tmp_path / "generation_config.json").write_text('{"decoder_start_token_id": 4}')
    found = capture(load_model(str(tmp_path)), TEXT_READ, target="he ran")
    assert found.query_positions["decoder"].ids[0] == 3


def test_without_any_start_a_target_is_refused():
    model = model_from(make(hf.EncoderDecoderModel, bert2bert()), tokenizer(), name="tiny")
    with pytest.raises(InputError, match="names no token to start the decoder with"):
        capture(model, TEXT_READ, target="he ran")


# ---- names with something before them --------------------------------------------------------------------------

RENAMED = {
    "_orig_mod.": lambda name: f"_orig_mod.{name}",
    "module.": lambda name: f"module.{name}",
    "model.": lambda name: f"model.{name}",
    "0.auto_model.": lambda name: f"0.auto_model.{name}",
    "module._orig_mod.model.": lambda name: f"module._orig_mod.model.{name}",
    "every module wrapped": lambda name: "_fsdp_wrapped_module." + name.replace(".", "._fsdp_wrapped_module.", 3),
    "compiled inside": lambda name: name.replace("layers.", "layers._orig_mod.").replace("layer.", "layer._orig_mod."),
}
WHOLE_AND_HEAD = {
    "bert": TEXT["bert"],
    "gpt2": (hf.GPT2LMHeadModel, TEXT["gpt2"][1]),
    "llama": (hf.LlamaForCausalLM, TEXT["llama"][1]),
}


@pytest.mark.parametrize("family", WHOLE_AND_HEAD)
@pytest.mark.parametrize("case", RENAMED)
def test_what_stands_before_every_name_is_dropped(tmp_path, family, case):
    network_class, config = WHOLE_AND_HEAD[family]
    saved(make(network_class, config), tmp_path)
    rename(tmp_path, RENAMED[case])
    network = load_model(str(tmp_path)).network
    expected = make(network_class, config).state_dict()
    assert type(network) is network_class
    assert all(torch.equal(tensor, expected[name]) for name, tensor in network.state_dict().items())


def test_shards_with_a_prefix(tmp_path):
    make(*TEXT["bert"]).save_pretrained(tmp_path, max_shard_size="10KB")
    tokenizer().save_pretrained(tmp_path)
    for file in tmp_path.glob("model-*.safetensors"):
        renamed = {f"_orig_mod.{name}": tensor for name, tensor in load_file(file).items()}
        save_file(renamed, file, metadata={"format": "pt"})
    expected = make(*TEXT["bert"]).state_dict()
    network = load_model(str(tmp_path)).network
    assert all(torch.equal(tensor, expected[name]) for name, tensor in network.state_dict().items())


def test_generation_goes_on_as_its_file_says_whatever_stands_before_the_names(tmp_path):
    network = make(*WHOLE_AND_HEAD["llama"])
    network.generation_config.eos_token_id = 7
    saved(network, tmp_path)
    rename(tmp_path, RENAMED["_orig_mod."])
    assert load_model(str(tmp_path)).network.generation_config.eos_token_id == 7


def test_a_prefix_that_not_all_names_have_is_said(tmp_path):
    saved(make(*TEXT["bert"]), tmp_path)
    weights = {f"model.{name}": tensor for name, tensor in load_file(tmp_path / "model.safetensors").items()}
    weights["loss.weight"] = torch.ones(3)
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    sentence = r"\d+ weights are missing .* The files call that one model\.embeddings\..*: save the model by itself"
    with pytest.raises(ModelError, match=sentence):
        load_model(str(tmp_path))


def test_a_prefix_does_not_hide_what_is_missing(tmp_path):
    saved(make(*TEXT["bert"]), tmp_path)
    rename(tmp_path, RENAMED["_orig_mod."])
    change(tmp_path, num_hidden_layers=3)
    with pytest.raises(
        ModelError, match=r"weights are missing from its files, .*layer\.2.* first; they would be random"
    ):
        load_model(str(tmp_path))


# ---- removed heads ---------------------------------------------------------------------------------------------


def test_removed_heads_that_the_configuration_does_not_name_are_said(tmp_path):
    sentence = (
        r"7 weights have other shapes .*, encoder\.layer\.0\.attention\.output\.dense\.weight first: 24 × 16 where its "
        r"configuration makes it 24 × 24\. Were heads or neurons removed from it\?"
    )
    with pytest.raises(ModelError, match=sentence):
        load_model(pruned_folder("bert", tmp_path, {0: [1]}, says=False))


def test_a_family_without_a_network_is_one_sentence(tmp_path):
    saved(make(*TEXT["bert"]), tmp_path)
    change(tmp_path, model_type="encodec", architectures=None)
    with pytest.raises(ModelError, match="cannot be loaded") as raised:
        load_model(str(tmp_path))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("words", "line"),
    [("", "ValueError"), ("one\ntwo", "one"), ("none of:\n a,\n b\nmore", "none of: a, b"), ("all of:\n", "all of:"),
     ("x " * 400, "x " * 149 + "x …")],
)  # fmt: skip
def test_what_a_library_says_is_not_cut_off_at_a_colon(words, line):
    assert in_one_line(ValueError(words)) == line


# ---- prediction heads ------------------------------------------------------------------------------------------


LLAVA = hf.LlavaConfig(
    vision_config=hf.CLIPVisionConfig(
        hidden_size=24, intermediate_size=31, num_hidden_layers=2, num_attention_heads=3, image_size=12, patch_size=4,
    ),
    text_config=hf.LlamaConfig(**LLAMA), image_token_index=6, tie_word_embeddings=False,
)  # fmt: skip
PREDICTING = {
    "bert": (hf.BertForMaskedLM, hf.BertConfig(**BERT)),
    "roberta": (hf.RobertaForMaskedLM, TEXT["roberta"][1]),
    "mpnet": (hf.MPNetForMaskedLM, TEXT["mpnet"][1]),
    "distilbert": (hf.DistilBertForMaskedLM, TEXT["distilbert"][1]),
    "albert": (hf.AlbertForMaskedLM, TEXT["albert"][1]),
    "t5": (hf.T5ForConditionalGeneration, hf.T5Config(**T5, decoder_start_token_id=4)),
    "bart": (hf.BartForConditionalGeneration, ENCODER_DECODERS["bart"][1]),
    "marian": (hf.MarianMTModel, ENCODER_DECODERS["marian"][1]),
    "whisper": (hf.WhisperForConditionalGeneration, OTHER_SENSES["whisper"][1]),
    "llava": (hf.LlavaForConditionalGeneration, LLAVA),
}


def predicting(name, folder):
    network_class, config = PREDICTING[name]
    return saved(make(network_class, config), folder)


@pytest.mark.parametrize("name", PREDICTING)
def test_what_predicts_comes_with_its_head_which_no_capture_runs(name, tmp_path):
    network_class, config = PREDICTING[name]
    model = load_model(str(predicting(name, tmp_path)))
    assert type(model.network) is network_class
    head = model.network.get_output_embeddings()
    torch.testing.assert_close(head.weight, make(network_class, config).get_output_embeddings().weight)
    read = []
    head.register_forward_pre_hook(lambda _, inputs: read.append(inputs[0].numel()))
    target = "he ran home" if name in ENCODER_DECODERS else None
    if name == "whisper":
        assert capture(model, OTHER_SENSES["whisper"][2]()).kinds == ("encoder", "decoder", "cross")
    else:
        assert capture(model, TEXT_READ, target=target).calls
    assert sum(read) == 0  # T5 has no part without its head, which then reads nothing
    assert not read or name == "t5"


@pytest.mark.parametrize("name", ["bert", "llava"])
def test_a_prediction_head_that_is_not_in_the_file_is_never_made_up(name, tmp_path):
    predicting(name, tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    kept = {key: value for key, value in weights.items() if not {"cls", "lm_head"} & set(key.split("."))}
    assert len(kept) < len(weights)
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})
    network = load_model(str(tmp_path)).network
    assert type(network) is type(network.base_model)


@pytest.mark.parametrize("name", ["bert", "bart", "llava"])
def test_a_layer_that_is_missing_below_a_prediction_head_is_still_refused(name, tmp_path):
    weights = load_file(predicting(name, tmp_path) / "model.safetensors")
    gone = next(key for key in weights if ".1." in key and key.endswith("weight") and "layer" in key)
    del weights[gone]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="1 weights are missing from its files, .* would be random"):
        load_model(str(tmp_path))


# ---- more than is shown ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "bert.", "module.bert."])
def test_layers_that_the_configuration_leaves_out_are_said(tmp_path, before):
    saved(make(*TEXT["bert"]), tmp_path)
    file = tmp_path / "model.safetensors"
    save_file({before + name: tensor.clone() for name, tensor in load_file(file).items()}, file, {"format": "pt"})
    assert load_model(str(tmp_path)).notes == ()
    change(tmp_path, num_hidden_layers=1)
    model = load_model(str(tmp_path))
    said = "layers in its files that its configuration leaves out, and that are not shown: 1 of encoder.layer, "
    assert model.notes == (f"{said}from encoder.layer.1 on",)
    assert capture(model, "the cat").notes[:1] == model.notes


def test_layers_of_another_part_or_that_predict_further_are_no_layers_left_out():
    network = make(*TEXT["llama"])
    names = [f"layers.{i}.mlp.up_proj.weight" for i in range(3)]
    assert layers_left_out(network, names).endswith(": 1 of layers, from layers.2 on")
    assert layers_left_out(network, names[:2]) == ""
    assert layers_left_out(network, [*names, "vision_tower.layers.0.mlp.up_proj.weight"]) == ""
    network.config.num_nextn_predict_layers = 1
    assert layers_left_out(network, names) == ""
    assert layers_left_out(network, [*names, "layers.3.mlp.up_proj.weight"]) != ""
