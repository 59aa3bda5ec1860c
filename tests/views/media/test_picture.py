"""A picture and what its patches look at, as a browser gets it: shares, blocks, sentences and sizes."""

import io

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

import mha_viz
from mha_viz.attention.calls import call_pattern
from mha_viz.attention.media.patch_overview import block_side, patch_overview
from mha_viz.errors import InputError
from mha_viz.inputs.media.patches import patch_positions
from mha_viz.recording.capture import capture
from mha_viz.ui.parts.clicks import read_click
from mha_viz.views.exports.still import still_of
from mha_viz.views.media.picture import picture_view, sentence
from mha_viz.views.media.picture_tints import formats, picture_table
from tests.support.networks.families import text_model
from tests.support.networks.seeing import photograph, processor, seeing_model
from tests.support.pages.drawn import opened, views_in

QUERY = 5 + 3 * 11 + 7  # row 3, column 7, after CLS and four registers


@pytest.fixture(scope="module")
def found():
    return capture(seeing_model("dinov2, registers", processor(23, 46)), photograph())  # 5 × 11 patches, and a rest


@pytest.fixture
def view(found, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.media.patch_overview.MOST_CELLS", 6 * 60 * 23)  # blocks of 2 × 2
    return picture_view(found, patch_overview(found, "encoder"), "encoder", QUERY, (1, 2))


def patterns(found):
    return torch.cat([call_pattern(call) for call in found.calls])  # (head of any layer, query, key)


def test_blocks_hold_the_sum_of_their_patches(found, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.media.patch_overview.MOST_CELLS", 6 * 60 * 23)
    seen = patch_overview(found, "encoder")
    assert (seen.side, seen.grid, seen.heads) == (
        2,
        (3, 6),
        tuple((layer, head) for layer in (0, 1) for head in range(3)),
    )
    whole = patterns(found)
    grid = torch.zeros(6, 60, 6, 12)
    grid[:, :, :5, :11] = whole[:, :, 5:].unflatten(2, (5, 11))
    sums = grid.unflatten(3, (6, 2)).sum(4).unflatten(2, (3, 2)).sum(3)
    torch.testing.assert_close(seen.pooled, sums.flatten(2), rtol=0, atol=1e-6)
    torch.testing.assert_close(seen.others, whole[:, :, :5], rtol=0, atol=1e-6)


def test_the_smallest_blocks_that_fit():
    axis = patch_positions((None, *((row, column) for row in range(16) for column in range(16))), ("CLS",), ())
    assert [block_side(axis, n) for n in (1, 18, 19, 72, 74)] == [1, 1, 2, 2, 3]
    assert block_side(axis, 10**6) == 16


def test_every_number_of_the_view_is_that_of_the_pattern(found, view):
    header, arrays = opened(view)
    whole = patterns(found).numpy()
    assert arrays["exact"] == pytest.approx(whole[5, QUERY], abs=1e-6)
    looks = arrays["looks"].reshape(6, 60) / 255 * arrays["looks_tops"][:, None]
    assert np.abs(looks - whole[:, QUERY]).max() < 1 / 255
    rows = arrays["whole"].reshape(60, 60) / 255 * arrays["whole_tops"][:, None]
    assert np.abs(rows - whole[5]).max() < 1 / 255
    pooled = (arrays["pooled"].reshape(6, 60, 18) / 255) ** 2 * arrays["pooled_tops"][:, None, None]
    assert pooled.sum(axis=2) == pytest.approx(whole[:, :, 5:].sum(axis=2), abs=0.03)
    assert arrays["pixels"].reshape(23, 46, 3).tolist() == found.picture.pixels.tolist()
    assert [header["labels"][place] for place in header["places"]] == [f"{i // 11}, {i % 11}" for i in range(55)]
    assert (header["others"], header["query"], header["chosen"]) == ([0, 1, 2, 3, 4], QUERY, 5)
    assert (header["cells"][5], header["across"], header["grid"], header["side"]) == ([1, 2], 3, [3, 6], 2)


def test_what_one_sees_is_said():
    axis = patch_positions((None, (0, 0), (0, 1), (1, 0)), ("CLS",), ())
    looks = torch.tensor([0.3, 0.1, 0.55, 0.05])
    told = sentence(axis, looks, 1, (3, 1)).replace("\N{NO-BREAK SPACE}", " ")
    assert told == (
        "In L3 H1, patch 0, 0 gives 55 % of its attention to patch 0, 1, of all patches the most; an even spread would "
        "give each 25 %. It gives 30 % to CLS."
    )
    assert sentence(axis, looks, 2, (3, 1)).startswith("In L3 H1, patch 0, 1 gives 55 % of its attention to itself")
    assert sentence(axis, looks, 0, (3, 1)).startswith("In L3 H1, CLS gives 55 % of its attention to patch 0, 1")


def test_what_was_cut_off_and_which_weights_these_are_stand_beside_it(view):
    assert view.header["note"].startswith("The model sees about")
    assert "2 × 2 patches together" in view.header["note"]
    assert any("picture 71 × 53 pixels, sha256" in line.replace("\u2068", "").replace("\u2069", "")
               for line in view.header["facts"])  # fmt: skip


def test_what_a_browser_may_choose(view):
    assert read_click(view, "look_from", 59) == 59
    assert read_click(view, "choose", [1, 2]) == (1, 2)
    assert read_click(view, "paint", [0, 12, 54]) == [(0, 0), (1, 1), (4, 10)]
    for name, value in (
        ("paint", [55]),
        ("paint", [3, 3]),
        ("paint", "3"),
        ("look_from", 60),
        ("look_from", -1),
        ("choose", [2, 0]),
        ("choose", [0, 3]),
        ("look_from", "1"),
    ):
        with pytest.raises(ValueError, match="of nothing that a view of the kind"):
            read_click(view, name, value)


def test_what_is_not_there_is_told(found):
    seen = patch_overview(found, "encoder")
    with pytest.raises(InputError, match="L2 H0 does not exist in dinov2, registers"):
        picture_view(found, seen, "encoder", 0, (2, 0))
    with pytest.raises(InputError, match="This capture is not of a picture"):
        mha_viz.patch_view(capture(text_model("bert")[1], "the cat sat"))


def test_a_page_of_its_own_and_a_still(found, tmp_path):
    shown = mha_viz.patch_view(found, "3,7", 1, 2)
    ((header, _),) = views_in((tmp_path / shown.save(str(tmp_path / "a.html"))).read_bytes())
    assert (header["kind"], header["query"], header["chosen"], header["alone"]) == ("picture", QUERY, 5, True)
    image = Image.open(io.BytesIO(shown.picture))
    assert image.size == (46 * 20, 23 * 20)
    assert mha_viz.patch_view(found).text.startswith("What CLS looks at in every head")


def test_the_still_is_orange_where_the_patch_looks_most(view, found):
    image = np.asarray(Image.open(io.BytesIO(still_of(view)))).astype(int)
    row, column = divmod(int(patterns(found)[5, QUERY, 5:].argmax()), 11)
    spot = image[(row * 4 + 2) * 20, (column * 4 + 2) * 20]
    assert np.abs(spot - [0xE0, 0x56, 0x0B]).max() < 45


def test_shares_of_the_table_are_percents_written_as_sentences_write_them():
    scores = pd.DataFrame({"layer": [0, 1], "head": [2, 0], "inside": [0.0942, 0.07], "distance": [7.0, 1.25]})
    table = picture_table(scores)
    first, share, far = table.columns
    assert table[first].tolist() == ["L0 H2", "L1 H0"]
    how = formats(table)
    assert [how[share] % value for value in table[share]] == ["9.4 %", "7.0 %"]
    assert [how[far] % value for value in table[far]] == ["7.0", "1.2"]
    assert scores["inside"].tolist() == [0.0942, 0.07]  # what is saved stays as it is
