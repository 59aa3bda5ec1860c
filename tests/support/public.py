"""The public functions and classes, and arguments that work with each."""

import inspect
import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
import torch
import transformers as hf

import mha_viz
from tests.support.networks.families import LLAMA, TEXT, make, tokenizer
from tests.support.networks.hearing import RATE, as_file, tone, whisper
from tests.support.networks.picture_in_text import reading_model
from tests.support.networks.seeing import photograph, seeing_model

FUNCTIONS = sorted(name for name in mha_viz.__all__ if inspect.isfunction(getattr(mha_viz, name)))
# Besides what is needed.
WISHED = ("rounds", "heads", "d_model", "n_positions", "attention", "tokens", "sounds", "passage")
SLOW = {("load_model", "name"), ("parse", "progress")}  # they would ask the hub, or parse once more


def written():
    """A model that predicts the next word."""
    network = make(hf.LlamaForCausalLM, hf.LlamaConfig(**LLAMA))
    return mha_viz.model_from(network, tokenizer(ends=False), name="writes")


def _beside_a_picture():
    """A picture inside a text, for the functions that are about both."""
    model, _ = reading_model("llava")
    both = {"model": model, "picture": photograph(), "text": "the cat"}
    seen = mha_viz.capture_with_picture(**both)
    given = {(name, key): value for name in ("capture_with_picture", "picture_effect") for key, value in both.items()}
    given |= {(name, "capture"): seen for name in ("picture_share", "word_on_picture_frame")}
    return given | {("picture_effect", "word"): "cat", ("word_on_picture_frame", "word"): "cat"}


def _heard():
    """A model that hears, and a file with a sound, for what is about both."""
    path = Path(tempfile.mkdtemp()) / "tone.wav"
    path.write_bytes(as_file(tone(0.5, RATE), RATE))
    return {("alignment_heads", "model"): whisper(), ("alignment_heads", "sounds"): [path]}


@cache
def working():
    """Arguments that work, by the name of the argument, or of function and argument."""
    model = mha_viz.model_from(make(*TEXT["bert"]), tokenizer(), name="tiny")
    capture = mha_viz.capture(model, "the cat sat on the mat")
    words = mha_viz.group_words(capture.query_positions["encoder"])
    seen = mha_viz.capture(seeing_model("vit"), photograph())
    pattern = mha_viz.pattern(capture, 0)
    comparison = mha_viz.comparison_of(capture, capture)
    pairing, distances = mha_viz.by_place(comparison), mha_viz.distances_between(comparison)
    tokens = list("abcde")
    return {
        "capture": capture, "layer": 0, "head": 0, "query": "cat", "key": "sat", "comparison": comparison,
        "distances": distances, "model": model, "text": "the cat", "pattern": pattern, "words": words, "wanted": "cat",
        "changes": mha_viz.head_changes(comparison, pairing), "pairing": pairing, "network": model.network,
        "table": mha_viz.attention_between(capture, "cat", "sat"), "name": "tiny", "path": "nothing.conllu",
        "query_words": words, "key_words": words, "model_name": "tiny", "identity": None, "family": "syntactic",
        "score": "nsubj", "annotated": mha_viz.parse("the cat sat on the mat"), "first": pattern, "second": pattern,
        "rounds": 1, "heads": (1,), "d_model": 8, "n_positions": 3, ("comparison_of", "first"): capture,
        ("comparison_of", "second"): capture, ("group_words", "tokens"): capture.query_positions["encoder"],
        ("effect", "changes"): mha_viz.Zero([(0, 1)]), ("pattern_changes", "changes"): mha_viz.Zero([(0, 1)]),
        ("effect", "ask"): mha_viz.Vectors(), ("mean_effect", "changes"): mha_viz.Zero([(0, 1)]),
        ("mean_effect", "ask"): mha_viz.Vectors(), ("mean_effect", "texts"): ["the cat sat", "the cat"],
        ("importance", "texts"): "the cat sat",
        ("importance", "model"): written(),
        ("importance", "ask"): mha_viz.Loss(), ("look", "function"): lambda call: call.layer,
        ("logit_attribution", "model"): written(), ("logit_attribution", "ask"): mha_viz.LogitDifference("cat", "sat"),
        "scores": mha_viz.score_table(capture, mha_viz.parse("the cat sat on the mat")),
        ("read_sound", "source"): as_file(tone(0.5)), "passage": "cat sat",
        "shares": mha_viz.passage_share(capture, "cat sat"),
        ("text_type_scores", "model"): written(),
        ("score_view", "score"): "entropy", ("patch_frame", "query"): "3,6",
        ("patch_frame", "capture"): seen, ("patch_view", "capture"): seen, ("picture_scores", "capture"): seen,
        **_beside_a_picture(), **_heard(),
        ("attention", "view"): [torch.full((3, 5, 5), 0.2)], ("tokens", "view"): tokens,
    }  # fmt: skip


def arguments_of(name, given):
    """What the function needs, of what works."""
    known = dict(given)
    if name in ("capture_of", "head_view", "model_view"):
        known |= {"attention": given["attention", "view"], "tokens": given["tokens", "view"]}
        known.pop("heads")
    chosen = {}
    for argument, parameter in inspect.signature(getattr(mha_viz, name)).parameters.items():
        is_needed = parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
        is_wished = is_needed or argument in WISHED
        if is_wished and ((name, argument) in known or argument in known):
            chosen[argument] = known.get((name, argument), known.get(argument))
    return chosen


def call(name, arguments):
    outcome = getattr(mha_viz, name)(**arguments)
    return list(outcome) if hasattr(outcome, "__next__") else outcome


MADE = {
    "Positions": {"ids": (0, 1), "labels": ("a", "b"), "is_special": (False, True), "spans": ((0, 1), None)},
    "Words": {"positions": mha_viz.Positions((0,), ("a",), (False,), (None,)), "groups": ((0, 1),)},
    "AttentionCall": {"layer": 0, "kind": "decoder", "seen_pattern": torch.zeros(3, 5, 7)},
    "Capture": {
        "model_name": "m", "identity": None, "text": "", "target": None, "calls": (), "query_positions": {},
        "key_positions": {},
    },
    "Looked": {"found": (), "kinds": (), "layers": (), "query_positions": {}, "key_positions": {}},
    "Model": {"name": "m", "network": None, "processor": None, "reading": "interface"},
    "Trace": {"query": None, "key": None} | dict.fromkeys(
        ("value", "logits", "pattern", "head_outputs", "concatenation", "contributions", "output"), torch.zeros(2)
    ),
    "Finding": {
        "kind": "here", "sentence": "In 1 of 2 heads …", "layer": 0, "head": 1, "query": "it", "key": "cat",
        "share": 0.5, "others": 0.1,
    },
    "Profile": {"table": pd.DataFrame(), "facts": {}}, "TextTypeScores": {"table": pd.DataFrame(), "facts": {}},
    "MultiHeadAttention": {"d_model": 12, "n_heads": 3},
    "Zero": {"heads": [(0, 1)]}, "Mean": {"heads": [(0, 1)], "over": ["a"]}, "From": {"heads": [(0, 1)], "text": "a"},
    "Pattern": {"heads": [(0, 1)], "pattern": "uniform"}, "Cut": {"edges": [(1, 0)]},
    "Scale": {"heads": [(0, 1)], "factor": 2.0}, "Add": {"heads": [(0, 1)], "vector": torch.zeros(3)},
    "LogitDifference": {"target": " a", "against": " b"}, "Accuracy": {"target": " a"},
    "Loss": {}, "NextWord": {}, "Continuation": {}, "Vectors": {}, "Classes": {}, "ClassLogProbability": {},
    "Similarity": {"other": "a"},
}  # fmt: skip
