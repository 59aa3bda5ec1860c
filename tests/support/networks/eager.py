"""What a family returns by itself, run by transformers alone."""

import copy

import torch


def eager_attentions(network, **inputs):
    """What the family itself returns, run by transformers alone."""
    reference = copy.deepcopy(network)
    if reference._can_set_attn_implementation():
        reference.set_attn_implementation("eager")
    for module in reference.modules():
        if hasattr(module, "config"):
            module.config._attn_implementation = "eager"
    with torch.no_grad():
        return reference(**inputs, output_attentions=True)


def of_ids(ids):
    """The ids of one text, with a mask that hides nothing."""
    row = torch.tensor([ids])
    return {"input_ids": row, "attention_mask": torch.ones_like(row)}
