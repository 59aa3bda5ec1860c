"""Objects that hold many numbers are one line where somebody prints them."""

from dataclasses import replace

import pandas as pd
import torch

from mha_viz.comparison.comparison import comparison_of
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.inputs.words import group_words
from mha_viz.objects import AttentionCall, Capture, Model, Positions, Trace


def axis(*labels):
    n, text = len(labels), " ".join(labels)
    begins = [len(" ".join(labels[:i])) + (i > 0) for i in range(n)]
    spans = tuple((begin, begin + len(label)) for begin, label in zip(begins, labels, strict=True))
    return Positions((0,) * n, labels, (False,) * n, spans, text)


def call(layer, n_heads, n_query, n_key, kind="encoder", **more):
    return AttentionCall(layer, kind, seen_pattern=torch.full((n_heads, n_query, n_key), 1 / n_key), **more)


CATS = axis("a", "cat", "sat")


def capture_of_calls(*calls, query=CATS, key=CATS):
    kind = calls[0].kind
    return Capture("tiny", "0" * 64, query.text, None, calls, {kind: query}, {kind: key})


def test_a_capture_says_its_model_its_heads_and_its_text():
    assert repr(capture_of_calls(call(0, 5, 3, 3), call(1, 5, 3, 3))) == (
        "Capture(tiny; encoder: 2 × 5 heads on 3 tokens; 'a cat sat')"
    )
    ragged = capture_of_calls(call(0, 5, 3, 3), call(1, 7, 3, 3, removed=(2,)))
    assert "encoder: 11 heads in 2 layers on 3 tokens" in repr(ragged)
    cross = capture_of_calls(call(0, 1, 2, 3, kind="cross"), query=axis("le", "chat"))
    assert repr(cross) == "Capture(tiny; cross: 1 × 1 heads on 2 × 3 tokens; 'le chat')"


def test_a_long_text_is_cut_and_stays_in_one_line():
    text = "one\ntwo " + "word " * 50
    line = repr(replace(capture_of_calls(call(0, 1, 3, 3)), text=text))
    assert line.endswith("; 'one two " + "word " * 10 + "w…')")


def test_calls_axes_words_and_traces():
    assert repr(call(4, 5, 2, 3)) == "AttentionCall(layer 4, encoder: 5 heads, 2 × 3)"
    assert repr(AttentionCall(4, "encoder")) == "AttentionCall(layer 4, encoder: lacks a part)"
    assert repr(axis("a", "cat", "sat")) == "Positions(3: a cat sat)"
    assert repr(group_words(axis("a", "cat"))) == "Words(2: a cat)"
    trace = Trace(None, None, *[torch.ones(1)] * 2, torch.ones(2, 3, 5), *[torch.ones(1)] * 4)
    assert repr(trace) == "Trace(pattern 2 × 3 × 5)"


def test_models_comparisons_and_profiles():
    model = Model("tiny", torch.nn.Linear(2, 3), None, "interface", identity="abcdef0123456789")
    assert repr(model) == "Model(tiny: Linear, weights abcdef012345…)"
    assert repr(replace(model, identity=None)) == "Model(tiny: Linear)"
    side = capture_of_calls(call(0, 5, 3, 3))
    assert repr(comparison_of(side, side)) == ("Comparison(tiny 'a cat sat' beside tiny 'a cat sat'; 3 words compared)")
    profile = Profile(pd.DataFrame({"value": [0.5] * 1200}), {"model": "tiny"}, "shipped")
    assert repr(profile) == "Profile(tiny, shipped: 1,200 rows)"
    assert repr(Profile(profile.table, {})) == "Profile(of a model: 1,200 rows)"
