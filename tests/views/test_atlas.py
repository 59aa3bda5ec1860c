"""What the view of the atlas is handed: places, colours, nearest heads, and the sentences that go with them."""

import math

import pandas as pd
import pytest
import torch

from mha_viz.comparison.atlas import Atlas, atlas_of, atlas_table
from mha_viz.comparison.comparison import comparison_of
from mha_viz.comparison.nearest import Distances, distances_in, nearest_heads
from mha_viz.objects import Capture, Model
from mha_viz.views.atlas import (
    NO_PROFILE,
    atlas_facts,
    atlas_picture,
    distance_in_words,
    like_sentence,
    nearest_first,
    typical_sentence,
)  # fmt: skip
from mha_viz.views.atlas_colours import FAMILIES, NONE
from mha_viz.views.style import theme
from mha_viz.views.style.scales import TONES
from tests.support.captures.comparing import WORDS, made, random_layers
from tests.support.pages.drawn import opened
from tests.support.texts.translators import mbart50, with_pieces

HERE = "this sentence"


def placed(found):
    return atlas_of(distances_in(found))


@pytest.fixture(scope="module")
def one():
    return placed(made(random_layers(2, 3, 5), WORDS))


@pytest.fixture(scope="module")
def two():
    return placed(
        comparison_of(made(random_layers(2, 3, 5), WORDS), made(random_layers(1, 2, 5, seed=1), WORDS, name="b"))
    )


def picture(atlas, n_clusters=3, **how):
    view = atlas_picture(atlas, atlas_table(atlas, n_clusters), texts=HERE, facts={"model": "m", "text": "t"}, **how)
    return opened(view)


def test_places_clusters_and_nearest_heads_are_those_of_the_atlas(one):
    header, arrays = picture(one, chosen=("m", 1, 2))
    table = atlas_table(one, 3)
    assert arrays["x"].tolist() == pytest.approx(table["x"].tolist())
    assert arrays["y"].tolist() == pytest.approx(table["y"].tolist())
    assert arrays["cluster"].tolist() == table["cluster"].tolist()
    assert header["sizes"] == [table["cluster"].tolist().count(i) for i in (1, 2, 3)]
    assert (header["chosen"], header["deepest"], header["n_near"]) == (5, 1, 3)
    heads = one.distances.heads
    near = nearest_heads(one.distances.between, heads, heads[4], 3)
    assert [heads[int(i)][1:] for i in arrays["near"][12:15]] == list(zip(near["layer"], near["head"], strict=True))
    assert arrays["near_distance"][12:15].tolist() == pytest.approx(near["distance"].tolist())


def test_the_sentence_tells_what_the_axes_hold(one, two):
    header, _ = picture(one)
    assert header["caption"] == (
        f"Heads that look alike in this sentence stand close together; two axes hold {100 * one.share:.0f} % of the "
        "differences between the 6 heads of m."
    )
    assert header["caption"].startswith("Heads that look alike")
    other, _ = picture(two)
    assert "8 heads of m and b" in other["caption"]
    assert "5 rows of them" in other["note"]
    assert "by chance" in other["note"]
    assert "by chance" not in header["note"]


def test_one_head_and_equal_heads_are_said_to_be():
    alone = placed(made(random_layers(1, 1, 5), WORDS))
    header, arrays = picture(alone)
    assert header["caption"] == "m has one head, so there is nothing to compare it with."
    assert (header["n_near"], len(arrays["near"])) == (0, 0)
    pattern = random_layers(1, 1, 5)[0][0]
    header, _ = picture(placed(made([pattern.expand(7, 5, 5)], WORDS)))
    assert header["caption"] == "All 7 heads look at the same in this sentence, so they stand at one place."


def test_a_family_is_a_colour_and_grey_is_what_is_not_established(one, two):
    families = {("m", 0, 1): ("syntactic", "sinks"), ("m", 1, 2): ("sinks",)}
    header, arrays = picture(one, colour="family", families=families, profiled=["m"])
    names = [swatch["name"] for swatch in header["swatches"]]
    assert names == ["syntactic", "sinks", NONE]
    assert [names[int(i)] for i in arrays["swatch"]] == [NONE, "syntactic", NONE, NONE, NONE, "sinks"]
    assert header["swatches"][2]["light"] == theme.UNKNOWN["light"]
    said = [header["families"][int(i)] for i in arrays["family"]]
    assert said == [NONE, "established: syntactic, sinks", NONE, NONE, NONE, "established: sinks"]
    header, arrays = picture(two, colour="family", families=families, profiled=["m"])
    assert [header["families"][int(i)] for i in arrays["family"]][6:] == [NO_PROFILE, NO_PROFILE]
    assert len(set(TONES)) == len(TONES) == len(FAMILIES)
    assert not set(TONES) & {*theme.UNKNOWN.values()}


def test_models_and_clusters_are_colours_too(two):
    header, arrays = picture(two, colour="model")
    assert [swatch["name"] for swatch in header["swatches"]] == ["m", "b"]
    assert arrays["swatch"].tolist() == arrays["model"].tolist() == [0] * 6 + [1] * 2
    header, arrays = picture(two, colour="cluster")
    assert (arrays["swatch"] + 1).tolist() == arrays["cluster"].tolist()
    assert header["swatches"][0]["name"] == f"cluster 1: {header['sizes'][0]} heads"


def test_small_pictures_lie_model_after_model_each_up_to_its_largest(two):
    """Six heads of a text of three words, and two of one of two."""
    first, second = torch.zeros(6, 3, 3), torch.zeros(2, 2, 2)
    first[4, 1, 2], first[4, 0, 0] = 0.5, 0.25
    second[1, 1, 0] = 1.0
    header, arrays = picture(two, pictures=[first, second], pictured="this sentence", picked=[("b", 0, 1), ("x", 0, 0)])
    assert header["thumbs"] == [{"heads": 6, "rows": 3, "columns": 3}, {"heads": 2, "rows": 2, "columns": 2}]
    levels = arrays["levels"].tolist()
    assert len(levels) == 6 * 9 + 2 * 4
    assert {i: level for i, level in enumerate(levels) if level} == {4 * 9: 128, 4 * 9 + 5: 255, 54 + 4 + 2: 255}
    assert header["picked"] == [7]
    assert header["note"].endswith("are the heads' patterns in this sentence, queries down and keys across.")
    without, arrays = picture(two)
    assert "thumbs" not in without
    assert "levels" not in arrays
    assert "pictures" not in without["note"]


def test_clusters_are_called_after_what_is_established_of_most_of_their_heads(one):
    """Of all heads of the largest cluster, and of one head of the others at most."""
    table = atlas_table(one, 3)
    heads = [head for head, cluster in zip(one.distances.heads, table["cluster"], strict=True) if cluster == 1]
    families = dict.fromkeys(heads, ("copying", "sinks"))
    header, _ = picture(one, colour="cluster", families=families, profiled=["m"])
    n = len(heads)
    assert n > 1
    assert header["clusters"] == [f"cluster 1, copying ({n} of {n})", "cluster 2", "cluster 3"]
    assert header["swatches"][0]["name"] == f"cluster 1, copying ({n} of {n}): {n} heads"
    rows = nearest_first(one, table, heads[0], families)
    assert dict(zip(rows["cluster"], rows["cluster_name"], strict=True)) == {1: "copying", 2: "", 3: ""}
    assert picture(one, colour="cluster")[0]["clusters"] == ["cluster 1", "cluster 2", "cluster 3"]


def test_more_clusters_than_colours_share_the_last():
    points = torch.arange(12.0) * 3
    distances = Distances(tuple(("m", 0, i) for i in range(12)), (points[:, None] - points[None]).abs() / 40, 1, 5)
    header, arrays = picture(Atlas(distances, torch.zeros(12, 2), math.nan), 12, colour="cluster")
    assert [swatch["name"] for swatch in header["swatches"]][9:] == ["cluster 10: 1 head", "smaller ones"]
    assert sorted(arrays["swatch"].tolist()) == [*range(11), 10]


def test_what_is_typical_is_told_beside_the_number_of_pairs():
    assert "Typical is 0.125, the median of all 21 pairs of heads" in typical_sentence(0.125, 7)
    assert distance_in_words(0.0625, 0.25) == "0.062, 25 % of typical"
    assert [distance_in_words(0.5, typical) for typical in (math.nan, 0.0)] == ["0.500", "0.500"]


def test_rows_are_those_of_the_table_by_their_distance(one):
    table, heads = atlas_table(one, 3), list(one.distances.heads)
    chosen = heads[2]
    rows = nearest_first(one, table, chosen, {heads[0]: ("syntactic", "sinks")})
    distances = one.distances.between[2].tolist()
    assert rows["distance"].tolist() == sorted(distances)
    assert rows.index[0] == 2
    for i, row in rows.iterrows():
        assert ((row["model"], row["layer"], row["head"]), row["distance"]) == (heads[i], distances[i])
        assert row["established"] == ("syntactic, sinks" if i == 0 else NONE)


def test_facts_say_which_models_and_what_they_are_compared_on(two):
    models = [
        Model("first", None, None, "interface", "sha one"),
        Model("second", None, None, "interface", "0123456789abcdef"),
    ]
    facts = atlas_facts(two, models, None, compared_on="our 5 sentences", kind="encoder", n_clusters=3)
    assert (facts["model"], facts["second model"]) == ("first", "second (weights 0123456789ab…)")
    assert (facts["compared on"], facts["rows"], facts["clusters"]) == ("our 5 sentences", two.distances.n_rows, 3)
    assert facts["share of the differences on two axes"] == round(two.share, 4)
    assert "text" not in facts
    seen = Capture("first", None, "the text", None, (), {}, {})
    assert "second model" not in atlas_facts(two, models[:1], seen, compared_on="", kind="encoder", n_clusters=3)
    facts = atlas_facts(two, models[:1], seen, compared_on="this sentence", kind="encoder", n_clusters=3)
    assert (facts["text"], "target" in facts, "tokens generated" in facts) == ("the text", False, False)


def test_facts_tell_the_languages_of_a_second_model_by_its_own_names(two, tmp_path):
    tokenizer = mbart50(with_pieces(tmp_path), src_lang="en_XX")
    models = [Model("first", None, None, "interface", "1"), Model("second", None, tokenizer, "interface", "2")]
    seen = Capture("first", None, "the text", None, (), {}, {}, languages=("de", "fr"))
    facts = atlas_facts(two, models, seen, compared_on="this sentence", kind="encoder", n_clusters=3)
    told = {name: fact for name, fact in facts.items() if "language" in name}
    assert told == {
        "language": "German (de)", "language of the target": "French (fr)",
        "language of the second model": "German (de_DE)",
        "language of the second model's target": "French (fr_XX)",
    }  # fmt: skip


def test_heads_like_one_stand_with_their_distances_in_one_line():
    near = pd.DataFrame({"model": "one", "layer": [3, 0], "head": [1, 11], "distance": [0.02, 0.1234]})
    assert like_sentence(near) == "L3 H1 0.020, L0 H11 0.123 bits"
    assert like_sentence(near[:0]) == ""
