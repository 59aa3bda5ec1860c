"""Once a model, what is read is compared with what the family's own eager attention returns."""

import json

import pytest
import torch
import transformers as hf
from transformers.models.bert import modeling_bert

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.errors import UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.recording import validate
from mha_viz.recording.capture import capture
from mha_viz.views.captions.facts import facts_of
from tests.support.networks.families import ENCODER_DECODERS, TEXT, TEXTS, make, text_model, tokenizer

IDENTITY = "3f" * 32


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    return tmp_path / "validated.json"


@pytest.fixture
def compared(monkeypatch):
    """The kinds of run that were compared, counted."""
    runs, real = [], validate._eager
    monkeypatch.setattr(validate, "_eager", lambda *given: runs.append(given[2]) or real(*given))
    return runs


def named(name="bert"):
    return model_from(make(*TEXT[name]), tokenizer(), name=name, identity=IDENTITY)


def test_a_family_whose_own_attention_is_another_is_refused_by_name(monkeypatch):
    real = modeling_bert.eager_attention_forward

    def shifted(*given, **options):
        output, weights = real(*given, **options)
        return output, weights.roll(1, dims=-1)

    monkeypatch.setattr(modeling_bert, "eager_attention_forward", shifted)
    _, model = text_model("bert")
    for _ in range(2):  # it is not taken for compared after it was refused
        with pytest.raises(UnreadableModelError, match=r"bert \(BertModel\) returns 2 maps as attentions, and what"):
            capture(model, TEXTS[0])


def test_a_layer_that_is_not_returned_is_one_too_many(monkeypatch):
    monkeypatch.setattr(validate, "_tuples", lambda outputs: iter([("attentions", [outputs["attentions"][0][0]])]))
    _, model = text_model("bert")
    with pytest.raises(UnreadableModelError, match="returns 1 maps as attentions, which is not what is read here"):
        capture(model, TEXTS[0])


def test_where_nothing_is_returned_the_facts_say_so(monkeypatch):
    monkeypatch.setattr(validate, "_tuples", lambda _: iter(()))
    _, model = text_model("bert")
    found = capture(model, list(TEXTS))[2]
    facts = facts_of(choose(found, Selection("encoder")))
    assert validate.NONE_RETURNED in facts["notes"]
    monkeypatch.undo()
    _, model = text_model("bert")
    assert validate.NONE_RETURNED not in facts_of(choose(capture(model, TEXTS[0]), Selection("encoder"))).get(
        "notes", []
    )


def test_it_is_compared_once_a_kind_of_run(compared):
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    hooks = [dict(module._forward_hooks) for module in model.network.modules()]  # those of changes, since it was loaded
    for _ in range(2):
        capture(model, TEXTS[0])
        capture(model, list(TEXTS), target="he ran")
    assert compared == [True, False]
    assert model.network.config._attn_implementation == "mha_viz"
    assert [dict(module._forward_hooks) for module in model.network.modules()] == hooks


def test_what_was_compared_on_this_machine_is_not_compared_again(cache, compared, monkeypatch):
    capture(named(), TEXTS[0])
    capture(named(), TEXTS[1])
    assert compared == [True]
    assert list(json.loads(cache.read_text()).values()) == [""]
    monkeypatch.setattr(validate, "version", lambda _: "another")
    capture(named(), TEXTS[0])
    assert compared == [True] * 2
    capture(text_model("bert")[1], TEXTS[0])  # nobody knows which weights these are
    assert compared == [True] * 3
    assert len(json.loads(cache.read_text())) == 2


@pytest.mark.parametrize("broken", ["[1, 2]", "{", None])
def test_a_record_that_cannot_be_used_is_no_obstacle(broken, tmp_path, compared, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "file" / "inside"))
    if broken is None:
        (tmp_path / "file").write_text("no folder")
    else:
        (tmp_path / "file" / "inside").mkdir(parents=True)
        (tmp_path / "file" / "inside" / "validated.json").write_text(broken)
    for _ in range(2):
        assert capture(named(), TEXTS[0]).kinds == ("encoder",)
    assert len(compared) == (2 if broken is None else 1)


def test_logits_that_a_family_returns_as_its_attention_are_compared_as_logits():
    settings = {"q_groups": 1, "k_groups": 1, "v_groups": 1, "post_attention_groups": 1, "intermediate_groups": 1}
    config = hf.SqueezeBertConfig(
        vocab_size=37, hidden_size=24, embedding_size=24, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=31, max_position_embeddings=43, output_groups=1, pad_token_id=0, **settings,
    )  # fmt: skip
    found = capture(model_from(make(hf.SqueezeBertModel, config), tokenizer(), name="squeezebert"), TEXTS[0])
    assert found.layers_of("encoder") == (0, 1)
    assert found.notes == ()


def test_what_picks_at_random_is_refused_by_name():
    config = hf.ViTMAEConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=31, image_size=12, patch_size=4
    )
    with pytest.raises(UnreadableModelError, match="vit-mae .* does not do the same twice"):
        capture(model_from(make(hf.ViTMAEModel, config), name="vit-mae"), {"pixel_values": torch.rand(1, 3, 12, 12)})
