"""Every public function, with every argument wrong in turn: it works, or one sentence of ours says what would."""

import dataclasses
import inspect

import numpy as np
import pandas as pd
import pytest
import torch

import mha_viz
from mha_viz.arguments import changed
from mha_viz.errors import InputError
from mha_viz.fitting import fits
from mha_viz.objects import AttentionCall, Capture
from tests.support.public import FUNCTIONS, MADE, SLOW, arguments_of, call, working

HUGE, LONG = 10**5000, "x#" + "9" * 5000
WRONG = {
    "None": None, "empty": "", "-1": -1, "10^30": 10**30, "huge": HUGE, "2.5": 2.5, "nan": float("nan"), "long": LONG,
    "NUL": "no\0such", "bytes": b"x", "list": [], "list of None": [None], "tuple": (1, 2, 3), "dict": {},
    "object": object(), "no numbers": torch.zeros(0), "NaN": torch.full((2, 2), float("nan")),
    "three axes": torch.zeros(3, 4, 5), "whole numbers": torch.zeros(2, 3, 4, 4, dtype=torch.long),
    "array": np.zeros((2, 2)), "table": pd.DataFrame(), "True": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def given():
    return working()


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


def test_a_number_is_no_attention():
    for name in ("encoder_attention", "decoder_attention", "cross_attention"):
        with pytest.raises(mha_viz.InputError, match="The attention is one array of shape"):
            mha_viz.capture_of(**{name: torch.tensor(0.5)}, tokens=["a"])


def test_a_heatmap_takes_numbers_of_torch(given):
    figure = mha_viz.heatmap(mha_viz.pattern_frame(given["capture"], 0, 1), maximum=torch.tensor(0.5))
    assert figure.data[0].zmax == 0.5


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


# ---- constructors


def test_every_public_class_is_made_in_a_test():
    classes = {name for name in mha_viz.__all__ if inspect.isclass(getattr(mha_viz, name))}
    assert classes - {name for name in classes if issubclass(getattr(mha_viz, name), Exception)} == set(MADE)


@pytest.mark.parametrize("name", MADE)
def test_a_class_says_which_of_its_arguments_is_wrong(name):
    made = getattr(mha_viz, name)
    made(**MADE[name])
    refused = []
    arguments = inspect.signature(made).parameters
    for argument in arguments:
        for kind, value in WRONG.items():
            try:
                made(**{**MADE[name], argument: value})
            except mha_viz.MhaVizError as error:
                refused.append((argument, str(error)))
            except Exception as error:  # noqa: BLE001 - whatever comes from inside
                pytest.fail(f"{argument}={kind}: {type(error).__name__}: {error}")
    assert len(refused) >= min(21, 17 * len(arguments))  # one argument alone takes some of them, as texts do
    for argument, sentence in refused:
        assert argument in sentence or "split evenly over" in sentence, sentence
        assert "\n" not in sentence
        assert len(sentence) < 600


@pytest.mark.parametrize(
    ("made", "arguments", "sentence"),
    [
        ("MultiHeadAttention", (0, 1), "d_model is 0; give 1 to 65,536."),
        ("MultiHeadAttention", (-8, 2), "d_model is -8; give 1 to 65,536."),
        ("MultiHeadAttention", ("8", 2), "MultiHeadAttention: d_model is '8'; give a whole number."),
        ("MultiHeadAttention", (8, 2.0), "MultiHeadAttention: n_heads is 2.0; give a whole number."),
        ("MultiHeadAttention", (65_536, 2), None),
        ("Positions", ((0,), ("a", "b"), (False,) * 2, (None,) * 2),
         "Positions: ids has 1 items and labels 2; give one a position."),
        ("Positions", (7, ("a",), (False,), (None,)), "Positions: ids is 7; give a list of whole numbers."),
        ("Profile", ("x", {}), "Profile: table is 'x'; give a table (DataFrame)."),
        ("AttentionCall", ("L3", "decoder"), "AttentionCall: layer is 'L3'; give a whole number."),
        ("AttentionCall", (0, "banana"), "AttentionCall: kind is 'banana'; give 'encoder' or 'decoder' or 'cross'."),
        ("AttentionCall", (-1, "cross"), "AttentionCall: layer, first_query are -1, 0; give 0 or more."),
        ("AttentionCall", (0, "cross", None, None, None, 1.0, False, -7),
         "AttentionCall: layer, first_query are 0, -7; give 0 or more."),
        ("AttentionCall", (0, "cross", torch.zeros(2, 3)),
         "AttentionCall: query has the shape (2, 3); give a tensor of shape (head, …, …)."),
        ("Capture", ("m", None, "t", None, (AttentionCall(0, "cross", seen_pattern=torch.ones(2, 3, 5)),), {}, {}),
         "Capture: query_positions has nothing for cross, of which there are calls."),
        ("Trace", (None,) * 9, "Trace: value is None; give a tensor."),
        ("Cut", ([(0, 1)], [5]), "Cut: heads[0] is 5; give a pair of whole numbers."),
        ("Cut", (5,), "Cut: edges is 5; give a list of pairs of whole numbers."),
        ("Mean", ([(0, 1)], 5), "Mean: over is 5; give a list of texts or sounds."),
    ],
)  # fmt: skip
def test_what_a_class_says(made, arguments, sentence):
    if sentence is None:
        with torch.device("meta"):
            assert getattr(mha_viz, made)(*arguments).d_head == 32_768
        return
    with pytest.raises(mha_viz.InputError) as told:
        getattr(mha_viz, made)(*arguments)
    assert str(told.value) == sentence


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"d_head": 0}, "d_head is 0; give 1 to 65,536."),
        ({"n_kv_heads": -1}, "n_kv_heads is -1; give 1 to 65,536."),
        ({"n_kv_heads": 2}, "3 heads cannot share 2 key heads evenly."),
        ({"d_context": 0}, "d_context is 0; give 1 to 65,536."),
        ({"d_head": 65_536}, "n_heads × d_head is 196,608; give 1 to 65,536."),
        ({"scaling": float("nan")}, "scaling is nan; give a number that logits can be multiplied by."),
        ({"frequencies": torch.zeros(3)},
         "frequencies has the shape (3,); give a tensor of shape (d_rotary / 2,), up to (2,)."),
        ({"relative_bias": torch.zeros(3, 4)},
         "relative_bias has the shape (3, 4); give a tensor of shape (3, 2 × reach + 1)."),
    ],
)  # fmt: skip
def test_heads_that_there_cannot_be_are_refused(options, sentence):
    with pytest.raises(mha_viz.InputError) as told:
        mha_viz.MultiHeadAttention(12, 3, **options)
    assert str(told.value) == sentence


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"x": None}, "x is None; give a tensor of shape (…, position, 12)."),
        ({"x": torch.zeros(12)}, "x has the shape (12,); give a tensor of shape (…, position, 12)."),
        ({"x": torch.zeros(5, 11)}, "x has the shape (5, 11); give a tensor of shape (…, position, 12)."),
        ({"x": torch.zeros(5, 12, dtype=torch.float64)},
         "x holds torch.float64 and the weights torch.float32: make both the same with .to(…)."),
        ({"context": "the"}, "context is 'the'; give a tensor of shape (…, position, 7)."),
        ({"context": torch.zeros(5, 12)}, "context has the shape (5, 12); give a tensor of shape (…, position, 7)."),
        ({"x": torch.zeros(2, 5, 12), "context": torch.zeros(3, 5, 7)},
         "x has the batch (2,) and context (3,); give the same to both."),
        ({"mask": [True]}, "mask is a list; give a tensor: bool (True: may look), or numbers to add to the logits."),
        ({"head_scale": [1, 0, 1]}, "head_scale is a list; give a tensor with one number for each head, (3,)."),
        ({"patterns": 3}, "patterns is 3; give a dictionary of heads and their patterns."),
        ({"patterns": {3: torch.zeros(5, 2)}}, "There is no head 3: patterns are for heads 0 to 2."),
        ({"patterns": {0: torch.zeros(2, 5)}},
         "The pattern of head 0 is a Tensor of shape (2, 5); give a tensor of shape (5, 2)."),
    ],
)  # fmt: skip
def test_what_cannot_go_through_the_heads_is_refused(given, sentence):
    right = {"x": torch.zeros(5, 12), "context": torch.zeros(2, 7)}
    attention = mha_viz.MultiHeadAttention(12, 3, d_context=7)
    attention(**right)
    with pytest.raises(mha_viz.InputError) as told:
        attention(**(right | given))
    assert str(told.value) == sentence


def test_modules_of_others_are_told_apart():
    for of in (mha_viz.MultiHeadAttention.from_torch, mha_viz.MultiHeadAttention.from_layer):
        with pytest.raises(mha_viz.InputError, match=r"is an object; give a (torch\.nn\.MultiheadAttention|model)"):
            of(object(), *([0] * (of.__name__ == "from_layer")))


@pytest.mark.parametrize(
    ("field", "good", "wrong", "said"),
    [
        ("layer", 3, 2**63, "layer is 9223372036854775808; give a whole number."),
        ("layer", 3, -(2**63), "layer is -9223372036854775808; give a whole number."),
        ("kind", "encoder", 3, "kind is 3; give text."),
        ("query", torch.zeros(2, 3, 5), "the", "query is 'the'; give a tensor or None."),
        ("removed", (1,), ("1",), "removed is a tuple; give a list of whole numbers."),
        ("removed", (1,), (2**63,), "removed is a tuple; give a list of whole numbers."),
        ("removed", (1,), (True,), "removed is a tuple; give a list of whole numbers."),
    ],
)
def test_what_was_right_before_does_not_let_pass_what_is_wrong(field, good, wrong, said):
    for _ in range(3):
        AttentionCall(**{"layer": 0, "kind": "encoder", field: good})
    with pytest.raises(mha_viz.InputError) as told:
        AttentionCall(**{"layer": 0, "kind": "encoder", field: wrong})
    assert str(told.value) == f"AttentionCall: {said}"


def test_of_a_list_of_objects_the_first_that_is_none_is_named():
    with pytest.raises(InputError, match=r"^Capture: calls\[1\] is 3; give AttentionCall\.$"):
        Capture("m", None, "t", None, (AttentionCall(0, "encoder", seen_pattern=torch.ones(1, 1, 1)), 3), {}, {})


def test_a_changed_object_is_another_one_of_the_same_class(given):
    capture = given["capture"]
    other = changed(capture, notes=("a note",))
    assert other.notes == ("a note",) != capture.notes
    same = {field.name for field in dataclasses.fields(capture)} - {"notes"}
    assert all(getattr(other, name) == getattr(capture, name) for name in same)
    with pytest.raises(InputError, match="ids has 1 items and labels"):
        changed(capture.query_positions["encoder"], ids=(3,))


def test_a_class_that_fitted_once_is_still_looked_at_where_not_all_of_its_objects_fit(given):
    mha_viz.entropy(torch.full((2, 3, 5), 0.2))
    with pytest.raises(InputError, match="pattern is a Tensor of shape"):
        mha_viz.entropy(torch.zeros(2, 3, 5, dtype=torch.long))
    mha_viz.pattern(given["capture"], 1)
    with pytest.raises(InputError, match="layer is a huge number"):
        mha_viz.pattern(given["capture"], HUGE)
