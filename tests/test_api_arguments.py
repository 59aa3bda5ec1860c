"""Every public function, with every argument wrong in turn: it works, or one sentence of ours says what would."""

import inspect

import numpy as np
import pandas as pd
import pytest
import torch

import mha_viz
from mha_viz.arguments import fits
from tests.support.networks.families import TEXT, make, tokenizer

FUNCTIONS = sorted(name for name in mha_viz.__all__ if inspect.isfunction(getattr(mha_viz, name)))
HUGE, LONG = 10**5000, "x#" + "9" * 5000
WRONG = {
    "None": None, "empty": "", "-1": -1, "10^30": 10**30, "huge": HUGE, "2.5": 2.5, "nan": float("nan"), "long": LONG,
    "NUL": "no\0such", "bytes": b"x", "list": [], "list of None": [None], "tuple": (1, 2, 3), "dict": {},
    "object": object(), "no numbers": torch.zeros(0), "NaN": torch.full((2, 2), float("nan")),
    "three axes": torch.zeros(3, 4, 5), "whole numbers": torch.zeros(2, 3, 4, 4, dtype=torch.long),
    "array": np.zeros((2, 2)), "table": pd.DataFrame(), "True": True,
}  # fmt: skip
SLOW = {("load_model", "name"), ("parse", "progress")}  # they would ask the hub, or parse once more


@pytest.fixture(scope="module")
def given():
    """Arguments that work, by the name of the argument, or of function and argument."""
    model = mha_viz.model_from(make(*TEXT["bert"]), tokenizer(), name="tiny")
    capture = mha_viz.capture(model, "the cat sat on the mat")
    words = mha_viz.group_words(capture.query_positions["encoder"])
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
        is_wished = is_needed or argument in ("rounds", "heads", "d_model", "n_positions", "attention", "tokens")
        if is_wished and ((name, argument) in known or argument in known):
            chosen[argument] = known.get((name, argument), known.get(argument))
    return chosen


def call(name, arguments):
    outcome = getattr(mha_viz, name)(**arguments)
    return list(outcome) if hasattr(outcome, "__next__") else outcome


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.filterwarnings("ignore")  # of other libraries, on what they are given
def test_a_wrong_argument_is_told(name, given):
    right = arguments_of(name, given)
    for argument, parameter in inspect.signature(getattr(mha_viz, name)).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD or (name, argument) in SLOW:
            continue
        for kind, value in WRONG.items():
            try:
                call(name, {**right, argument: value})
            except mha_viz.MhaVizError as error:
                sentence = str(error)
                assert "\n" not in sentence, (argument, kind)
                assert len(sentence) < 600, (argument, kind)
            except Exception as error:  # noqa: BLE001 - whatever comes from inside
                pytest.fail(f"{argument}={kind}: {type(error).__name__}: {error}")


WORKS = sorted(set(FUNCTIONS) - {"load_model", "load_profile", "profile_of", "read_conllu", "read_iob2", "heatmap"})


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.filterwarnings("ignore")
def test_what_is_right_is_not_refused(name, given):
    """Else the test above could be passed by refusing everything."""
    call(name, arguments_of(name, given))


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("pattern", {"layer": "3"}, "pattern: layer is '3'; give a whole number."),
        ("pattern", {"capture": None}, "pattern: capture is None; give a capture, as mha_viz.capture makes one."),
        ("pattern", {"layer": 2.5}, "pattern: layer is 2.5; give a whole number."),
        ("pattern", {"layer": HUGE}, "pattern: layer is a huge number; give a whole number."),
        ("pattern", {"kind": ["encoder"]}, "pattern: kind is a list; give text or None."),
        ("find_word", {"wanted": 7}, "find_word: wanted is 7; give text."),
        ("entropy", {"pattern": np.zeros((2, 3))},
         "entropy: pattern is a ndarray of shape (2, 3); give a tensor of floating-point numbers."),
        ("entropy", {"pattern": torch.zeros(3)},
         "pattern has the shape (3,); give a tensor of shape (..., n_query, n_key)."),
        ("capture", {"target": 7}, "capture: target is 7; give text or a list of texts or None."),
        ("heads_cost", {"rounds": 10**12}, "rounds is 1,000,000,000,000; give 1 to 10,000."),
        ("heads_cost", {"heads": (1, 9)}, "heads is (1, 9); give numbers from 1 to d_model, 8."),
        ("head_changes", {"looks": 77}, "looks is 77; give 0 to "),
        ("match_one_to_one", {"distances": torch.zeros(2, 3, 5)},
         "distances has the shape (2, 3, 5); give a tensor of shape (n_first, n_second)."),
        ("flips", {"changes": pd.DataFrame({"first": [1.0]})},
         "The table has no column second; give one of head_changes."),
        ("model_from", {"network": "minilm"},
         "network is 'minilm'; give a model of transformers, such as AutoModel loads."),
        ("load_model", {"name": "classroom", "device": "gpu"}, "device is 'gpu'; give cpu, cuda or mps."),
    ],
)  # fmt: skip
def test_the_sentence_names_the_argument_what_was_found_and_what_would_work(name, arguments, sentence, given):
    with pytest.raises(mha_viz.MhaVizError) as told:
        call(name, arguments_of(name, given) | arguments)
    assert str(told.value).startswith(sentence)


def test_what_does_the_same_service_is_taken(given):
    """Numbers of numpy and torch, and lists in place of tuples."""
    expected = mha_viz.pattern(given["capture"], 1)
    for layer in (np.int64(1), torch.tensor(1)):
        assert torch.equal(mha_viz.pattern(given["capture"], layer), expected)
    assert len(mha_viz.heads_cost(d_model=8, n_positions=3, heads=[1, 2], rounds=1)) == 3
    assert mha_viz.pattern is mha_viz.pattern
    assert str(inspect.signature(mha_viz.find_word)) == "(words: 'Words', wanted: 'str') -> 'int'"


@pytest.mark.parametrize(
    ("value", "hint", "is_fit"),
    [
        (3, int, True), (True, int, False), (3, float, True), ("3", float, False), (None, int | None, True),
        ([1, 2], tuple[int, int], True), ([1, 2, 3], tuple[int, int], False), ("ab", list[str], False),
        ((1, "a"), tuple[int, ...], False), ({}, list[int], False), ("p", inspect.Signature, False),
    ],
)  # fmt: skip
def test_a_value_is_what_an_annotation_says(value, hint, is_fit):
    assert fits(value, hint) is is_fit
