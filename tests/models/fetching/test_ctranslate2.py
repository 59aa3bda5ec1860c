"""Numbers out of a file of CTranslate2, written here by hand as the format says."""

import json
import struct

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from mha_viz.errors import ModelError
from mha_viz.models.catalogue import CATALOGUE, HEARS, SOUND, reads_of, weights_said
from mha_viz.models.fetching.ctranslate2 import convert_whisper
from mha_viz.models.load import load_model


def text(words):
    return struct.pack("<H", len(words) + 1) + words.encode() + b"\0"


def array(*shape):
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype("<f2")


ARRAYS = {
    "decoder/embeddings/weight": array(13, 3), "encoder/conv1/bias": array(5),
    "encoder/position_encodings/encodings": array(7, 3), "encoder/layer_norm/gamma": array(3),
    "encoder/layer_11/self_attention/linear_0/weight": array(9, 5),
    "encoder/layer_11/self_attention/linear_0/bias": array(9),
    "decoder/layer_2/self_attention/linear_1/weight": array(3, 3),
    "decoder/layer_2/attention/linear_0/weight": array(3, 2), "decoder/layer_2/attention/linear_1/bias": array(6),
    "decoder/layer_2/attention/layer_norm/beta": array(3), "decoder/layer_2/ffn/linear_1/weight": array(3, 11),
}  # fmt: skip


def written(folder, version=6, spec="WhisperSpec"):
    content = struct.pack("<I", version) + text(spec) + struct.pack("<II", 3, len(ARRAYS) + 1)
    content += text("encoder/num_heads") + struct.pack("<BBIh", 0, 2, 2, 6)
    for name, value in ARRAYS.items():
        shape = struct.pack(f"<B{value.ndim}I", value.ndim, *value.shape)
        content += text(name) + shape + struct.pack("<BI", 4, value.nbytes) + value.tobytes()
    told = {"alignment_heads": [[1, 0], [3, 4]], "suppress_ids": [7], "suppress_ids_begin": [5]}
    (folder / "config.json").write_text(json.dumps(told))
    (folder / "model.bin").write_bytes(content)
    return folder / "model.bin"


def test_weights_under_the_names_of_transformers(tmp_path):
    convert_whisper(written(tmp_path))
    weights = load_file(tmp_path / "model.safetensors")
    qkv, bias = (ARRAYS[f"encoder/layer_11/self_attention/linear_0/{kind}"] for kind in ("weight", "bias"))
    at, of = "model.encoder.layers.11", "model.decoder.layers.2"
    expected = {
        "model.decoder.embed_tokens.weight": ARRAYS["decoder/embeddings/weight"],
        "model.encoder.conv1.bias": ARRAYS["encoder/conv1/bias"],
        "model.encoder.embed_positions.weight": ARRAYS["encoder/position_encodings/encodings"],
        "model.encoder.layer_norm.weight": ARRAYS["encoder/layer_norm/gamma"],
        f"{at}.self_attn.q_proj.weight": qkv[:3], f"{at}.self_attn.k_proj.weight": qkv[3:6],
        f"{at}.self_attn.v_proj.weight": qkv[6:], f"{at}.self_attn.q_proj.bias": bias[:3],
        f"{at}.self_attn.v_proj.bias": bias[6:],
        f"{of}.self_attn.out_proj.weight": ARRAYS["decoder/layer_2/self_attention/linear_1/weight"],
        f"{of}.encoder_attn.q_proj.weight": ARRAYS["decoder/layer_2/attention/linear_0/weight"],
        f"{of}.encoder_attn.v_proj.bias": ARRAYS["decoder/layer_2/attention/linear_1/bias"][3:],
        f"{of}.encoder_attn_layer_norm.bias": ARRAYS["decoder/layer_2/attention/layer_norm/beta"],
        f"{of}.fc2.weight": ARRAYS["decoder/layer_2/ffn/linear_1/weight"],
    }  # fmt: skip
    assert set(weights) == set(expected)
    for name, value in expected.items():
        torch.testing.assert_close(weights[name], torch.from_numpy(value.copy()), rtol=0, atol=0)


def test_what_is_told_beside_the_weights(tmp_path):
    convert_whisper(written(tmp_path))
    told = json.loads((tmp_path / "generation_config.json").read_text())
    assert (told["alignment_heads"], told["suppress_tokens"]) == ([[1, 0], [3, 4]], [7])
    assert json.loads((tmp_path / "config.json").read_text())["vocab_size"] == 13
    assert not (tmp_path / "model.bin").exists()


@pytest.mark.parametrize("change", [{"version": 5}, {"spec": "TransformerSpec"}])
def test_another_file_is_refused(tmp_path, change):
    packed = written(tmp_path, **change)
    with pytest.raises(ModelError, match=r"^model.bin holds no Whisper as CTranslate2 writes it.$"):
        convert_whisper(packed)


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    packed = written(tmp_path)
    packed.write_bytes(packed.read_bytes()[:-3])
    with pytest.raises(ModelError, match="holds no Whisper"):
        convert_whisper(packed)


def test_it_reads_sound_and_says_which_weights_it_has():
    assert reads_of(HEARS) == SOUND
    assert weights_said(HEARS, CATALOGUE[HEARS].hub_sha256) == "as published, from the hub"
    assert weights_said(HEARS, "another") == "rounded to 16 bits (model.bin)"


@pytest.mark.real_model
def test_whisper_is_whole_and_knows_its_alignment_heads():
    model = load_model(HEARS)
    layers, heads = CATALOGUE[HEARS].shape
    assert (model.network.config.decoder_layers, model.network.config.decoder_attention_heads) == (layers, heads)
    assert len(model.network.generation_config.alignment_heads) == 8
