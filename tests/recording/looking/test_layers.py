"""A text, layer by layer: what is said of each is what is said of it in a capture of all."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from mha_viz.attention.tables import attention_between, describe_heads
from mha_viz.recording.capture import capture
from mha_viz.recording.looking.layers import look_layer_by_layer
from mha_viz.recording.requests import requests_of
from tests.support.captures.same_calls import model_of
from tests.support.texts.chats import MARKED, chat_model

CAT, MAT = "the cat sat", "a mat and the dog ran"
MESSAGES = [{"role": "user", "content": CAT}]


def request_of(text, target=None, pair=None, ends=False):
    return requests_of(text, target, pair, 0, (None, None), ends)[0]


def assert_same_text(few, whole):
    for name in ("model_name", "identity", "text", "target", "pair", "chat", "languages", "n_generated", "kinds"):
        assert getattr(few, name) == getattr(whole, name), name
    assert few.query_positions == whole.query_positions
    assert few.key_positions == whole.key_positions
    assert [call.layer for call in few.calls] == [whole.layers_of(kind)[-1] for kind in whole.kinds]


@pytest.mark.parametrize(
    ("name", "beside"),
    [("bert", {}), ("bert", {"pair": MAT}), ("llama", {}), ("t5", {}), ("t5", {"target": MAT}), ("mpnet", {})],
)
def test_tables_of_layers_are_the_table_of_all(name, beside):
    model = model_of(name)
    whole = capture(model, CAT, **beside)
    for kind in whole.kinds:
        few, tables = look_layer_by_layer(
            model, request_of(CAT, **beside), lambda layer, kind=kind: describe_heads(layer, kind=kind), kind=kind
        )
        assert_same_text(few, whole)
        assert len(tables) == len(whole.layers_of(kind))
        assert_frame_equal(pd.concat(tables, ignore_index=True), describe_heads(whole, kind=kind))


def test_a_ranking_of_heads_is_that_of_a_capture():
    model = model_of("llama")
    _, tables = look_layer_by_layer(model, request_of(CAT), lambda layer: attention_between(layer, "sat", "cat"))
    assert len(tables) == 2
    ranked = pd.concat(tables).sort_values("attention", ascending=False, kind="stable", ignore_index=True)
    assert_frame_equal(ranked, attention_between(capture(model, CAT), "sat", "cat"))


def test_of_no_kind_in_particular_all_layers_are_told_in_their_order():
    model = model_of("t5")
    _, kinds = look_layer_by_layer(model, request_of(CAT, MAT), lambda layer: layer.kinds)
    assert kinds == [(call.kind,) for call in capture(model, CAT, target=MAT).calls]


def test_a_chat_is_read_through_its_template():
    model = chat_model(MARKED)
    few, tables = look_layer_by_layer(model, request_of(MESSAGES, ends=True), describe_heads)
    whole = capture(model, MESSAGES, add_generation_prompt=True)
    assert_same_text(few, whole)
    assert_frame_equal(pd.concat(tables, ignore_index=True), describe_heads(whole))


def test_nothing_is_captured(monkeypatch):
    model = model_of("llama")
    for name in ("looking.together.read_together", "together.read_as_one"):
        monkeypatch.setattr(f"mha_viz.recording.{name}", None)
    assert len(look_layer_by_layer(model, request_of(CAT), describe_heads)[1]) == 2
