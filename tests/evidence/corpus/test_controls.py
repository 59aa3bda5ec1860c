"""Random weights of several seeds and sizes: what they read, and what counts of them."""

import math
from pathlib import Path

import pytest
import torch

from mha_viz.annotation.annotated import Annotated, Arc
from mha_viz.evidence.corpus.controls import EVERY, LEAST, SPREADS, enough, read_controls, sample
from mha_viz.evidence.corpus.passages import REPORT, SELECT, Passage, sentence_passages
from mha_viz.evidence.corpus.store import add_store, control_kept, keep, names_kept, open_store, scores_kept
from mha_viz.models.load import model_from, random_twin
from mha_viz.scores.counting import Counts, Tally
from tests.support.networks.families import TEXT, make, tokenizer

KEY = ("syntactic", "obj", "dep→head")


@pytest.fixture
def store():
    store = open_store(Path(":memory:"))
    yield store
    store.close()


def kept(store, number, share, n, part=REPORT):
    counts = Counts(torch.tensor([[share * n, 0.0]]), torch.tensor([[float(n), float(n)]]))
    keep(store, [(Passage(f"{number} {n}", "u", part), {KEY: Tally(counts)}, False)], random=number)


def test_a_control_that_read_next_to_nothing_does_not_count_beside_one_that_read_more(store):
    assert math.isnan(control_kept(store, KEY))
    kept(store, 1, 0.5, 10)  # five of ten, by luck
    assert control_kept(store, KEY) == pytest.approx(0.5)
    kept(store, 2, 0.3, 20)  # nor does this one know better, but it read more
    assert control_kept(store, KEY) == pytest.approx(0.3)
    kept(store, 3, 0.2, 60)
    kept(store, 4, 0.25, 51)
    assert control_kept(store, KEY) == pytest.approx(0.25)
    kept(store, 4, 1.0, 500, part=SELECT)  # what is for choosing alone
    assert control_kept(store, KEY) == pytest.approx(0.25)


def test_the_first_control_reads_until_it_has_enough_of_every_score():
    arcs = {"det": (Arc(0, 1, "det"),), "both": (Arc(0, 1, "det"), Arc(2, 1, "amod")), "none": ()}
    order = ("det", "det", "none", "both", "det", "both", "both")
    spans = ((0, 1), (2, 3), (4, 5))
    sentences = [
        Annotated(f"a b {end}", ("a", "b", end), spans, arcs[kind], document=end)
        for end, kind in zip("cdefghi", order, strict=True)
    ]
    names = [int(passage.name.split()[-1]) for passage in enough(sentence_passages(sentences, "f"), least=2)]
    # The first two have two texts and two det; the fourth and the sixth amod; then there is enough of all.
    assert names == [0, 1, 3, 5]


def test_the_others_read_one_in_eight_each_another_and_of_a_small_corpus_all():
    large = [Passage(str(i), str(i), 0) for i in range(EVERY * LEAST + 3)]
    read = {number: [int(passage.name) for passage in sample(lambda: large, number)] for number in (2, 3, 4)}
    assert {number: of[:2] for number, of in read.items()} == {2: [2, 10], 3: [3, 11], 4: [4, 12]}
    assert all(len(of) >= LEAST for of in read.values())
    assert len(list(sample(lambda: large[:100], 2))) == 100


def test_every_control_is_kept_under_its_number(store):
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    passages = [Passage(f"p{i}", f"p{i}", i % 2, (Annotated("the cat sat"),), ("tokens",)) for i in range(5)]
    shares = []
    read_controls(model, lambda: passages, store, progress=lambda share, _what: shares.append(share))
    assert [len(names_kept(store, random=number)) for number in range(len(SPREADS) + 2)] == [0, 5, 5, 5, 5, 0]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert scores_kept(store) == []  # of the model itself nothing is there
    assert 0 < control_kept(store, ("sinks", "first token", None)) < 1


def test_weights_are_so_many_times_as_far_apart():
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    one, five = (dict(random_twin(model, seed=3, spread=spread).network.named_parameters()) for spread in (1.0, 5.0))
    for name, weight in one.items():
        torch.testing.assert_close(five[name], weight * 5 if weight.dim() > 1 else weight)
    assert random_twin(model, seed=3, spread=5.0).identity == "random 3 × 5"


def test_what_another_process_counted_is_added(store, tmp_path):
    other = open_store(tmp_path / "other.sqlite")
    kept(other, 2, 0.4, 70)
    other.close()
    kept(store, 0, 0.9, 70)
    add_store(store, tmp_path / "other.sqlite")
    assert control_kept(store, KEY) == pytest.approx(0.4)
    assert names_kept(store, random=2) == {"2 70"}
    assert not (tmp_path / "other.sqlite").exists()
