"""What claims read: our own texts, or a file of somebody's."""

import pytest

from mha_viz.errors import InputError
from mha_viz.evidence.claims.material import pairs_of_passages, pieces_of_text, random_rows, sentences_of
from tests.support.networks.claims import reader


def test_our_own_texts_are_enough_for_an_interval():
    assert len(sentences_of(None)) > 60
    assert len(pairs_of_passages(None, 2, "pair")) >= 16
    assert len(pieces_of_text(reader(), None, 64, "text")) >= 8


def test_a_file_of_sentences(tmp_path):
    file = tmp_path / "text.txt"
    others = "".join(f"w{i}. w{i} w1!  w{i} w2\nw{i} w3?\n" for i in range(8, 17))
    file.write_text("\ufeffw1 w2. w3 w4!  w5\n\nw6 w7?\n" + others, encoding="utf-8")
    assert sentences_of(str(file))[:4] == ["w1 w2.", "w3 w4!", "w5", "w6 w7?"]
    pairs = pairs_of_passages(str(file), 2, "pair")
    assert (len(pairs), pairs[0].texts) == (10, ("w1 w2. w3 w4!", "w5 w6 w7?"))
    pieces = pieces_of_text(reader(), str(file), 7, "text")
    assert {len(piece.ids) for piece in pieces} == {7}
    assert [token for piece in pieces for token in piece.ids][:4] == [5, 6, 3, 7]  # the full stop is unknown to it


def test_copies_of_a_sentence_are_read_once(tmp_path):
    once, copies = tmp_path / "once.txt", tmp_path / "copies.txt"
    lines = [f"w{i} w{i + 1}. w{i} w{i + 3}!" for i in range(1, 40)]
    once.write_text("\n".join(lines))
    copies.write_text("\n".join(line for line in lines for _ in range(2)) + "\n" + "\n".join(lines))
    assert pairs_of_passages(str(copies), 2, "pair") == pairs_of_passages(str(once), 2, "pair")
    assert pieces_of_text(reader(), str(copies), 7, "text") == pieces_of_text(reader(), str(once), 7, "text")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\x00", "no plain text"), (b" \n ", "no sentence"), (b"w1 w2.", "give one with at least")],
)
def test_what_cannot_be_used_is_refused(tmp_path, content, said):
    file = tmp_path / "text.txt"
    file.write_bytes(content)
    with pytest.raises(InputError, match=said):
        pieces_of_text(reader(), str(file), 7, "text")
    with pytest.raises(InputError, match=said):
        pairs_of_passages(str(file), 2, "pair")


def test_no_file_is_refused():
    with pytest.raises(InputError):
        sentences_of("there_is_none.txt")


def test_random_rows_are_words_alone_and_the_same_for_a_seed():
    rows = random_rows(reader(), 31, 17)
    assert rows.shape == (17, 31)
    assert set(rows.flatten().tolist()) == set(range(4, 57))
    assert rows.equal(random_rows(reader(), 31, 17))
    assert not rows.equal(random_rows(reader(), 31, 17, seed=1))
