"""What somebody types to see only some heads: by hand, on two layers with three heads each."""

import pandas as pd
import pytest

from mha_viz.attention.head_filter import filtered_heads, sorted_heads
from mha_viz.errors import InputError
from mha_viz.language import LANGUAGES, gettext, spoken

SAID = ("not enough evidence", "consistent with", "established")
TABLE = pd.DataFrame(
    {
        "layer": [0, 0, 0, 1, 1, 1],
        "head": [0, 1, 2, 0, 1, 2],
        "value": [0.5, 0.25, 0.75, 0.125, 1.0, 0.25],
        "mean_distance": [3.0, 1.0, 2.0, 7.0, 5.0, 1.0],
        "entropy": [float("nan")] * 6,
        "said": [SAID[0], SAID[2], None, SAID[1], SAID[2], SAID[0]],
    }
)
COLUMNS = {"value": "value", "largest": "value", "distance": "mean_distance", "entropy": "entropy", "n": "no column"}


@pytest.mark.parametrize(
    ("only", "rows"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        (" , ", [0, 1, 2, 3, 4, 5]),
        ("L1", [3, 4, 5]),
        ("l0-1", [0, 1, 2, 3, 4, 5]),
        ("H2", [2, 5]),
        ("L0 H1, L1H0", [1, 3]),
        ("L0, H2", [0, 1, 2, 5]),
        ("value > 0.25", [0, 2, 4]),
        ("largest<0.5", [1, 3, 5]),
        ("value > 0.25, distance > 2", [0, 4]),
        ("L1, distance < 6", [4, 5]),
        ("established", [1, 4]),
        ("est, enough", [0, 1, 4, 5]),
        ("established, L1", [4]),
        ("established، L1", [4]),
        ("established，L1", [4]),
        ("established, consistent, value < 0.2, L1", [3]),
    ],
)
def test_rows_that_were_asked_for(only, rows):
    assert filtered_heads(TABLE, only, COLUMNS, SAID).index.tolist() == rows


@pytest.mark.parametrize("code", LANGUAGES)
def test_verdicts_are_typed_in_the_language_of_the_page_or_in_english(code):
    with spoken(code):
        for typed in (gettext("established"), "established"):
            assert filtered_heads(TABLE, typed, COLUMNS, SAID).index.tolist() == [1, 4]
        only = gettext("L3, H7, established").replace("L3", "L1").replace("H7", "H1")  # what the field proposes
        assert filtered_heads(TABLE, only, COLUMNS, SAID).index.tolist() == [1, 4]


@pytest.mark.parametrize(
    ("only", "sentence"),
    [
        ("L9", "No head fits “L9”. Empty the field"),
        ("value > 1", "No head fits"),
        ("fish", "“fish” is neither a head nor a condition"),
        ("es", "“es” is neither a head"),
        ("head > 1", "“head > 1” is neither a head"),
        ("L1, entropy < 1", "There is no entropy of this map"),
        ("n > 1", "There is no n of this map"),
    ],
)
def test_what_is_not_understood_or_fits_nothing_is_said(only, sentence):
    with pytest.raises(InputError, match=sentence.replace(".", r"\.")):
        filtered_heads(TABLE, only, COLUMNS, SAID, is_of_map=True)


def test_a_score_that_no_head_has_fits_none():
    with pytest.raises(InputError, match="No head fits “entropy > 0”"):
        filtered_heads(TABLE, "entropy > 0", COLUMNS, SAID)


def test_without_verdicts_they_are_no_words_that_are_known():
    with pytest.raises(InputError, match="neither a head"):
        filtered_heads(TABLE, "established", COLUMNS)


def test_heads_are_sorted_and_equal_ones_keep_their_order():
    assert sorted_heads(TABLE, "value", "value", ascending=True).index.tolist() == [3, 1, 5, 0, 2, 4]
    assert sorted_heads(TABLE, "value", "value", ascending=False).index.tolist() == [4, 2, 0, 1, 5, 3]
    with pytest.raises(InputError, match="There is no entropy of this map"):
        sorted_heads(TABLE, "entropy", "entropy", ascending=True)
