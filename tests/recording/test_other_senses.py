"""Pictures, videos, sounds and series: each family equals its own eager attention, or is refused for its own reason."""

import copy

import pytest
import torch

from mha_viz.attention.calls import call_pattern
from mha_viz.errors import UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.networks.eager import eager_attentions
from tests.support.networks.families import make, tokenizer
from tests.support.networks.other_senses import OTHER_SENSES, REFUSED_SENSES

NEAR = {"rtol": 0, "atol": 2e-5}
PEAKED = ("siglip vision",)  # whose rows make much of how a number was rounded: held against eager in double precision
# What a family calls the maps of its text part, or of its only one.
NAMES = {
    ("encoder",): {"encoder": "attentions"},
    ("decoder",): {"decoder": "attentions"},
    ("encoder", "decoder"): {"decoder": "attentions"},
    ("encoder", "decoder", "cross"): {kind: f"{kind}_attentions" for kind in ("encoder", "decoder", "cross")},
}


def loaded(network_class, config):
    network = make(network_class, config)
    return copy.deepcopy(network), model_from(network, tokenizer(), name="it")


@pytest.mark.parametrize("name", OTHER_SENSES)
def test_a_family_equals_its_own_eager_attention(name):
    network_class, config, inputs = OTHER_SENSES[name]
    reference, model = loaded(network_class, config)
    batch = inputs()
    if name in PEAKED:
        reference.double()
        model.network.double()
        batch = {key: value.double() if value.is_floating_point() else value for key, value in batch.items()}
    returned = eager_attentions(reference, **batch)
    for _ in range(2):
        found = capture(model, batch)
        assert found.notes == ()
        for kind, called in NAMES[found.kinds].items():
            calls = found.calls_of(kind)
            assert [call.layer for call in calls] == list(range(len(returned[called])))
            for call, attention in zip(calls, returned[called], strict=True):
                torch.testing.assert_close(call_pattern(call), attention[0], **NEAR)


@pytest.mark.parametrize("name", REFUSED_SENSES)
def test_what_is_refused_is_refused_for_its_own_reason(name):
    network_class, config, inputs, reason = REFUSED_SENSES[name]
    _, model = loaded(network_class, config)
    for _ in range(2):
        with pytest.raises(UnreadableModelError, match=f"^it .*{reason}"):
            capture(model, inputs())


def test_of_what_takes_more_than_was_given_it_is_said_what_is_lacking():
    network_class, config, *_ = REFUSED_SENSES["speecht5 that speaks"]
    _, model = loaded(network_class, config)
    with pytest.raises(UnreadableModelError, match=r"^it .* reads more than input_ids .*TextPrenet takes input_values"):
        capture(model, "the cat sat")
