"""Annotation files are read to the letter, and whatever breaks their format is refused by file and line."""

import dataclasses
import itertools
import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mha_viz.annotation.annotated import (
    Annotated,
    Arc,
    Entity,
    Link,
    Mention,
    annotated_word_map,
    join_sentences,
    pieces_of_words,
    placed,
)
from mha_viz.annotation.files.name_tags import read_iob2
from mha_viz.annotation.files.pronoun_pairs import read_twins
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.errors import InputError
from mha_viz.objects import Positions


def word(number, form, head="_", relation="_", misc="_"):
    return "\t".join([str(number), form, "_", "_", "_", "_", str(head), relation, "_", misc])


KETTLE = [
    "# newdoc id = kitchen",
    "# sent_id = kitchen-1",
    "# text = Ada's kettle didn't sing.",
    word("1-2", "Ada's"),
    word(1, "Ada", 3, "nmod:poss"),
    word(2, "'s", 1, "case"),
    word(3, "kettle", 6, "nsubj"),
    word("4-5", "didn't"),
    word(4, "did", 6, "aux"),
    word(5, "n't", 6, "advmod"),
    word(6, "sing", 0, "root", "SpaceAfter=No"),
    word("6.1", "sing", "_", "_"),
    word(7, ".", 6, "punct"),
]
LAKE = [
    "# text = The boat of my uncle sank; he swam.",
    word(1, "The", 2, "det", "Entity=(7-object-new-1-coref"),
    word(2, "boat", 6, "nsubj"),
    word(3, "of", 5, "case"),
    word(4, "my", 5, "nmod:poss", "Entity=(3-person-new-2-coref(9-person-giv-1-ana)"),
    word(5, "uncle", 2, "nmod", "Entity=3)7)"),
    word(6, "sank", 0, "root", "SpaceAfter=No"),
    word(7, ";", 6, "punct"),
    word(8, "he", 9, "nsubj", "Entity=(3-person-giv-1-ana-J%2D-P.)"),
    word(9, "swam", 6, "parataxis", "SpaceAfter=No"),
    word(10, ".", 6, "punct"),
]


@pytest.fixture
def file(tmp_path):
    def write(*blocks):
        path = tmp_path / "mine.txt"
        path.write_text("\n\n".join("\n".join(block) for block in blocks) + "\n\n", encoding="utf-8")
        return path

    return write


# ---- CoNLL-U


def test_conllu_words_ranges_and_arcs(file):
    path = file(KETTLE)
    (one,) = read_conllu(path)
    assert one.text == "Ada's kettle didn't sing."
    assert one.words == ("Ada", "'s", "kettle", "did", "n't", "sing", ".")
    assert one.spans == ((0, 3), (3, 5), (6, 12), (13, 16), (16, 19), (20, 24), (24, 25))
    assert one.arcs[:3] == (Arc(0, 2, "nmod:poss"), Arc(1, 0, "case"), Arc(2, 5, "nsubj"))
    assert [arc.dependent for arc in one.arcs] == [0, 1, 2, 3, 4, 6]  # a root has no arc
    assert (one.document, one.sentence_id, one.is_gold) == ("kitchen", "kitchen-1", True)
    assert one.source == f"{path}, line 1"


def test_without_a_text_the_words_make_it(file):
    with_text, without = file(KETTLE), [line for line in KETTLE if not line.startswith("# text")]
    (one,) = read_conllu(with_text)
    (other,) = read_conllu(file(without))
    assert (one.text, one.spans) == (other.text, other.spans)


def test_words_written_as_one_that_do_not_spell_it_share_its_range(file):
    block = ["# text = Il parle du chat", *map(word, "12", ("Il", "parle")), word("3-4", "du"), word(3, "de")]
    (one,) = read_conllu(file([*block, word(4, "le"), word(5, "chat")]))
    assert one.spans == ((0, 2), (3, 8), (9, 11), (9, 11), (12, 16))
    assert one.arcs == ()


def test_tags_features_and_lemmas(file):
    rows = [
        "1\tKettles\tkettle\tNOUN\tNNS\tNumber=Plur|Typo=Yes\t2\tnsubj\t_\t_",
        "2\tsang\tsing\tVERB\tVBD\t_\t0\troot\t_\t_",
        "3\t_\t_\tSYM\t_\t_\t2\tdep\t_\t_",
    ]
    (one,) = read_conllu(file(rows))
    assert one.tags == ("NOUN", "VERB", "SYM")
    assert one.features == ("Number=Plur|Typo=Yes", "", "")
    assert one.lemmas == ("kettle", "sing", "_")  # the lemma of a line is a line
    (bare,) = read_conllu(file([word(1, "Yes")]))
    assert (bare.tags, bare.features, bare.lemmas) == (("",),) * 3


def test_documents_go_on_until_the_next(file):
    plain = [word(1, "Yes")]
    blocks = [plain, ["# newdoc", *plain], plain, ["# newdoc id = b", *plain], ["# newdoc", *plain]]
    assert [one.document for one in read_conllu(file(*blocks))] == ["", "document 1", "document 1", "b", "document 3"]


def test_sentences_come_one_at_a_time(file):
    sentences = read_conllu(file(KETTLE, ["not a word"]))
    assert len(next(sentences)) == 7  # the broken line after it has not been read
    with pytest.raises(InputError, match="line 15: a word has 10 columns, this line has 1"):
        next(sentences)


def test_brackets_nest_and_cross_lines(file):
    header = "# global.Entity = GRP-etype-infstat-minspan-link-identity"
    (one,) = read_conllu(file([header, *LAKE]))
    assert one.mentions == (
        Mention(0, 5, "7", "object", "coref"),
        Mention(3, 5, "3", "person", "coref"),
        Mention(3, 4, "9", "person", "ana"),
        Mention(7, 8, "3", "person", "ana"),
    )
    assert one.entities[0] == Entity(0, 5, "object")
    assert len(one.entities) == 4


def test_brackets_of_one_cluster_close_inside_out(file):
    marks = ["Entity=(1-x", "Entity=(1-y", "Entity=1)", "Entity=1)"]
    (one,) = read_conllu(file([word(i + 1, "abcd"[i], misc=mark) for i, mark in enumerate(marks)]))
    assert one.mentions == (Mention(0, 4, "1", "x"), Mention(1, 3, "1", "y"))


def changed(block, at, line):
    return [*block[:at], line, *block[at + 1 :]]


@pytest.mark.parametrize(
    ("block", "line", "what"),
    [
        (changed(KETTLE, 6, "3\tkettle"), 7, "10 columns, this line has 2"),
        (changed(KETTLE, 6, word(4, "kettle", 6, "nsubj")), 7, "the word after 2 is numbered '4'"),
        (changed(KETTLE, 6, word(3, "", 6, "nsubj")), 7, "a word without a form"),
        (changed(KETTLE, 6, word(3, "kettle", 8, "nsubj")), 7, "head '8' is no other word of this sentence of 7"),
        (changed(KETTLE, 6, word(3, "kettle", 3, "nsubj")), 7, "head '3' is no other word"),
        (changed(KETTLE, 6, word(3, "kettle", -1, "nsubj")), 7, "head '-1' is no other word"),
        (changed(KETTLE, 6, word(3, "kettle", 6, "_")), 7, "a head without a relation"),
        (
            changed(KETTLE, 6, word(3, "kettles", 6, "nsubj")),
            7,
            "'kettles' is not what '# text' says there: \"kettle didn't",
        ),
        (changed(KETTLE, 6, word(3, "kettle", 6, "nsubj", "SpaceAfter=No")), 7, "has a space after 'kettle'"),
        (changed(KETTLE, 10, word(6, "sing", 0, "root")), 11, "has no space after 'sing'"),
        (changed(KETTLE, 2, KETTLE[2] + " Oh"), 13, "goes on after the last word: 'Oh'"),
        (changed(KETTLE, 7, word("4-9", "didn't")), 13, "ends before its words do"),
        (changed(KETTLE, 7, word("5-6", "didn't")), 8, "the range 5-6 does not go on after word 3"),
        (KETTLE[:3], 3, "a sentence without words"),
        (changed(LAKE, 5, word(5, "uncle", 2, "nmod", "Entity=3)")), 2, "the mention 7 is never closed"),
        (changed(LAKE, 5, word(5, "uncle", 2, "nmod", "Entity=4)7)")), 6, "closes 4, which is not open"),
        (changed(LAKE, 5, word(5, "uncle", 2, "nmod", "Entity=3)7")), 6, "not a row of brackets"),
        (changed(LAKE, 5, word(5, "uncle", 2, "nmod", "Entity=3))7)")), 6, "not a row of brackets"),
        (
            changed(LAKE, 8, word(8, "he", 9, "nsubj", "Entity=(3[1-person)")),
            9,
            "the part in 3[1 is not written as in e1[1/2]",
        ),
    ],
)
def test_a_broken_line_is_refused_by_name(file, block, line, what):
    path = file(block)
    with pytest.raises(InputError) as error:
        list(read_conllu(path))
    assert str(error.value).startswith(f"{path}, line {line}: ")
    assert what in str(error.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(InputError, match="none.conllu cannot be read: No such file"):
        list(read_conllu(tmp_path / "none.conllu"))
    path = tmp_path / "latin.conllu"
    path.write_bytes((word(1, "a") + "\n\n").encode() + word(1, "caf\xe9").encode("latin-1"))
    with pytest.raises(InputError, match="latin.conllu, line 3: this line is not UTF-8"):
        list(read_conllu(path))


def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing(file):
    path = file(KETTLE, LAKE)
    plain = list(read_conllu(path))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert list(read_conllu(path)) == plain


# ---- several sentences


def test_joined_sentences_are_one_text(file):
    header = "# global.Entity = GRP-etype-infstat-minspan-link-identity"
    kettle, lake = (next(read_conllu(file([KETTLE[0], *block]))) for block in (KETTLE[1:], [header, *LAKE]))
    lake = dataclasses.replace(lake, links=(Link((27, 34), ((0, 8), (12, 20)), 1, "g"),), features=(), is_gold=False)
    joined = join_sentences([kettle, lake, kettle])
    assert joined.text == f"{kettle.text} {lake.text} {kettle.text}"
    assert tuple(joined.text[begin:end] for begin, end in joined.spans) == joined.words
    assert joined.words == kettle.words + lake.words + kettle.words
    assert joined.arcs[6] == Arc(7, 8, "det")
    assert joined.arcs[15] == Arc(17, 19, "nmod:poss")
    assert [joined.words[one.begin : one.end][-1] for one in joined.mentions] == ["uncle", "uncle", "my", "he"]
    assert joined.entities[0] == Entity(7, 12, "object")
    (link,) = joined.links
    assert [joined.text[slice(*span)] for span in (link.pronoun, *link.candidates)] == [
        "he swam",
        "The boat",
        "my uncle",
    ]
    assert (link.answer, link.group) == (1, "g")
    assert {len(joined.tags), len(joined.features), len(joined.lemmas)} == {24}
    assert (joined.document, joined.sentence_id, joined.is_gold) == ("kitchen", "kitchen-1", False)


def test_joining_one_or_none_changes_nothing(file):
    (one,) = read_conllu(file(LAKE))
    assert join_sentences([one]) == one
    assert join_sentences([]) == Annotated("")


def test_sentences_of_two_documents_are_not_joined():
    with pytest.raises(InputError, match="several documents cannot be joined: 'a', 'b'"):
        join_sentences([Annotated("x", document="a"), Annotated("y", document="b")])


def test_what_lies_between_placed_sentences_is_no_word():
    one = Annotated("it is", ("it", "is"), ((0, 2), (3, 5)), (Arc(0, 1, "nsubj"),), tags=("PRON", "AUX"), source="a")
    two = Annotated("a cat ran", ("cat", "ran"), ((2, 5), (6, 9)), (Arc(0, 1, "nsubj"),), is_gold=False, source="b")
    text = "<user> it is <bot> a cat ran <end>"
    found = placed(text, [(7, one), (13, Annotated("")), (19, two)])
    assert [found.text[begin:end] for begin, end in found.spans] == list(found.words) == ["it", "is", "cat", "ran"]
    assert found.arcs == (Arc(0, 1, "nsubj"), Arc(2, 3, "nsubj"))
    assert found.tags == ("PRON", "AUX", "", "")
    assert (found.text, found.is_gold, found.source) == (text, False, "a")
    assert placed(text, []) == Annotated(text)


# ---- IOB2


def test_iob2(file):
    tags = ["B-PER", "I-PER", "O", "B-LOC", "B-LOC", "O"]
    words = ["Ada", "King", "saw", "Rome", "Oslo", "."]
    rows = [f"{i}\t{one}\t{tag}\t-\t-" for i, (one, tag) in enumerate(zip(words, tags, strict=True), start=1)]
    (one,) = read_iob2(file(["# newdoc id = d", "# sent_id = s", "# text = Ada King saw Rome  Oslo.", *rows]))
    assert one.entities == (Entity(0, 2, "PER"), Entity(3, 4, "LOC"), Entity(4, 5, "LOC"))
    assert one.spans == ((0, 3), (4, 8), (9, 12), (13, 17), (19, 23), (23, 24))
    assert (one.document, one.sentence_id, one.arcs) == ("d", "s", ())


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("2\tKing", "this is not number 2, a word and a tag"),
        ("3\tKing\tO", "this is not number 2, a word and a tag"),
        ("2\tKing\tPER", "'PER' is no tag"),
        ("2\tKing\tI-LOC", "I-LOC goes on with nothing: there is no LOC right before it"),
        ("2\tKong\tO", "'Kong' is not what '# text' says there: 'King'"),
    ],
)
def test_a_broken_tag_is_refused_by_name(file, row, what):
    path = file(["# text = Ada King", "1\tAda\tB-PER", row])
    with pytest.raises(InputError) as error:
        list(read_iob2(path))
    assert str(error.value).startswith(f"{path}, line 3: ")
    assert what in str(error.value)


def test_an_entity_does_not_go_on_past_a_gap(file):
    with pytest.raises(InputError, match="line 3: I-PER goes on with nothing"):
        list(read_iob2(file(["1\tAda\tB-PER", "2\tsaw\tO", "3\tKing\tI-PER"])))


# ---- pairs


TWIN = {"text": "Bo fed Al; he ate.", "pronoun": [11, 13], "candidates": [[0, 2], [7, 9]], "answer": 1, "group": "g"}


def test_twins(file):
    first, second = read_twins(file([json.dumps(TWIN), json.dumps({**TWIN, "id": "t2", "answer": 0, "more": 1})]))
    assert first.links == (Link((11, 13), ((0, 2), (7, 9)), 1, "g"),)
    assert [first.text[slice(*span)] for span in first.links[0].candidates] == ["Bo", "Al"]
    assert (first.sentence_id, second.sentence_id, second.links[0].answer) == ("1", "t2", 0)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"pronoun": [11, 19]}, r"the pronoun \[11, 19\] is not \[begin, end\] in this text of 18 characters"),
        ({"pronoun": [13, 11]}, "the pronoun"),
        ({"candidates": [[0, 2], [7]]}, "the candidate"),
        ({"candidates": "Bo"}, "candidates is a list"),
        ({"answer": 2}, "the answer 2 is none of the 2 candidates"),
        ({"answer": True}, "the answer True is none"),
        ({"group": 5}, "text and group are strings"),
    ],
)
def test_a_broken_twin_is_refused_by_name(file, change, what):
    with pytest.raises(InputError, match=f"mine.txt, line 2: .*{what}"):
        list(read_twins(file([json.dumps(TWIN), json.dumps({**TWIN, **change})])))


@pytest.mark.parametrize(
    ("line", "what"), [("{", "this is not JSON"), ("[]", "not an object"), ("{}", "not an object")]
)
def test_a_line_that_is_no_twin_is_refused(file, line, what):
    with pytest.raises(InputError, match=f"line 1: .*{what}"):
        list(read_twins(file([line])))


# ---- words and tokens


def positions(text, *spans, special=()):
    labels = tuple("[S]" if span is None else text[slice(*span)] for span in spans)
    flags = tuple(span is None or i in special for i, span in enumerate(spans))
    return Positions((0,) * len(spans), labels, flags, spans, text)


def test_a_token_belongs_to_the_word_where_it_begins(file):
    (one,) = read_conllu(file(KETTLE))
    #                     [S]  Ada     '       s       " ket"  tle      " don't" as " didn" "'t"  " sing."  [S]
    tokens = positions(one.text, None, (0, 3), (3, 4), (4, 5), (5, 9), (9, 12), (12, 17), (17, 19), (19, 25), None)
    assert pieces_of_words(tokens, one) == ((1,), (2, 3), (4, 5), (6,), (7,), (8,), ())  # "." owns no piece


def test_words_written_as_one_give_their_pieces_to_the_first(file):
    (one,) = read_conllu(file(["# text = du chat", word("1-2", "du"), word(1, "de"), word(2, "le"), word(3, "chat")]))
    assert pieces_of_words(positions(one.text, (0, 1), (1, 2), (2, 7)), one) == ((0, 1), (), (2,))


def test_special_tokens_belong_to_no_word_even_if_typed(file):
    (one,) = read_conllu(file(["# text = a [S] b", word(1, "a"), word(2, "[S]"), word(3, "b")]))
    assert pieces_of_words(positions(one.text, None, (0, 1), (2, 5), (6, 7), special=[2]), one) == ((1,), (), (3,))


def test_tokens_of_another_text_are_refused(file):
    (one,) = read_conllu(file(KETTLE))
    with pytest.raises(InputError, match=r"The tokens are of 'Ada', the annotation is of \"Ada's kettle"):
        pieces_of_words(positions("Ada", (0, 3)), one)


@given(
    st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=7), st.lists(st.integers(1, 5), min_size=28)
)
def test_every_token_with_letters_belongs_to_exactly_one_word(words, sizes):
    text = " ".join(words)
    ends = [0, *itertools.takewhile(lambda end: end < len(text), itertools.accumulate(sizes)), len(text)]
    tokens = positions(text, *itertools.pairwise(ends))
    begins = [len(" ".join(words[:i])) + (i > 0) for i in range(len(words))]
    one = Annotated(text, tuple(words), tuple((at, at + len(form)) for at, form in zip(begins, words, strict=True)))
    owned = [i for pieces in pieces_of_words(tokens, one) for i in pieces]
    assert owned == [i for i, label in enumerate(tokens.labels) if label.strip()]


def test_word_map_sums_to_a_word_and_averages_from_it():
    pattern = torch.tensor([[[0.1, 0.2, 0.3, 0.4], [0.4, 0.1, 0.1, 0.4], [0.0, 0.5, 0.3, 0.2], [1.0, 0.0, 0.0, 0.0]]])
    before = pattern.clone()
    found = annotated_word_map(pattern, ((1, 2), (3,)))  # token 0 is special
    # from word 0: mean of rows 1 and 2; to it: columns 1 + 2.
    expected = torch.tensor([[[(0.2 + 0.8) / 2, (0.4 + 0.2) / 2], [0.0, 0.0]]])
    torch.testing.assert_close(found, expected)
    assert torch.equal(pattern, before)
    found = annotated_word_map(pattern, ((1, 2), (), (3,)))  # a word without a piece
    torch.testing.assert_close(found, torch.tensor([[[0.5, 0.0, 0.3], [0.0] * 3, [0.0] * 3]]))
    some = annotated_word_map(pattern, ((1, 2), (), (3,)), queries=[1, 2])
    torch.testing.assert_close(some, found * torch.tensor([[0.0], [1.0], [1.0]]))
    assert not annotated_word_map(pattern, ((1, 2), (), (3,)), queries=[]).any()
    found = annotated_word_map(pattern, ((0, 1), (), (2,), (3,)))  # as many groups as tokens
    assert found[0, 1].tolist() == found[0, :, 1].tolist() == [0.0] * 4
