"""Quantised weights: what a configuration tells of them, what reads them, and what is said of the model."""

import json
from types import SimpleNamespace

import psutil
import pytest
import torch
import transformers as hf

import mha_viz
from mha_viz.errors import ModelError, NotSeenError
from mha_viz.models import packing
from mha_viz.models.load import load_model
from mha_viz.models.packing import Packing, packing_of
from tests.support.networks.families import make, tokenizer
from tests.support.networks.packed_folder import WIDE, in_eight_bits, packed_folder

GROUPS = {"group_0": {"weights": {"num_bits": 4}, "targets": ["Linear"]}}
CONFIGS = {
    "bitsandbytes, 4-bit": {"quant_method": "bitsandbytes", "load_in_4bit": True, "load_in_8bit": False},
    "bitsandbytes, 8-bit": {"load_in_8bit": True},
    "gptq, 3-bit": {"quant_method": "gptq", "bits": 3, "group_size": 128},
    "awq, 4-bit": {"quant_method": "awq", "bits": 4},
    "compressed-tensors, 4-bit": {"quant_method": "compressed-tensors", "config_groups": GROUPS},
    "quanto, 8-bit": {"quant_method": "quanto", "weights": "int8"},
    "fp8, 8-bit": {"quant_method": "fp8"},
    "mxfp4, 4-bit": {"quant_method": "mxfp4"},
    "vptq, vptq": {"quant_method": "vptq"},
}  # fmt: skip


def noted(folder, settings):
    (folder / "config.json").write_text(json.dumps({"quantization_config": settings}))
    return packing_of(folder)


@pytest.mark.parametrize("known", CONFIGS)
def test_a_configuration_tells_method_and_bits(known, tmp_path):
    found = noted(tmp_path, CONFIGS[known])
    assert f"{found.method}, {found.short}" == known
    assert found.stays == (found.method in ("bitsandbytes", "gptq", "awq", "quanto", "vptq"))


@pytest.mark.parametrize("settings", [None, "4 bits", ["gptq"]])
def test_other_configurations_tell_nothing(settings, tmp_path):
    assert noted(tmp_path, settings) is None
    (tmp_path / "config.json").write_text("{")
    assert packing_of(tmp_path) is None


@pytest.mark.parametrize("method", packing.NEEDS)
def test_what_reads_them_is_named_where_it_is_missing(method, tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "_is_there", lambda _module: False)
    network = make(hf.LlamaForCausalLM, hf.LlamaConfig(**{**WIDE, "head_dim": 32}))
    packed_folder(tmp_path, network, in_eight_bits, quant_method=method)
    with pytest.raises(ModelError) as refused:
        load_model(str(tmp_path))
    packages = " ".join(packing.NEEDS[method].values())
    assert f"its weights are quantised ({method}), which transformers reads with" in str(refused.value)
    assert f"`pip install {packages}`" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("method", packing.ON_CARDS)
def test_what_only_a_card_reads_is_refused_without_one(method, tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "_is_there", lambda _module: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    network = make(hf.LlamaForCausalLM, hf.LlamaConfig(**{**WIDE, "head_dim": 32}))
    packed_folder(tmp_path, network, in_eight_bits, quant_method=method)
    with pytest.raises(
        ModelError, match=rf"quantised \({method}\), which transformers reads on an NVIDIA card alone"
    ) as one:
        load_model(str(tmp_path))
    assert str(one.value).endswith("and none is here: take those in full or half precision.")


def test_a_package_inside_one_that_is_missing_is_missing():
    assert [packing._is_there(module) for module in ("json.decoder", "mha_viz.nothing", "nothing.quanto")] == [
        True, False, False,
    ]  # fmt: skip


def test_the_model_says_that_it_was_quantised(tmp_path):
    network = make(hf.LlamaForCausalLM, hf.LlamaConfig(**{**WIDE, "head_dim": 32}))
    packed_folder(tmp_path, network, in_eight_bits, quant_method="fp8", weight_block_size=[128, 128], fmt="e4m3")
    model = load_model(str(tmp_path))
    assert model.packed == "8-bit"
    assert model.notes == ("weights quantised in 8 bits (fp8): another model than the one that was quantised",)
    assert mha_viz.capture(model, "the cat").notes[0] == model.notes[0]
    assert mha_viz.contribution(mha_viz.capture(model, "the cat"), 0).shape == (4, 2, 128)


def test_what_stays_packed_needs_what_its_files_hold(tmp_path, monkeypatch):
    network = make(hf.LlamaForCausalLM, hf.LlamaConfig(**{**WIDE, "head_dim": 32}))
    packed_folder(tmp_path, network, in_eight_bits, quant_method="bitsandbytes", load_in_8bit=True)
    monkeypatch.setattr(packing, "_is_there", lambda _module: True)
    monkeypatch.setattr("mha_viz.models.placing.in_gb", str)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=7))
    n_bytes = (tmp_path / "model.safetensors").stat().st_size
    with pytest.raises(ModelError, match=f"needs {n_bytes} of memory and 7 are free"):
        load_model(str(tmp_path))


@pytest.mark.parametrize("bits", [4, 8])
def test_bitsandbytes_folders_are_read_as_transformers_reads_them(bits, tmp_path):
    pytest.importorskip("bitsandbytes")
    make(hf.LlamaForCausalLM, hf.LlamaConfig(**{**WIDE, "head_dim": 32})).save_pretrained(tmp_path / "whole")
    settings = hf.BitsAndBytesConfig(load_in_4bit=bits == 4, load_in_8bit=bits == 8)
    hf.LlamaForCausalLM.from_pretrained(tmp_path / "whole", quantization_config=settings).save_pretrained(tmp_path)
    tokenizer(ends=False).save_pretrained(tmp_path)
    model = load_model(str(tmp_path))
    found = mha_viz.capture(model, "the cat sat")
    assert model.packed == f"{bits}-bit"
    if bits == 4:
        assert mha_viz.contribution(found, 0).shape == (4, 3, 128)
    else:
        with pytest.raises(NotSeenError, match="packed numbers"):
            mha_viz.contribution(found, 0)


def test_words_of_a_packing():
    assert (
        Packing("gptq", 4).note == "weights quantised in 4 bits (gptq): another model than the one that was quantised"
    )
    assert Packing("vptq", None).note.startswith("weights quantised (vptq): ")
