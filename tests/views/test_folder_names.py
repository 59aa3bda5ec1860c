"""A model read from a folder: its path is in no picture and no file, and two folders called alike stay apart."""

from dataclasses import replace

import pytest

from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.comparison.atlas import atlas_of, atlas_table
from mha_viz.comparison.comparison import comparison_of
from mha_viz.comparison.nearest import distances_in
from mha_viz.recording.capture import capture
from mha_viz.views.atlas import atlas_picture
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.exports.notebook_more import comparison_view
from mha_viz.views.grid import model_picture
from mha_viz.views.head import head_picture
from mha_viz.views.painted import painted_picture
from mha_viz.views.scores.tables import nearest_table
from mha_viz.views.view import to_bytes
from tests.support.networks.families import text_model
from tests.support.pages.drawn import views_in

FOLDERS = ("/home/ada/one/last", "/home/ada/two/last")


@pytest.fixture(scope="module")
def captures():
    read = capture(text_model("bert")[1], "the cat sat and she ran")
    return [replace(read, model_name=folder) for folder in FOLDERS]


def test_pictures_and_facts_call_a_folder_by_its_own_name(captures):
    shown = choose(captures[0], Selection("encoder"))
    everything = model_picture(shown, overview_of(shown, 7))
    views = [everything, head_picture(shown, 1, [2]), painted_picture(shown, 1, 2, picked=3)]
    assert facts_of(shown)["model"] == "last"
    for view in views:
        assert "last" in view.header["title"]
        assert b"/home/ada" not in to_bytes(view)


def test_two_folders_that_are_called_alike_are_told_apart_by_the_folder_above(captures):
    both = comparison_of(*captures)
    ((header, _),) = views_in(comparison_view(both).page)
    assert "one/last" in header["title"]
    assert "two/last" in header["title"]
    assert "/home/ada" not in str(header)
    atlas = atlas_of(distances_in(both))
    assert {head[0] for head in atlas.distances.heads} == set(FOLDERS)  # pages find heads by these
    table = atlas_table(atlas, 3)
    view = atlas_picture(atlas, table, texts="this sentence", facts={}, colour="model")
    assert view.header["models"] == [swatch["name"] for swatch in view.header["swatches"]] == ["one/last", "two/last"]
    assert b"/home/ada" not in to_bytes(view)
    rows = table.assign(established="", distance=0.0, cluster_name="")
    near = nearest_table(rows, (FOLDERS[0], 0, 0), has_models=True)
    assert set(near["model"]) == {"one/last", "two/last"}
