"""Whether a network looks as if it had learned nothing."""

import math

import pytest
import torch
import transformers as hf

from mha_viz.evidence.untrained import LOOKS_UNTRAINED, looks_untrained
from mha_viz.models.load import model_from, random_twin
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXT, text_model, tokenizer

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
    assert looks_untrained(capture_of(rows(3, first), rows(2, 0.2))) == expected


def test_one_head_of_one_layer_settles_it():
    layer = rows(3, 0.2)
    layer[1] = rows(1, 0.9)[0]
    assert not looks_untrained(capture_of(rows(3, 0.2), layer))


def test_rows_count_for_the_keys_that_they_may_see():
    causal = torch.ones(2, 7, 7).tril()
    assert looks_untrained(capture_of(causal / causal.sum(-1, keepdim=True)))
    assert looks_untrained(capture_of(0.25 * rows(3, 0.2)))  # three quarters go to a learned sink
    assert not looks_untrained(capture_of(torch.full((2, 3, 3), 1 / 3)))  # too few keys to tell
    assert not looks_untrained(capture_of(0.96 * torch.eye(7).expand(2, 7, 7) + 0.04 / 7))
    assert not looks_untrained(capture_of(torch.eye(7).expand(2, 7, 7)))
    assert looks_untrained(capture_of(torch.full((2, 3, 3), 1 / 3), rows(2, 0.2)))
    assert not looks_untrained(capture_of())


@pytest.mark.parametrize("name", ["bert", "gpt2", "llama", "gpt-oss"])
def test_weights_as_they_are_drawn_look_untrained_and_larger_ones_do_not(name):
    network_class, config = TEXT[name]
    torch.manual_seed(0)
    fresh = model_from(network_class(config).eval(), tokenizer(), name=name)
    assert looks_untrained(capture(fresh, TEXT_READ))
    with torch.no_grad():
        for parameter in fresh.network.parameters():
            parameter.mul_(30 if parameter.dim() > 1 else 1)
    assert not looks_untrained(capture(fresh, TEXT_READ))


def test_the_facts_of_a_view_say_so():
    from mha_viz.attention.selection import Selection
    from mha_viz.attention.shown import choose
    from mha_viz.views.captions.facts import facts_of

    fresh = model_from(hf.BertModel(TEXT["bert"][1]).eval(), tokenizer(), name="bert")
    assert facts_of(choose(capture(fresh, TEXT_READ), Selection("encoder")))["notes"] == [LOOKS_UNTRAINED]
    assert "notes" not in facts_of(choose(capture(text_model("llama")[1], TEXT_READ), Selection("decoder")))


@pytest.mark.real_model
def test_a_trained_model_does_not_look_untrained_and_its_random_twin_does(minilm):
    assert not looks_untrained(capture(minilm, TEXT_READ))
    assert looks_untrained(capture(random_twin(minilm), TEXT_READ))
