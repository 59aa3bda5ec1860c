"""Objects that hold many numbers are one line where somebody prints them."""

from dataclasses import replace

import pandas as pd
import torch

import mha_viz
from mha_viz.annotation.annotated import Annotated
from mha_viz.attention.trace import Trace
from mha_viz.comparison.asks import Similarity
from mha_viz.comparison.comparison import comparison_of
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.findings.finding import Finding
from mha_viz.inputs.words import group_words
from mha_viz.objects import AttentionCall, Capture, Model, Positions
from mha_viz.recording.interventions.changes import Add, From, Pattern, Scale, Zero
from mha_viz.recording.looking.look import Looked


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


def test_changes_and_what_was_looked_at_tell_sizes_instead_of_numbers():
    assert repr(Zero([(2, 3)])) == "Zero(heads=((2, 3),))"
    assert repr(Scale([(2, 3)], 0.5, positions=[1, -1])) == "Scale(heads=((2, 3),), factor=0.5, positions=(1, -1))"
    many = [(layer, 7) for layer in range(1_100)]
    assert repr(Add(many, torch.ones(7))) == "Add(heads=((0, 7), … 1,100 in all), vector=Tensor(7))"
    assert repr(Pattern([(2, 3)], torch.ones(5, 7))) == "Pattern(heads=((2, 3),), pattern=Tensor(5 × 7))"
    assert repr(From([(2, 3)], "one\ntwo " * 99)).startswith("From(heads=((2, 3),), text='one two one two")
    assert len(repr(From([(2, 3)], "word " * 99))) < 100
    assert repr(Similarity("other " * 99)) == f"Similarity(other='{'other ' * 9}other…')"
    looked = Looked((torch.ones(2, 3), len), ("encoder",) * 2, (0, 1), {"encoder": CATS}, {})
    assert repr(looked) == (
        "Looked(found=(Tensor(2 × 3), len), kinds=('encoder', 'encoder'), layers=(0, 1), "
        "query_positions={encoder: Positions(3: a cat sat)}, key_positions={})"
    )


def test_findings_and_annotations():
    finding = Finding("role", "A sentence " * 99, 2, 11, "it", "cat", 0.7349, 0.1, "syntactic", "nsubj", "dep→head")
    assert repr(finding) == "Finding(L2 H11, role nsubj: it → cat 0.73)"
    assert repr(replace(finding, kind="here", score=None)) == "Finding(L2 H11, here: it → cat 0.73)"
    annotated = Annotated("a cat sat", ("a", "cat", "sat"), is_gold=False)
    assert repr(annotated) == "Annotated(3 words, parsed; 'a cat sat')"
    assert repr(replace(annotated, is_gold=True)) == "Annotated(3 words, gold; 'a cat sat')"


def test_no_public_class_prints_more_than_a_line():
    """Errors are their sentence, and a module prints the modules in it, as torch's own do."""
    public = [getattr(mha_viz, name) for name in mha_viz.__all__]
    classes = [one for one in public if isinstance(one, type) and not issubclass(one, Exception | torch.nn.Module)]
    generated = {one.__name__ for one in classes if "__create_fn__" in one.__repr__.__qualname__}
    few = {"Accuracy", "Continuation", "LogitDifference", "Loss", "NextWord", "Vectors"}  # a few numbers, or one name
    assert generated <= few | {"Classes", "ClassLogProbability"}
    assert len(classes) > 20
    for table in (mha_viz.CATALOGUE, mha_viz.HEAD_SCORES):
        assert all("\n" not in repr(row) and len(repr(row)) < 200 for row in table.values())


def test_models_comparisons_and_profiles():
    model = Model("tiny", torch.nn.Linear(2, 3), None, "interface", identity="abcdef0123456789")
    assert repr(model) == "Model(tiny: Linear, weights abcdef012345…)"
    assert repr(replace(model, identity=None)) == "Model(tiny: Linear)"
    side = capture_of_calls(call(0, 5, 3, 3))
    assert repr(comparison_of(side, side)) == ("Comparison(tiny 'a cat sat' beside tiny 'a cat sat'; 3 words compared)")
    profile = Profile(pd.DataFrame({"value": [0.5] * 1200}), {"model": "tiny"}, "shipped")
    assert repr(profile) == "Profile(tiny, shipped: 1,200 rows)"
    assert repr(Profile(profile.table, {})) == "Profile(of a model: 1,200 rows)"
