"""Files from outside: told apart by their lines, refused with the name that their owner gave them."""

import pytest

from mha_viz.annotation.files import uploads
from mha_viz.annotation.files.uploads import MOST_BYTES, read_upload
from mha_viz.errors import InputError
from mha_viz.language import said as said_of
from mha_viz.language import spoken

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


def test_what_is_wrong_is_said_to_each_in_their_language_with_the_name_of_their_file():
    with spoken("de"), pytest.raises(InputError) as error:
        read_upload("x.conllu", IOB2.replace("B-PER", "I-PER").encode())
    assert str(error.value).startswith("x.conllu, line 2: I-PER goes on with nothing")
    for code, where in {"de": "x.conllu, Zeile 2: I-PER", "es": "x.conllu, línea 2: I-PER"}.items():
        with spoken(code):
            assert said_of(error.value).startswith(where)
    (one,) = read_upload("a.txt", CONLLU.encode())
    with spoken("fr"):
        assert said_of(one.source) == "a.txt, ligne 1"


def words(*forms, numbers=range(1, 99), before="", **columns):
    """A sentence of CoNLL-U, after other lines; columns say what each of its words has there, else "_"."""
    names = ("LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
    cells = [columns.get(name, ["_"] * len(forms)) for name in names]
    rows = ["\t".join(map(str, row)) for row in zip(numbers, forms, *cells, strict=False)]
    return before + "\n".join(rows) + "\n\n"


ONE = words("cats")
BROKEN = {
    "a line without end": (ONE + "# " + "x" * 1_000_000, 3, "lines of up to 1,000,000 bytes are read, and this one is"),
    "UTF-16": (ONE.encode("utf-16"), 1, "this file is UTF-16: save it as UTF-8."),
    "not UTF-8": (ONE.encode() + b"\xff\n", 3, "this line is not UTF-8."),
    "cut in a letter": (ONE.encode() + "1\té".encode()[:-1], 3, "this line is not UTF-8."),
    "a sentence without end": (words(*["x"] * 10_001, numbers=range(1, 10_002)), 10_001, "the sentence goes on"),
    "another word": (words("a", "b", before="# text = a c\n"), 3, "the word 'b' is not what '# text' says there: 'c'."),
    "more text": (words("a", before="# text = a c\n"), 2, "'# text' goes on after the last word: 'c'."),
    "a space": (words("a", "b", before="# text = a b\n", MISC=["SpaceAfter=No", "_"]), 2, "'# text' has a space after"),
    "no space": (words("a", "b", before="# text = ab\n"), 2, "'# text' has no space after 'a'; SpaceAfter says"),
    "a head too many": (words("a", HEAD="9", DEPREL="x"), 1, "the head '9' is no other word of this sentence of 1."),
    "a head of 5,000 digits": (words("a", HEAD=["9" * 5000], DEPREL="x"), 1, "the head '9999"),
    "a head that is none": (words("a", HEAD=["x y " * 9999], DEPREL="x"), 1, "the head 'x y x y"),
    "its own head": (words("a", HEAD="1", DEPREL="x"), 1, "the head '1' is no other word"),
    "a head alone": (words("a", HEAD="0"), 1, "a head without a relation."),
    "two roots": (words("a", "b", HEAD="00", DEPREL="xx"), 2, "a second root: word 1 is the root of this sentence."),
    "a circle": (words("a", "b", HEAD="21", DEPREL="xx"), 1, "the heads of word 1 lead back to it, not to a root."),
    "columns": (words("a", before="#\n# global.columns = ID ID\n"), 2, "'# global.columns' names each column once"),
    "words alone": ("only words\n", 1, "a word has 10 columns, this line has 1."),
    "a line cut short": (ONE + "1\tca", 3, "a word has 10 columns, this line has 2."),
    "another format": ("EU B-ORG\nrejects O\n", 1, "these are words and name tags without numbers"),
    "no form": (words(""), 1, "a word without a form."),
    "no words": (ONE + "# nothing\n\n", 3, "a sentence without words."),
    "words that a range lacks": (words("ab", "a", numbers=["1-2", 1]), 2, "the sentence ends before its words do."),
    "a range elsewhere": (words("ab", "a", numbers=["3-4", 1]), 1, "the range 3-4 does not go on after word 0."),
    "a range of 5,000 digits": (words("a", numbers=["1-" + "9" * 5000]), 1, "the range 1-9999"),
    "a number too many": (words("a", "b", numbers=[1, 3]), 2, "the word after 1 is numbered '3'."),
    "NUL": (words("a", "b", numbers=[1, "2\0"]), 2, "the word after 1 is numbered '2\\x00'."),
    "a part": (words("a", MISC=["Entity=(e[1/x])"]), 1, "the part in e[1/x] is not written as in e1[1/2]."),
    "an open bracket": (words("a", "b", MISC=["Entity=(e1-x", "_"]), 1, "the mention e1 is never closed in its"),
    "a closed bracket": (words("a", MISC=["Entity=e1)"]), 1, "'Entity=e1)' closes e1, which is not open."),
    "no bracket": (words("a", MISC=["Entity=e1"]), 1, "'Entity=e1' is not a row of brackets that open or close."),
    "a command to the terminal": (words("a", MISC=["Entity=\x1b[31m"]), 1, "'Entity=‹U+001B›[31m' is not a row of"),
    "IOB2, a number": (IOB2 + "2\tx\tO\n", 5, "this is not number 1, a word and a tag, between tabs."),
    "IOB2, a tag": (IOB2 + "1\tx\tOO\n", 5, "'OO' is no tag: O, or B- or I- and a type."),
    "IOB2, an end without a beginning": (IOB2 + "1\tx\tI-PER\n", 5, "I-PER goes on with nothing: there is no PER"),
    "IOB2, no words": (IOB2 + "# nothing\n", 5, "a sentence without words."),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_whatever_is_wrong_names_file_and_line_in_a_sentence_of_bounded_length(kind):
    data, line, what = BROKEN[kind]
    with pytest.raises(InputError) as error:
        read_upload("my file.conllu", data if isinstance(data, bytes) else data.encode())
    sentence = str(error.value)
    assert sentence.startswith(f"my file.conllu, line {line}: {what}")
    assert len(sentence) < 700
    assert sentence.isprintable()


def test_more_sentences_than_a_page_can_list_are_refused_at_the_first_of_them(monkeypatch):
    monkeypatch.setattr(uploads, "MOST_SENTENCES", 3)
    assert len(read_upload("x", (ONE * 3).encode())) == 3
    with pytest.raises(InputError, match=r"^x, line 7: up to 3 sentences are read, and here is one more\.$"):
        read_upload("x", (ONE * 5 + "broken").encode())


def test_the_name_of_a_file_is_one_line_too():
    with pytest.raises(InputError) as error:
        read_upload("a\n\x1b[31mb" + "x" * 5000 + ".conllu", b"")
    assert str(error.value).startswith("a‹U+000A›‹U+001B›[31mbxxx")
    assert "….conllu" not in str(error.value)
    assert str(error.value).endswith("x.conllu holds no sentence. CoNLL-U and IOB2 files are read.")
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("name", ["../../etc/x.conllu", "..\\..\\x.conllu", "/x.conllu", "C:\\x.conllu"])
def test_a_name_is_never_a_path(name):
    (one,) = read_upload(name, CONLLU.encode())
    assert one.source == "x.conllu, line 1"
