"""A layer is called what its model calls it, wherever it is told: of hybrids, not every layer attends."""

import json

import pytest
import torch

from mha_viz.annotation.annotated import Arc
from mha_viz.attention.maps import head_output, pattern, rollout
from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import attention_between, describe_heads, map_frame, pattern_frame
from mha_viz.comparison.changes import head_changes
from mha_viz.comparison.comparison import by_place, comparison_of
from mha_viz.comparison.nearest import distances_from
from mha_viz.errors import InputError
from mha_viz.evidence.corpus.passages import sentence_passages
from mha_viz.evidence.corpus.profile import weigh_corpus
from mha_viz.evidence.corpus.reading import attending_layers, read_corpus
from mha_viz.evidence.corpus.store import open_store
from mha_viz.evidence.one_text import points, score_table
from mha_viz.evidence.ranking import Question, ranked
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.edits import refuse_unknown_heads
from mha_viz.views.compare.compare import comparison_picture
from mha_viz.views.grid import model_picture
from mha_viz.views.head import head_picture
from mha_viz.views.scores.scores import GENERAL, score_picture
from tests.support.networks.families import TEXTS, make, tokenizer
from tests.support.networks.more_families import HYBRIDS, family
from tests.support.texts.annotating import annotated

ATTENDING = {"qwen3.5": (3,), "qwen3-next, irregular": (0, 3)}


@pytest.fixture(scope="module", params=ATTENDING)
def hybrid(request):
    network = make(*family(HYBRIDS[request.param]))
    model = model_from(network, tokenizer(ends=False), name=request.param)
    return model, capture(model, TEXTS[1]), ATTENDING[request.param]


def test_tables_name_the_layers_that_attend(hybrid):
    _, found, attending = hybrid
    for table in (describe_heads(found), attention_between(found, "ran", "tired")):
        assert sorted(set(table["layer"])) == list(attending)
    shown = choose(found, Selection("decoder"))
    assert set(map_frame(shown, 3, [1])["layer"]) == {3}
    torch.testing.assert_close(torch.tensor(pattern_frame(found, 3, 1).to_numpy()), pattern(found, 3)[1])
    assert torch.equal(pattern(found, 3), pattern(found, attending[-1]))
    assert rollout(found, 3).shape == (9, 9)
    assert head_output(found, 3).shape == (4, 9, 8)


def test_what_does_not_attend_is_named(hybrid):
    _, found, _ = hybrid
    with pytest.raises(InputError, match=r"L1 of .* has no pattern, as only (L0, L3 attend|L3 attends)\."):
        pattern(found, 1)
    with pytest.raises(InputError, match=r"no head L1 H2 in .*: it has heads in (L0, )?L3 alone\."):
        refuse_unknown_heads(found, "decoder", [(3, 1), (1, 2)])
    with pytest.raises(InputError, match=r"Layer 4 does not exist: .* has layers? (0 to 3|3 alone)"):
        pattern(found, 4)


def test_pictures_name_the_layers_that_attend(hybrid):
    _, found, attending = hybrid
    shown = choose(found, Selection("decoder"))
    grid = model_picture(shown, overview_of(shown, 30), chosen=(3, 1)).header
    assert grid["names"] == [f"L{layer} H{head}" for layer in attending for head in range(4)]
    assert [tuple(place) for place in grid["opens"]] == [(layer, head) for layer in attending for head in range(4)]
    assert grid["names"][grid["chosen"]] == "L3 H1"
    others = ", ".join(f"L{layer}" for layer in range(4) if layer not in attending)
    assert f"layers without a pattern {others};" in grid["facts"][-1]
    assert f"No pattern: {others}, which" in grid["note"]
    assert "L3" in json.dumps(head_picture(shown, 3, [1]).header)


def test_comparisons_name_the_layers_that_attend(hybrid):
    model, found, attending = hybrid
    other = capture(model, TEXTS[1].replace("tired", "old"))
    comparison = comparison_of(found, other)
    places = [(layer, head) for layer in attending for head in range(4)]
    assert comparison.heads(0) == places
    changes = head_changes(comparison, by_place(comparison))
    assert sorted(zip(changes["layer"], changes["head"], strict=True)) == places
    largest = changes.iloc[0]
    own = comparison.pattern(0, (largest["layer"], largest["head"]))
    assert (own - comparison.pattern(1, (largest["layer"], largest["head"]))).abs().max() > 0
    picture = comparison_picture(comparison, ((3, 1), (3, 2)), caption="", note="", facts={})
    drawn = torch.from_numpy(picture.arrays["first"])
    torch.testing.assert_close(drawn, comparison.pattern(0, (3, 1))[:, : drawn.shape[1]])
    heads, row = distances_from(found, 3, 2)
    assert row[heads.index((model.name, 3, 2))] == 0
    assert {layer for _, layer, _ in heads} == set(attending)


def test_scores_name_the_layers_that_attend(hybrid):
    model, found, attending = hybrid
    words = annotated(TEXTS[1], arcs=(Arc(2, 1, "nsubj"),))
    assert sorted(set(score_table(found, words)["layer"])) == list(attending)
    assert not points(found, words, 3, 1, "syntactic", "nsubj", "dep→head").empty
    assert attending_layers(model) == attending


def test_a_profile_names_the_layers_that_attend(hybrid, tmp_path):
    model, _, attending = hybrid
    texts = [annotated(text, arcs=(Arc(1, 2, "det"),)) for text in TEXTS[:2] for _ in range(3)]
    store = open_store(tmp_path / "counts.sqlite")
    read_corpus(model, lambda: sentence_passages(texts, "ours"), store)
    table = weigh_corpus(store, attending_layers(model))
    store.close()
    assert sorted(set(table["layer"])) == list(attending)
    question = Question("syntactic", "det", "dep→head")
    shown = {"where": GENERAL, "model_name": model.name, "facts": {}}
    view = score_picture(ranked(table, question), question, **shown, chosen=(3, 1))
    assert view.header["layers"] == list(attending)
    assert view.header["chosen"] == 4 * (len(attending) - 1) + 1
