"""What the card of a head says of several types of text: which role in which, and verdicts that name the type."""

import pytest

from mha_viz.evidence.cards.types_card import types_card
from tests.support.text_types import delimiters, even, previous, two_types

NO = (lambda _share: even(), 0.0)


@pytest.fixture(scope="module")
def table():
    return two_types(
        [(previous, 0.5), (previous, 0.5), (delimiters, 0.4), NO], [(delimiters, 0.5), (previous, 0.5), NO, NO]
    )


def test_a_head_of_two_roles_is_said_to_have_them_each_in_its_type(table):
    card = types_card(table, 0, 0)
    assert card.sentence.startswith("What it does depends on the text. In prose it gives 5")
    assert "of its attention to the token just before; in JSON it gives 6" in card.sentence
    assert card.sentence.endswith("of its attention to special tokens and punctuation. Both are established.")
    assert set(card.scores) == {"attention to previous", "delimiters"}
    rows = {name: dict(zip(card.scores, cells, strict=True)) for name, cells in card.rows}
    assert rows["prose"]["attention to previous"][0] == "established"
    assert rows["JSON"]["delimiters"][0] == "established"
    assert rows["JSON"]["attention to previous"][0] == "not enough evidence"
    assert rows["JSON"]["delimiters"][1].startswith("69 % [69, ")
    assert card.ending.startswith(
        "Shares of its attention, with 95 % intervals over 16 texts of each type. ● established"
    )


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (1, "The same is established in every type of text: attention to previous."),
        (2, "delimiters: established in prose, not in JSON."),
        (3, "No place where its attention goes is established of it in any of these types."),
    ],
)
def test_a_verdict_names_the_types_that_it_holds_in(table, head, sentence):
    assert types_card(table, 0, head).sentence == sentence


def test_a_head_that_was_not_measured_has_no_card(table):
    assert types_card(table, 0, 9) is None
