"""What the page of one sentence computes beside its picture."""

import pytest

from mha_viz.attention.maps import pattern
from mha_viz.attention.tables import from_others
from mha_viz.inputs.words import merge_pattern, ordinary, word_axes
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.families import ENCODER_DECODERS, TEXT, make, tokenizer

HEADS = [(1, 1), (0, 0), (1, 0)]


@pytest.mark.parametrize(("name", "kind"), [("bert", "encoder"), ("llama", "decoder"), ("bart", "cross")])
def test_what_other_words_give_is_the_mean_of_their_rows(name, kind):
    text = "the cat's mat sat on the dog's cat"  # two words of three tokens each
    families = {**TEXT, **ENCODER_DECODERS}
    target = {"target": "a cat thanked the mat"} if kind == "cross" else {}
    found = capture(model_from(make(*families[name]), tokenizer(), name=name), text, **target)
    rows, columns = word_axes(found, kind)
    assert sum(len(group) == 3 for group in columns.groups) == 2
    for query, key in ((3, 1), (3, 2), (2, 5)):
        others = [i for i in ordinary(rows) if i != query and (kind == "cross" or i != key)]
        others = [i for i in others if i > key] if kind == "decoder" else others
        for (layer, head), given in zip(HEADS, from_others(found, HEADS, rows, columns, query, key, kind), strict=True):
            whole = merge_pattern(pattern(found, layer, kind=kind)[head].double(), rows, columns)
            expected = sum(whole[i, key].item() for i in others) / len(others) if others else None
            assert given == (None if expected is None else pytest.approx(expected, abs=1e-6))


def test_where_no_other_word_can_look_nothing_is_said():
    found = capture(model_from(make(*TEXT["llama"]), tokenizer(ends=False), name="llama"), "the cat sat")
    words, _ = word_axes(found, "decoder")
    last = len(words) - 1
    assert from_others(found, HEADS, words, words, last, last, "decoder") == [None] * 3
