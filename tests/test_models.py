"""Loading: what is found, what is refused, and with which sentence."""

import json

import psutil
import pytest
import torch
import transformers as hf
from families import TEXT, make, tokenizer

from mha_viz.capturing import capture
from mha_viz.errors import ModelError
from mha_viz.models import load_model, model_from


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
    with pytest.raises(ModelError, match=r"not a catalogue name \(minilm, smollm2, mpnet\), not a folder|config.json"):
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


# ---- the catalogue's own models --------------------------------------------------------------------------------

TIRED = "The cat sat on the mat because it was tired."


@pytest.mark.real_model
def test_minilm_on_the_cat_sentence(minilm):
    from mha_viz.frames import attention_between

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
    from mha_viz.attention import pattern
    from mha_viz.frames import attention_between

    model = load_model("smollm2")
    tired, dirty = capture(model, [TIRED, TIRED.replace("tired", "dirty")])
    assert tired.calls[0].query.shape[0] == 9
    assert tired.calls[0].key.shape[0] == 3
    assert len(tired.calls_of("decoder")) == 30
    best = attention_between(tired, "it", "cat").loc[0]
    assert (best["layer"], best["head"]) == (13, 8)
    assert best["attention"] == pytest.approx(0.804, abs=2e-3)
    row = tired.query_positions["decoder"].labels.index("it")
    for layer in range(30):
        torch.testing.assert_close(pattern(tired, layer)[:, row], pattern(dirty, layer)[:, row], rtol=0, atol=1e-5)


@pytest.mark.real_model
def test_mpnet_is_observed_with_values_and_its_head_turns_to_the_mat():
    from mha_viz.attention import contribution, head_output, value_weighted_pattern
    from mha_viz.frames import attention_between

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
