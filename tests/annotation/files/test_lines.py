"""Words are found in their text: to the letter, or as the same letters in other code points; spaces count."""

import time
import unicodedata

import pytest

from mha_viz.annotation.files.lines import INVISIBLE, end_of
from mha_viz.annotation.files.name_tags import read_iob2
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.errors import InputError


def read(tmp_path, *rows, text=None):
    """The only sentence of a file; a row is a number, a form and, perhaps, MISC."""
    lines = [] if text is None else [f"# text = {text}"]
    for number, form, *misc in rows:
        lines.append("\t".join([number, form, *"_______", *(misc or "_")]))
    path = tmp_path / "mine.conllu"
    path.write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    (sentence,) = read_conllu(path)
    return sentence


NO_SPACE = "SpaceAfter=No"
NFC, NFD = "Zoë", unicodedata.normalize("NFD", "Zoë")


@pytest.mark.parametrize(
    ("form", "text", "begin", "end"),
    [
        (NFC, NFC, 0, 3), (NFC, NFD, 0, 4), (NFD, NFC, 0, 3), (NFD, f"x {NFC} y", 2, 5), ("ﬁn", "fin", 0, None),
        ("e", NFC, 2, None), ("Zoe", NFC, 0, None), ("각", unicodedata.normalize("NFD", "각"), 0, 3), ("", "a", 0, 0),
        ("a\u00adb", "ab", 0, 2), ("ab", "a\u00adb", 0, 3), ("a\u200bb", "a\u00adb", 0, 3), ("ab\u200b", "ab c", 0, 2),
        (f"{NFD}\u200bs", f"{NFC}s", 0, 4), ("ḹ", "l\u0304\u0323", 0, 3),
        ("ab", "a b", 0, None), ("ab", "a", 0, None), ("\u200b", "a", 0, None),
    ],
)  # fmt: skip
def test_a_form_ends_where_its_letters_do(form, text, begin, end):
    assert end_of(form, text, begin) == end


def test_a_long_form_in_other_code_points_is_found_at_once():
    begin = time.process_time()
    for _ in range(1009):
        assert end_of("e\u0301" * 499, "é" * 499 + " x", 0) == 499
    assert time.process_time() - begin < 5  # seconds; to compare at every letter takes a hundred times as long


@pytest.mark.parametrize("sign", INVISIBLE)
@pytest.mark.parametrize(
    ("forms", "text", "spans"),
    [
        (("co-op", "now"), "co#-op now", ((0, 6), (7, 10))),  # in the text alone
        (("co#-op", "now"), "co-op now", ((0, 5), (6, 9))),  # in the form alone
        (("co#-op", "now"), "co#-op now", ((0, 6), (7, 10))),  # in both, where it belongs to the word
        (("a", "b"), "a# b", ((0, 1), (3, 4))),  # between words, before or after the space
        (("a", "b"), "a #b", ((0, 1), (3, 4))),
        (("a", "#b"), "a #b", ((0, 1), (2, 4))),
        (("a", "b"), "#a b#", ((1, 2), (3, 4))),  # at the ends
    ],
)
def test_what_nobody_sees_stands_in_no_way(tmp_path, sign, forms, text, spans):
    forms, text = [form.replace("#", sign) for form in forms], text.replace("#", sign)
    sentence = read(tmp_path, ("1", forms[0]), ("2", forms[1], NO_SPACE), text=text)
    assert (sentence.text, sentence.spans, sentence.words) == (text, spans, tuple(forms))


def test_invisible_characters_are_no_space(tmp_path):
    with pytest.raises(InputError, match="line 2: '# text' has no space after 'a'"):
        read(tmp_path, ("1", "a"), ("2", "b"), text="a\u200bb")
    assert read(tmp_path, ("1", "a", NO_SPACE), ("2", "b"), text="a\u200bb").spans == ((0, 1), (2, 3))
    with pytest.raises(InputError, match="line 2: '# text' has a space after 'a'"):
        read(tmp_path, ("1", "a", NO_SPACE), ("2", "b"), text="a\u200b b")


def test_words_in_other_code_points_than_their_text(tmp_path):
    sentence = read(tmp_path, ("1", NFD), ("2", "saw"), ("3", NFC, NO_SPACE), ("4", "."), text=f"{NFC} saw {NFD}.")
    assert sentence.spans == ((0, 3), (4, 7), (8, 12), (12, 13))
    assert sentence.words == (NFD, "saw", NFC, ".")  # as the file spells them
    with pytest.raises(InputError, match="line 2: the word 'Zoe' is not what '# text' says there: 'Zoë saw"):
        read(tmp_path, ("1", "Zoe"), ("2", "saw"), text="Zoë saw")
    path = tmp_path / "names.iob2"
    path.write_text(f"# text = {NFC} sa\u00adw\n1\t{NFD}\tB-PER\n2\tsaw\tO\n\n", encoding="utf-8")
    (names,) = read_iob2(path)
    assert names.spans == ((0, 3), (4, 8))


@pytest.mark.parametrize("form", ["d'été", unicodedata.normalize("NFD", "d'été"), "d'é\u00adté"])
@pytest.mark.parametrize("written", ["d'été", unicodedata.normalize("NFD", "d'été"), "d'\u00adété"])
def test_a_range_is_cut_where_its_words_spell_it(tmp_path, form, written):
    rows = [("1-2", form, NO_SPACE), ("1", "d'"), ("2", "été"), ("3", "!")]
    sentence = read(tmp_path, *rows, text=f"{written}!")
    assert sentence.spans == ((0, 2), (2, len(written)), (len(written), len(written) + 1))
    other = [("1-2", form, NO_SPACE), ("1", "de"), ("2", "été"), ("3", "!")]
    assert read(tmp_path, *other, text=f"{written}!").spans[:2] == ((0, len(written)),) * 2


@pytest.mark.parametrize("text", ["Vámonos!", "Vámonos !", None])
@pytest.mark.parametrize(
    ("of_range", "first", "last"), [("_", "_", NO_SPACE), ("_", NO_SPACE, NO_SPACE), ("Gloss=go", "_", NO_SPACE)]
)
def test_the_last_word_of_a_silent_range_says_what_follows(tmp_path, text, of_range, first, last):
    rows = [("1-2", "Vámonos", of_range), ("1", "Vamos", first), ("2", "nos", last), ("3", "!", "_")]
    sentence = read(tmp_path, *rows, text=text)
    assert sentence.text == (text or "Vámonos!")
    assert sentence.spans[:2] == ((0, 7), (0, 7))
    assert sentence.text[slice(*sentence.spans[2])] == "!"


@pytest.mark.parametrize(
    ("of_range", "first", "last", "text"),
    [
        (NO_SPACE, "_", "_", "Vámonos!"),  # what the range says goes before what its words say
        ("SpaceAfter=Yes", "_", NO_SPACE, "Vámonos !"),
        ("_", NO_SPACE, "_", "Vámonos !"),  # the first word speaks of what stands inside
        ("_", "_", "_", "Vámonos !"),
    ],
)
def test_a_range_that_speaks_is_believed(tmp_path, of_range, first, last, text):
    rows = [("1-2", "Vámonos", of_range), ("1", "Vamos", first), ("2", "nos", last), ("3", "!", "_")]
    assert read(tmp_path, *rows).text == text
    assert read(tmp_path, *rows, text=text).text == text
    other = "Vámonos!" if " " in text else "Vámonos !"
    with pytest.raises(InputError, match="line 2: '# text' has (no|a) space after 'Vámonos'; SpaceAfter says"):
        read(tmp_path, *rows, text=other)


@pytest.mark.parametrize("form", ["été", "étéss", "s"])
def test_a_range_whose_words_do_not_fill_it_is_shared(tmp_path, form):
    rows = [("1-2", "d'étés", "_"), ("1", "d'", "_"), ("2", form, "_"), ("3", "ss", "_")]
    assert read(tmp_path, *rows, text="d'étés ss").spans == ((0, 6), (0, 6), (7, 9))


def test_a_word_after_a_range_speaks_for_itself(tmp_path):
    rows = [("1-2", "del", "_"), ("1", "de", "_"), ("2", "el", "_"), ("3", "mar", NO_SPACE), ("4", ".", "_")]
    assert read(tmp_path, *rows).text == "del mar."
