"""Numbers out of an ONNX file, written here by hand as the format says: fields, and how each is written."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from mha_viz.errors import ModelError
from mha_viz.models.catalogue import CATALOGUE, reads_of, weights_said
from mha_viz.models.fetching import onnx_weights
from mha_viz.models.fetching.onnx_weights import convert_dinov2
from mha_viz.models.fetching.wheels import sha256
from mha_viz.models.load import load_model
from mha_viz.paths import model_folder
from mha_viz.recording.capture import capture
from tests.support.networks.onnx_files import node, number, piece, tensor, varint
from tests.support.networks.seeing import photograph


def array(*shape):
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype("<f4")


ARRAYS = {
    "backbone.embeddings.cls_token": array(1, 1, 7), "backbone.encoder.layer.3.norm1.weight": array(200),
    "onnx::MatMul_9": array(7, 5), "onnx::Concat_1957": array(1, 1, 7), "onnx::Reshape_1962": array(1, 11, 7),
    "head.weight": array(3, 7),
}  # fmt: skip


def written(path, *more):
    graph = node("/backbone/encoder/layer.3/attention/attention/query/MatMul", "hidden", "onnx::MatMul_9")
    graph += b"".join(tensor(name, value, packed=i % 2 == 0) for i, (name, value) in enumerate(ARRAYS.items()))
    graph += tensor("shape", np.arange(3), kind=7) + b"".join(more)
    version = number(1, 8) + varint(2 << 3 | 5) + b"\0\0\0\0" + varint(3 << 3 | 1) + b"\0" * 8
    path.write_bytes(version + piece(7, graph))
    return path


def test_weights_under_their_published_names(tmp_path):
    convert_dinov2(written(tmp_path / "packed.onnx"))
    weights = load_file(tmp_path / "model.safetensors")
    expected = {
        "embeddings.cls_token": ARRAYS["backbone.embeddings.cls_token"],
        "encoder.layer.3.norm1.weight": ARRAYS["backbone.encoder.layer.3.norm1.weight"],
        "encoder.layer.3.attention.attention.query.weight": ARRAYS["onnx::MatMul_9"].T,
        "embeddings.position_embeddings": np.concatenate([array(1, 1, 7), array(1, 11, 7)], axis=1),
        "embeddings.mask_token": np.zeros((1, 7), "f4"),
    }
    assert weights.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(weights[name], torch.from_numpy(value.copy()), rtol=0, atol=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "config.json", "model.safetensors", "preprocessor_config.json",
    ]  # fmt: skip
    config = json.loads((tmp_path / "config.json").read_text())
    assert (config["model_type"], config["patch_size"], config["hidden_size"]) == ("dinov2", 14, 384)


def test_a_file_that_holds_something_else(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_weights, "OF_THE_NETWORK", "nothing.")
    monkeypatch.setattr(onnx_weights, "POSITIONS", ("nothing",))
    path = tmp_path / "packed.onnx"
    path.write_bytes(piece(7, tensor("head.weight", array(3, 7))))
    with pytest.raises(ModelError, match="packed.onnx holds no vision transformer"):
        convert_dinov2(path)


def test_which_weights_of_dinov2_these_are():
    hub = CATALOGUE["dinov2"].hub_sha256
    assert weights_said("dinov2", hub) == "as published, from the hub"
    told = weights_said("dinov2", "0" * 64)
    assert told == "further trained to find what stands out in a picture (vit_s_focus.onnx)"
    assert [reads_of(name) for name in ("dinov2", "minilm", "a/hub-id")] == ["pictures", "text", "text"]


@pytest.mark.real_model
def test_dinov2_reads_a_picture():
    model = load_model("dinov2")
    assert model.identity in (CATALOGUE["dinov2"].hub_sha256, sha256(model_folder("dinov2") / "model.safetensors"))
    found = capture(model, photograph(451, 300))
    assert found.picture.grid == (16, 16)
    assert [len(found.calls), found.calls[0].n_heads, found.calls[0].n_key] == [12, 6, 257]
    assert any(note.startswith("weights ") for note in found.notes)
