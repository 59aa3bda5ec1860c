"""Heads that have learned nothing: how many of twenty corpora establish one of them."""

from pathlib import Path

import torch

from mha_viz.evidence.corpus.passages import Passage
from mha_viz.evidence.corpus.profile import weigh_corpus
from mha_viz.evidence.corpus.store import keep, open_store
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.scores.counting import Counts, Tally

RUNS, MOST = 20, 1
TWINS = ("coreference", "twins", None)


def coin_flips(run, n_units=60, n_groups=3, n_heads=144):
    """Each head tosses two coins a unit, and gets all groups of it or none; a rule gets one group in fifty."""
    draw = torch.Generator().manual_seed(run)
    for i in range(n_units):
        hits = n_groups * (torch.rand(2, n_heads, generator=draw) < 0.5).all(dim=0).double()[None]
        rule = n_groups * float(torch.rand(1, generator=draw) < 0.02)
        tally = Tally(Counts(hits, torch.full_like(hits, n_groups)), {"first candidate": rule}, n_groups / 4)
        yield Passage(f"{i}", f"{i}", int(i >= n_units / 2)), {TWINS: tally}, False


def test_coin_flips_are_no_antecedents():
    flagged = 0
    for run in range(RUNS):
        store = open_store(Path(":memory:"))
        keep(store, coin_flips(run), random=False)
        nothing = Tally(Counts(torch.zeros(1, 2), torch.ones(1, 2)), chance=0.25)
        keep(store, [(Passage("0", "0", 1), {TWINS: nothing}, False)], random=True)
        flagged += (weigh_corpus(store)["verdict"] == ESTABLISHED).any()
        store.close()
    assert flagged <= MOST
