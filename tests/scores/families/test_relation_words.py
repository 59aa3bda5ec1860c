"""Connectives as items, by hand."""

import pytest
import torch

from mha_viz.annotation.annotated import Arc
from mha_viz.scores.counting import pooled
from mha_viz.scores.families.relation_words import CONNECTIVES, relation_word_items
from mha_viz.scores.pointing import tally_items
from tests.support.texts.annotating import annotated

# 0   1    2       3  4      5    6   7    8
RAIN = annotated(
    "They left Because it rained near the lake since Monday",
    arcs=(
        Arc(0, 1, "nsubj"), Arc(2, 4, "mark"), Arc(3, 4, "nsubj"), Arc(4, 1, "advcl"), Arc(5, 7, "case"),
        Arc(6, 7, "det"), Arc(7, 4, "obl"), Arc(8, 9, "case"), Arc(9, 1, "obl:unmarked"),
    ),
)  # fmt: skip


def asked(one):
    return {
        key[0]: [(item.query, item.right, item.among) for item in items]
        for key, items in relation_word_items(one).items()
    }


def test_items_by_hand():
    assert asked(RAIN) == {
        "cause: what it opens": [(2, (4,), None)],
        "cause: what that is said of": [(2, (1,), None)],
        "place: what it opens": [(5, (7,), None)],
        "place: what that is said of": [(5, (4,), None)],
        "time: what it opens": [(8, (9,), None)],
        "time: what that is said of": [(8, (1,), None)],
    }


@pytest.mark.parametrize(
    ("word", "relation", "opened", "sense"),
    [
        ("since", "mark", "advcl", "time"),  # of time and cause the first
        ("when", "advmod", "advcl", "time"),
        ("where", "mark", "advcl:relcl", "place"),
        ("after", "case", "nmod", "time"),
        ("after", "mark", "advcl", "time"),
        ("because", "case", "obl", "cause"),
        ("as", "mark", "advcl", None),
        ("when", "advmod", "ccomp", None),  # a question
        ("where", "mark", "acl:relcl", None),
        ("near", "mark", "advcl", None),  # opens no clause
        ("near", "case", "advcl", None),
        ("near", "compound:prt", "obl", None),
        ("while", "case", "nmod", None),
    ],
)
def test_what_counts_as_a_connective(word, relation, opened, sense):
    one = annotated(f"a {word} b", arcs=(Arc(1, 2, relation), Arc(2, 0, opened)))
    expected = {f"{sense}: what it opens", f"{sense}: what that is said of"} if sense else set()
    assert set(asked(one)) == expected


def test_a_connective_of_the_root_connects_nothing():
    assert relation_word_items(annotated("because b", arcs=(Arc(0, 1, "mark"),))) == {}
    assert relation_word_items(annotated("because b")) == {}


@pytest.mark.parametrize("relations", CONNECTIVES["time"])
def test_no_word_means_two_things(relations):
    words = [word for columns in CONNECTIVES.values() for word in columns[relations].split()]
    assert len(words) == len(set(words))


def test_a_planted_head_and_the_offsets():
    torch.manual_seed(6)
    found = []
    for _ in range(5):
        word_map = torch.rand(2, 3, 10, 10)
        word_map[1, 0, 2, 1] = 2.0
        found.append(tally_items(word_map, relation_word_items(RAIN))["cause: what that is said of", None])
    tally = pooled(found)
    assert divmod(int(tally.share.argmax()), 3) == (1, 0)
    assert tally.share[1, 0] == 1
    assert (tally.rules["offset -1"], tally.rules["offset +2"]) == (5, 0)
    assert tally.chance == pytest.approx(5 / 9)
