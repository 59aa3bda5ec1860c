"""The view of a passage: one curve a head, columns that stand for several tokens, and what is said of them."""

import re

import numpy as np
import pytest
import torch

from mha_viz.attention.passages import passage_share, shares_of
from mha_viz.errors import InputError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.views import passages
from mha_viz.views.exports.notebook_passage import passage_view
from mha_viz.views.passages import column_means, passage_facts, passage_picture
from mha_viz.views.view import to_bytes
from tests.support.captures.comparing import made
from tests.support.networks.families import ENCODER_DECODERS, TEXT, make, tokenizer

READ = "the cat sat on a mat because it was tired"
TOKENS = (2, 3, 4)  # "cat sat on"


def read(name):
    return capture(model_from(make(*TEXT[name]), tokenizer(), name="tiny"), READ)


def picture(name, tokens=TOKENS, **settings):
    of = read(name)
    return of, passage_picture(shares_of(of, tokens, of.kinds[0]), of, of.kinds[0], **settings)


def test_every_head_has_its_curve_and_its_means():
    of, view = picture("llama", chosen=(1, 4))
    table, header = passage_share(of, (4, 14)), view.header
    np.testing.assert_array_equal(view.arrays["values"].ravel(), table["share"])
    even = view.arrays["even"][header["even_of"]]
    np.testing.assert_array_equal(even.ravel(), table["even"])
    assert len(view.arrays["even"]) == 1  # all heads may look at the same: it is sent once
    assert header["heads"][header["chosen"]] == (1, 4)
    assert header["passage"] == [(2, 5)]
    assert header["columns"] == len(header["words"]) == 12
    after = table[table["counts"]].groupby(["layer", "head"])[["share", "even"]].mean().to_numpy()
    np.testing.assert_allclose(header["means"], after, rtol=1e-5)
    assert to_bytes(view)


def test_heads_of_a_sliding_layer_have_an_even_spread_of_their_own():
    of, view = picture("gemma3")
    header, table = view.header, passage_share(of, (4, 14))
    assert len(view.arrays["even"]) == 2  # one for each layer
    by_head = {head: header["even_of"][i] for i, head in enumerate(header["heads"])}
    assert {by_head[0, head] for head in range(6)} != {by_head[1, head] for head in range(6)}
    np.testing.assert_array_equal(view.arrays["even"][header["even_of"]].ravel(), table["even"])


@pytest.mark.parametrize(
    ("name", "said"),
    [("llama", "the tokens after “cat sat on” give it"), ("bert", "the tokens outside of “cat sat on” give it")],
)
def test_the_sentence_says_what_the_head_gives_beside_an_even_spread(name, said):
    of, view = picture(name, chosen=(0, 0))
    rows = passage_share(of, (4, 14)).query("layer == 0 and head == 0 and counts")
    share, even = re.search(r"give it ([\d.]+) % .* give it ([\d.]+) %", view.header["caption"]).groups()
    assert float(share) == pytest.approx(100 * rows["share"].mean(), abs=0.51)
    assert float(even) == pytest.approx(100 * rows["even"].mean(), abs=0.51)
    assert said in view.header["caption"]
    assert ("tokens before the passage cannot look at it" in view.header["note"]) == (name == "llama")


def test_without_a_head_that_is_chosen_the_one_that_gives_most_is():
    most = np.zeros((3, 4, 4))
    most[:, :, 0], most[1, 2:, 1], most[1, 2:, 0] = 1.0, 0.75, 0.25
    of = made([most], ["Anna", "fed", "the", "cat"], kind="decoder")
    view = passage_picture(shares_of(of, (1,), "decoder"), of, "decoder")
    assert view.header["heads"][view.header["chosen"]] == (0, 1)
    assert "75 %" in view.header["caption"]
    assert "No head gives it more." in view.header["caption"]
    other = passage_picture(shares_of(of, (1,), "decoder"), of, "decoder", (0, 2))
    assert "Of all heads L0 H1 gives it most, 75 %." in other.header["caption"]


def test_a_passage_with_the_first_token_says_what_else_that_gets():
    _, view = picture("llama", (0, 1, 2))
    assert "holds the first token" in view.header["caption"]
    assert "holds the first token" not in picture("llama", (1, 2))[1].header["caption"]
    assert "holds the first token" not in picture("bert", (0, 1))[1].header["caption"]


@pytest.mark.parametrize(
    ("kind", "tokens", "why"),
    [("decoder", (1, 2), "Nothing comes after “cat sat”"), ("encoder", (0, 1, 2), "“the cat sat” is the whole text")],
)
def test_where_no_token_counts_the_curve_is_there_and_no_mean(kind, tokens, why):
    of = made([np.tril(np.full((2, 3, 3), 0.25))], ["the", "cat", "sat"], kind=kind)
    view = passage_picture(shares_of(of, tokens, kind), of, kind)
    assert why in view.header["caption"]
    assert view.header["means"] == [[None, None]] * 2
    assert to_bytes(view)


def test_in_cross_attention_the_passage_is_not_on_the_axis_that_looks():
    of = capture(model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="b"), READ, target="he ran home")
    view = passage_picture(shares_of(of, TOKENS, "cross"), of, "cross")
    assert view.header["passage"] == []
    assert "the tokens of the target give “cat sat on”" in view.header["caption"]


def test_of_a_long_text_columns_are_means_of_neighbours(monkeypatch):
    values = torch.arange(14.0).reshape(2, 7)
    monkeypatch.setattr(passages, "MOST_COLUMNS", 3)
    assert column_means(values).tolist() == [[0.5, 2.5, 5.0], [7.5, 9.5, 12.0]]  # tokens 0-1, 2-3, 4-6
    _, view = picture("llama")
    assert view.header["columns"] == 3
    assert len(view.header["words"]) == 12
    assert "mean of up to 4 tokens" in view.header["note"]


def test_a_passage_in_pieces_has_a_stretch_for_each():
    _, view = picture("bert", (1, 2, 5))
    assert view.header["passage"] == [(1, 3), (5, 6)]
    assert "“the cat … a”" in view.header["caption"]


def test_facts_name_the_passage_its_characters_and_the_head():
    of = read("llama")
    facts = passage_facts(shares_of(of, TOKENS, "decoder"), of, "decoder", (1, 2))
    assert (facts["passage"], facts["characters"], facts["head"]) == ("cat sat on", "4:14", "L1 H2")
    assert facts["text"] == READ


def test_in_a_notebook_it_stands_with_a_still_picture():
    of = read("llama")
    shown = passage_view(of, "cat sat on", layer=1, head=3)
    assert "In L1 H3 of tiny" in repr(shown)
    assert shown.picture.startswith(b"\x89PNG")
    assert b"passages" in shown.page
    with pytest.raises(InputError, match="L1 H9 does not exist"):
        passage_view(of, "cat sat on", layer=1, head=9)
    with pytest.raises(InputError, match="Layer 7 does not exist"):
        passage_view(of, "cat sat on", layer=7, head=0)
    with pytest.raises(InputError, match="both layer= and head="):
        passage_view(of, "cat sat on", layer=1)


def test_the_text_offers_its_words_and_says_which_are_marked():
    of, view = picture("llama")
    marking = view.header["marking"]
    assert marking["words"] == READ.split()
    assert marking["gaps"] == [" "] * 9 + [""]
    assert marking["marked"] == [1, 3]  # [CLS] is no word of it
    assert not marking["right_to_left"]
    assert passage_view(of, (4, 14)).picture  # of a notebook, where nobody answers
    assert picture("llama", chooses=False)[1].header["marking"] is None
