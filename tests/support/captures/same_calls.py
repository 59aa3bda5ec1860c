"""Networks whose calls can be looked at one at a time, and whether two calls are the same, bit for bit."""

import dataclasses

import torch

from mha_viz.models.load import model_from
from tests.support.networks.families import ENCODER_DECODERS, OWN_CODE, TEXT, make, tokenizer

STORY = "the cat sat on a mat then his old dog ran home and Ann met Tom and Tom sat"  # more than 16 tokens
READS = {**TEXT, **OWN_CODE}


def model_of(name):
    network_class, config = {**READS, **ENCODER_DECODERS}[name]
    return model_from(make(network_class, config), tokenizer(), name=name)


def assert_same(call, other):
    assert call.value is None or not call.value.is_inference()
    for field in dataclasses.fields(call):
        here, there = getattr(call, field.name), getattr(other, field.name)
        assert torch.equal(here, there) if isinstance(here, torch.Tensor) else here == there, field.name
