"""A corpus whose units are merged says what it says without: the same values and verdicts, intervals about as wide."""

from collections import Counter
from contextlib import closing

import pandas as pd
import pytest
import torch

from mha_viz.evidence.corpus import groups
from mha_viz.evidence.corpus.groups import GROUP, group_of, merge_units, n_units_merged
from mha_viz.evidence.corpus.passages import CHOOSE, REPORT, Passage, sentence_passages
from mha_viz.evidence.corpus.profile import weigh_corpus
from mha_viz.evidence.corpus.reading import read_corpus
from mha_viz.evidence.corpus.store import (
    control_kept,
    keep,
    names_of_units,
    open_store,
    parts_kept,
    scores_kept,
    units_kept,
)
from mha_viz.evidence.statistics.crossed import CROSSED
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.models.load import model_from
from mha_viz.progress import Progress
from mha_viz.scores.counting import Counts, Tally
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.texts.sentences import SENTENCES, annotated

SHARE, MEAN = ("syntactic", "obj", "dep→head"), ("spread", "entropy", None)
N_UNITS, LAYERS, HEADS = 907, 2, 3
EXACT = ["value", "n", "baseline", "chance", "control", "left_out", "rule", "verdict"]


def sentences(n=23):
    return list(sentence_passages([annotated(*SENTENCES[i % 3]) for i in range(n)], "ours"))


@pytest.fixture(scope="module")
def model():
    return model_from(make(*TEXT["bert"]), tokenizer(), name="bert", identity="x")


def planted():
    """Head L1 H2 is right eight times in ten, more so in some units than in others; a rule half of the time. Every
    seventh passage is a copy, and of its unit."""
    generator = torch.Generator().manual_seed(3)
    done, random = [], []
    for i in range(N_UNITS):
        n_items = int(torch.randint(1, 6, (), generator=generator))
        hits = (torch.rand(n_items, LAYERS, HEADS, generator=generator) < 0.45).sum(dim=0).double()
        hits[1, 2] = float((torch.rand(n_items, generator=generator) < (0.7, 0.9)[i // 2 % 2]).sum())
        n, rule = torch.full((LAYERS, HEADS), float(n_items)), float(i % 3 > 0) * n_items / 2
        mean = Counts(torch.rand(LAYERS, HEADS, generator=generator, dtype=torch.float64) * n_items, n)
        tallies = {SHARE: Tally(Counts(hits, n), {"offset -2": rule}, 0.5 * n_items, i % 5), MEAN: Tally(mean)}
        for copy in range(1 + (i % 7 == 0)):
            passage = Passage(f"{i} {copy}", f"ours sentence {i}", i % 2, is_copy=bool(copy))
            done.append((passage, tallies, False))
            random.append((passage, {key: Tally(Counts(n / 4, n)) for key in tallies}, False))
    return done, random


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The store of a corpus, and of the same corpus merged."""
    stores = [open_store(tmp_path_factory.mktemp("counts") / name) for name in ("apart", "merged")]
    counts = planted()
    for store in stores:
        for random, passages in enumerate(counts):
            for begin in range(0, len(passages), 64):
                keep(store, passages[begin : begin + 64], random=random)
    for random in (0, 1):
        merge_units(stores[1], random=random)
    yield stores
    for store in stores:
        store.close()


@pytest.fixture(scope="module")
def tables(both):
    return [weigh_corpus(store) for store in both]


def test_the_table_is_the_same_but_for_how_sure_it_is(tables):
    apart, merged = tables
    of_shares = apart["score"] == "obj"  # whole numbers: their sums are the same in any order
    pd.testing.assert_frame_equal(apart.loc[of_shares, EXACT], merged.loc[of_shares, EXACT], check_exact=True)
    pd.testing.assert_frame_equal(apart[EXACT], merged[EXACT], rtol=1e-12, atol=0.0)
    planted_head = merged[(merged["layer"] == 1) & (merged["head"] == 2) & of_shares]
    assert planted_head["verdict"].tolist() == [ESTABLISHED]
    assert (merged["verdict"] == ESTABLISHED).sum() == 1
    assert (apart["n_units"] == N_UNITS // 2).all()
    groups = {group_of(f"ours sentence {i}", REPORT) for i in range(1, N_UNITS, 2)}
    assert (merged["n_units"] == len(groups)).all()


def test_intervals_are_as_wide_but_for_what_few_units_tell(tables):
    """The width of one is a draw: 128 groups tell their spread within 6 % (1/√256), so of twelve the mean is told
    within a few; and none is off by more than four times that.
    """
    apart, merged = tables
    ratio = (merged["high"] - merged["low"]) / (apart["high"] - apart["low"])
    assert ratio.mean() == pytest.approx(1.0, abs=0.08)
    assert ratio.between(0.76, 1.28).all()


def test_groups_hold_units_of_one_half_and_names_say_where_counts_are(both):
    merged = both[1]
    for part in (CHOOSE, REPORT):
        own = units_kept(merged, SHARE, (part,)).names
        assert set(own) == set(names_of_units(merged, part))
        assert all(name.startswith(f"{GROUP}{part} ") for name in own)
    assert n_units_merged(merged) == N_UNITS
    assert n_units_merged(both[0]) == 0


def test_copies_are_no_more_items_when_they_are_merged(both):
    apart, merged = (units_kept(store, SHARE, (CHOOSE, REPORT)) for store in both)
    told = [(one.counts.n[:, 0, 0] / one.times).sum().item() for one in (apart, merged)]
    assert told[0] == pytest.approx(told[1], rel=1e-12)
    assert told[0] < apart.counts.n[:, 0, 0].sum().item()


def test_what_random_weights_get_is_kept_as_one_sum(both):
    assert [control_kept(store, SHARE) for store in both] == [0.25, 0.25]
    rows = both[1].execute("select length(hits) from tallies where random = 1").fetchall()
    assert max(size for (size,) in rows) <= 12 + 2 * LAYERS * HEADS * 8  # of texts, and of their copies


def test_merging_again_changes_nothing(both, tmp_path):
    with closing(open_store(tmp_path / "again")) as store:
        both[1].backup(store)
        before = {key: parts_kept(store, key) for key in scores_kept(store)}
        merge_units(store, random=0)
        assert scores_kept(store) == list(before)
        for key, parts in before.items():
            for part, units in parts_kept(store, key).items():
                assert units.names == parts[part].names
                assert torch.equal(units.counts.hits, parts[part].counts.hits)


def test_hashes_spread_units_evenly_and_pairs_of_nouns_stay_pairs():
    sizes = Counter(group_of(f"f sentence {i}", 1) for i in range(128 * 97))
    assert len(sizes) == groups.OF_A_HALF
    assert 50 < min(sizes.values()) <= max(sizes.values()) < 150  # 97 ± 10
    assert group_of(f"a{CROSSED}b", 1) == f"a{CROSSED}b"
    assert group_of(group_of("f", 0), 0) == group_of("f", 0) != group_of("f", 1)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(groups, "LARGE", 20)
    monkeypatch.setattr(groups, "EVERY", 10)
    monkeypatch.setattr("mha_viz.evidence.corpus.reading.AT_ONCE", 5)


def test_a_large_corpus_is_merged_while_it_is_read_and_the_same_after_an_interruption(model, tmp_path, small):
    with closing(open_store(tmp_path / "whole")) as whole, closing(open_store(tmp_path / "broken")) as broken:
        read_corpus(model, sentences, whole)

        def stop(share, _what):
            if share > 0.6:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            read_corpus(model, sentences, broken, progress=Progress(report=stop))
        kept = broken.execute("select count(*) from tallies").fetchone()
        read_corpus(model, sentences, broken)
        assert kept != broken.execute("select count(*) from tallies").fetchone()
        assert list(whole.iterdump()) == list(broken.iterdump())
        assert all(name.startswith(GROUP) for name in names_of_units(whole, REPORT))
        (most,) = whole.execute("select max(n) from (select count(*) n from tallies group by score, part)").fetchone()
        assert most == 1


def test_a_corpus_that_is_not_large_is_kept_as_it_was(model, tmp_path, small):
    with closing(open_store(tmp_path / "a")) as store:
        read_corpus(model, lambda: sentences(20), store)
        assert store.execute("select count(*) from facts").fetchone() == (0,)
        assert not any(name.startswith(GROUP) for name in names_of_units(store, REPORT))
        assert n_units_merged(store) == 0
