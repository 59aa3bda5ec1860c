"""Code as it is laid out and coloured: every character once, kinds by the library, and whether a model sees lines."""

import numpy as np
import pytest

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.objects import Positions
from mha_viz.recording.capture import capture
from mha_viz.views.code import SEEN, UNSEEN, drawn_pieces, kinds_of_code, layout_sentence
from mha_viz.views.painted import painted_picture
from tests.support.networks.families import text_model
from tests.support.pages.drawn import opened

TEXT = "def f(a):\n\tif a:  # no\n\t\treturn len('é')\n"


def positions_of(*spans, text=TEXT):
    labels = tuple("[S]" if span is None else text[slice(*span)].strip() or "␣" for span in spans)
    return Positions((0,) * len(spans), labels, tuple(span is None for span in spans), spans, text)


def whole(positions):
    drawn, gaps = drawn_pieces(positions)
    return "".join(piece + gap for piece, gap in zip(drawn, gaps, strict=True))


def test_line_breaks_that_no_token_has_stand_between_tokens():
    positions = positions_of(None, (0, 3), (4, 5), (5, 9), (11, 13))
    drawn, gaps = drawn_pieces(positions)
    assert drawn == ["[S]", "def", "f", "(a):", "if"]
    assert gaps == ["\n", " ", "", "\n\t", "\n"]
    assert layout_sentence(positions) == UNSEEN


def test_line_breaks_that_are_tokens_are_drawn_and_break_the_line():
    positions = positions_of((0, 3), (3, 5), (5, 9), (9, 11), (11, 13))
    drawn, gaps = drawn_pieces(positions)
    assert drawn == ["def", " f", "(a):", "⏎\n\t", "if"]
    assert gaps == ["", "", "", "", "\n"]
    assert layout_sentence(positions) == SEEN
    assert whole(positions).replace("⏎", "") == TEXT[:13] + "\n"


def test_pieces_of_one_character_are_drawn_once_and_then_by_their_label():
    at = TEXT.index("é")
    positions = positions_of((at, at + 1), (at, at + 1), (at + 1, at + 3))
    assert drawn_pieces(positions)[0] == ["é", "é", "')"]


def test_code_in_one_line_says_nothing_of_lines():
    assert layout_sentence(positions_of((0, 1), (2, 3), text="a b")) == ""


def test_kinds_are_those_of_the_first_visible_character():
    words = ["def", " f", "if", "# no", "return", " len", "'é'", "a"]
    spans = [(TEXT.index(word), TEXT.index(word) + len(word)) for word in words]
    kinds = kinds_of_code(positions_of(None, *spans, (9, 11)))
    assert kinds == ["", "keyword", "defined", "keyword", "comment", "keyword", "builtin", "string", "", ""]


def test_numbers_and_what_is_no_python_are_coloured_all_the_same():
    text = "x = = 13 while"
    assert kinds_of_code(positions_of((0, 1), (6, 8), (9, 14), text=text)) == ["", "number", "keyword"]


@pytest.mark.parametrize("words", [False, True])
def test_the_painted_text_is_laid_out_as_code_where_it_is_code(words):
    text = "he = cat\nif he :\n    cat = 3"
    shown = choose(capture(text_model("bert")[1], text), Selection("encoder", words=words))
    header, arrays = opened(painted_picture(shown, 1, 2, picked=1, is_code=True))
    (side,) = header["sides"].values()
    typed = "".join(piece + gap for piece, gap in zip(side["drawn"], side["gaps"], strict=True))
    assert typed == f"[CLS]\n{text}\n[SEP]\n"
    assert len(side["kinds"]) == len(side["words"])
    assert dict(zip(side["drawn"], side["kinds"], strict=True))["if"] == "keyword"
    assert UNSEEN in header["note"]
    plain, same = opened(painted_picture(shown, 1, 2, picked=1))
    assert "kinds" not in plain["sides"]["query"]
    assert "token" not in plain["note"].partition("line breaks")[2]
    assert np.array_equal(arrays["values"], same["values"])  # how it is drawn changes no number
