"""Heads that are made to do one thing in texts of one type and another in those of the next, counted and weighed."""

from pathlib import Path

import pandas as pd
import torch

from mha_viz.evidence.corpus.passages import Passage
from mha_viz.evidence.corpus.store import keep, open_store
from mha_viz.evidence.text_types.measured import weigh_type
from mha_viz.objects import Positions
from mha_viz.scores.of_tokens import token_scores

LABELS = ("[CLS]", "the", "cat", ",", "a", "mat", ",", "it", "sat", ".", "so", "on", "[SEP]")
SIGNS = [i for i, label in enumerate(LABELS) if label in ("[CLS]", ",", ".", "[SEP]")]
N = len(LABELS)


def positions():
    special = tuple(label.startswith("[") for label in LABELS)
    return Positions(tuple(range(100, 100 + N)), LABELS, special, tuple((i, i + 1) for i in range(N)))


def looking(share, columns_of):
    """A pattern, (query, key): so much to the given keys of each query, the rest even."""
    pattern = torch.full((N, N), (1 - share) / N)
    for query in range(N):
        keys = columns_of(query)
        pattern[query, keys] += share / len(keys)
    return pattern


def previous(share):
    return looking(share, lambda query: [max(query - 1, 0)])


def delimiters(share):
    return looking(share, lambda _query: SIGNS)


def even():
    return looking(0.0, lambda _query: [0])


def type_table(name, heads, *, n=32, spread=0.02):
    """The table of one type; of each head how it looks, and how much, which differs a little from text to text."""
    store, draw = open_store(Path(":memory:")), torch.Generator().manual_seed(7)
    try:
        for i in range(n):
            noise = spread * (torch.rand(len(heads), generator=draw) - 0.5)
            maps = [head(share + float(more)) for (head, share), more in zip(heads, noise, strict=True)]
            tallies = token_scores(torch.stack(maps)[None], positions())
            keep(store, [(Passage(f"{name} {i}", f"{name} {i}", i % 2), tallies, False)], random=0)
        nothing = token_scores(torch.stack([even()] * len(heads))[None], positions())
        keep(store, [(Passage(f"{name} 0", f"{name} 0", 1), nothing, False)], random=1)
        return weigh_type(name, store)
    finally:
        store.close()


def two_types(first, second):
    return pd.concat([type_table("prose", first), type_table("JSON", second)], ignore_index=True)
