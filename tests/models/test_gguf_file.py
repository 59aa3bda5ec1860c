"""A user's own GGUF file: the weights that it holds, once unpacked, or one sentence."""

import gguf
import psutil
import pytest
import torch
import transformers as hf

from mha_viz.cli.main import main
from mha_viz.errors import ModelError
from mha_viz.models.load import load_model, model_from
from mha_viz.recording.capture import capture
from tests.support.networks.packed import SIZES, TOKENS, write_gguf

KINDS = gguf.GGMLQuantizationType


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A file of eight bits, and what its weights are."""
    path = tmp_path_factory.mktemp("packed") / "small.Q8_0.GGUF"
    return path, write_gguf(path, KINDS.Q8_0)


@pytest.mark.parametrize("kind", [KINDS.F32, KINDS.F16, KINDS.Q4_0, KINDS.Q8_0])
def test_the_weights_are_those_of_the_file_unpacked(tmp_path, kind):
    plain = write_gguf(tmp_path / "a.gguf", kind)
    model = load_model(str(tmp_path / "a.gguf"))
    weights = model.network.state_dict()
    assert weights.keys() == plain.keys()
    assert all(torch.equal(weights[name], tensor) for name, tensor in plain.items())
    assert kind.name in model.notes[0]
    assert model.dtype == "float32"


def test_it_reads_as_the_same_network_from_a_folder_does(file):
    path, plain = file
    model = load_model(str(path))
    network = hf.LlamaForCausalLM(hf.LlamaConfig(**SIZES)).eval()
    network.load_state_dict(plain)
    found = capture(model, "the cat sat")
    expected = capture(model_from(network, model.processor, name="same"), "the cat sat")
    assert [call.query.shape for call in found.calls] == [(4, 10, 16)] * 2
    for one, other in zip(found.calls, expected.calls, strict=True):
        for part in ("query", "key", "value", "projection"):
            assert torch.equal(getattr(one, part), getattr(other, part))
    assert found.query_positions["decoder"].tokens[0] == "th"
    assert capture(model, "the", new_tokens=3).n_generated in (1, 2, 3)


def test_identity_is_that_of_the_file(file, tmp_path):
    write_gguf(tmp_path / "whole.gguf")
    identities = [load_model(str(path)).identity for path in (file[0], file[0], tmp_path / "whole.gguf")]
    assert identities[0] == identities[1] != identities[2]


def test_half_precision(file):
    model = load_model(str(file[0]), dtype="bfloat16")
    assert model.dtype == "bfloat16"
    assert capture(model, "the").calls[0].query.dtype == torch.bfloat16
    assert load_model(str(file[0]), dtype="auto").dtype == "float32"


def test_in_the_terminal(file, capsys):
    assert main(["heads", "the cat sat", "--model", str(file[0])]) == 0
    assert capsys.readouterr().out.startswith(str(file[0]))


def test_what_cannot_be_read_is_one_sentence(file, tmp_path, monkeypatch):
    (tmp_path / "none.gguf").write_bytes(b"GGUF and no more")
    (tmp_path / "cut.gguf").write_bytes(file[0].read_bytes()[:-20_000])
    (tmp_path / "empty.gguf").write_bytes(b"")
    write_gguf(tmp_path / "less.gguf", left_out=["model.layers.1.mlp.up_proj.weight"])
    for name in ("none", "cut", "empty", "less"):
        with pytest.raises(ModelError, match=rf"{name}.gguf cannot be loaded: ") as raised:
            load_model(str(tmp_path / f"{name}.gguf"))
        assert "\n" not in str(raised.value)
    for name in ("not there.gguf", "~nosuchuser/x.gguf", str(tmp_path) + "/a\x00b.gguf"):
        with pytest.raises(ModelError, match="no file on this machine: give the path of a GGUF file"):
            load_model(name)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 1000}))
    with pytest.raises(ModelError, match=r"0\.0 GB of memory while it is unpacked"):
        load_model(str(file[0]))


def test_a_folder_with_nothing_else_says_what_to_give(file):
    (file[0].parent / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"in GGUF: give the path of the file itself \(small.Q8_0.GGUF\)"):
        load_model(str(file[0].parent))
    assert len(TOKENS) == SIZES["vocab_size"]
