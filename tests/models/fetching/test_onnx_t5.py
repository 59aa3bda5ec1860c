"""T5 out of two ONNX files, written here by hand: numbers of 8 bits, turned back by a scale and a zero point."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from mha_viz.errors import ModelError
from mha_viz.models.catalogue import CATALOGUE, TEXT, reads_of, weights_said
from mha_viz.models.fetching.convert import as_ordinary_folder
from mha_viz.models.fetching.onnx_t5 import convert_t5
from mha_viz.models.load import load_model
from mha_viz.recording.capture import capture
from tests.support.networks.onnx_files import node, number, piece, tensor, varint


def whole(name, *numbers, kind):
    """A tensor whose numbers are written one by one; those below 0 as 64 bits."""
    data = b"".join(varint(each % 2**64) for each in numbers)
    sizes = number(1, len(numbers)) if len(numbers) > 1 else b""
    return piece(5, sizes + number(2, kind) + piece(5, data) + piece(8, name.encode()))


def scale(name, value):
    return piece(5, number(2, 1) + piece(4, np.float32(value).tobytes()) + piece(8, name.encode()))


def rounded(name, array, factor, zero, kind=2):
    return tensor(f"{name}_quantized", array, kind=kind) + scale(f"{name}_scale", factor) + whole(
        f"{name}_zero_point", zero, kind=kind
    )  # fmt: skip


TABLE = np.arange(15, dtype="u1").reshape(5, 3)
QUERY = np.arange(-11, 10, dtype="i1").reshape(7, 3)
NORM = np.array([0.5, -2, 3], "f4")


def written(folder, decoder=b""):
    encoder = rounded("enc.embed_tokens.weight", TABLE, 0.5, 7) + tensor("m.encoder.final_layer_norm.weight", NORM)
    encoder += node("/enc/block.0/layer.0/SelfAttention/q/MatMul_quant", "hidden", "onnx::MatMul_9_quantized")
    encoder += rounded("onnx::MatMul_9", QUERY, 0.25, -3, kind=3) + tensor("shape", np.arange(3), kind=7)
    (folder / "encoder.onnx").write_bytes(piece(7, encoder))
    (folder / "decoder.onnx").write_bytes(piece(7, decoder or rounded("m.shared.weight", TABLE, 2.0, 0)))
    (folder / "tokenizer.json").write_text(json.dumps({"truncation": {"max_length": 48}, "model": "“a”"}))
    return folder


def test_weights_under_the_names_of_transformers(tmp_path):
    as_ordinary_folder(written(tmp_path))
    expected = {
        "shared.weight": TABLE * 2.0, "encoder.final_layer_norm.weight": NORM,
        "encoder.block.0.layer.0.SelfAttention.q.weight": (QUERY.astype("f4") + 3).T * 0.25,
    }  # fmt: skip
    weights = load_file(tmp_path / "model.safetensors")
    assert weights.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(weights[name], torch.tensor(value, dtype=torch.float32), rtol=0, atol=0)


def test_what_is_told_beside_the_weights(tmp_path):
    convert_t5(written(tmp_path))
    config = json.loads((tmp_path / "config.json").read_text())
    assert (config["model_type"], config["num_heads"], config["decoder_start_token_id"]) == ("t5", 6, 0)
    assert (config["tie_word_embeddings"], config["scale_decoder_outputs"]) == (False, False)
    assert json.loads((tmp_path / "tokenizer.json").read_text())["truncation"] is None
    assert not [*tmp_path.glob("*.onnx")]


def test_other_files_are_refused(tmp_path):
    with pytest.raises(ModelError, match=r"hold no T5: there is no table of its tokens\.$"):
        convert_t5(written(tmp_path, decoder=tensor("head.weight", NORM)))
    broken = tensor("m.shared.weight_quantized", TABLE, kind=2)
    with pytest.raises(ModelError, match=r"^decoder.onnx holds no T5 that was rounded to 8 bits\.$"):
        convert_t5(written(tmp_path, decoder=broken))
    (tmp_path / "encoder.onnx").write_bytes(b"")
    with pytest.raises(ModelError, match=r"^encoder.onnx holds no T5"):
        convert_t5(tmp_path)


def test_it_reads_text_and_says_which_weights_it_has():
    assert reads_of("t5") == TEXT
    assert weights_said("t5", CATALOGUE["t5"].hub_sha256) == "as published, from the hub"
    assert weights_said("t5", "another") == "further trained to write titles, and rounded to 8 bits (encoder.onnx)"


@pytest.mark.real_model
def test_t5_reads_and_writes():
    model = load_model("t5")
    found = capture(model, "The house is small.", target="Das Haus ist klein.")
    layers, heads = CATALOGUE["t5"].shape
    for kind in ("encoder", "decoder", "cross"):
        assert [call.n_heads for call in found.calls_of(kind)] == [heads] * layers
