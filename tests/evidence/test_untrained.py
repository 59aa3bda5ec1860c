"""Whether a network looks as if it had learned nothing."""

import math

import pytest
import torch
import transformers as hf

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.evidence.untrained import AS_DRAWN, EVEN_EVERYWHERE, attends_evenly, why_untrained
from mha_viz.models.load import load_model, model_from, random_twin
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.recording.capture import capture
from mha_viz.views.captions.facts import facts_of
from tests.support.networks.families import T5, TEXT, text_model, tokenizer

TEXT_READ = "the cat sat on a mat because it was tired"


def capture_of(*patterns):
    calls = tuple(AttentionCall(i, "encoder", seen_pattern=pattern) for i, pattern in enumerate(patterns))
    n = patterns[0].shape[-1] if patterns else 0
    positions = {"encoder": Positions((0,) * n, ("a",) * n, (False,) * n, (None,) * n)}
    return Capture("tiny", None, "", None, calls, positions, positions)


def rows(n_heads, first, n=5):
    """Every row of every head looks at key 0 with weight ``first``, at the others alike."""
    row = torch.tensor([first, *[(1 - first) / (n - 1)] * (n - 1)])
    return row.expand(n_heads, n, n).clone()


def entropy_share(first, n=5):
    rest = (1 - first) / (n - 1)
    return -(first * math.log(first) + (n - 1) * rest * math.log(rest)) / math.log(n)


@pytest.mark.parametrize(("first", "expected"), [(0.2, True), (0.29, True), (0.34, False), (0.9, False)])
def test_within_two_percent_of_the_largest_entropy(first, expected):
    assert (entropy_share(first) >= 0.98) == expected
    assert attends_evenly(capture_of(rows(3, first), rows(2, 0.2))) == expected


def test_one_head_of_one_layer_settles_it():
    layer = rows(3, 0.2)
    layer[1] = rows(1, 0.9)[0]
    assert not attends_evenly(capture_of(rows(3, 0.2), layer))


def test_rows_count_for_the_keys_that_they_may_see():
    causal = torch.ones(2, 7, 7).tril()
    assert attends_evenly(capture_of(causal / causal.sum(-1, keepdim=True)))
    assert attends_evenly(capture_of(0.25 * rows(3, 0.2)))  # three quarters go to a learned sink
    assert not attends_evenly(capture_of(torch.full((2, 3, 3), 1 / 3)))  # too few keys to tell
    assert not attends_evenly(capture_of(0.96 * torch.eye(7).expand(2, 7, 7) + 0.04 / 7))
    assert not attends_evenly(capture_of(torch.eye(7).expand(2, 7, 7)))
    assert attends_evenly(capture_of(torch.full((2, 3, 3), 1 / 3), rows(2, 0.2)))
    assert not attends_evenly(capture_of())


@pytest.mark.parametrize("name", ["bert", "gpt2", "llama", "gpt-oss"])
def test_weights_as_they_are_drawn_attend_evenly_and_larger_ones_do_not(name):
    network_class, config = TEXT[name]
    torch.manual_seed(0)
    fresh = model_from(network_class(config).eval(), tokenizer(), name=name)
    assert attends_evenly(capture(fresh, TEXT_READ))
    with torch.no_grad():
        for parameter in fresh.network.parameters():
            parameter.mul_(30 if parameter.dim() > 1 else 1)
    found = capture(fresh, TEXT_READ)
    assert not attends_evenly(found)
    assert why_untrained(found) == AS_DRAWN


def test_what_does_not_attend_evenly_looks_untrained_by_its_weights():
    torch.manual_seed(0)
    fresh = model_from(hf.T5Model(hf.T5Config(**T5, decoder_start_token_id=4)).eval(), tokenizer(), name="t5")
    found = capture(fresh, TEXT_READ)
    assert not attends_evenly(found)
    assert why_untrained(found) == AS_DRAWN


def facts(found):
    return facts_of(choose(found, Selection(found.kinds[0])))


def test_the_facts_of_a_view_say_so():
    _, model = text_model("llama")
    assert facts(capture(model, TEXT_READ))["notes"] == [AS_DRAWN]
    model.network.norm.weight.data[3] += 0.25
    assert "notes" not in facts(capture(model, TEXT_READ))
    even = capture_of(rows(3, 0.2))
    assert facts(even)["notes"] == [EVEN_EVERYWHERE]


@pytest.mark.real_model
@pytest.mark.parametrize("text", [TEXT_READ, "cat"])
def test_a_trained_model_does_not_look_untrained_and_its_random_twin_does(minilm, text):
    assert not why_untrained(capture(minilm, text))
    assert why_untrained(capture(random_twin(minilm), text)) == AS_DRAWN


@pytest.mark.parametrize("step", ["classroom", "classroom@660"])
def test_what_was_trained_for_a_minute_does_not_look_untrained(step):
    assert not why_untrained(capture(load_model(step), TEXT_READ))
