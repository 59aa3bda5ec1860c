"""The view of words beside a picture: what is sent is what the heads look at, and its sentence says so."""

import pytest
import torch

from mha_viz.attention.calls import call_pattern
from mha_viz.errors import InputError
from mha_viz.recording.media.pictures_in_text import capture_with_picture
from mha_viz.views.exports.alone import alone
from mha_viz.views.exports.still import still_of
from mha_viz.views.media import words_on_picture
from mha_viz.views.media.words_on_picture import words_on_picture_view
from mha_viz.views.view import to_bytes
from tests.support.networks.picture_in_text import reading_model
from tests.support.networks.seeing import photograph

TEXT = "the cat sat on a mat"


@pytest.fixture(scope="module")
def llava():
    return capture_with_picture(reading_model("llava")[0], photograph(), TEXT, new_tokens=2)


@pytest.fixture(scope="module")
def tiles():
    return capture_with_picture(reading_model("idefics3, tiles")[0], photograph(), TEXT)


def place_of(capture, word):
    return capture.query_positions["decoder"].labels.index(word)


def test_every_head_and_word_by_what_it_looks_at(llava):
    view = words_on_picture_view(llava, place_of(llava, "mat"), (1, 4))
    header, arrays = view.header, view.arrays
    axis = llava.query_positions["decoder"]
    cells = [i for i, cell in enumerate(axis.cells) if cell]
    words = [i for i in range(len(axis)) if i not in cells]
    exact = torch.cat([call_pattern(call)[:, words] for call in llava.calls_of("decoder")])
    torch.testing.assert_close(arrays["shares"], exact[..., cells].sum(dim=-1), rtol=0, atol=1e-5)
    told = arrays["looks_0"].float() / 255 * arrays["tops_0"][..., None]
    assert (told - exact[..., cells]).abs().max() <= exact.max() / 255
    assert (header["words"][header["query"]], header["heads"][header["chosen"]]) == ("mat", [1, 4])
    assert header["typed"] == len(words) - 2
    row = call_pattern(llava.calls_of("decoder")[1])[4, place_of(llava, "mat")]
    best = axis.cells[cells[int(row[cells].argmax())]]
    assert f"most to {best[0]}, {best[1]}, " in header["caption"]
    assert header["caption"].startswith(f"In L1 H4, “mat” gives {100 * row[cells].sum().item():.0f} % of its attention")
    assert f"49 of the {len(axis)} positions are the picture’s" in header["caption"]
    assert to_bytes(view)
    assert still_of(view)[:4] == b"\x89PNG"
    assert alone(view).header["alone"]


def test_a_word_before_the_picture_sees_nothing_of_it(llava):
    caption = words_on_picture_view(llava, place_of(llava, "ran"), (0, 0)).header["caption"]
    assert caption.startswith("In L0 H0, “ran” gives 0 % of its attention to the picture: it stands before it, or")


def test_tiles_are_sent_each_and_the_sentence_names_the_one(tiles):
    view = words_on_picture_view(tiles, place_of(tiles, "mat"), (2, 5))
    assert [piece["name"] for piece in view.header["pieces"]] == [f"tile {k}" for k in range(1, 6)]
    assert {name for name in view.arrays if name.startswith("looks")} == {f"looks_{k}" for k in range(5)}
    assert " of tile " in view.header["caption"]
    assert still_of(view)[:4] == b"\x89PNG"


def test_what_is_not_there_or_too_large_is_one_sentence(llava, monkeypatch):
    with pytest.raises(InputError, match="Choose a word of the text and a head of llava"):
        words_on_picture_view(llava, place_of(llava, "image 0, 0"), (0, 0))
    with pytest.raises(InputError, match="Choose a word of the text and a head of llava"):
        words_on_picture_view(llava, place_of(llava, "mat"), (9, 0))
    monkeypatch.setattr(words_on_picture, "MOST", 100)
    with pytest.raises(InputError, match="too long to draw in every head"):
        words_on_picture_view(llava, place_of(llava, "mat"), (0, 0))


def test_several_heads_lie_over_it_together(llava):
    place, heads = place_of(llava, "mat"), ((0, 1), (2, 3))
    axis = llava.query_positions["decoder"]
    cells = [i for i, cell in enumerate(axis.cells) if cell]
    rows = torch.stack([call_pattern(llava.calls_of("decoder")[layer])[head, place, cells] for layer, head in heads])
    view = words_on_picture_view(llava, place, (1, 4), over=heads, summed=True, region=((0, 2), (1, 1), (9, 9)))
    header = view.header
    assert [header["heads"][i] for i in header["picked"]] == [[0, 1], [2, 3]]
    assert (header["over"], header["summed"], header["region"], header["piece"]) == ("picked", True, [2, 8], 0)
    assert header["title"].endswith("; over it the sum of L0 H1, L2 H3")
    begins = f"In the sum of L0 H1, L2 H3, “mat” gives {rows.sum().item():.2f} of 2 to the picture, most to "
    assert header["caption"].startswith(begins)
    best = axis.cells[cells[int(rows.sum(dim=0).argmax())]]
    assert f"most to {best[0]}, {best[1]}, {rows.sum(dim=0).max().item():.2f};" in header["caption"]
    mean = words_on_picture_view(llava, place, (1, 4), over="layer").header
    share = call_pattern(llava.calls_of("decoder")[1])[:, place, cells].sum() / 6
    assert mean["caption"].startswith(
        f"In the mean of 6 heads, “mat” gives {100 * share.item():.0f} % of its attention"
    )
    assert still_of(view)[:4] == b"\x89PNG"
    with pytest.raises(InputError, match="Choose a word"):
        words_on_picture_view(llava, place, (1, 4), over=((7, 0),))
