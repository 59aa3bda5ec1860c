"""Caches tell captures apart by their model and texts, without a look at what is in them."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
import streamlit as st
import torch

from mha_viz.annotation.annotated import Annotated
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import Shown
from mha_viz.comparison.comparison import Comparison
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.media import Chat, Message, Picture, Sound
from mha_viz.objects import AttentionCall, Capture, Model, Positions
from mha_viz.ui.shared.keys import KEYS, CaptureKey

NOWHERE = {"encoder": Positions((), (), (), ())}
CAPTURE = Capture("minilm", "a1", "the cat", None, (), NOWHERE, NOWHERE)
OTHER_FIELDS = {
    "model_name": "mpnet", "identity": None, "text": "the mat", "target": "die", "pair": "it was", "n_generated": 3,
    "languages": ("en", None), "chat": Chat((Message("user", "the cat"),)),
    "picture": Picture(torch.zeros(2, 3, 3), (3, 2), None, (1, 1), "a1"), "sound": Sound(np.zeros(3, np.float32), 7),
    "dtype": "bfloat16",
}  # fmt: skip


class Unhashable:
    """As tensors of gigabytes stand in a capture: nothing may read them."""

    def __reduce__(self):
        raise AssertionError("looked into")


def computed(*things):
    """How often a cached function is computed for these."""
    calls = []

    @st.cache_resource(show_spinner=False, hash_funcs=KEYS)
    def cached(thing):
        calls.append(thing)
        return thing

    try:
        for thing in things:
            cached(thing)
    finally:
        cached.clear()
    return len(calls)


class UnhashableCall(Unhashable, AttentionCall):
    kind = "encoder"

    def __init__(self): ...


def test_captures_with_the_same_key_are_one():
    assert computed(CAPTURE, replace(CAPTURE, calls=(UnhashableCall(),)), replace(CAPTURE)) == 1


def test_every_part_of_the_key_tells_captures_apart():
    assert set(OTHER_FIELDS) == {field.name for field in fields(CaptureKey)}
    others = [replace(CAPTURE, **{name: value}) for name, value in OTHER_FIELDS.items()]
    assert computed(CAPTURE, *others) == 1 + len(others)
    assert len({CaptureKey.of(one) for one in (CAPTURE, *others)}) == 1 + len(others)


def comparison(**changes):
    both = Comparison((CAPTURE, CAPTURE), ("encoder", "encoder"), None, None, (0, 1), (Unhashable(), Unhashable()))
    return replace(both, **changes)


SHOWN = Shown(CAPTURE, Selection("encoder"), Unhashable(), Unhashable(), (), (), ())
ANNOTATED = Annotated("the cat", ("the", "cat"), ((0, 3), (4, 7)))
TABLE = pd.DataFrame({"head": [0]})
PAIRS = {
    "the name of a model": (Model("a", None, None, "observed"), Model("b", None, None, "observed")),
    "the weights of a model": (Model("a", None, None, "observed", "1"), Model("a", None, None, "observed", "2")),
    "the capture that is shown": (SHOWN, replace(SHOWN, capture=replace(CAPTURE, text="the mat"))),
    "the selection": (SHOWN, replace(SHOWN, selection=Selection("encoder", "Logits"))),
    "the second capture": (comparison(), comparison(captures=(CAPTURE, replace(CAPTURE, text="the mat")))),
    "the kind of attention": (comparison(), comparison(kinds=("encoder", "cross"))),
    "the rows compared": (comparison(), comparison(rows=(0,))),
    "the words of an annotation": (ANNOTATED, replace(ANNOTATED, text="the Cat")),
    "the corpus of a profile": (Profile(TABLE, {"identity": "1"}), Profile(TABLE, {"identity": "2"})),
}


@pytest.mark.parametrize("what", PAIRS)
def test_what_else_caches_tell_apart(what):
    assert computed(*PAIRS[what], *PAIRS[what]) == 2


def test_a_model_is_known_by_its_weights_and_not_by_what_holds_them():
    network = torch.nn.Linear(1, 1)
    assert computed(Model("a", network, None, "observed", "1"), Model("a", None, None, "observed", "1")) == 1
