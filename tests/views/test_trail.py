"""What an export of a name trail says of itself."""

import pandas as pd
import torch

from mha_viz.annotation.names import Returning
from mha_viz.inputs.text import numbered
from mha_viz.objects import AttentionCall, Capture
from mha_viz.views.trail import trail_facts


def test_facts_name_text_name_head_and_who_found_the_names():
    axis = {"decoder": numbered(3)}
    calls = (AttentionCall(0, "decoder", seen_pattern=torch.full((5, 3, 3), 1 / 3)),)
    seen = Capture("made", None, "Ann saw Ann", None, calls, axis, axis)
    best = pd.Series({"layer": 2.0, "head": 7.0})
    facts = trail_facts(seen, "decoder", Returning("Ann", ((0, 1), (2, 3))), best, "a parser")
    assert facts == {
        "model": "made", "text": "Ann saw Ann", "attention": "decoder", "name": "Ann", "mentions": 2, "layer": 2,
        "heads": ["H7"], "names found by": "a parser",
    }  # fmt: skip
