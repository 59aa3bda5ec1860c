"""Files from outside: told apart by their lines, refused with the name that their owner gave them."""

import pytest

from mha_viz.annotation.files.uploads import MOST_BYTES, read_upload
from mha_viz.errors import InputError

CONLLU = "# text = He ran\n1\tHe\t_\tPRON\t_\t_\t2\tnsubj\t_\t_\n2\tran\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n"
IOB2 = "# text = Anna ran\n1\tAnna\tB-PER\t-\tx\n2\tran\tO\t-\tx\n\n"


def test_conllu_and_iob2_are_told_apart_by_their_lines():
    (one,) = read_upload("a.txt", CONLLU.encode())
    assert (one.text, one.words, len(one.arcs)) == ("He ran", ("He", "ran"), 1)
    assert (one.source, one.is_gold) == ("a.txt, line 1", True)
    first, second = read_upload("b.txt", (IOB2 + IOB2).encode())
    assert [(entity.begin, entity.end, entity.entity_type) for entity in first.entities] == [(0, 1, "PER")]
    assert (first.source, second.source) == ("b.txt, line 1", "b.txt, line 5")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (CONLLU.replace("\t2\tnsubj", "\t9\tnsubj").encode(), "x.conllu, line 2: the head '9'"),
        (IOB2.replace("B-PER", "I-PER").encode(), "x.conllu, line 2: I-PER goes on with nothing"),
        (b"only words\n", "x.conllu, line 1: a word has 10 columns"),
        (CONLLU.encode() + b"\xff\n", "x.conllu, line 5: this line is not UTF-8"),
        (b"\n\n", "x.conllu holds no sentence"),
        (b"", "x.conllu holds no sentence"),
        (b" " * (MOST_BYTES + 10**6), "x.conllu has 21 MB; up to 20 MB are read"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence_with_its_line(data, said):
    with pytest.raises(InputError) as error:
        read_upload("x.conllu", data)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize("name", ["../../etc/x.conllu", "..\\..\\x.conllu", "/x.conllu", "C:\\x.conllu"])
def test_a_name_is_never_a_path(name):
    (one,) = read_upload(name, CONLLU.encode())
    assert one.source == "x.conllu, line 1"
