"""What is said of a head's alignment error rate: both rows, what it is held against, and which heads are best."""

import pandas as pd
import pytest

from mha_viz.evidence.alignment.translation import Translated
from mha_viz.evidence.cards.links_card import links_card

COLUMNS = ["layer", "head", "error_rate", "low", "high", "error_rate_read", "low_read", "high_read"]
ROWS = [
    (1, 0, 0.875, 0.8, 0.95, 0.25, 0.125, 0.375),
    (2, 3, 0.5, 0.375, 0.625, 0.75, 0.625, 0.875),
    (0, 1, 0.9, 0.8, 1.0, 0.8, 0.7, 0.9),
    (0, 2, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
]
FACTS = {
    "diagonal": 0.4, "random_weights": 0.75, "all_heads": 0.7, "chosen": (1, 0), "chosen_row": "read",
    "chosen_error_rate": 0.3, "chosen_low": 0.2, "chosen_high": 0.4, "chosen_diagonal": 0.45, "less_low": -0.05,
    "less_high": 0.35,
}  # fmt: skip


def told(layer=1, head=0, n=24, **facts):
    card = links_card(Translated(pd.DataFrame(ROWS, columns=COLUMNS), n, 201, {**FACTS, **facts}), layer, head)
    assert all(verdict is None for verdict, _ in card.lines)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for _, line in card.lines], card.ending


def test_the_better_row_is_said_first():
    assert told()[0][0] == (
        "Where it looks once a word was read, its alignment error rate is 25.0 % [12.5, 37.5]; where it looks while "
        "the word is written, 87.5 % [80.0, 95.0]."
    )
    assert told(2, 3)[0][0] == (
        "Where it looks while a word is written, its alignment error rate is 50.0 % [37.5, 62.5]; where it looks once "
        "the word was read, 75.0 % [62.5, 87.5]."
    )


def test_a_rate_stands_beside_place_random_weights_and_the_best_heads():
    lines, ending = told()
    assert "is 40.0 %, with random weights 75.0 % in the best head, in the mean of all heads 70.0 %." in lines[1]
    assert lines[2] == "Of 4 heads these have the smallest rates: L1 H0 (25.0 %), L2 H3 (50.0 %), L0 H1 (80.0 %)."
    assert ending.startswith("Over 24 English sentences with their German translations")
    assert "(201 sure links)" in ending


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-0.05, 0.35, "as far as these pairs tell, neither better nor worse (difference [-5.0, 35.0] points)."),
     (0.05, 0.35, "better (difference [5.0, 35.0] points)."),
     (-0.35, -0.05, "worse (difference [-35.0, -5.0] points).")],
)  # fmt: skip
def test_a_head_is_better_than_its_place_only_on_pairs_that_did_not_choose_it(low, high, verdict):
    line = told(less_low=low, less_high=high)[0][3]
    assert line == (
        f"L1 H0 is best on every other pair; on the rest it has 30.0 % [20.0, 40.0], place alone 45.0 %: {verdict}"
    )


def test_a_head_that_was_not_measured_is_no_number():
    with pytest.raises(KeyError):
        told(9, 9)
