"""The painted text: the numbers of one head, and the text with its spaces and lines."""

import dataclasses
from itertools import accumulate, pairwise

import numpy as np
import pytest

from mha_viz.arguments import changed
from mha_viz.attention.calls import call_pattern
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.models.load import model_from
from mha_viz.objects import Positions
from mha_viz.recording.capture import capture
from mha_viz.recording.written import WRITTEN
from mha_viz.views import painted
from mha_viz.views.painted import painted_picture
from tests.support.networks.families import ENCODER_DECODERS, make, text_model, tokenizer
from tests.support.pages.drawn import opened

TEXT = "the cat's\nmat, on the mat"


def shown_of(name="bert", text=TEXT, kind=None, **settings):
    if name in ENCODER_DECODERS:
        seen = capture(model_from(make(*ENCODER_DECODERS[name]), tokenizer(), name=name), text, target="he ran")
    else:
        seen = capture(text_model(name)[1], text)
    return choose(seen, Selection(kind or seen.kinds[0], **settings))


def test_a_short_text_brings_every_row_of_the_head():
    shown = shown_of()
    header, arrays = opened(painted_picture(shown, 1, 2, picked=3))
    n = len(shown.query)
    assert header["whole"]
    assert np.array_equal(arrays["values"].reshape(n, n), call_pattern(shown.call(1))[2].numpy())
    assert (header["side"], header["picked"], list(header["sides"])) == ("query", 3, ["query"])
    assert "L1 H2" in header["title"]


def test_words_stand_as_they_were_typed():
    header, _ = opened(painted_picture(shown_of(words=True), 0, 0, picked=1))
    (text,) = header["sides"].values()
    typed = "".join(word + gap for word, gap in zip(text["words"], text["gaps"], strict=True))
    assert typed == "[CLS] the cat's\nmat, on the mat [SEP] "
    assert not text["right_to_left"]


def test_spaces_part_words_whose_tokens_begin_with_them():
    """As in GPT-2 and Llama: else the words of a long text would stand in one line, whatever the width."""
    text = "the cat\nsat  on\n\nit."
    tokens = ["the", " cat", "\n", "sat", " ", " on", "\n\n", "it", "."]
    ends = [0, *accumulate(map(len, tokens))]
    labels = tuple(token.strip() or "⏎" for token in tokens)
    positions = Positions(tuple(range(9)), labels, (False,) * 9, tuple(pairwise(ends)), text)
    assert painted.gaps(positions) == [" ", "", "\n", "", " ", "", "\n", "", " "]


@pytest.mark.parametrize(("side", "picked"), [("query", 4), ("key", 2)])
def test_a_long_text_brings_the_row_or_the_column_of_the_chosen_word(monkeypatch, side, picked):
    shown = shown_of()
    monkeypatch.setattr(painted, "WHOLE", 5)
    header, arrays = opened(painted_picture(shown, 1, 0, picked=picked, side=side))
    n, pattern = len(shown.query), call_pattern(shown.call(1))[0].numpy()
    row, column = arrays["values"][:n], arrays["values"][n:]
    assert not header["whole"]
    assert "click a word to choose it" in header["note"]
    if side == "query":
        assert row == pytest.approx(pattern[4], abs=1e-6)
        assert not column.any()
    else:
        assert column == pytest.approx(pattern[:, 2], abs=1e-6)
        assert not row.any()


def test_what_one_text_looks_at_in_another_has_two_sides():
    shown = shown_of("bart", "the cat sat", kind="cross")
    header, arrays = opened(painted_picture(shown, 0, 1, picked=2))
    assert [(side, header["sides"][side]["title"]) for side in header["sides"]] == [
        ("key", "Source"), ("query", "Target"),
    ]  # fmt: skip
    assert header["hint"].startswith("Point at a word of either side")
    sizes = [len(header["sides"][side]["words"]) for side in ("query", "key")]
    assert sizes == [len(shown.query), len(shown.key)]
    assert arrays["values"].size == sizes[0] * sizes[1]


def test_a_target_that_the_model_wrote_says_so():
    shown = shown_of("bart", "the cat sat", kind="cross")
    written = dataclasses.replace(shown, capture=changed(shown.capture, notes=(WRITTEN,)))
    header, _ = opened(painted_picture(written, 0, 1, picked=2))
    assert header["sides"]["query"]["title"] == "Target, written by the model"


def test_what_has_two_signs_gets_both_ends_of_a_scale():
    header, _ = opened(painted_picture(shown_of(map="Logits"), 0, 0, picked=0))
    assert header["low"] == -header["high"] < 0
    share, _ = opened(painted_picture(shown_of(), 0, 0, picked=0))
    assert share["low"] == 0
