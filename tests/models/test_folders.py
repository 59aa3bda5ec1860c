"""Which folder inside a model's folder holds its transformer, and what is said where none does."""

import contextlib
import json

import pytest
import transformers
from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES

from mha_viz.errors import ModelError
from mha_viz.models.folders import needed_files, place_among
from mha_viz.models.load import load_model
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXT, make, tokenizer


def modules(path, kind="sentence_transformers.models.Transformer"):
    pooling = {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}
    return json.dumps([pooling, {"idx": 0, "name": "0", "path": path, "type": kind}])


@pytest.mark.parametrize("listed", [True, False])
def test_a_sentence_transformers_folder_is_read_where_its_transformer_lies(tmp_path, listed):
    make(*TEXT["bert"]).save_pretrained(tmp_path / "0_Transformer")
    tokenizer().save_pretrained(tmp_path / "0_Transformer")
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text("{}")
    if listed:
        (tmp_path / "modules.json").write_text(modules("0_Transformer"))
    model = load_model(str(tmp_path))
    assert model.identity == load_model(str(tmp_path / "0_Transformer")).identity
    assert capture(model, "the cat sat").kinds == ("encoder",)


NAMES = ["modules.json", "0_Transformer/config.json", "query/config.json", "onnx/model.onnx"]


@pytest.mark.parametrize(
    ("names", "path", "place"),
    [(NAMES, "0_Transformer", "0_Transformer"), (NAMES, "query/", "query"), ([*NAMES, "config.json"], "query", ""),
     (NAMES[1:], "", "0_Transformer")],
)  # fmt: skip
def test_the_first_module_is_the_transformer(names, path, place):
    assert place_among(names, lambda _: modules(path), "tiny") == place


def test_a_model_without_a_transformer_says_what_it_begins_with():
    names = ["modules.json", "0_StaticEmbedding/tokenizer.json"]
    kind = "sentence_transformers.models.StaticEmbedding"
    with pytest.raises(ModelError, match=r"no transformer to read: its first part \(StaticEmbedding\) has no config"):
        place_among(names, lambda _: modules("0_StaticEmbedding", kind), "tiny")
    with pytest.raises(ModelError, match="no transformer to read"):
        place_among(["modules.json", "../config.json"], lambda _: modules(".."), "tiny")


@pytest.mark.parametrize("content", ["", "[]", "{}", "[3]", '[{"idx": 0}]'])
def test_a_broken_list_of_modules_is_one_sentence(content):
    with pytest.raises(ModelError, match=r"its modules\.json does not say what its parts are"):
        place_among(["modules.json"], lambda _: content, "tiny")


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        ([], "$"),
        (["checkpoint-5"], r" Its folder checkpoint-5 has one: give that\.$"),
        (["d", "b", "c", "a"], r" Its folders a, b, c, … have one: give one of them\.$"),
    ],
)
def test_folders_that_would_do_are_named(tmp_path, inside, sentence):
    for name in inside:
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=rf"not in Hugging Face format: it has no config\.json\.{sentence}"):
        load_model(str(tmp_path))


def test_what_is_needed_is_the_weights_once_and_what_stands_beside_them():
    names = ["config.json", "vocab.txt", "model.safetensors", "consolidated.safetensors", "modeling.py", "model.bin"]
    inner = [f"0_Transformer/{name}" for name in names] + ["0_Transformer/deep/config.json", "1_Pooling/config.json"]
    assert needed_files([*names, *inner], str, "tiny") == ["config.json", "model.safetensors", "vocab.txt"]
    found = needed_files(["modules.json", "README.md", *inner], lambda _: modules("0_Transformer"), "tiny")
    assert found == [f"0_Transformer/{name}" for name in ("config.json", "model.safetensors", "vocab.txt")] + [
        "modules.json"
    ]


# What lies in the repositories of several families: what is needed, and what is not.
LISTINGS = {
    "marian": (["config.json", "generation_config.json", "model.safetensors", "source.spm", "target.spm",
                "tokenizer_config.json", "vocab.json"],
               ["pytorch_model.bin", "rust_model.ot", "tf_model.h5", "README.md"]),
    "nllb": (["config.json", "model.safetensors", "sentencepiece.bpe.model", "special_tokens_map.json",
              "tokenizer.json", "tokenizer_config.json"],
             ["flax_model.msgpack", "pytorch_model.bin.index.json.bak"]),
    "phobert": (["bpe.codes", "config.json", "model.safetensors", "vocab.txt"], ["pytorch_model.bin"]),
    "prophetnet": (["config.json", "model.safetensors", "prophetnet.tokenizer"], ["pytorch_model.bin"]),
    "chat": (["chat_template.jinja", "config.json", "model-00001-of-00002.safetensors",
              "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json"],
             ["consolidated.safetensors", "original/consolidated.00.pth", "original/params.json", "onnx/model.onnx",
              "model.fp16.safetensors", "modeling_own.py", "gguf/model.Q4_K_M.gguf"]),
    "picture": (["config.json", "model.safetensors", "preprocessor_config.json", "processor_config.json"],
                ["model.ckpt", "open_clip_pytorch_model.bin", "open_clip_model.safetensors"]),
    "adapter": (["adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "tokenizer_config.json"],
                ["adapter_model.bin", "optimizer.pt", "checkpoint-7/adapter_model.safetensors"]),
    "adapter and base": (["adapter_config.json", "adapter_model.safetensors", "config.json", "model.safetensors"],
                         ["training_args.bin"]),
}  # fmt: skip
SHARDS = json.dumps({"weight_map": {f"w{i}": f"model-0000{i}-of-00002.safetensors" for i in (1, 2)}})


@pytest.mark.parametrize("family", LISTINGS)
def test_what_is_fetched_of_a_repository(family):
    needed, others = LISTINGS[family]
    assert needed_files([*others, *needed], lambda _: SHARDS, family) == sorted(needed)


def test_every_file_that_a_tokenizer_is_made_of_is_fetched():
    files = set()
    for name in set(TOKENIZER_MAPPING_NAMES.values()) - {None}:
        with contextlib.suppress(ImportError):  # of a package that is not installed here
            files |= set(getattr(getattr(transformers, name), "vocab_files_names", {}).values())
    assert {"source.spm", "bpe.codes", "vocab.txt", "merges.txt", "tokenizer.json"} <= files
    for file in files:
        assert file in needed_files(["config.json", "model.safetensors", file], str, "any")
