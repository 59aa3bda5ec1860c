"""A corpus read by a tiny model: nothing lost, nothing counted twice, and only planted heads are found."""

import json
import math
from dataclasses import replace
from itertools import product

import pandas as pd
import pytest
import torch

from mha_viz.annotation.annotated import Annotated, Entity, Link
from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.evidence.corpus.alone import heads_alone
from mha_viz.evidence.corpus.passages import (
    CHOOSE,
    RANDOM_ROWS,
    REPORT,
    SELECT,
    Passage,
    document_passages,
    random_passages,
    sentence_passages,
    twin_passages,
)
from mha_viz.evidence.corpus.profile import Profile, load_profile, save_profile, weigh_corpus
from mha_viz.evidence.corpus.reading import read_corpus
from mha_viz.evidence.corpus.store import (
    control_kept,
    keep,
    n_left_out,
    names_kept,
    open_store,
    scores_kept,
    units_kept,
)
from mha_viz.evidence.one_text import COLUMNS
from mha_viz.evidence.statistics.crossed import CROSSED
from mha_viz.evidence.statistics.intervals import interval
from mha_viz.evidence.verdict import CONSISTENT, ESTABLISHED, RULES, TOO_LITTLE, VERDICTS
from mha_viz.models.load import model_from, random_twin
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.scores.counting import Counts, Tally, pooled
from mha_viz.scores.tallies import tallies_of
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.texts.sentences import SENTENCES, annotated


def passages(n=23):
    return list(sentence_passages([annotated(*SENTENCES[i % 3]) for i in range(n)], "ours"))


@pytest.fixture
def model():
    return model_from(make(*TEXT["bert"]), tokenizer(), name="bert", identity="x")


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "counts.sqlite")
    yield store
    store.close()


def test_what_is_kept_is_what_was_counted(model, store):
    read_corpus(model, passages, store)
    single = [tallies_of(capture(model, one.texts[0].text), one.texts[0]) for one in passages()]
    for key in scores_kept(store):
        kept = units_kept(store, key, (CHOOSE, REPORT))
        alone = pooled([one[key] for one in single if key in one])
        torch.testing.assert_close(kept.counts.hits.sum(dim=0), alone.counts.hits, rtol=1e-5, atol=1e-5)
        assert torch.equal(kept.counts.n.sum(dim=0), alone.counts.n.double())
        assert {rule: hits.sum().item() for rule, hits in kept.rules.items()} == alone.rules
        halves = [units_kept(store, key, (part,)).names for part in (CHOOSE, REPORT)]
        assert not set(halves[0]) & set(halves[1])
        assert len(halves[0]) + len(halves[1]) == len(kept.names)
        assert units_kept(store, key, (SELECT,)).names == ()
    assert {("syntactic", "det", "dep→head"), ("spread", "entropy", None)} <= set(scores_kept(store))


def test_a_run_that_was_interrupted_goes_on_and_counts_nothing_twice(model, tmp_path, monkeypatch):
    monkeypatch.setattr("mha_viz.evidence.corpus.reading.AT_ONCE", 5)
    whole, broken = open_store(tmp_path / "whole"), open_store(tmp_path / "broken")
    read_corpus(model, passages, whole)

    def stop(share, _what):
        if share > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_corpus(model, passages, broken, progress=Progress(report=stop))
    assert 0 < len(names_kept(broken, random=False)) < 23
    shares = []
    broken.close()
    broken = open_store(tmp_path / "broken")
    read_corpus(model, passages, broken, progress=Progress(report=lambda share, _what: shares.append(share)))
    assert shares[0] > 0.4
    assert shares[-1] == 1.0
    read_corpus(model, passages, broken)  # nothing is left to do
    for key in scores_kept(whole):
        one, other = (units_kept(store, key, (CHOOSE, REPORT)) for store in (whole, broken))
        assert sorted(one.names) == sorted(other.names)
        torch.testing.assert_close(one.counts.hits.sum(dim=0), other.counts.hits.sum(dim=0), rtol=1e-5, atol=1e-6)
        assert torch.equal(one.counts.n.sum(dim=0), other.counts.n.sum(dim=0))
    with pytest.raises(InputError, match="given twice"):
        read_corpus(model, lambda: passages() * 2, broken)
    whole.close()
    broken.close()


def test_a_passage_that_fails_leaves_nothing_of_its_batch(store):
    def breaks():
        yield Passage("a", "a", 0), {("f", "s", None): Tally(Counts(torch.ones(2, 3), torch.ones(2, 3)))}, False
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        keep(store, breaks(), random=False)
    assert names_kept(store, random=False) == set()
    assert scores_kept(store) == []


def test_numbers_come_back_as_they_were_kept(store):
    hits = torch.tensor([[1.0, 2.5, 0.0], [7.0, 0.25, 3.0]])
    tally = Tally(Counts(hits, torch.full((2, 3), 7.0)), {"offset -1": 2.0}, math.nan, 3)
    other = Tally(Counts(hits * 2, hits), {"nearest": 1.0}, 0.5)
    key, second = ("syntactic", "é", "dep→head"), ("spread", "s", None)
    given = [("a", "u", {key: tally}), ("b", "u", {key: tally}), ("c", "v", {key: other, second: other})]
    keep(store, [(Passage(name, unit, 1), tallies, name == "b") for name, unit, tallies in given], random=False)
    assert scores_kept(store) == [key, second]
    units = units_kept(store, key, (1,))
    assert units.names == ("u", "v")  # two passages of one unit
    assert torch.equal(units.counts.hits, torch.stack([hits * 2, hits * 2]).double())
    assert torch.equal(units.counts.n, torch.stack([torch.full((2, 3), 14.0), hits]).double())
    assert {rule: of.tolist() for rule, of in units.rules.items()} == {"offset -1": [4.0, 0.0], "nearest": [0.0, 1.0]}
    assert units.chance.isnan().tolist() == [True, False]
    assert units.left_out == 6
    assert n_left_out(store) == 1
    assert units_kept(store, key, (0,)).counts.hits.shape == (0, 2, 3)


def test_rules_are_kept_of_the_model_alone(store):
    """Nobody asks what simple rules get where a random twin reads: only how much its best head gets."""
    hits = torch.tensor([[1.0, 2.0, 0.0], [53.0, 5.0, 3.0]])
    tally = Tally(Counts(hits, torch.full((2, 3), 59.0)), {"offset -1": 2.0}, 7.0, 3)
    for random in (0, 1):
        keep(store, [(Passage("a", "u", 1), {("syntactic", "s", None): tally}, False)], random=random)
    about = [json.loads(one) for (one,) in store.execute("select about from tallies order by random")]
    assert about == [[["u"], [False], [{"offset -1": 2.0}], [7.0], [3]], [["u"], [False], [{}], [7.0], [3]]]
    assert control_kept(store, ("syntactic", "s", None)) == 53 / 59


def planted(store, n_units=60, n_layers=2, n_heads=3, left_out=(0, 0)):
    """Head L1 H2 is right nine times in ten, the rule half of the time, every other head as the rule or worse.

    Returns what the two get of four items in each unit, (unit, 2).
    """
    generator = torch.Generator().manual_seed(5)
    done, random, of_units = [], [], []
    for i in range(n_units):
        rule = float((torch.rand(4, generator=generator) < 0.5).sum())
        hits = torch.full((n_layers, n_heads), rule)
        hits[0] = (torch.rand(4, n_heads, generator=generator) < 0.3).sum(dim=0)
        hits[1, 2] = float((torch.rand(4, generator=generator) < 0.9).sum())
        of_units.append([hits[1, 2].item(), rule])
        n = torch.full_like(hits, 4.0)
        tallies = {("syntactic", "obj", "dep→head"): Tally(Counts(hits, n), {"offset -2": rule}, 0.4, left_out[i % 2])}
        done.append((Passage(f"{i}", f"{i}", i % 2), tallies, False))
        random.append((Passage(f"{i}", f"{i}", i % 2), {key: Tally(Counts(n / 4, n)) for key in tallies}, False))
    keep(store, done, random=False)
    keep(store, random, random=True)
    return torch.tensor(of_units)


def test_a_planted_head_is_established_and_one_that_follows_an_offset_is_not(store):
    """And every number is of the half that reports, the odd units: what chose the head says nothing of it."""
    of_head, of_rule = (planted(store)[1::2].sum(dim=0) / 120).tolist()
    table = weigh_corpus(store)
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == 6
    found = table.set_index(["layer", "head"])
    assert found.loc[(1, 2), "verdict"] == ESTABLISHED
    assert found.loc[(1, 2), "value"] == pytest.approx(of_head)
    assert set(found["control"]) == {0.25}
    assert found["baseline"].tolist() == pytest.approx([of_rule] * 6)
    assert set(found.drop((1, 2))["verdict"]) <= {TOO_LITTLE, CONSISTENT}
    assert (found["n"] == 120).all()
    assert (found["n_units"] == 30).all()
    low, high = interval(units_kept(store, ("syntactic", "obj", "dep→head"), (REPORT,)).counts)
    assert found.loc[(1, 2), ["low", "high"]].tolist() == [low[1, 2].item(), high[1, 2].item()]


def test_what_could_not_be_asked_is_counted_on_the_half_that_reports(store):
    planted(store, left_out=(2, 3))  # 3 in each of the 30 units that report
    assert (weigh_corpus(store)["left_out"] == 90).all()


def test_one_head_is_chosen_on_one_half_and_heads_alone_on_the_other(store):
    """Head L1 H2 gets all of three groups a unit, or none; L0 H0 gets as much, in the half that reports alone."""
    key, n_units = ("coreference", "twins: ours", None), 20
    for i in range(n_units):
        part, hits = int(i >= n_units / 2), torch.zeros(2, 3)
        hits[1, 2] = 3.0 * (i % 10 < 8)
        hits[0, 0] = 3.0 * part
        tally = Tally(Counts(hits, torch.full((2, 3), 3.0)), {"first candidate": 0.0}, 0.75)
        keep(store, [(Passage(f"{i}", f"{i}", part), {key: tally}, False)], random=False)
    (test,) = heads_alone(store)
    assert (test["score"], test["layer"], test["head"]) == ("twins: ours", 1, 2)
    assert (test["chosen_at"], test["value"], test["n"], test["n_units"]) == (0.8, 0.8, 30, 10)
    assert test["bar"] == pytest.approx(0.25)
    # Eight units gain 2.25, two lose .75: of 1,024 flips those that lose one of the small, or gain both, reach as much.
    exact = [
        sum(sign * gain for sign, gain in zip(signs, [2.25] * 8 + [-0.75] * 2, strict=True))
        for signs in product((1, -1), repeat=10)
    ]
    assert test["p"] == pytest.approx(sum(of >= 16.5 - 1e-9 for of in exact) / 1024, abs=0.003)


@pytest.mark.parametrize("way", [0, 1])
def test_units_that_are_made_of_two_flip_by_either_and_the_larger_p_counts(store, way):
    """All pairs of three nouns gain alike, those of eight others neither gain nor lose: three signs decide, not 33."""
    for i, j in product(range(11), range(11)):
        names = (f"a{i}", f"b{j}")[:: 1 - 2 * way]
        hits = torch.zeros(2, 3)
        hits[1, 2] = float(i < 3)
        tally = Tally(Counts(hits, torch.ones(2, 3)), {"first candidate": 0.0}, 0.0)
        passage = Passage(f"{i} {j}", CROSSED.join(names), REPORT)
        keep(store, [(passage, {("coreference", "twins", None): tally}, False)], random=False)
    found = weigh_corpus(store).set_index(["layer", "head"]).loc[(1, 2)]
    assert found["p"] == pytest.approx(1 / 8, abs=0.04)
    assert (found["n"], found["n_units"]) == (121, 11)


def test_a_score_without_items_on_the_reported_half_is_told_of_the_other_and_not_established(store):
    planted(store)
    with store:
        store.execute("delete from tallies where part = 1")
    found = weigh_corpus(store).set_index(["layer", "head"])
    assert (found["n_units"] == 30).all()
    assert found.loc[(1, 2), "verdict"] == CONSISTENT
    assert found["p"].isna().all()


def test_each_count_is_read_once(store):
    planted(store)
    read = []
    store.set_trace_callback(read.append)
    weigh_corpus(store)
    assert sum("hits" in statement and "random = 0" in statement for statement in read) == 1


def test_a_head_that_was_not_chosen_is_not_established(store):
    """On the half for choosing the planted head does nothing."""
    planted(store)
    with store:
        store.execute("update tallies set hits = (select hits from tallies where random = 1 limit 1) where part = 0")
    found = weigh_corpus(store).set_index(["layer", "head"])
    assert found.loc[(1, 2), "verdict"] == CONSISTENT


def test_a_score_without_claims_has_no_verdict(model, store):
    read_corpus(model, passages, store)
    read_corpus(random_twin(model), passages, store, random=True)
    table = weigh_corpus(store)
    assert table.loc[table["family"] == "spread", "verdict"].isna().all()
    assert table.loc[table["family"] == "spread", "p"].isna().all()
    assert set(table.loc[table["family"] != "spread", "verdict"]) <= set(VERDICTS)
    assert (table["verdict"] != ESTABLISHED).all()  # random weights
    assert not table.loc[table["n"] > 0, "control"].isna().any()


def test_random_tokens_find_induction_where_it_is(store):
    model = model_from(make(*TEXT["llama"]), tokenizer(), name="llama")
    read_corpus(model, lambda: random_passages(range(5, 31), None), store)
    key = ("copying", "induction on random tokens", None)
    units = units_kept(store, key, (CHOOSE, REPORT))
    assert len(units.names) == RANDOM_ROWS
    assert units.counts.n.unique().tolist() == [75.0]  # every token but those of the first round
    assert units.by_chance == pytest.approx(sum((i // 25) / (i + 1) for i in range(25, 100)) / 75, rel=1e-4)


def test_words_of_names_are_asked_about_in_documents(model, store):
    """IOB2 and documents are read as documents, and never as sentences."""
    text = "the old cat sat . the cat ran"
    sentence = replace(annotated(text, ()), entities=(Entity(1, 3, "PER"), Entity(6, 7, "PER")), document="x")
    read_corpus(model, lambda: document_passages([sentence], "f", lambda text: len(text.split()), 50), store)
    assert {key for key in scores_kept(store) if key[0] == "entities"} == {
        ("entities", "inside a name", None), ("entities", "later name → first name spelled the same", None),
    }  # fmt: skip
    units = units_kept(store, ("entities", "inside a name", None), (CHOOSE, REPORT))
    assert units.counts.n.unique().tolist() == [2.0]


def test_twins_are_right_in_every_text_or_not_at_all(store):
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    texts = []
    pairs = ("a", "cat", "dog", "tired"), ("b", "dog", "fish", "big"), ("c", "cat", "mat", "small")
    for group, first, second, *ends in pairs:  # in the same sentence they would be about the same
        for answer, end in enumerate((*ends, f"not {ends[0]}")):
            text = f"the {first} sat on the {second} because it was {end}"
            words = [(text.index(word), text.index(word) + len(word)) for word in (first, second, "it")]
            texts.append(Annotated(text, links=(Link(words[2], tuple(words[:2]), answer, group),)))
    read_corpus(model, lambda: twin_passages(texts, "f", "Winogender"), store)
    key = ("coreference", "twins: Winogender", None)
    assert scores_kept(store) == [key]
    units = units_kept(store, key, (CHOOSE, REPORT))
    hits_of = dict(zip(units.names, units.counts.hits, strict=True))
    assert units.by_chance == 0.25
    assert units.baseline == 0.0  # no place is right in both
    found = capture(model, [text.text for text in texts])
    for i, unit in enumerate(("f cat | dog", "f dog | fish", "f cat | mat")):
        both = torch.ones(2, 3, dtype=torch.bool)
        for j in (2 * i, 2 * i + 1):
            begin = 1  # [CLS]; "it" is the eighth word, the candidates the second and the sixth
            rows = torch.stack([pattern(found[j], layer)[:, begin + 7] for layer in range(2)])
            one, other = rows[..., begin + 1], rows[..., begin + 5]
            both &= one > other if texts[j].links[0].answer == 0 else other > one
        assert hits_of[unit].tolist() == both.double().tolist()


def test_a_random_twin_is_the_same_twice_and_not_the_model(model):
    before = torch.random.get_rng_state()
    first, second, other = random_twin(model), random_twin(model), random_twin(model, seed=1)
    assert torch.equal(torch.random.get_rng_state(), before)
    weights = [next(iter(one.network.parameters())) for one in (first, second, other, model)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert not torch.equal(weights[0], weights[3])
    assert not first.network.training
    assert (first.identity, first.name) == ("random 0", "bert with random weights")


def test_a_profile_is_read_back_as_it_was_written(store, tmp_path):
    planted(store)
    table = weigh_corpus(store)
    facts = {"model": "m", "identity": "abc", "corpora": [{"what": "ours", "n": 60}]}
    path = save_profile(Profile(table, facts), tmp_path / "deep" / "p.parquet")
    found = load_profile(path)
    assert found.facts == {**facts, "rules": RULES}
    pd.testing.assert_frame_equal(found.table, table, rtol=1e-6, check_dtype=False)
    (tmp_path / "no.parquet").write_bytes(b"nothing")
    with pytest.raises(InputError, match="is not a profile"):
        load_profile(tmp_path / "no.parquet")
