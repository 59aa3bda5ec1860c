"""Two words of a text that heads connect, whatever is known of these heads in general."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import product

import numpy as np

from mha_viz.evidence.findings.finding import HERE, Finding, finding_of
from mha_viz.evidence.findings.looks import Look, Looks
from mha_viz.evidence.findings.sentences import here_sentence
from mha_viz.inputs.function_words import PRONOUNS

AGREE = 0.15  # that the heads which agree most must give above the other words on average
FEWEST = 4  # words to choose from: of two words nearly every head looks most at one


def here_findings(looks: Looks, candidates: Mapping[int, Collection[int]]) -> list[Finding]:
    """The words that heads agree most to connect: for each pronoun what it looks back at, then the one clearest pair of
    others. Neighbours, signs and words that say little are no such words.

    Where an annotation tells of ``candidates`` of a pronoun, it looks at one of these.
    """
    pairs = [pair for pair in product(looks.spoken, looks.telling) if _may_tell(looks, *pair)]
    pairs = [(query, key) for query, key in pairs if key in candidates.get(query, (key,))]
    pairs = sorted((pair for pair in pairs if looks.agreement[pair] >= AGREE), key=lambda pair: -looks.agreement[pair])
    best: dict[int, tuple[int, int]] = {}  # by the pronoun; below 0: of all others
    for pair in pairs:
        best.setdefault(pair[0] if _is_pronoun(looks, pair[0]) else -1, pair)
    others = best.pop(-1, None)
    return [_finding(looks, *pair) for pair in (*best.values(), *([others] if others else []))]


def _may_tell(looks: Looks, query: int, key: int) -> bool:
    others = looks.others(query)
    if key not in others or abs(query - key) < 2 or len(others) < FEWEST:
        return False
    return key < query if _is_pronoun(looks, query) else query in looks.telling


def _is_pronoun(looks: Looks, word: int) -> bool:
    return looks.words.positions.labels[word].casefold() in PRONOUNS


def _finding(looks: Looks, query: int, key: int) -> Finding:
    above = np.nan_to_num(looks.above[:, :, query, key], nan=-1.0)
    layer, head = np.unravel_index(int(above.argmax()), above.shape)
    others = looks.others(query)
    rows = looks.shares[:, :, query][:, :, others]
    n = int(((rows.argmax(axis=-1) == others.index(key)) & (rows.max(axis=-1) > 0)).sum())
    look = Look(int(layer), int(head), query, key)
    return finding_of(HERE, here_sentence(looks, look, n), looks, look, here=n / looks.n_heads)
