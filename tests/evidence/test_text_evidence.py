"""All scores of one text weighed in one go: to the last bit what weighing them one after the other says."""

import math

import pandas as pd
import pytest
import torch

from mha_viz.evidence.one_text import COLUMNS, score_columns, table_of
from mha_viz.evidence.text_evidence import best_heads, text_evidence
from mha_viz.evidence.verdict import CONSISTENT, TOO_LITTLE, UNDEFINED, side_by_side, weigh
from mha_viz.scores.counting import Counts, Tally
from mha_viz.scores.table import row_of

SHAPE = (3, 5)  # layers and heads
NOUN_BEFORE = "nearest noun before"  # a rule of word form
KEYS = (
    ("syntactic", "obj", "dep→head"), ("syntactic", "det", "dep→head"), ("coreference", "coreference", None),
    ("spread", "entropy", None), ("sinks", "first token", None), ("positional", "previous token", None),
)  # fmt: skip


def tally(hits, n, rules, chance, left_out=0):
    return Tally(Counts(torch.as_tensor(hits, dtype=torch.float64), torch.as_tensor(n)), rules, chance, left_out)


def tallies(seed):
    """Of every kind: shares with rules, of word form too; heads without items; a score without any; means."""
    draw = torch.Generator().manual_seed(seed)
    n = torch.randint(0, 14, SHAPE, generator=draw)
    hits = (torch.rand(SHAPE, generator=draw, dtype=torch.float64) * (n + 1)).floor().minimum(n)
    mean = torch.rand(SHAPE, generator=draw, dtype=torch.float64) * 7
    items = n.max().item()
    equal = {"offset -1": 0.5 * items, "offset +1": 0.5 * items, NOUN_BEFORE: 0.25 * items}
    return dict(
        zip(
            KEYS,
            (
                tally(hits, n, {"offset +1": 0.1 * items, NOUN_BEFORE: 0.95 * items}, 0.2 * items, left_out=2),
                tally(torch.zeros(SHAPE), torch.zeros(SHAPE), {"offset +1": 0.0}, 0.0, left_out=1),
                tally(hits, torch.tensor([[11.0]]), {}, 1.0),
                tally(mean, torch.full(SHAPE, 11), {}, math.nan),
                tally(mean / 7 * n, n, equal, 0.1 * items),
                tally(hits, n, equal, 0.0),
            ),
            strict=True,
        )
    )


def one_after_the_other(of_text, controls):
    parts = []
    for key, of_key in of_text.items():
        units, row = side_by_side({"text": of_key}), row_of(*key[:2])
        evidence = weigh(units, is_share=row.is_share, bar=row.bar, control=controls[key], is_one_text=True)
        parts.append(score_columns(key, evidence, SHAPE[1], units.best_rule[0], units.left_out))
    return table_of(parts)


@pytest.mark.parametrize("seed", range(8))
def test_it_is_what_each_score_alone_is_weighed_to(seed):
    of_text, controls = tallies(seed), dict(zip(KEYS, (0.3, math.nan, 0.1, 2.0, math.nan, 0.45), strict=True))
    expected, columns = one_after_the_other(of_text, controls), text_evidence(of_text, controls)
    table = pd.DataFrame({name: columns[name] for name in COLUMNS})
    pd.testing.assert_frame_equal(table, expected, check_exact=True)
    for name in ("direction", "verdict", "rule"):  # where a missing word is None
        assert [word is None for word in table[name]] == [word is None for word in expected[name]]
    assert {UNDEFINED, TOO_LITTLE, CONSISTENT} <= set(table["verdict"])


def test_a_score_without_control_has_none():
    columns = text_evidence(tallies(0), {KEYS[0]: 0.25})
    assert pd.Series(columns["control"][:15]).eq(0.25).all()
    assert pd.Series(columns["control"][15:]).isna().all()


def test_the_best_head_of_each_score():
    most = best_heads(
        {
            KEYS[0]: tally([[1.0, 3.0], [0.0, 2.0]], [[2, 4], [0, 3]], {}, 0.0),
            KEYS[1]: tally(torch.zeros(2, 2), torch.zeros(2, 2), {}, 0.0),
        }
    )
    assert most[KEYS[0]] == 0.75
    assert math.isnan(most[KEYS[1]])
    assert best_heads({}) == {}
