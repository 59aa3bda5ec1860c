"""Classes before and after a change are those of two plain runs of the classifier, a head's slice zeroed by hand."""

import numpy as np
import pytest
import torch
import transformers as hf

from mha_viz.comparison.asks import Classes, ClassLogProbability, NextWord, Vectors
from mha_viz.comparison.effects import effect
from mha_viz.errors import InputError
from mha_viz.inputs.media.patches import see
from mha_viz.inputs.media.picture import read_picture
from mha_viz.media import Sound
from mha_viz.models.load import load_model, model_from
from mha_viz.recording.classes import classes_of
from mha_viz.recording.interventions.changes import Zero
from tests.support.networks.families import make
from tests.support.networks.hearing import SLOW, hearing_classifier, tone
from tests.support.networks.seeing import SEEING, SIZES, VISION, WORDS, classifier, photograph, processor, seeing_model
from tests.support.networks.zeroed import zeroed

HEADS = [(0, 1), (1, 2)]


def plain_shares(model, heads=()):
    """The softmax of the classifier's own run, with slices of the output projection's input zeroed by hand."""
    width = model.network.config.hidden_size // model.network.config.num_attention_heads
    layers = model.network.vit.layers
    slices = [(layers[layer].attention.o_proj, slice(head * width, (head + 1) * width)) for layer, head in heads]
    with zeroed(slices), torch.no_grad():
        inputs = see(model.processor, read_picture(photograph()), model.name).inputs
        return model.network(**inputs).logits[0].double().softmax(dim=-1)


@pytest.fixture(scope="module")
def vit():
    return classifier()


def test_probabilities_are_those_of_the_classifier_with_heads_zeroed_by_hand(vit):
    before, after = plain_shares(vit), plain_shares(vit, HEADS)
    assert abs(after - before).max() > 0.01
    table = effect(vit, photograph(), Zero(HEADS), Classes())
    order = before.argsort(descending=True).tolist()
    assert list(table["what"]) == [classes_of(vit)[i] for i in order]
    for name, wanted in (("before", before), ("after", after), ("difference", after - before)):
        assert table[name].tolist() == pytest.approx(wanted[order].tolist(), abs=1e-5), name
    assert set(table["ask"]) == {"probability of the class"}


def test_of_many_classes_those_likely_before_or_after_are_listed(vit):
    before, after = (set(plain_shares(vit, heads).topk(4).indices.tolist()) for heads in ((), [(1, 2)]))
    assert before != after
    table = effect(vit, photograph(), Zero([(1, 2)]), Classes(4))
    assert set(table["what"]) == {classes_of(vit)[i] for i in before | after}
    assert len(effect(vit, photograph(), Zero([(1, 2)]), Classes(3))) == 3


@pytest.mark.parametrize("label", [None, "owl", "OWL "])
def test_the_log_probability_of_a_class_is_that_of_the_likeliest_or_of_one_that_is_named(vit, label):
    before, after = (shares.log() for shares in (plain_shares(vit), plain_shares(vit, HEADS)))
    place = int(before.argmax()) if label is None else classes_of(vit).index("owl")
    (row,) = effect(vit, photograph(), Zero(HEADS), ClassLogProbability(label)).itertuples()
    assert (row.before, row.after) == pytest.approx((before[place].item(), after[place].item()), abs=1e-4)
    assert row.difference == pytest.approx(row.after - row.before)
    assert row.what == f"log-probability of “{classes_of(vit)[place]}”"


def test_a_sound_has_classes_too():
    model = hearing_classifier()
    sound = Sound(tone(0.5), SLOW)
    table = effect(model, sound, Zero([(0, 1)]), Classes())
    with torch.no_grad():
        inputs = model.processor(sound.samples, sampling_rate=SLOW, return_tensors="pt")
        shares = model.network(inputs["input_values"]).logits[0].softmax(dim=-1)
    names = classes_of(model)
    assert dict(zip(table["what"], table["before"], strict=True)) == pytest.approx(
        {names[i]: share for i, share in enumerate(shares.tolist())}, abs=1e-4
    )
    assert table["difference"].abs().max() > 1e-4


def test_who_has_no_classes_is_refused_by_name(vit):
    refused = [
        (seeing_model("dinov2"), Classes(), "dinov2 is read without a classifier"),
        (classifier(problem_type="multi_label_classification"), Classes(), "problem_type=multi_label_classification"),
        (classifier(names=("warmth",)), Classes(), "num_labels=1"),
        (vit, ClassLogProbability("horse"), "no class “horse”. Its 5 classes are “cat”, “dog”"),
        (vit, NextWord(), "predicts nothing here"),
    ]
    for model, ask, why in refused:
        with pytest.raises(InputError, match=why.replace(".", r"\.")):
            effect(model, photograph(), Zero(HEADS), ask)


def test_classes_with_one_name_are_told_apart_by_their_numbers():
    assert classes_of(classifier(names=("crane", "owl", "crane"))) == ("crane (0)", "owl", "crane (2)")
    assert classes_of(seeing_model("vit")) == ()


SAVED = {
    "vit": (hf.ViTForImageClassification, hf.ViTConfig(**SIZES, num_labels=3)),
    "deit": (hf.DeiTForImageClassification, hf.DeiTConfig(**SIZES, num_labels=3)),
    "deit, with its teacher": (hf.DeiTForImageClassificationWithTeacher, hf.DeiTConfig(**SIZES, num_labels=3)),
    "dinov2": (hf.Dinov2ForImageClassification, hf.Dinov2Config(**SIZES, num_labels=3)),
}


@pytest.mark.parametrize("name", SAVED)
def test_a_folder_is_read_with_its_classifier_and_attends_as_without(name, tmp_path):
    network_class, config = SAVED[name]
    network = make(network_class, config)
    network.save_pretrained(tmp_path)
    processor().save_pretrained(tmp_path)
    model = load_model(str(tmp_path))
    assert type(model.network) is network_class
    for ask in (Classes(), Vectors()):
        in_memory = effect(model_from(network, processor(), name=name), photograph(), Zero(HEADS), ask)
        read = effect(model, photograph(), Zero(HEADS), ask)
        assert np.allclose(read["after"], in_memory["after"], atol=1e-5)
        assert read["difference"].abs().max() > 1e-4


def test_a_folder_without_the_classifiers_weights_is_read_without_it(tmp_path):
    """Its configuration names a classifier; its files hold none, and none is made up."""
    make(*SEEING["vit"][:2]).save_pretrained(tmp_path)
    config = (tmp_path / "config.json").read_text(encoding="utf-8")
    assert '"ViTModel"' in config
    (tmp_path / "config.json").write_text(config.replace("ViTModel", "ViTForImageClassification"), encoding="utf-8")
    processor().save_pretrained(tmp_path)
    model = load_model(str(tmp_path))
    assert type(model.network) is hf.ViTModel
    with pytest.raises(InputError, match="without a classifier"):
        effect(model, photograph(), Zero(HEADS), Classes())


def test_a_classifier_whose_body_cannot_run_alone_is_not_half_read(tmp_path):
    config = hf.CLIPConfig(text_config=WORDS, vision_config=VISION, num_labels=3)
    make(hf.CLIPForImageClassification, config).save_pretrained(tmp_path)
    processor().save_pretrained(tmp_path)
    with pytest.raises(Exception, match="weights are missing"):
        load_model(str(tmp_path))
