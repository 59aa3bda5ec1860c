"""Texts with marked mentions: read by hand, refused where nothing is marked, and ours are well made."""

import pytest

from mha_viz.annotation.annotated import Mention
from mha_viz.annotation.files.marked_mentions import read_marked_mentions
from mha_viz.errors import InputError
from mha_viz.paths import app_folder


def read(tmp_path, text):
    path = tmp_path / "mentions.txt"
    path.write_text(text, encoding="utf-8")
    return list(read_marked_mentions(path))


def test_marks_become_mentions_and_leave_the_text(tmp_path):
    (found,) = read(tmp_path, "\nThe cat_12n saw Zoë_3N , and she_3p fed it_12p .\n")
    assert found.text == "The cat saw Zoë, and she fed it."
    assert [found.text[begin:end] for begin, end in found.spans] == list(found.words)
    assert found.mentions == (Mention(1, 2, "12"), Mention(3, 4, "3"), Mention(6, 7, "3"), Mention(8, 9, "12"))
    assert found.tags == ("X", "NOUN", "X", "PROPN", "X", "X", "PRON", "X", "PRON", "X")


def test_a_line_without_marks_is_refused(tmp_path):
    with pytest.raises(InputError, match="line 2: no word is marked"):
        read(tmp_path, "a cat_1n .\na cat .\n")


def test_ours_speak_of_things_again_by_all_kinds_of_words():
    ours = list(read_marked_mentions(app_folder() / "assets" / "mentions.txt"))
    assert len({each.text for each in ours}) == 24
    assert not any("_" in each.text for each in ours)
    for each in ours:
        clusters = [mention.cluster for mention in each.mentions]
        assert len(set(clusters)) < len(clusters)
        assert {each.tags[mention.begin] for mention in each.mentions} > {"PRON"}
