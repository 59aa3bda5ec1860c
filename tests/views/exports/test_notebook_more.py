"""Comparisons, atlases and scores in a notebook, read back from the pages that they make."""

import base64
import io

import numpy as np
import pytest
import torch
from PIL import Image

from mha_viz.annotation.annotated import Annotated, Arc
from mha_viz.comparison.atlas import WARD, atlas_of, atlas_table
from mha_viz.comparison.changes import head_changes
from mha_viz.comparison.comparison import by_place, comparison_of
from mha_viz.comparison.nearest import distances_in
from mha_viz.errors import InputError
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.one_text import score_table
from mha_viz.recording.capture import capture
from mha_viz.views.exports.alone import UNANSWERED, alone
from mha_viz.views.exports.notebook_more import atlas_view, comparison_view, score_view
from mha_viz.views.view import View
from tests.support.networks.families import text_model
from tests.support.pages.drawn import views_in

TIRED, DIRTY = "the cat sat and she ran", "the dog sat and she ran"
DARKEST, PAPER = (8, 48, 107), (255, 255, 255)


@pytest.fixture(scope="module")
def captures():
    model = text_model("bert")[1]
    return capture(model, TIRED), capture(model, DIRTY)


@pytest.fixture(scope="module")
def scores(captures):
    words = tuple(TIRED.split())
    begins = [TIRED.index(f" {word}") + 1 if i else 0 for i, word in enumerate(words)]
    spans = tuple((begin, begin + len(word)) for begin, word in zip(begins, words, strict=True))
    arcs = (Arc(1, 2, "nsubj"), Arc(4, 5, "nsubj"), Arc(0, 1, "det"))
    return score_table(captures[0], Annotated(TIRED, words, spans, arcs))


def inside(view):
    ((header, arrays),) = views_in(view.page)
    return header, arrays


def still(view):
    bundle = view._repr_mimebundle_()
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).convert("RGB"))


def test_a_comparison_shows_the_head_that_changes_most_or_another_one(captures):
    both = comparison_of(*captures)
    row = head_changes(both, by_place(both)).iloc[0]
    for view, head in (
        (comparison_view(both), (row["layer"], row["head"])),
        (comparison_view(both, layer=1, head=2), (1, 2)),
    ):
        header, arrays = inside(view)
        for side, name in enumerate(("first", "second")):
            kept = both.pattern(side, head)[:, : len(header["keys"])].float()
            assert torch.equal(torch.tensor(arrays[name]).reshape(kept.shape), kept)
        assert header["title"].count(f"L{head[0]} H{head[1]}") == 2
        assert "click" not in header["hint"].lower()
        assert f"“{TIRED}”" in repr(view)
        assert "second text" in repr(view)
    changes = head_changes(both, by_place(both))
    of_layer = changes[changes["layer"] == 1].iloc[0]
    assert f"L1 H{of_layer['head']} of" in inside(comparison_view(both, layer=1))[0]["title"]


def test_a_comparison_refuses_heads_that_are_not_there(captures):
    both = comparison_of(*captures)
    with pytest.raises(InputError, match="There is no layer 7 on the first side"):
        comparison_view(both, layer=7)
    with pytest.raises(InputError, match=r"L1 H7 has no counterpart .* L0 H0, L0 H1"):
        comparison_view(both, layer=1, head=7)


def test_an_atlas_has_a_dot_for_every_head_where_the_table_says(captures):
    atlas = atlas_of(distances_in(captures[0]))
    table = atlas_table(atlas, 3, method=WARD)
    header, arrays = inside(atlas_view(captures[0], n_clusters=3))
    for name in ("x", "y", "layer", "head", "cluster"):
        assert arrays[name].tolist() == pytest.approx(table[name].tolist())
    assert (len(header["swatches"]), header["colour"], header["n_heads"]) == (3, "cluster", 6)
    assert header["thumbs"] == [{"heads": 6, "rows": 8, "columns": 8}]
    both = inside(atlas_view(comparison_of(*captures), n_clusters=2, colour="layer"))[0]
    assert (both["n_heads"], both["colour"], "thumbs" in both) == (12, "layer", False)
    with pytest.raises(InputError, match="“family” is not known as colour: layer, cluster"):
        atlas_view(captures[0], colour="family")
    with pytest.raises(InputError, match="n_clusters is 7; give 1 to 6"):
        atlas_view(captures[0], n_clusters=7)


def test_the_still_picture_of_an_atlas_has_its_dots(captures):
    image = still(atlas_view(captures[0], n_clusters=1, colour="cluster"))
    table = atlas_table(atlas_of(distances_in(captures[0])), 1, method=WARD)
    x, y = table["x"].to_numpy(), table["y"].to_numpy()
    scale = 528 / max(np.ptp(x), np.ptp(y))
    for at, down in zip(16 + (x - x.min()) * scale, 16 + (y.max() - y) * scale, strict=True):
        assert tuple(image[round(down), round(at)].tolist()) != PAPER
    assert (image == 255).all(axis=-1).mean() > 0.99  # nothing else is drawn


def test_a_score_stands_in_the_cell_of_its_head(scores):
    rows = scores[(scores["score"] == "nsubj") & (scores["direction"] == "dep→head")].sort_values(["layer", "head"])
    view = score_view(scores, "nsubj", "dep→head")
    header, arrays = inside(view)
    assert arrays["value"].tolist() == pytest.approx(rows["value"].tolist())
    assert (header["rows"], header["columns"], header["chooses"]) == (2, 3, False)
    assert "click" not in header["hint"]
    image, edge = still(view), 8 + 7 * 2
    drawn = [[tuple(image[edge + 28 * i + 14, edge + 28 * j + 14].tolist()) for j in range(3)] for i in range(2)]
    shares = (rows["value"] / header["high_end"]).to_numpy().reshape(2, 3)
    assert [[one == PAPER for one in row] for row in drawn] == (shares == 0).tolist()
    assert [[one == DARKEST for one in row] for row in drawn] == (shares == 1).tolist()
    profile = Profile(scores, {"model": "mine"}, "yours")
    assert inside(score_view(profile, "nsubj", "dep→head"))[0]["title"].endswith("every head of mine, in general")


def test_a_score_is_told_apart_or_refused(scores):
    with pytest.raises(InputError, match=r"“nsubj” is in this table as syntactic dep→head, syntactic head→dep: say"):
        score_view(scores, "nsubj")
    with pytest.raises(InputError, match="“subject” is no score of this table: "):
        score_view(scores, "subject")
    with pytest.raises(InputError, match="no column family"):
        score_view(scores.drop(columns="family"), "nsubj")


@pytest.mark.parametrize("kind", UNANSWERED)
def test_a_page_of_its_own_says_nothing_that_only_a_server_can_do(kind):
    header = alone(View(kind, {"hint": "A click opens it.", "opens": [[0, 0]], "title": "t"}, {})).header
    assert header["title"] == "t"
    if kind not in ("strips", "claims"):  # which say so in the elements that they draw
        assert not any(word in header["hint"] for word in ("open", "choose", "rank", "sets"))
    assert kind != "grid" or header["opens"] is None
