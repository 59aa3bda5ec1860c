"""Loading: what is found, what is refused, and with which sentence."""

import json
import subprocess
import sys

import psutil
import pytest
import torch
import transformers as hf
from safetensors.torch import load_file, save_file

from mha_viz.errors import InputError, ModelError
from mha_viz.models.catalogue import CATALOGUE
from mha_viz.models.load import load_model, model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXT, make, tokenizer


@pytest.fixture
def folder(tmp_path):
    make(*TEXT["bert"]).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    return tmp_path


def test_a_local_folder(folder):
    model = load_model(str(folder))
    assert model.source == "folder"
    assert len(model.identity) == 64
    assert capture(model, "the cat sat").query_positions["encoder"].labels[2] == "cat"


def test_loading_draws_no_bars_and_leaves_those_of_transformers_as_they_were(folder, capfd):
    drawn = hf.logging.is_progress_bar_enabled()
    try:
        for switch, is_drawn in ((hf.logging.enable_progress_bar, True), (hf.logging.disable_progress_bar, False)):
            switch()
            load_model(str(folder))
            assert hf.logging.is_progress_bar_enabled() is is_drawn
    finally:
        (hf.logging.enable_progress_bar if drawn else hf.logging.disable_progress_bar)()
    assert "Loading weights" not in capfd.readouterr().err


def test_nothing_else_need_be_imported_first(folder):
    """In a fresh process loading is the first thing that happens: transformers must know our attention by then."""
    code = f"from mha_viz.models.load import load_model; print(load_model({str(folder)!r}).reading)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "interface", done.stderr[-500:]


def test_half_precision_files_become_float32(tmp_path):
    make(*TEXT["llama"]).to(torch.bfloat16).save_pretrained(tmp_path)
    tokenizer(ends=False).save_pretrained(tmp_path)
    assert next(load_model(str(tmp_path)).network.parameters()).dtype == torch.float32
    half = load_model(str(tmp_path), dtype=torch.bfloat16)
    assert next(half.network.parameters()).dtype == torch.bfloat16
    assert capture(half, "the cat sat").calls


def test_identity_follows_the_weights(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    make(*TEXT["bert"], seed=1).save_pretrained(other)
    tokenizer().save_pretrained(other)
    assert load_model(str(folder)).identity != load_model(str(other)).identity
    sharded = tmp_path_factory.mktemp("sharded")
    make(*TEXT["bert"]).save_pretrained(sharded, max_shard_size="10KB")
    tokenizer().save_pretrained(sharded)
    assert len(load_model(str(sharded)).identity) == 64


ODD_NAMES = ["no such model", "../../etc/passwd", "https://example.org/x", "a/b/c", "", "x;y", "~nosuchuser/x"]
ODD_NAMES += ["a" * 5000 + "/" * 3, "\\\\host\\share", "//host/share", "a\x00b"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_wrong_name_says_what_would_work(name):
    with pytest.raises(ModelError, match=rf"not a catalogue name \({', '.join(CATALOGUE)}\), not a folder|config.json"):
        load_model(name)


def test_a_folder_that_is_no_model(tmp_path):
    with pytest.raises(ModelError, match=r"has no config\.json"):
        load_model(str(tmp_path))


def test_pickled_weights_are_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickled weights are never read"):
        load_model(str(folder))


def test_a_broken_weight_file(folder):
    (folder / "model.safetensors").write_bytes(b"not a tensor")
    with pytest.raises(ModelError, match="a weight file is broken"):
        load_model(str(folder))


@pytest.mark.parametrize("settings", [{"num_attention_heads": 0}, {"hidden_size": "x"}, {"vocab_size": -3}])
def test_a_broken_configuration_is_one_sentence(folder, settings):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **settings}))
    with pytest.raises(ModelError, match="cannot be loaded") as raised:
        load_model(str(folder))
    assert "\n" not in str(raised.value)


def test_weights_that_are_no_file(folder):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").symlink_to(folder / "gone")
    with pytest.raises(ModelError, match="a weight file is broken"):
        load_model(str(folder))


def test_missing_weights_are_never_made_up(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))
    with pytest.raises(ModelError, match=r"\d+ weights are missing .*encoder\.layer\.2.* would be random"):
        load_model(str(folder))


def test_an_unknown_architecture_is_one_sentence(folder):
    (folder / "config.json").write_text(json.dumps({"model_type": "never-heard-of"}))
    with pytest.raises(ModelError, match="cannot be loaded: .*never-heard-of") as raised:
        load_model(str(folder))
    assert "\n" not in str(raised.value)


def test_code_that_comes_with_a_model_is_never_run(folder):
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "evil.Config", "AutoModel": "evil.Model"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text("raise SystemExit('the code was run')")
    with pytest.raises(ModelError):
        load_model(str(folder))


def test_too_little_memory_is_said_before_loading(folder, monkeypatch):
    class Memory:
        available = 1000

    monkeypatch.setattr(psutil, "virtual_memory", Memory)
    with pytest.raises(ModelError, match=r"needs 0\.0 GB of memory and 0\.0 GB are free"):
        load_model(str(folder))


def test_a_model_without_tokenizer_says_what_to_give():
    from mha_viz.errors import InputError

    model = model_from(make(hf.ViTModel, hf.ViTConfig(hidden_size=24, num_attention_heads=3, num_hidden_layers=2,
                            intermediate_size=31, image_size=12, patch_size=4)), name="vit")  # fmt: skip
    with pytest.raises(InputError, match="vit does not read text"):
        capture(model, "the cat")


# ---- heads -----------------------------------------------------------------------------------------------------

CAUSAL = {
    "llama": (hf.LlamaForCausalLM, TEXT["llama"][1]),
    "gpt2": (hf.GPT2LMHeadModel, TEXT["gpt2"][1]),
    "opt": (hf.OPTForCausalLM, TEXT["opt"][1]),
    "falcon": (hf.FalconForCausalLM, TEXT["falcon"][1]),
    "bloom": (hf.BloomForCausalLM, TEXT["bloom"][1]),
    "gpt-neo": (hf.GPTNeoForCausalLM, TEXT["gpt-neo"][1]),
    "bert": (hf.BertLMHeadModel, TEXT["bert"][1]),
    "gemma3": (hf.Gemma3ForCausalLM, TEXT["gemma3"][1]),
}


def saved(network, folder):
    network.save_pretrained(folder)
    tokenizer(ends=False).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("name", CAUSAL)
def test_a_causal_language_model_comes_with_its_head_and_captures_as_without(name, tmp_path, monkeypatch):
    from mha_viz.attention.maps import pattern
    from mha_viz.models import networks

    folder = saved(make(*CAUSAL[name]), tmp_path)
    model = load_model(str(folder))
    assert type(model.network) is CAUSAL[name][0]
    model.network.get_output_embeddings().register_forward_pre_hook(lambda *_: pytest.fail("logits were computed"))
    monkeypatch.setattr(networks, "is_causal_language_model", lambda _: False)
    bare = load_model(str(folder))
    assert type(bare.network) is not CAUSAL[name][0]
    assert (model.reading, model.identity) == (bare.reading, bare.identity)
    found, expected = capture(model, "the cat sat"), capture(bare, "the cat sat")
    assert len(found.calls) == len(expected.calls) == 2
    for layer, (one, other) in enumerate(zip(found.calls, expected.calls, strict=True)):
        torch.testing.assert_close(pattern(found, layer), pattern(expected, layer), rtol=0, atol=0)
        torch.testing.assert_close(one.projection, other.projection, rtol=0, atol=0)
        assert one.followed_by == other.followed_by


def test_what_was_saved_without_a_head_is_loaded_without(tmp_path):
    model = load_model(str(saved(make(*TEXT["llama"]), tmp_path)))
    assert type(model.network) is hf.LlamaModel


@pytest.mark.parametrize("tied", [False, True])
def test_a_head_that_is_not_in_the_file_is_never_made_up(tmp_path, tied):
    config = type(TEXT["llama"][1]).from_dict({**TEXT["llama"][1].to_dict(), "tie_word_embeddings": tied})
    folder = saved(make(hf.LlamaForCausalLM, config), tmp_path)
    weights = load_file(folder / "model.safetensors")
    assert (weights.pop("lm_head.weight", None) is None) == tied
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    model = load_model(str(folder))
    assert type(model.network) is (hf.LlamaForCausalLM if tied else hf.LlamaModel)
    assert capture(model, "the cat sat").calls
    if tied:
        assert capture(model, "the cat sat", new_tokens=2).n_generated
        return
    with pytest.raises(InputError, match="its files hold no language-model head"):
        capture(model, "the cat sat", new_tokens=2)


def test_missing_layers_of_a_model_with_a_head_are_still_refused(tmp_path):
    folder = saved(make(*CAUSAL["gpt2"]), tmp_path)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "n_layer": 3}))
    with pytest.raises(ModelError, match=r"\d+ weights are missing .*h\.2.* would be random"):
        load_model(str(folder))


@pytest.mark.parametrize("content", ["not json", '{"do_sample": true, "temperature": 0.0}', '{"eos_token_id": 99999}'])
def test_a_strange_generation_file_is_no_obstacle(tmp_path, content):
    folder = saved(make(*CAUSAL["gpt2"]), tmp_path)
    (folder / "generation_config.json").write_text(content)
    assert capture(load_model(str(folder)), "the cat sat", new_tokens=2).n_generated == 2


@pytest.mark.parametrize("content", ["[]", '{"eos_token_id": "x"}'])
def test_a_broken_generation_file_is_one_sentence(tmp_path, content):
    folder = saved(make(*CAUSAL["gpt2"]), tmp_path)
    (folder / "generation_config.json").write_text(content)
    with pytest.raises(ModelError, match="cannot be loaded|did not run") as raised:
        capture(load_model(str(folder)), "the cat sat", new_tokens=2)
    assert "\n" not in str(raised.value)


# ---- the catalogue's own models --------------------------------------------------------------------------------

TIRED = "The cat sat on the mat because it was tired."


@pytest.mark.real_model
def test_minilm_on_the_cat_sentence(minilm):
    from mha_viz.attention.tables import attention_between

    def value(text, key, layer, head):
        table = attention_between(capture(minilm, text), "it", key).set_index(["layer", "head"])
        return table.loc[(layer, head), "attention"]

    best = attention_between(capture(minilm, TIRED), "it", "cat").loc[0]
    assert (best["layer"], best["head"]) == (5, 11)
    assert best["attention"] == pytest.approx(0.712, abs=2e-3)
    assert value(TIRED, "cat", 3, 1) == pytest.approx(0.49, abs=5e-3)
    dirty = TIRED.replace("tired", "dirty")
    assert value(dirty, "cat", 3, 1) == pytest.approx(0.17, abs=5e-3)
    assert value(dirty, "mat", 3, 1) == pytest.approx(0.30, abs=5e-3)
    assert minilm.identity == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.mark.real_model
def test_smollm2_has_grouped_keys_and_cannot_see_the_adjective():
    from mha_viz.attention.maps import pattern
    from mha_viz.attention.tables import attention_between

    model = load_model("smollm2")
    tired, dirty = capture(model, [TIRED, TIRED.replace("tired", "dirty")])
    assert tired.calls[0].query.shape[0] == 9
    assert tired.calls[0].key.shape[0] == 3
    assert len(tired.calls_of("decoder")) == 30
    assert type(model.network) is hf.LlamaForCausalLM
    best = attention_between(tired, "it", "cat").loc[0]
    assert (best["layer"], best["head"]) == (13, 8)
    assert best["attention"] == pytest.approx(0.804, abs=2e-3)
    row = tired.query_positions["decoder"].labels.index("it")
    for layer in range(30):
        torch.testing.assert_close(pattern(tired, layer)[:, row], pattern(dirty, layer)[:, row], rtol=0, atol=1e-5)


@pytest.mark.real_model
def test_mpnet_is_observed_with_values_and_its_head_turns_to_the_mat():
    from mha_viz.attention.maps import contribution, head_output, value_weighted_pattern
    from mha_viz.attention.tables import attention_between

    model = load_model("mpnet")
    assert model.reading == "observed"

    def difference(text):
        found = capture(model, text)
        cat, mat = (
            attention_between(found, "it", word).set_index(["layer", "head"]).loc[(7, 4), "attention"]
            for word in ("cat", "mat")
        )
        return cat - mat

    assert difference(TIRED) == pytest.approx(0.608, abs=5e-3)
    assert difference(TIRED.replace("tired", "dirty")) == pytest.approx(-0.819, abs=5e-3)
    found = capture(model, TIRED)
    assert head_output(found, 7).shape == (12, 13, 64)
    assert value_weighted_pattern(found, 7).shape == (12, 13, 13)
    assert contribution(found, 7).shape == (12, 13, 768)


def test_a_hub_id_may_name_a_revision(monkeypatch, folder):
    asked = []

    def snapshot(name, revision, _progress):
        asked.append((name, revision))
        return folder

    monkeypatch.setattr("mha_viz.models.load.hub_snapshot", snapshot)
    assert load_model("someone/tiny@step-20").name == "someone/tiny@step-20"
    load_model("someone/tiny")
    assert asked == [("someone/tiny", "step-20"), ("someone/tiny", None)]
