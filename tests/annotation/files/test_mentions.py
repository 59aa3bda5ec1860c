"""Mentions of a treebank: runs of words are read, others are left out and counted, broken brackets are refused."""

import time

import pytest

from mha_viz.annotation.annotated import Annotated, Entity, Mention, join_sentences
from mha_viz.annotation.files.mentions import left_out_sentence
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.errors import InputError

HEADER = "# global.Entity = eid-etype-head-other"


def sentence(tmp_path, *rows):
    """One sentence; a row is a number and what Entity= holds there."""
    lines = [HEADER]
    for number, brackets in rows:
        misc = f"Entity={brackets}" if brackets else "_"
        lines.append("\t".join([number, f"w{number}", *"______", "_", misc]))
    path = tmp_path / "mine.conllu"
    path.write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("rows", "mentions", "n_left_out"),
    [
        # at an empty node: alone, from it to a word, from a word to it, in the middle of the sentence, twice
        ([("0.1", "(e1-person-1-)"), ("1", "")], [], 1),
        ([("0.1", "(e1-person-1-"), ("1", "e1)")], [], 1),
        ([("1", "(e1-person-1-"), ("1.1", "e1)"), ("2", "(e1-person-1-)")], [(1, 2, "e1")], 1),
        ([("1", "(e1-x-1-)(e2-x-1-"), ("1.1", "(e1-x-1-)"), ("2", "e2)")], [(0, 2, "e2"), (0, 1, "e1")], 1),
        ([("1", ""), ("1.1", "(e1-person-1-)"), ("1.2", "(e2-person-1-)"), ("2", "")], [], 2),
        # in parts: a mention counts once, whether its parts are one word or several, two or three
        ([("1", "(e1[1/2]-person-1-"), ("2", "e1[1/2])"), ("3", ""), ("4", "(e1[2/2])")], [], 1),
        ([("1", "(e1[1/3]-x-1-)"), ("2", ""), ("3", "(e1[2/3])"), ("4", ""), ("5", "(e1[3/3])")], [], 1),
        ([("1", "(e1[1/2]-x-1-)"), ("2", "(e1-x-1-)"), ("3", "(e1[2/2])")], [(1, 2, "e1")], 1),
        ([("1", "(e1[1/2]-x-1-)"), ("1.1", "(e1[2/2])"), ("2", "")], [], 1),
        # both kinds in one sentence, around what can be shown
        ([("0.1", "(e3-x-1-)"), ("1", "(e2-x-1-(e1[1/2]-x-1-)"), ("2", ""), ("3", "(e1[2/2])e2)")], [(0, 3, "e2")], 2),
        ([("1", "(e1-person-1-"), ("1.1", ""), ("2", "e1)")], [(0, 2, "e1")], 0),  # a node inside changes no end
    ],
)  # fmt: skip
def test_what_is_no_run_of_words_is_left_out_and_counted(tmp_path, rows, mentions, n_left_out):
    (read,) = read_conllu(sentence(tmp_path, *rows))
    assert [(mention.begin, mention.end, mention.cluster) for mention in read.mentions] == mentions
    assert read.n_mentions_left_out == n_left_out
    assert len(read.entities) == len(mentions)
    assert len(read) == sum("." not in number for number, _ in rows)


def test_what_is_read_keeps_its_type(tmp_path):
    (read,) = read_conllu(sentence(tmp_path, ("0.1", "(e1-person-1-"), ("1", "e1)(e1-person-2-coref"), ("2", "e1)")))
    assert read.mentions == (Mention(0, 2, "e1", "person"),)
    assert read.entities == (Entity(0, 2, "person"),)


def test_thousands_of_brackets_take_no_longer_each(tmp_path):
    opening, closing = "".join(f"(e{i}" for i in range(20_011)), "".join(f"e{i})" for i in range(20_011))
    begin = time.process_time()
    (read,) = read_conllu(sentence(tmp_path, ("1", opening), ("2", closing)))
    assert len(read.mentions) == 20_011
    assert time.process_time() - begin < 5  # seconds; looking through all that are open takes 30


@pytest.mark.parametrize(
    ("rows", "line", "what"),
    [
        ([("0.1", "(e1-x-1-"), ("1", "")], 2, "the mention e1 is never closed"),
        ([("0.1", "e1)"), ("1", "")], 2, "closes e1, which is not open"),
        ([("1", ""), ("1.1", "e1")], 3, "not a row of brackets"),
        ([("1", "(e1[1/2]-x-1-"), ("2", "e1[2/2])")], 3, "closes e1[2/2], which is not open"),
        ([("1", "(e1[one]-x-1-)")], 2, "the part in e1[one] is not written as in e1[1/2]"),
    ],
)
def test_broken_brackets_are_refused_also_at_empty_nodes_and_in_parts(tmp_path, rows, line, what):
    path = sentence(tmp_path, *rows)
    with pytest.raises(InputError) as error:
        list(read_conllu(path))
    assert str(error.value).startswith(f"{path}, line {line}: ")
    assert what in str(error.value)


def test_the_count_of_a_file_is_told_with_the_reason():
    ends = "shown where it is one run of words, not where it stands in several parts or at an empty node."
    plain = Annotated("a b", ("a", "b"), ((0, 1), (2, 3)), mentions=(Mention(0, 1, "1"), Mention(1, 2, "2")))
    assert left_out_sentence([plain, plain]) == ""
    assert left_out_sentence([]) == ""
    one, three = (Annotated("", n_mentions_left_out=n) for n in (1, 1233))
    assert left_out_sentence([plain, one]) == f"1 of 3 mentions is left out: a mention can be {ends}"
    assert left_out_sentence([one]) == f"1 of 1 mention is left out: a mention can be {ends}"
    assert left_out_sentence([one, plain, three]) == f"1,234 of 1,236 mentions are left out: a mention can be {ends}"
    assert join_sentences([plain, one, three]).n_mentions_left_out == 1234
