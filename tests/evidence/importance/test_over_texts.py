"""Means over texts are those of single effects; intervals and p are over what the texts are about."""

import pytest
import torch

from mha_viz.comparison.asks import Accuracy, Continuation, LogitDifference, Loss
from mha_viz.comparison.effects import effect
from mha_viz.errors import InputError
from mha_viz.evidence.importance.importance import importance
from mha_viz.evidence.importance.over_texts import (
    interval_over_texts,
    mean_effect,
    n_units_of,
    p_over_texts,
    unit_names,
)
from mha_viz.recording.interventions.changes import From, Mean, Zero
from tests.support.networks.predicting import model_of

TEXTS = ["the cat sat on a mat", "his old dog ran home", "he ran home", "fish eat fish", "a cat ran"]
ASK = LogitDifference("dog", "fish")
CHANGE = Zero([(0, 1), (1, 4)])
VALUES = torch.tensor([2.0, 3.0, 5.0, 7.0, 11.0, 13.0])


def test_the_mean_effect_is_the_mean_of_effects():
    model = model_of("llama")
    (row,) = mean_effect(model, TEXTS, CHANGE, ASK).itertuples()
    single = [effect(model, text, CHANGE, ASK).iloc[0] for text in TEXTS]
    for name in ("before", "after", "difference"):
        assert getattr(row, name) == pytest.approx(sum(one[name] for one in single) / 5, abs=1e-5)
    differences = torch.tensor([one["difference"] for one in single])
    assert differences.std() > 1e-2
    assert row.low < row.difference < row.high
    assert (row.n_texts, row.n_units, row.ask, row.way) == (5, 5, single[0]["ask"], "noising")
    assert row.change == "zero L0 H1, L1 H4"


def test_questions_may_differ_from_text_to_text():
    model = model_of("llama")
    asks = [LogitDifference("dog", "fish"), LogitDifference("cat", "mat")]
    (row,) = mean_effect(model, TEXTS[:2], CHANGE, asks).itertuples()
    single = [effect(model, *one)["after"].item() for one in zip(TEXTS, [CHANGE] * 2, asks, strict=False)]
    assert row.after == pytest.approx(sum(single) / 2, abs=1e-5)
    assert row.ask == "logit of “dog” − “fish”, and so on"
    words = [Accuracy("dog", "fish"), Accuracy("cat", "mat")]
    assert mean_effect(model, TEXTS[:2], CHANGE, words)["ask"].item() == "accuracy"
    table = importance(model, TEXTS[:2], words)
    assert {*table["ask"]} == {"accuracy"}
    assert "estimate" not in table


def test_other_texts_are_read_once(monkeypatch):
    from mha_viz.comparison import changed as module

    read, real = [], module.capture
    seen = lambda model, text, **inputs: read.append(text) or real(model, text, **inputs)  # noqa: E731
    monkeypatch.setattr(module, "capture", seen)
    model = model_of("llama")
    (row,) = mean_effect(model, TEXTS, Mean([(0, 1)], TEXTS[:2]), ASK).itertuples()
    assert read == TEXTS[:2]
    wanted = [effect(model, text, Mean([(0, 1)], TEXTS[:2]), ASK)["after"].item() for text in TEXTS]
    assert row.after == pytest.approx(sum(wanted) / 5, abs=1e-5)


def test_ways_are_both_named():
    """Patched from a text in the middle, the one below it does better and the one above it worse."""
    model = model_of("llama")
    values = {text: effect(model, text, [], ASK)["before"].item() for text in (TEXTS[2], TEXTS[3], "a cat sat")}
    low, middle, high = sorted(values, key=values.get)
    (row,) = mean_effect(model, [low, high], From([(0, 1)], middle), ASK).itertuples()
    assert row.way == "denoising and noising"


def test_an_interval_is_over_units():
    """Two texts a unit, by hand: the jackknife of three units of one size is the variance of their means."""
    low, high = interval_over_texts(VALUES[:, None], ["a", "a", "b", "b", "c", "c"])
    means = torch.tensor([2.5, 6.0, 12.0])
    half = (high - low).item() / 2
    assert ((low + high) / 2).item() == pytest.approx(VALUES.mean().item())
    assert half >= 4.302653 * means.std().item() / 3**0.5 - 1e-6  # Student's t of 2
    alone = interval_over_texts(VALUES[:, None], unit_names(None, list("abcdef")))
    assert half > (alone[1] - alone[0]).item() / 2
    assert interval_over_texts(VALUES[:, None], ["a"] * 6)[0].isnan().all()


def test_pairs_count_by_the_rarer_of_the_two():
    names = unit_names([("a", "x"), ("b", "x"), ("c", "y"), ("a", "y"), ("b", "y"), ("c", "x")], list("abcdef"))
    assert n_units_of(names) == 2
    assert n_units_of(unit_names(["a", "b", "a"], list("xyz"))) == 2
    assert n_units_of(unit_names(None, list("abcdef"))) == 6


def test_p_is_over_the_signs_of_units():
    """Of ten units whose sums are 1 each, all flips but 2 in 2¹⁰ stay below; with pairs the rarer kind decides."""
    ones = torch.ones(20, 1)
    names = [str(i // 2) for i in range(20)]
    assert p_over_texts(ones, names).item() == pytest.approx(2 / 1024, abs=4e-3)
    pairs = unit_names([(str(i // 2), str(i % 2)) for i in range(20)], names)
    assert p_over_texts(ones, pairs).item() == pytest.approx(1.0 / 2, abs=0.05)  # two units: half of four flips
    both = p_over_texts(torch.cat([ones, -ones], dim=1), names)
    assert both[0] == both[1]
    assert p_over_texts(ones, ["a"] * 20).isnan().all()


def test_refusals_say_what_would_work():
    model = model_of("llama")
    with pytest.raises(InputError, match="Continuation has no single number as its answer"):
        mean_effect(model, TEXTS, CHANGE, Continuation())
    with pytest.raises(InputError, match="5 texts but 2 questions"):
        mean_effect(model, TEXTS, CHANGE, [Loss(), Loss()])
    with pytest.raises(InputError, match="5 texts but 1 units: give one a text"):
        mean_effect(model, TEXTS, CHANGE, Loss(), units=["a"])
    with pytest.raises(InputError, match="Some units are pairs and some are not"):
        importance(model, TEXTS[:2], Loss(), units=["a", ("b", "c")])
    with pytest.raises(InputError, match="is the likeliest has no slopes to estimate from"):
        importance(model, TEXTS, Accuracy("dog"), effects=["estimate"])
