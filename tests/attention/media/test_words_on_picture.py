"""One word of a text with a picture in it: what it looks at in the picture, and how much that is."""

import pytest
import torch

from mha_viz.arguments import changed
from mha_viz.attention.media.words_on_picture import (
    find_word,
    is_in_text,
    looks_at_picture,
    on_piece,
    picture_share,
    pieces_of,
    word_on_picture_frame,
    words_at,
)
from mha_viz.errors import InputError
from mha_viz.media import Picture
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.recording.media.pictures_in_text import capture_with_picture
from tests.support.networks.picture_in_text import reading_model
from tests.support.networks.seeing import photograph

# Two words around a picture of 1 × 3 cells, in another order; two heads.
CELLS = (None, (0, 2), (0, 0), (0, 1), None)
LABELS = ("the", "image 0, 2", "image 0, 0", "image 0, 1", "the")
LAST = [[0.1, 0.2, 0.3, 0.15, 0.25], [0.0, 0.0, 0.5, 0.0, 0.5]]


@pytest.fixture
def by_hand():
    axis = Positions(
        (5, -2, -3, -4, 5), LABELS, (False,) * 5, ((0, 3), None, None, None, (4, 7)), "the the",
        segments=(0, 1, 1, 1, 0), parts=("text", "picture"), cells=CELLS,
    )  # fmt: skip
    pattern = torch.eye(5).repeat(2, 1, 1)
    pattern[:, 4] = torch.tensor(LAST)
    call = AttentionCall(7, "decoder", seen_logits=pattern.log(), seen_pattern=pattern)
    picture = Picture(torch.zeros(4, 12, 3, dtype=torch.uint8), (12, 4), (0, 0, 12, 4), (4, 4), "d")
    return Capture("hand", None, "the the", None, (call,), {"decoder": axis}, {"decoder": axis}, picture=picture)


def test_the_share_of_the_picture_by_hand(by_hand):
    table = picture_share(by_hand)
    assert list(table.columns) == ["layer", "head", "position", "word", "share", "even"]
    assert table["position"].tolist() == [0, 4, 0, 4]
    assert table["share"].tolist() == pytest.approx([0, 0.65, 0, 0.5])
    assert table["even"].tolist() == pytest.approx([0, 3 / 5, 0, 1 / 2])
    assert set(table["layer"]) == {7}


def test_the_looks_of_words_are_row_by_row_whatever_the_order_in_the_text(by_hand):
    looks, shares = looks_at_picture(by_hand, 0)
    assert looks.shape == (2, 2, 3)
    torch.testing.assert_close(looks[:, 1], torch.tensor([[0.3, 0.15, 0.2], [0.5, 0.0, 0.0]]))
    torch.testing.assert_close(shares[:, 1], torch.tensor([0.65, 0.5]))


def test_a_word_is_found_by_its_name(by_hand):
    axis = by_hand.key_positions["decoder"]
    assert words_at(axis) == (0, 4)
    assert [find_word(axis, name) for name in ("the", "THE#2", "image 0, 1")] == [0, 4, 3]
    with pytest.raises(InputError, match=r"'dog' is no word of this text: give one of the, the#2\."):
        find_word(axis, "dog")


def test_a_frame_of_a_word_by_hand(by_hand):
    table = word_on_picture_frame(by_hand, "the#2")
    one = table[table["head"] == 0]
    assert one["attention"].tolist() == pytest.approx(LAST[0])
    assert one["column"].tolist()[1:4] == [2, 0, 1]
    assert one["piece"].isna().tolist() == [True, False, False, False, True]
    assert table.groupby("head")["attention"].sum().tolist() == pytest.approx([1, 1])


def test_what_is_no_picture_in_a_text_is_refused(by_hand):
    alone = changed(by_hand, picture=None)
    assert not is_in_text(alone)
    for ask in (picture_share, pieces_of, lambda of: word_on_picture_frame(of, "the")):
        with pytest.raises(InputError, match="not of a picture inside a text: capture_with_picture gives one"):
            ask(alone)
    with pytest.raises(InputError, match="seen in 1 pieces, from 1 on: there is no piece 2"):
        on_piece(by_hand, 1)


def test_of_tiles_each_is_a_picture_of_its_own():
    found = capture_with_picture(reading_model("idefics3, tiles")[0], photograph(), "the cat sat on a mat")
    n = len(pieces_of(found))
    assert n == 5
    both = torch.stack([looks_at_picture(found, k)[0].sum(dim=-1) for k in range(n)]).sum(dim=0)
    torch.testing.assert_close(both, looks_at_picture(found, 3)[1])
    second = on_piece(found, 1)
    assert second.picture is found.picture.tiles[1]
    axis = second.key_positions["decoder"]
    assert [i for i, cell in enumerate(axis.cells) if cell] == [i for i, at in enumerate(axis.segments) if at == 2]
    table = word_on_picture_frame(found, "mat")
    assert table["piece"].dropna().unique().tolist() == [1, 2, 3, 4, 5]
