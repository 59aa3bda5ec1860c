"""A head keeps its number where others were removed from its layer, wherever it is told; those have no pattern."""

import json

import pytest
import torch

from mha_viz.annotation.annotated import Arc
from mha_viz.attention.calls import call_head_output
from mha_viz.attention.maps import call_at, contribution, logits, pattern, rollout, trace_of, value_weighted_pattern
from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import OVER, Selection
from mha_viz.attention.shown import choose, rows_of
from mha_viz.attention.tables import (
    attention_between,
    attention_between_words,
    describe_heads,
    map_frame,
    pattern_frame,
    word_rows,
)
from mha_viz.attention.word_pairs import above_others, count_pointing, strongest_heads
from mha_viz.comparison.changes import head_changes
from mha_viz.comparison.comparison import (
    by_nearest,
    by_place,
    comparison_of,
    distances_between,
    left_over,
    nearest_counterpart,
)
from mha_viz.comparison.distance import against_average
from mha_viz.comparison.nearest import distances_from, distances_in
from mha_viz.errors import InputError
from mha_viz.evidence.corpus.passages import sentence_passages
from mha_viz.evidence.corpus.profile import weigh_corpus
from mha_viz.evidence.corpus.reading import attending_layers, random_tallies, read_corpus
from mha_viz.evidence.corpus.store import open_store
from mha_viz.evidence.one_text import score_table
from mha_viz.evidence.verdict import UNDEFINED
from mha_viz.inputs.words import word_axes
from mha_viz.models.load import load_model, random_twin
from mha_viz.recording.capture import capture
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.compare.compare import comparison_picture
from mha_viz.views.exports.notebook import head_view, model_view
from mha_viz.views.grid import model_picture
from mha_viz.views.head import head_picture
from mha_viz.views.inside.many_heads import average_picture
from mha_viz.views.strips import WordPair, pair_picture
from tests.support.networks.families import EXACT, TEXTS
from tests.support.networks.pruned import muted, pruned_folder
from tests.support.texts.annotating import annotated

REMOVED = {0: [0, 2], 1: [1]}
THERE = [(0, 1), (1, 0), (1, 2)]
GONE = [(0, 0), (0, 2), (1, 1)]
TEXT = TEXTS[0]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(pruned_folder("bert", tmp_path_factory.mktemp("pruned"), REMOVED))


@pytest.fixture(scope="module")
def found(model):
    return capture(model, TEXT)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return capture(load_model(pruned_folder("bert", tmp_path_factory.mktemp("whole"), {}, says=False)), TEXT)


@pytest.fixture(scope="module")
def expected(found):
    """Eager attention of the same network, (layer, head, query, key); of removed heads it means nothing."""
    network = muted("bert", REMOVED)
    network.set_attn_implementation("eager")
    with torch.no_grad():
        ids = torch.tensor([found.query_positions["encoder"].ids])
        outputs = network(input_ids=ids, output_attentions=True)
    return torch.stack(outputs.attentions)[:, 0]


def test_maps_have_their_heads_at_their_numbers(found, expected):
    for layer, head in THERE:
        torch.testing.assert_close(pattern(found, layer)[head], expected[layer, head], **EXACT)
        assert logits(found, layer)[head].isfinite().all()
    for layer, head in GONE:
        for of_layer in (pattern, logits, value_weighted_pattern):
            assert of_layer(found, layer)[head].isnan().all()
        assert not contribution(found, layer)[head].any()
        assert not call_head_output(call_at(found, layer))[head].any()
    assert trace_of(found, 0).output.isfinite().all()
    means = [expected[0, [1]].mean(dim=0), expected[1, [0, 2]].mean(dim=0)]
    mixed = [(mean + torch.eye(len(mean))) / 2 for mean in means]
    torch.testing.assert_close(rollout(found, 1), mixed[1] @ mixed[0], **EXACT)


def test_one_map_a_layer_is_of_the_heads_that_are_there(found, expected):
    for over, of_heads in ((OVER[1], lambda heads: heads.mean(dim=0)), (OVER[2], lambda heads: heads.amax(dim=0))):
        maps, _ = rows_of(choose(found, Selection("encoder", over=over)), 1)
        torch.testing.assert_close(maps[0], of_heads(expected[1, [0, 2]]), **EXACT)


def test_tables_name_the_heads_that_are_there(found, expected):
    between = attention_between(found, "cat", "sat")
    queries, keys = word_axes(found, "encoder")
    for table in (describe_heads(found), between, attention_between_words(found, queries, keys, 2, kind="encoder")):
        assert sorted(set(zip(table["layer"], table["head"], strict=True))) == THERE
        assert not table.select_dtypes("number").isna().any().any()
    best = between.iloc[0]
    assert best["attention"] == pytest.approx(expected[int(best["layer"]), int(best["head"]), 2, 3].item(), abs=1e-5)
    shown = choose(found, Selection("encoder"))
    assert set(map_frame(shown, 1, [2])["head"]) == {2}
    torch.testing.assert_close(torch.tensor(pattern_frame(found, 1, 2).to_numpy()), expected[1, 2], **EXACT)
    for ask in (
        lambda: map_frame(shown, 0, [2]),
        lambda: pattern_frame(found, 0, 2),
        lambda: head_picture(shown, 0, [2]),
    ):
        with pytest.raises(InputError, match=r"L0 H2 was removed from .*, so it has no pattern: this layer has H1\.$"):
            ask()


def test_pictures_name_the_heads_that_are_there(found):
    shown = choose(found, Selection("encoder"))
    grid = model_picture(shown, overview_of(shown, 30), chosen=(1, 2))
    assert grid.header["names"] == ["L0 H1", "L1 H0", "L1 H2"]
    assert [tuple(place) for place in grid.header["opens"]] == THERE
    assert grid.header["cells"] == [1, 3, 5]  # of 2 × 3, the others stay empty
    assert grid.header["chosen"] == 2
    assert "Removed from the model, so without a pattern: L0 H0, L0 H2, L1 H1." in grid.header["note"]
    assert facts_of(shown)["heads that were removed"] == "L0 H0, L0 H2, L1 H1"
    head = head_picture(shown, 1, [2]).header
    assert [one["name"] for one in head["heads"]] == ["L1 H0", "L1 H2"]
    assert (head["switches"], head["shown"]) == ([(1, 0), (1, 2)], [1])
    assert average_picture(found, 1, "encoder").header["names"] == ["H0", "H2", "average"]
    for view in (grid, head_picture(shown, 0, [1]), average_picture(found, 0, "encoder")):
        json.dumps(view.header, allow_nan=False)
    assert model_view(found).data
    assert head_view(found, layer=1).data
    with pytest.raises(InputError, match=r"heads=1 does not exist: there are heads 0, 2\.$"):
        head_view(found, layer=1, heads=1)


def test_one_word_and_the_heads_that_are_there(found, expected):
    queries, keys = word_axes(found, "encoder")
    rows = word_rows(found, queries, keys, 2, kind="encoder")
    assert sorted(strongest_heads(rows, 3, 5)) == THERE
    others = [1, 3, 4, 5, 6]
    right = sum(int(expected[layer, head, 2, others].argmax()) == 1 for layer, head in THERE)
    assert count_pointing(rows, 3, others) == right
    above = above_others(found, queries, keys, 2, rows, kind="encoder")
    assert above.isnan().all(dim=-1).nonzero().tolist() == [list(place) for place in GONE]
    view = pair_picture(WordPair(found, "encoder", queries, keys, 2, 3), rows, above, others)
    assert sorted(map(tuple, view.header["heads"])) == THERE
    assert "Of 3 heads, " in view.header["note"]


def test_a_layer_against_its_average(found):
    table, change = against_average(found, 1)
    assert list(table["head"]) == [0, 2]
    assert table["distance"].between(0, 1).all()
    assert 0 < change < 10


def test_comparisons_pair_the_heads_that_are_there(found, whole):
    comparison = comparison_of(found, whole)
    assert comparison.heads(0) == THERE
    assert comparison.heads(1) == sorted(THERE + GONE)
    pairing = by_place(comparison)
    assert pairing == [(head, head) for head in THERE]
    assert left_over(comparison, pairing, 1) == GONE
    changes = head_changes(comparison, pairing)
    assert sorted(zip(changes["layer"], changes["head"], strict=True)) == THERE
    assert changes[changes["layer"] == 0]["change"].abs().max() < 1e-5  # layer 0 reads the same
    distances = distances_between(comparison)
    assert distances.shape == (3, 6)
    assert distances.isfinite().all()
    assert nearest_counterpart(comparison, distances, (0, 1)) == (0, 1)
    assert ((0, 1), (0, 1)) in by_nearest(comparison, distances)
    picture = comparison_picture(comparison, ((1, 2), (1, 2)), caption="", note="", facts={})
    json.dumps(picture.header, allow_nan=False)
    assert [head[1:] for head in distances_in(found).heads] == THERE
    heads, row = distances_from(found, 1, 2)
    assert row[heads.index((found.model_name, 1, 2))] == 0
    with pytest.raises(InputError, match="has no L1 H1"):
        distances_from(found, 1, 1)


def heads_with_numbers(table):
    said = table[table["value"].notna()]
    return sorted(set(zip(said["layer"], said["head"], strict=True)))


def test_scores_say_nothing_of_removed_heads(model, found):
    words = annotated(TEXT, arcs=(Arc(2, 1, "nsubj"), Arc(1, 0, "det")))
    control = capture(random_twin(model), TEXT)
    assert [call.removed for call in control.calls] == [(0, 2), (1,)]
    table = score_table(found, words, control=control)
    assert heads_with_numbers(table) == THERE
    gone = table[table["value"].isna() & table["family"].isin(["syntactic", "sinks"])]
    assert sorted(set(zip(gone["layer"], gone["head"], strict=True))) == GONE
    assert set(gone["n"]) == {0}
    for tally in random_tallies(model, (5, 6, 7, 8) * 3).values():
        assert tally.share.isnan().tolist() == [[True, False, True], [False, True, False]]


def test_a_profile_says_nothing_of_removed_heads(model, tmp_path):
    texts = [annotated(text, arcs=(Arc(1, 2, "det"),)) for text in TEXTS[:2] for _ in range(3)]
    store = open_store(tmp_path / "counts.sqlite")
    read_corpus(model, lambda: sentence_passages(texts, "ours"), store)
    table = weigh_corpus(store, attending_layers(model))
    store.close()
    assert heads_with_numbers(table) == THERE
    assert set(table[table["value"].isna() & (table["score"] == "det")]["verdict"]) == {UNDEFINED}
