"""Pairs of sentences with the links of their words, in Pharaoh format."""

import pytest

from mha_viz.annotation.files.aligned import aligned_examples, read_aligned
from mha_viz.errors import InputError

PAIRS = "the old cat ||| le vieux chat\n\nhe ran\til a couru\n"


def written(folder, pairs, gold):
    for name, text in (("pairs.txt", pairs), ("gold.txt", gold)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "pairs.txt", folder / "gold.txt"


def test_both_ways_to_part_sides_and_all_ways_to_write_links(tmp_path):
    first, second = read_aligned(*written(tmp_path, PAIRS, "0-0 1-1 2-2 1?2\n0-0 1p1 1-2\n"))
    assert (first.source, first.target) == (("the", "old", "cat"), ("le", "vieux", "chat"))
    assert first.sure == {(0, 0), (1, 1), (2, 2)}
    assert first.possible == {*first.sure, (1, 2)}
    assert (second.source, second.target) == (("he", "ran"), ("il", "a", "couru"))
    assert second.possible - second.sure == {(1, 1)}


@pytest.mark.parametrize(
    ("pairs", "gold", "sentence"),
    [
        (PAIRS, "0-0\n", r"pairs.txt has 2 pairs but gold.txt 1 lines of links"),
        ("\n", "\n", "pairs.txt holds 0 pairs: give 1 to 5,000"),
        ("the cat\n", "0-0\n", "line 1: this is not a sentence and its translation"),
        ("a ||| b ||| c\n", "0-0\n", "this is not a sentence and its translation"),
        ("a ||| b\n", "1-1\n", "1-1 links a word that is not there: the pair has 1 and 1 words, counted from 0"),
        ("a ||| b\n", "0–0\n", "'0–0' is no link: write 0-1 for a sure one"),
    ],
)
def test_what_is_no_pair_and_no_link_is_refused(tmp_path, pairs, gold, sentence):
    with pytest.raises(InputError, match=sentence):
        read_aligned(*written(tmp_path, pairs, gold))


def test_in_our_examples_every_german_word_is_linked():
    pairs = aligned_examples()
    assert len(pairs) == 24
    for pair in pairs:
        assert pair.sure
        assert {j for _, j in pair.possible} == set(range(len(pair.target)))
