"""Random weights of several seeds and sizes: what they read, and what counts of them."""

import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel

from mha_viz.annotation.annotated import Annotated, Arc
from mha_viz.evidence.corpus.controls import (
    EVERY,
    ITEMS,
    LEAST,
    LEAST_SHUFFLED,
    SHUFFLED,
    SPREADS,
    enough,
    read_controls,
    sample,
    samples,
)
from mha_viz.evidence.corpus.passages import REPORT, SELECT, Passage, sentence_passages
from mha_viz.evidence.corpus.profile import weigh_corpus
from mha_viz.evidence.corpus.reading import read_corpus
from mha_viz.evidence.corpus.rows import score_of
from mha_viz.evidence.corpus.store import add_store, control_kept, keep, names_kept, open_store, scores_kept
from mha_viz.models.load import model_from, random_twin
from mha_viz.scores.counting import Counts, Tally
from tests.support.networks.families import TEXT, VOCABULARY, WORDS, make, tokenizer

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


def test_the_others_read_what_is_enough_of_documents_and_twins_each_from_another_place_on():
    text = Annotated("the cat sat")
    kinds = [("sentence", 3 * EVERY * LEAST, ("tokens", "sentence")), ("document", 131, ("document",))]
    kinds += [("twins", 113, ("twins",)), ("long", 7, ("document",))]
    passages = [
        Passage(f"{kind} {i}", f"{kind} {i}", i % 2, (text,), scopes) for kind, n, scopes in kinds for i in range(n)
    ]
    for number in (2, 3, 4):
        names = [passage.name for passage in sample(lambda: passages, number)]
        of_kind = {kind: [int(name.split()[1]) for name in names if name.startswith(kind)] for kind, _, _ in kinds}
        assert len(names) == len(set(names))
        assert len(of_kind["sentence"]) == 3 * LEAST  # one in eight
        assert len(of_kind["document"]) + len(of_kind["long"]) == len(of_kind["twins"]) == ITEMS
        assert of_kind["document"][0] == 138 * (number - 1) // 4
        assert of_kind["twins"][0] == 113 * (number - 1) // 4
    few = [passage for passage in passages if passage.name.startswith("long")]
    assert sorted(passage.name for passage in sample(lambda: few, 4)) == [f"long {i}" for i in range(7)]


def test_every_control_is_kept_under_its_number(store):
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    passages = [Passage(f"p{i}", f"p{i}", i % 2, (Annotated("the cat sat"),), ("tokens",)) for i in range(5)]
    shares = []
    read_controls(model, lambda: passages, store, progress=lambda share, _what: shares.append(share))
    n_controls = len(SPREADS) + SHUFFLED
    n_read = [len(names_kept(store, random=number)) for number in range(n_controls + 2)]
    assert n_read == [0, *[5] * n_controls, 0]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert scores_kept(store) == []  # of the model itself nothing is there
    assert 0 < control_kept(store, ("sinks", "first token", None)) < 1


def test_each_network_of_its_own_numbers_reads_other_passages_where_there_are_enough():
    n = 2 * LEAST_SHUFFLED + 3
    texts = [Passage(str(i), str(i), i % 2, (Annotated("the cat"),), ("tokens", "sentence")) for i in range(n)]
    others = [
        replace(texts[0], name="copy", is_copy=True), replace(texts[1], name="select", part=SELECT),
        replace(texts[2], name="document", scopes=("document",)), Passage("ids", "ids", 0, ids=(1, 2)),
    ]  # fmt: skip
    of_each = samples(lambda: [*others, *texts])
    assert len(of_each) == SHUFFLED
    for number, of_one in enumerate(of_each):  # every other one, by turns
        assert [int(passage.name) for passage in of_one] == list(range(number % 2, n, 2))
    assert {passage.scopes for of_one in of_each for passage in of_one} == {("tokens",)}
    assert [len(of_one) for of_one in samples(lambda: texts[:5])] == [5] * SHUFFLED
    assert samples(lambda: others) == [[]] * SHUFFLED


def test_networks_of_its_own_numbers_count_where_an_even_choice_alone_competes(store):
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    passages = [Passage(f"p{i}", f"p{i}", i % 2, (Annotated("the cat sat the cat"),), ("tokens",)) for i in range(5)]
    read_controls(model, lambda: passages, store)
    kept_of = {number: set() for number in range(1, len(SPREADS) + SHUFFLED + 1)}
    for number, score in store.execute("select random, score from tallies"):
        kept_of[number].add(score_of(score)[0])
    for number, families in kept_of.items():
        assert families >= {"positional", "sinks"}
        assert ("copying" in families) == (number <= len(SPREADS))


def far_apart(seed, spread):
    """A network that has learned nothing, with matrices so many times as far apart as its architecture draws them."""
    config = BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=24, num_hidden_layers=2, num_attention_heads=6, intermediate_size=31,
        max_position_embeddings=43,
    )  # fmt: skip
    return random_twin(model_from(BertModel(config), tokenizer(), name="null"), seed=seed, spread=spread)


def established(store):
    table = weigh_corpus(store)
    return table.loc[table["verdict"] == "established", "score"].tolist()


@pytest.mark.parametrize("seed", [106, 114])
def test_weights_that_are_far_apart_and_have_learned_nothing_establish_no_head(seed, store):
    chance = random.Random(0)  # noqa: S311
    texts = [Annotated(" ".join(chance.sample(WORDS, 7)) + " .") for _ in range(32)]
    passages = [Passage(f"p{i}", f"p{i}", i % 2, (text,), ("tokens",)) for i, text in enumerate(texts)]
    model = far_apart(seed, 10.0)
    read_corpus(model, lambda: passages, store)
    read_controls(model, lambda: passages, store)
    assert established(store) == []
    with store:  # four networks, one of which is as far apart, do not always hold the best by chance
        store.execute("delete from tallies where random > ?", (len(SPREADS),))
    assert established(store)


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
