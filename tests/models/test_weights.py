"""Which files are the weights: copies beside them change neither identity nor the memory that is asked for."""

import json
import shutil

import psutil
import pytest
import torch
from safetensors.torch import load_file, save_file

from mha_viz.errors import ModelError
from mha_viz.models.fetching.wheels import sha256
from mha_viz.models.load import load_model
from mha_viz.models.weights import WHOLE, Weights, weights_among
from tests.support.networks.families import TEXT, make, tokenizer

INDEX = "model.safetensors.index.json"


@pytest.fixture
def folder(tmp_path):
    make(*TEXT["llama"]).save_pretrained(tmp_path)
    tokenizer(ends=False).save_pretrained(tmp_path)
    return tmp_path


@pytest.fixture
def sharded(tmp_path):
    make(*TEXT["llama"]).save_pretrained(tmp_path, max_shard_size="10KB")
    tokenizer(ends=False).save_pretrained(tmp_path)
    return tmp_path


COPIES = ["consolidated.safetensors", "model.fp16.safetensors", "adapter_old.safetensors", "pytorch_model.bin"]
COPIES += ["consolidated-00001-of-00002.safetensors", "original/consolidated.00.pth", "model.ckpt", "rust_model.ot"]


def needed_gb(folder, monkeypatch):
    """What is asked of memory, in bytes."""
    asked = []

    class Memory:
        @property
        def available(self):
            return asked.append(1) or 0

    with monkeypatch.context() as patch:
        patch.setattr(psutil, "virtual_memory", Memory)
        patch.setattr("mha_viz.models.placing.in_gb", lambda n: str(n))
        with pytest.raises(ModelError, match="needs") as raised:
            load_model(str(folder))
    return int(str(raised.value).split(" needs ")[1].split()[0])


@pytest.mark.parametrize("name", COPIES)
def test_a_second_copy_of_the_weights_changes_nothing(folder, name, monkeypatch):
    alone, needed = load_model(str(folder)).identity, needed_gb(folder, monkeypatch)
    (folder / name).parent.mkdir(exist_ok=True)
    shutil.copyfile(folder / WHOLE, folder / name)
    assert load_model(str(folder)).identity == alone == sha256(folder / WHOLE)
    numbers = sum(tensor.numel() for tensor in load_file(folder / WHOLE).values())
    assert needed_gb(folder, monkeypatch) == needed == 4 * numbers


def test_of_shards_the_index_says_which_count(sharded, monkeypatch):
    alone, needed = load_model(str(sharded)).identity, needed_gb(sharded, monkeypatch)
    shard = min(sharded.glob("model-*.safetensors"))
    shutil.copyfile(shard, sharded / "model-00001-of-00099.safetensors")
    shutil.copyfile(shard, sharded / "consolidated.safetensors")
    assert load_model(str(sharded)).identity == alone
    assert needed_gb(sharded, monkeypatch) == needed
    numbers = sum(parameter.numel() for parameter in load_model(str(sharded)).network.parameters())
    assert needed == 4 * numbers


def test_a_variant_alone_is_read_under_its_own_name(folder):
    network, identity = load_model(str(folder)).network, load_model(str(folder)).identity
    (folder / WHOLE).rename(folder / "model.fp16.safetensors")
    found = load_model(str(folder))
    assert found.identity == identity
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), found.network.parameters(), strict=True))
    assert not hasattr(found.network.config, "transformers_weights")  # else what is saved of it could not be loaded


def test_shards_of_a_variant_are_read_by_its_index(sharded):
    identity = load_model(str(sharded)).identity
    (sharded / INDEX).rename(sharded / "model.safetensors.index.bf16.json")
    assert load_model(str(sharded)).identity == identity


def test_one_file_of_another_name_is_read(folder):
    identity = load_model(str(folder)).identity
    (folder / WHOLE).rename(folder / "pytorch_model.safetensors")
    assert load_model(str(folder)).identity == identity


REFUSED = {
    "no weights": (["config.json"], r"no \.safetensors weights; pickled weights are never read\.$"),
    "pickles": (["pytorch_model.bin"], r"never read \(pytorch_model\.bin\): load it where you trust it"),
    "two variants": (["model.fp16.safetensors", "model.bf16.safetensors"], r"more than once \(model\.bf16.*fp16.*\)"),
    "parts without index": (
        ["model-00001-of-00002.safetensors"],
        r"parts of weights .* but no model\.safe",
    ),
    "another program's": (["consolidated.safetensors"], r"its maker's own program \(consolidated\.safetensors\) alone"),
    "an adapter": (["adapter_model.safetensors"], r"no \.safetensors weights"),
    "two strangers": (["a.safetensors", "b.safetensors"], r"weights in a\.safetensors, b\.safetensors: name the file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_told_is_one_sentence(case):
    names, sentence = REFUSED[case]
    with pytest.raises(ModelError, match=f"^tiny .*{sentence}"):
        weights_among(names, lambda _: "", "tiny")


@pytest.mark.parametrize(
    "index", ["", "[]", "{}", '{"weight_map": {}}', '{"weight_map": {"a": "../secret.safetensors"}}',
              '{"weight_map": {"a": 3}}', '{"weight_map": {"a": "C:\\\\secret.safetensors"}}'],
)  # fmt: skip
def test_a_broken_index_is_one_sentence(index):
    with pytest.raises(ModelError, match="^tiny cannot be loaded: .*index.json does not say which file holds which"):
        weights_among([INDEX, "secret.safetensors"], lambda _: index, "tiny")


def test_a_shard_that_is_missing_is_named():
    index = json.dumps({"weight_map": {"a": "x-1.safetensors", "b": "x-2.safetensors", "c": "x-2.safetensors"}})
    with pytest.raises(ModelError, match=r"1 of the 2 files that .* names are missing, x-2\.safetensors first"):
        weights_among([INDEX, "x-1.safetensors"], lambda _: index, "tiny")
    found = weights_among([INDEX, "x-1.safetensors", "x-2.safetensors", "x-3.safetensors"], lambda _: index, "tiny")
    assert found == Weights(INDEX, ("x-1.safetensors", "x-2.safetensors"))


def test_a_pointer_of_git_lfs_is_named(folder):
    (folder / WHOLE).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    with pytest.raises(ModelError, match=r"model\.safetensors is the pointer of Git LFS, .* `git lfs pull`"):
        load_model(str(folder))


def test_packed_weights_are_counted_as_they_are_once_unpacked(tmp_path, monkeypatch):
    make(*TEXT["llama"]).save_pretrained(tmp_path)
    bytes_of = lambda *shape: torch.zeros(shape, dtype=torch.uint8)  # noqa: E731
    packed = {
        "experts.down_proj_blocks": bytes_of(3, 5, 7, 16),  # MXFP4: two numbers a byte
        "experts.down_proj_scales": bytes_of(3, 5, 7),
        "q_proj.qweight": torch.zeros(11, 13, dtype=torch.int32),  # GPTQ: eight numbers each
        "up.weight": torch.zeros(17, 19, dtype=torch.float8_e4m3fn),
        "up.weight_scale_inv": torch.zeros(2, 2, dtype=torch.float32),
    }
    save_file(packed, tmp_path / WHOLE, metadata={"format": "pt"})
    expected = 2 * 3 * 5 * 7 * 16 + 8 * 11 * 13 + 17 * 19 + 4
    assert needed_gb(tmp_path, monkeypatch) == 4 * expected
