"""What is said of heads that follow words: numbers by hand, and no interval where there is none."""

import math

import pandas as pd

from mha_viz.evidence.alignment.one_sound import Followers
from mha_viz.views.media.followers import followers_sentences, followers_table, overlap_sentence

TABLE = pd.DataFrame({
    "layer": [3, 1], "head": [3, 2], "monotonicity": [0.99, 1.0], "error": [73.2, 235.0], "low": [-4.0, 165.0],
    "high": [86.4, 304.0], "error_read": [371.0, 40.0], "low_read": [math.nan] * 2, "high_read": [math.nan] * 2,
    "listed": [True, False],
})  # fmt: skip
LIST = {"by": "error", "n_listed": 8, "n_both": 4, "p": 0.2218}
TOGETHER = {"together": 80.4, "together_low": 61.6, "together_high": 99.0}


def test_of_timed_words_every_number_stands_with_its_interval():
    lines = followers_sentences(Followers(TABLE, 9, True, LIST | TOGETHER), (1, 2))
    assert lines == [
        "L1 H2 listens 235 ms [165, 304] beside the middle of a word as the model writes it, and 40 ms once it was "
        "read.",
        "The smallest error is that of L3 H3: 73 ms [0, 86].",
        "The times of words above, which heads give together, are off by 80 ms [62, 99].",
        "Intervals are of 95 % over the 9 words of this sound, each taken for itself.",
        "Of the 8 heads with the smallest error, 4 are in the model's own list; drawn at random at least as many would "
        "be in 0.22 of cases (hypergeometric).",
    ]


def test_without_times_no_error_is_said():
    lines = followers_sentences(Followers(TABLE, 9, False, {}), (3, 3))
    assert lines == [
        "The moments that L3 H3 listens to rise from word to word by 0.99. No times are given, so that errors are not "
        "known."
    ]
    assert "ms" not in "".join(followers_table(TABLE, is_timed=False))


def test_a_head_that_is_not_there_is_told():
    assert followers_sentences(Followers(TABLE, 9, False, {}), (7, 0))[0].startswith("L7 H0 has no cross-attention")


def test_the_table_says_intervals_where_there_are_any():
    table = followers_table(TABLE, is_timed=True)
    assert list(table) == [
        "head", "rises", "ms, as it writes", "95 %, as it writes", "ms, once read", "95 %, once read", "in its list"
    ]  # fmt: skip
    assert table["95 %, as it writes"].tolist() == ["0 – 86", "165 – 304"]
    assert table["95 %, once read"].tolist() == ["", ""]


def test_the_list_of_a_model_that_has_none_is_not_spoken_of():
    assert overlap_sentence({}) == ""
