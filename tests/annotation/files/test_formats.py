"""CoNLL-U Plus is read by the names of its columns; other well-known formats are called by their names."""

import bz2
import gzip
import lzma

import pytest

from mha_viz.annotation.annotated import Arc, Mention
from mha_viz.annotation.files.name_tags import read_iob2
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.annotation.files.uploads import read_upload
from mha_viz.errors import InputError

NAMES = "names are read as IOB2"
COLUMNS = "words are read from CoNLL-U, a line a word with 10 columns between tabs, or from IOB2."
NESTED = "these are words with several columns of name tags, as nested names have them"
ONE_TAB = "put one tab between two columns"
WORD = "1\tHe\the\tPRON\t_\t_\t2\tnsubj\t_\t_\n2\tran\trun\tVERB\t_\t_\t0\troot\t_\t_\n"
TAGS = "1\tAnna\tB-PER\t-\tx\n2\tran\tO\t-\tx\n"
CONLL_2012 = "bc/cctv/00/cctv_0000   0   {}   {}   NNP   (TOP(S(NP*   -   -   -   Speaker#1   *   {}\n"
CONLL_2009 = "1\tHe\the\the\tPRP\tPRP\t_\t_\t2\t2\tSBJ\tSBJ\t_\t_\tA0\n"


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "mine.conll"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def rows(*lines):
    return "".join(line + "\n" for line in lines)


# ---- CoNLL-U Plus


def test_columns_are_read_by_their_names_in_any_order(file):
    text = rows(
        "# global.columns = ID DEPREL HEAD MISC FORM PARSEME:MWE UPOS",
        "# text = He gave up.",
        "1\tnsubj\t2\tEntity=(7-x)\tHe\t*\tPRON",
        "2\troot\t0\t_\tgave\t1:VPC\tVERB",
        "3\tcompound:prt\t2\tSpaceAfter=No\tup\t1\tADP",
        "4\tpunct\t2\t_\t.\t*\tPUNCT",
    )
    (one,) = read_conllu(file(text))
    assert one.words == ("He", "gave", "up", ".")
    assert one.arcs == (Arc(0, 1, "nsubj"), Arc(2, 1, "compound:prt"), Arc(3, 1, "punct"))
    assert one.mentions == (Mention(0, 1, "7", "x"),)
    assert (one.tags, one.lemmas, one.features) == (("PRON", "VERB", "ADP", "PUNCT"), ("",) * 4, ("",) * 4)
    assert read_upload("mine.conllup", text.encode())[0].arcs == one.arcs


def test_columns_hold_for_all_sentences_and_may_be_few(file):
    text = rows("#global.columns=FORM ID", "Yes\t1", "", "No\t1", "no\t2")
    one, two = read_conllu(file(text))
    assert (one.text, two.text, two.arcs, two.lemmas) == ("Yes", "No no", (), ("", ""))


def test_a_tag_in_the_third_column_of_named_columns_makes_no_iob2():
    text = rows("# newdoc", "# global.columns = ID FORM LEMMA", "1\tO\tO", "2\tAnna\tB-PER")
    (one,) = read_upload("mine.conllup", text.encode())
    assert (one.words, one.lemmas, one.entities) == (("O", "Anna"), ("O", "B-PER"), ())


@pytest.mark.parametrize("names", ["ID LEMMA", "FORM LEMMA", "", "ID FORM FORM"])
def test_columns_that_do_not_tell_a_word_are_refused(file, names):
    path = file(rows("# sent_id = 1", f"# global.columns = {names}", "1\ta\tb"))
    with pytest.raises(InputError, match="line 2: '# global.columns' names each column once, ID and FORM among them"):
        list(read_conllu(path))


@pytest.mark.parametrize(("line", "n"), [("1\ta", 2), (WORD.splitlines()[0], 10)])
def test_a_line_with_other_columns_than_the_named_is_refused(file, line, n):
    path = file(rows("# global.columns = ID FORM LEMMA", line))
    with pytest.raises(InputError, match=f"line 2: a word has 3 columns, this line has {n}"):
        list(read_conllu(path))


# ---- other formats


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (WORD.replace("\t", " "), 1, f"this is CoNLL-U with spaces between its columns: {ONE_TAB}"),
        ("# text = He ran\n" + WORD.replace("\t", "    "), 2, "this is CoNLL-U with spaces between its columns: "),
        (WORD.replace("ran\trun", "ran run"), 2, f"this is CoNLL-U with spaces between its columns: {ONE_TAB}"),
        ("1-2 " + "_ " * 9 + "\n", 1, "this is CoNLL-U with spaces"),
        (TAGS.replace("\t", " "), 1, f"this is IOB2 with spaces between its columns: {ONE_TAB}"),
        ("EU NNP B-NP B-ORG\nran VBZ B-VP O\n", 1, f"this is CoNLL-2003 (word, part of speech, chunk, name): {NAMES}"),
        ("EU\tNNP\tB-NP\tB-ORG\n", 1, "this is CoNLL-2003"),
        ("1996 CD I-NP O\n", 1, "this is CoNLL-2003"),
        ("Die die ART B-NC O\n", 1, "this is CoNLL-2003"),
        ("-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\n", 1, "this is CoNLL-2003"),
        ("Anna B-PER\nran O\n", 1, f"these are words and name tags without numbers, as in CoNLL-2002: {NAMES}"),
        ("Anna\tNP\tS-PER\n", 1, "these are words and name tags without numbers"),
        (CONLL_2012.format(0, "Paul", "(12)"), 1, "this is CoNLL-2012: coreference is read from CoNLL-U with "),
        (CONLL_2012.format(0, "Paul", "-") + CONLL_2012.format(1, "ran", "(0|(12)"), 1, "this is CoNLL-2012"),
        (CONLL_2012.format(0, "Paul", "3)|(4)").replace("   ", "\t"), 1, "this is CoNLL-2012"),
        ("#begin document (a);\na 0 0 Paul (0)\n", 2, "this is CoNLL-2012"),
        (CONLL_2009, 1, "this is CoNLL-2009: dependencies are read from CoNLL-U"),
        ("#FORMAT=WebAnno TSV 3.2\n\n\n#Text=He ran\n1-1\t0-2\tHe\t_\t\n", 1, "this is WebAnno's TSV: export"),
        ("#begin document (a);\n\na 0 0 Paul (0)\n", 1, "this is CoNLL-2012"),
        ('{"words": ["He"]}\n', 1, f"this is JSON: {COLUMNS}"),
        ('[[{"id": 1}]]\n', 1, "this is JSON"),
        ("<?xml version='1.0'?>\n", 1, "this is XML or HTML"),
        ("<html><body>\n", 1, "this is XML or HTML"),
        ("(S (NP (DT The) (NN cat)))\n", 1, "these are trees in brackets"),
        ("( (S (NP (DT The) (NN cat))))\n", 1, "these are trees in brackets"),
        ("T1\tOrganization 0 4\tSony\n", 1, "this is brat's standoff format"),
        ("Anna\tB-PER\tO\tO\tO\nran\tO\tO\tO\tO\n", 1, f"{NESTED}: {NAMES}"),
        ("EU NNP B-NP\nran VBZ B-VP\n", 1, "this is CoNLL-2000 (word, part of speech, chunk), which has neither"),
        (WORD.replace("\t", ","), 1, "this is CoNLL-U with commas between its columns"),
        (WORD.replace("\t", ";"), 1, "this is CoNLL-U with semicolons between its columns"),
        (WORD.replace("1\tHe", "1.0\tHe").replace("2\tran", "2.0\tran"), 2, "words are numbered in decimals (1.0)"),
        ("1\tAnna\tS-PER\n2\tran\tO\n", 1, "single and last words of names have tags of their own here (BIOES)"),
        ("ID\tText\tPronoun\tPronoun-offset\n", 1, f"this is GAP, which the command profile reads (--gap): {COLUMNS}"),
        ('"ID";"Text";"Pronoun";"Pronoun-offset"\n', 1, "this is GAP, which the command"),
        ("ID,Text,Pronoun,Pronoun-offset\n", 1, "this is GAP, which the command"),
        ("# only\n\n", 1, "a sentence without words."),
        ("#FORMAT=WebAnno TSV 3.2\n#Text=He ran\n1-1\t0-2\tHe\t_\t\n", 3, "this is WebAnno's TSV"),
        ("only words\n", 1, "a word has 10 columns, this line has 1"),
        ("O\n", 1, "a word has 10 columns, this line has 1"),
        (WORD + "3\tO\tO\n", 3, "a word has 10 columns, this line has 3"),
        (WORD.replace("\n", "\t_\n"), 1, "a word has 10 columns, this line has 11"),
        (WORD.replace("\t_\n", "\n"), 1, "a word has 10 columns, this line has 9"),
    ],
)  # fmt: skip
def test_other_formats_are_called_by_their_names(file, text, line, told):
    path = file(text)
    with pytest.raises(InputError) as error:
        list(read_conllu(path))
    assert str(error.value).startswith(f"{path}, line {line}: {told}")
    assert str(error.value).count(". ") == 0  # one sentence
    with pytest.raises(InputError) as error:
        read_upload("mine.conll", text.encode())
    assert str(error.value).startswith(f"mine.conll, line {line}: ")


def test_the_two_formats_that_are_read_are_told_apart(file):
    with pytest.raises(InputError, match="line 1: this is IOB2, a name tag in the third column, not CoNLL-U"):
        list(read_conllu(file(TAGS)))
    with pytest.raises(InputError, match="line 1: this is CoNLL-U, a word with 10 columns, not IOB2"):
        list(read_iob2(file(WORD)))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"PK\x03\x04\n", "this is a ZIP archive, as office documents are too"),
        (gzip.compress(WORD.encode(), mtime=0), "this file is packed with gzip"),
        (bz2.compress(WORD.encode()), "this file is packed with bzip2"),
        (lzma.compress(WORD.encode()), "this file is packed with xz"),
        (b"%PDF-1.7\n", "this is a PDF"),
        (WORD.replace("\n", "\r").encode() * 2, "lines end with a carriage return alone here"),
    ],
)
def test_what_holds_no_lines_of_text_is_called_by_its_name(tmp_path, data, told):
    path = tmp_path / "a.conllu"
    path.write_bytes(data)
    with pytest.raises(InputError) as error:
        list(read_conllu(path))
    assert str(error.value).startswith(f"{path}, line 1: {told}")


def test_a_treebank_without_its_words_is_refused(file):
    masked = WORD.replace("\tHe\t", "\t_\t").replace("\tran\t", "\t_\t")
    path = file(f"# text = _ _\n{masked}")
    with pytest.raises(InputError, match=f"^{path}, line 2: all words of this sentence are '_': the treebank leaves"):
        list(read_conllu(path))
    (one,) = read_conllu(file(masked.splitlines()[0].replace("\t2\t", "\t0\t") + "\n"))
    assert one.words == ("_",)  # a line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("EU\tNNP\tB-NP\tB-ORG\n", "line 1: this is CoNLL-2003"),
        (TAGS.replace("\t", " "), "line 1: this is IOB2 with spaces"),
        ("Anna B-PER\n", "line 1: these are words and name tags without numbers"),
        (CONLL_2012.format(0, "Paul", "-"), "line 1: this is CoNLL-2012"),
        ("1\tAnna\tPER\n", "line 1: 'PER' is no tag"),
        ("1\tAnna\tB-PER\n3\tran\tO\n", "line 2: this is not number 2, a word and a tag, between tabs"),
    ],
)
def test_where_names_are_read_too(file, text, told):
    with pytest.raises(InputError, match=told):
        list(read_iob2(file(text)))
