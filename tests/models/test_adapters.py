"""LoRA adapters: their base is found, every weight is what the formula says, and other adapters are refused by name."""

import json
import math

import pytest
import torch
import transformers as hf
from safetensors.torch import load_file, save_file

from mha_viz.attention.maps import pattern
from mha_viz.comparison.changes import head_changes
from mha_viz.comparison.comparison import by_place, comparison_of
from mha_viz.errors import ModelError
from mha_viz.models import load
from mha_viz.models.load import load_model
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXT, make, tokenizer

R, ALPHA = 2, 5
BASES = {
    "bert": (hf.BertModel, TEXT["bert"][1], "encoder.layer.1.attention.self.query", (24, 24)),
    "bert of a classifier": (hf.BertModel, TEXT["bert"][1], "bert.encoder.layer.1.attention.self.query", (24, 24)),
    "gpt2": (hf.GPT2LMHeadModel, TEXT["gpt2"][1], "transformer.h.1.attn.c_attn", (24, 72)),
    "llama": (hf.LlamaForCausalLM, TEXT["llama"][1], "model.layers.1.self_attn.k_proj", (24, 8)),
    "llama without its head": (hf.LlamaForCausalLM, TEXT["llama"][1], "layers.1.self_attn.k_proj", (24, 8)),
}


def save_base(name, folder):
    network = make(*BASES[name][:2])
    network.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return network


def parts_of(module, inputs, outputs, rank=R, seed=3):
    torch.manual_seed(seed)
    down, up = 0.2 * torch.randn(rank, inputs), torch.randn(outputs, rank)
    return {f"{module}.lora_A.weight": down, f"{module}.lora_B.weight": up}


def save_adapter(folder, tensors, **settings):
    folder.mkdir(exist_ok=True)
    named = {f"base_model.model.{name}": tensor.contiguous() for name, tensor in tensors.items()}
    save_file(named, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    known = {"peft_type": "LORA", "r": R, "lora_alpha": ALPHA, "base_model_name_or_path": "base", "bias": "none"}
    known |= {"target_modules": ["query"], "task_type": None, "megatron_core": "megatron.core", "lora_dropout": 0.1}
    (folder / "adapter_config.json").write_text(json.dumps(known | settings))
    return folder


def product(tensors, module, scaling):
    return scaling * tensors[f"{module}.lora_B.weight"] @ tensors[f"{module}.lora_A.weight"]


@pytest.fixture
def folder(tmp_path):
    """A BERT in ``base`` and an adapter of one of its queries in ``adapter``."""
    save_base("bert", tmp_path / "base")
    *_, module, (inputs, outputs) = BASES["bert"]
    return save_adapter(tmp_path / "adapter", parts_of(module, inputs, outputs))


def weights_of(network):
    return dict(network.state_dict())


# ---- what is merged --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_stabilised", [False, True])
@pytest.mark.parametrize("name", BASES)
def test_the_weights_are_those_of_the_formula(name, is_stabilised, tmp_path):
    expected = weights_of(save_base(name, tmp_path / "base"))
    _, _, module, (inputs, outputs) = BASES[name]
    tensors = parts_of(module, inputs, outputs)
    save_adapter(tmp_path / "adapter", tensors, use_rslora=is_stabilised)
    network = load_model(str(tmp_path / "adapter")).network
    assert type(network) is BASES[name][0]
    change = product(tensors, module, ALPHA / (math.sqrt(R) if is_stabilised else R))
    (changed,) = (key for key in expected if f".{key}".endswith(f".{module.removeprefix('bert.')}.weight"))
    expected[changed] = expected[changed] + (change.T if name == "gpt2" else change)
    for key, tensor in network.state_dict().items():
        torch.testing.assert_close(tensor, expected[key], rtol=0, atol=1e-6)
    assert change.abs().max() > 0.1


def test_only_layers_after_the_changed_one_differ_from_the_base(folder):
    """As Compare shows them: heads of untouched layers are 0 apart."""
    sides = [capture(load_model(str(place)), "the cat sat on a mat") for place in (folder.parent / "base", folder)]
    comparison = comparison_of(*sides)
    distances = head_changes(comparison, by_place(comparison)).groupby("layer")["change"].max()
    assert distances[0] == 0
    assert distances[1] > 0.01


def test_patterns_of_ranks_and_alphas_are_followed(tmp_path):
    expected = weights_of(save_base("bert", tmp_path / "base"))
    query, key = (f"encoder.layer.{i}.attention.self.{part}" for i, part in ((0, "query"), (1, "key")))
    tensors = parts_of(query, 24, 24) | parts_of(key, 24, 24, rank=3, seed=4)
    ranks, alphas = {"layer.1.attention.self.key": 3}, {"^encoder.layer.1.attention.self.key": 7, "uery": 99}
    save_adapter(tmp_path / "adapter", tensors, rank_pattern=ranks, alpha_pattern=alphas)
    found = weights_of(load_model(str(tmp_path / "adapter")).network)
    for module, scaling in ((query, ALPHA / R), (key, 7 / 3)):
        change = found[f"{module}.weight"] - expected[f"{module}.weight"]
        torch.testing.assert_close(change, product(tensors, module, scaling), rtol=0, atol=1e-5)


def test_embeddings_biases_and_saved_modules(tmp_path):
    """New words, a trained bias, a bias of the adapter itself, and a classifier that stands on top."""
    expected = weights_of(save_base("bert", tmp_path / "base"))
    torch.manual_seed(5)
    query, value = (f"bert.encoder.layer.0.attention.self.{part}" for part in ("query", "value"))
    tensors = parts_of(query, 24, 24) | parts_of(value, 24, 24)
    tensors[f"{value}.lora_B.bias"], tensors[f"{query}.bias"] = torch.randn(24), torch.randn(24)
    words = "bert.embeddings.word_embeddings"
    tensors[f"{words}.lora_embedding_A"], tensors[f"{words}.lora_embedding_B"] = torch.randn(R, 39), torch.randn(24, R)
    tensors[f"{words}.base_layer.weight"] = torch.randn(39, 24)
    tensors |= {"classifier.weight": torch.randn(3, 24), "classifier.bias": torch.randn(3)}
    tensors |= {"bert.pooler.dense.weight": torch.randn(24, 24)}
    save_adapter(
        tmp_path / "adapter", tensors, bias="lora_only", lora_bias=True, modules_to_save=["classifier", "pooler"]
    )
    found = weights_of(load_model(str(tmp_path / "adapter")).network)
    scaling, name = ALPHA / R, value.removeprefix("bert.")
    torch.testing.assert_close(
        found[f"{name}.bias"], expected[f"{name}.bias"] + scaling * tensors[f"{value}.lora_B.bias"]
    )
    assert torch.equal(found[f"{query.removeprefix('bert.')}.bias"], tensors[f"{query}.bias"])
    change = scaling * (tensors[f"{words}.lora_embedding_B"] @ tensors[f"{words}.lora_embedding_A"]).T
    expected_words = tensors[f"{words}.base_layer.weight"] + change
    torch.testing.assert_close(found["embeddings.word_embeddings.weight"], expected_words)
    assert torch.equal(found["pooler.dense.weight"], tensors["bert.pooler.dense.weight"])


def test_what_is_tied_to_a_changed_weight_stays_as_it_was(tmp_path):
    config = type(TEXT["llama"][1]).from_dict({**TEXT["llama"][1].to_dict(), "tie_word_embeddings": True})
    base = make(hf.LlamaForCausalLM, config)
    base.save_pretrained(tmp_path / "base")
    tokenizer(ends=False).save_pretrained(tmp_path / "base")
    save_adapter(tmp_path / "adapter", parts_of("lm_head", 24, 37))
    network = load_model(str(tmp_path / "adapter")).network
    assert torch.equal(network.model.embed_tokens.weight, base.model.embed_tokens.weight)
    assert not torch.equal(network.lm_head.weight, base.lm_head.weight)


# ---- where the base is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["base", "../base", "/somewhere/else/base", "C:\\training\\base", "owner/base"])
def test_the_base_is_found_where_it_is_named_or_beside(folder, named, monkeypatch):
    change(folder, base_model_name_or_path=named)
    model = load_model(str(folder))
    assert model.source == "folder"
    assert capture(model, "the cat sat").kinds == ("encoder",)
    assert model.notes == (f"LoRA adapter merged into {named}",)


def change(folder, **settings):
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps({**config, **settings}))


def test_an_absolute_path_and_a_configuration_beside_the_adapter(folder, tmp_path_factory):
    alone = tmp_path_factory.mktemp("alone")
    for file in folder.iterdir():
        (alone / file.name).write_bytes(file.read_bytes())
    (alone / "config.json").write_bytes((folder.parent / "base" / "config.json").read_bytes())
    change(alone, base_model_name_or_path=str(folder.parent / "base"))
    expected, found = load_model(str(folder)), load_model(str(alone))
    assert found.identity == expected.identity
    assert all(
        torch.equal(a, b) for a, b in zip(expected.network.parameters(), found.network.parameters(), strict=True)
    )


def test_a_base_in_the_same_folder_comes_first(folder):
    together, expected = folder.parent / "base", load_model(str(folder)).network
    for file in list(folder.iterdir()):
        (together / file.name).write_bytes(file.read_bytes())
    change(together, base_model_name_or_path="owner/gone")
    found = load_model(str(together)).network
    assert all(torch.equal(a, b) for a, b in zip(expected.parameters(), found.parameters(), strict=True))


def test_the_tokenizer_is_the_adapters_where_it_has_one(folder):
    tokenizer(ends=False).save_pretrained(folder)
    assert len(capture(load_model(str(folder)), "the cat sat").query_positions["encoder"]) == 3


def test_a_base_on_the_hub(folder, monkeypatch):
    asked = []

    def snapshot(name, revision, _progress):
        asked.append((name, revision))
        return folder.parent / "base"

    monkeypatch.setattr(load, "hub_snapshot", snapshot)
    expected = load_model(str(folder)).identity
    change(folder, base_model_name_or_path="owner/tiny", revision="step-20")
    assert load_model(str(folder)).identity == expected
    assert asked == [("owner/tiny", "step-20")]


def test_an_adapter_from_the_hub_leads_to_no_folder_here(folder, monkeypatch):
    monkeypatch.setattr(load, "hub_snapshot", lambda *_: folder)
    change(folder, base_model_name_or_path="../base")
    with pytest.raises(ModelError, match=r"is an adapter of \.\./base, which is not here: put the folder of its base"):
        load_model("owner/adapter")


@pytest.mark.parametrize(
    ("named", "sentence"),
    [(None, "is an adapter of a base that it does not name"), ("/gone/away", "of /gone/away, which is not here"),
     ("\\\\host\\share", "which is not here")],
)  # fmt: skip
def test_a_base_that_is_nowhere(folder, named, sentence):
    change(folder, base_model_name_or_path=named)
    with pytest.raises(ModelError, match=sentence):
        load_model(str(folder))


def test_an_adapter_of_an_adapter(folder):
    second = save_adapter(folder.parent / "second", parts_of("encoder.layer.0.output.dense", 31, 24))
    change(second, base_model_name_or_path="adapter")
    with pytest.raises(ModelError, match="is an adapter of adapter, which is an adapter itself: merge that one first"):
        load_model(str(second))


def test_identity_covers_base_adapter_and_settings(folder):
    identities = {load_model(str(folder)).identity, load_model(str(folder.parent / "base")).identity}
    change(folder, lora_alpha=7)
    identities.add(load_model(str(folder)).identity)
    change(folder, lora_alpha=ALPHA, lora_dropout=0.5, peft_version="9.9")  # changes nothing
    identities.add(load_model(str(folder)).identity)
    assert len(identities) == 3
    weights = load_file(folder / "adapter_model.safetensors")
    save_file({name: 2 * tensor for name, tensor in weights.items()}, folder / "adapter_model.safetensors")
    identities.add(load_model(str(folder)).identity)
    base = folder.parent / "base" / "model.safetensors"
    save_file({name: tensor + 1 for name, tensor in load_file(base).items()}, base, metadata={"format": "pt"})
    identities.add(load_model(str(folder)).identity)
    assert len(identities) == 5


# ---- what is refused -------------------------------------------------------------------------------------------

REFUSED = {
    "DoRA": ({"use_dora": True}, r"not merged here: it is DoRA \(use_dora\)\. Plain LoRA is"),
    "another type": ({"peft_type": "IA3"}, "not merged here: its peft_type is IA3"),
    "no type": ({"peft_type": None}, "its peft_type is None"),
    "layers repeated": ({"layer_replication": [[0, 2], [1, 2]]}, "it uses layer_replication"),
    "after a word": ({"alora_invocation_tokens": [3]}, "it uses alora_invocation_tokens"),
    "parameters": ({"target_parameters": ["experts.down_proj"]}, "it uses target_parameters"),
    "new words": ({"trainable_token_indices": [1]}, "it uses trainable_token_indices"),
    "a later idea": ({"use_next_year": True}, "it uses use_next_year"),
    "another start": ({"init_lora_weights": "pissa_niter_4"}, r"a changed base \(init_lora_weights is pissa_niter_4\)"),
    "an expression": ({"alpha_pattern": {"(a+)+$": 3}}, "is not made of plain names"),
    "no number": ({"lora_alpha": "x"}, "not all numbers above 0"),
    "another rank": ({"r": 3}, r"disagree on the rank of encoder\.layer\.1\.attention\.self\.query"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_adapters_are_refused_by_name(folder, case):
    settings, sentence = REFUSED[case]
    change(folder, **settings)
    with pytest.raises(ModelError, match=sentence) as raised:
        load_model(str(folder))
    assert "\n" not in str(raised.value)


WRONG = {
    "magnitudes": ({"query.lora_magnitude_vector": (24,)}, r"it holds base_model\.model\.query\.lora_magnitude_vector"),
    "a stranger": ({"prompt.embedding": (3, 24)}, r"it holds base_model\.model\.prompt\.embedding"),
    "half": ({"encoder.layer.0.output.dense.lora_A.weight": (R, 31)}, "not merged here: it changes Linear"),
    "a norm": ({"encoder.layer.0.output.LayerNorm.lora_A.weight": (R, 24),
                "encoder.layer.0.output.LayerNorm.lora_B.weight": (24, R)}, "it changes LayerNorm"),
    "another layer": ({"encoder.layer.7.output.dense.lora_A.weight": (R, 31)}, r"not fit its base: .* is not there"),
    "another width": ({"encoder.layer.0.output.dense.lora_A.weight": (R, 29),
                       "encoder.layer.0.output.dense.lora_B.weight": (24, R)}, r"dense\.weight has another shape"),
    "another norm": ({"encoder.layer.0.output.LayerNorm.weight": (23,)}, r"LayerNorm\.weight has another shape there"),
    "an unknown module": ({"encoder.extra.weight": (3,)}, r"its base, which has no encoder\.extra"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_an_adapter_that_does_not_fit_its_base(folder, case):
    shapes, sentence = WRONG[case]
    *_, module, (inputs, outputs) = BASES["bert"]
    save_adapter(
        folder, parts_of(module, inputs, outputs) | {name: torch.ones(shape) for name, shape in shapes.items()}
    )
    with pytest.raises(ModelError, match=sentence):
        load_model(str(folder))


def test_broken_files_are_one_sentence(folder):
    weights = folder / "adapter_model.safetensors"
    weights.write_bytes(b"not a tensor")
    with pytest.raises(ModelError, match=r"adapter_model\.safetensors is broken \("):
        load_model(str(folder))
    weights.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    with pytest.raises(ModelError, match=r"adapter_model\.safetensors is the pointer of Git LFS"):
        load_model(str(folder))
    save_file({}, weights)
    with pytest.raises(ModelError, match="holds no LoRA weights"):
        load_model(str(folder))
    weights.rename(folder / "adapter_model.bin")
    sentence = r"has an adapter_config\.json but no adapter_model\.safetensors; pickled .* \(adapter_model\.bin\)"
    with pytest.raises(ModelError, match=sentence):
        load_model(str(folder))
    for content in ("no json", "[]"):
        (folder / "adapter_config.json").write_text(content)
        with pytest.raises(ModelError, match=r"adapter_config\.json is (broken \(|not an object)"):
            load_model(str(folder))


def test_patterns_still_sum_to_one(folder):
    found = capture(load_model(str(folder)), "the cat sat")
    torch.testing.assert_close(pattern(found, 1).sum(-1), torch.ones(3, 5), rtol=0, atol=1e-6)
