"""Heads that have learned nothing: how many of twenty corpora establish one of them."""

from pathlib import Path

import pytest
import torch

from mha_viz.annotation.annotated import Annotated
from mha_viz.evidence.corpus.passages import REPORT, Passage, sentence_passages
from mha_viz.evidence.corpus.profile import weigh_corpus
from mha_viz.evidence.corpus.store import keep, open_store
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.scores.counting import Counts, Tally

RUNS, MOST = 20, 1
TWINS, OBJ = ("coreference", "twins", None), ("syntactic", "obj", "dep→head")


def coin_flips(run, n_units=60, n_groups=3, n_heads=144):
    """Each head tosses two coins a unit, and gets all groups of it or none; a rule gets one group in fifty."""
    draw = torch.Generator().manual_seed(run)
    for i in range(n_units):
        hits = n_groups * (torch.rand(2, n_heads, generator=draw) < 0.5).all(dim=0).double()[None]
        rule = n_groups * float(torch.rand(1, generator=draw) < 0.02)
        tally = Tally(Counts(hits, torch.full_like(hits, n_groups)), {"first candidate": rule}, n_groups / 4)
        yield Passage(f"{i}", f"{i}", int(i >= n_units / 2)), {TWINS: tally}, False


def copies(run, n_texts=24, n_copies=25, n_heads=144):
    """Each head gets the one item of a text in three of ten, and then in every copy of it; so does a rule."""
    draw = torch.Generator().manual_seed(run)
    heads = torch.rand(n_texts, 1, n_heads, generator=draw) < 0.3
    rule = torch.rand(n_texts, generator=draw) < 0.3
    texts = [i for i in range(n_texts) for _ in range(n_copies)]
    sentences = (Annotated(f"sentence {i}") for i in texts)
    for i, passage in zip(texts, sentence_passages(sentences, "f"), strict=True):
        counts = Counts(heads[i].double(), torch.ones(1, n_heads))
        yield passage, {OBJ: Tally(counts, {"offset -2": float(rule[i])}, 0.1)}, False


@pytest.mark.parametrize(("corpus", "key"), [(coin_flips, TWINS), (copies, OBJ)])
def test_coin_flips_are_established_in_one_run_of_twenty_at_most(corpus, key):
    flagged = 0
    for run in range(RUNS):
        store = open_store(Path(":memory:"))
        keep(store, corpus(run), random=False)
        nothing = Tally(Counts(torch.zeros(1, 2), torch.ones(1, 2)), chance=0.25)
        keep(store, [(Passage("0", "0", REPORT), {key: nothing}, False)], random=True)
        flagged += (weigh_corpus(store)["verdict"] == ESTABLISHED).any()
        store.close()
    assert flagged <= MOST
