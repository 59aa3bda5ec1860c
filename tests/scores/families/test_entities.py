"""Names as items, by hand."""

import pytest
import torch

from mha_viz.annotation.annotated import Arc, Entity, Mention, join_sentences
from mha_viz.annotation.names import names_of
from mha_viz.scores.counting import pooled
from mha_viz.scores.families.entities import INSIDE, SAME_SPELLING, TO_FIRST, entity_items, name_items
from mha_viz.scores.pointing import OFFSET_RULES, tally_items
from tests.support.texts.annotating import annotated

# 0    1     2   3    4  5    6     7     8   9    10    11   12
LOPEZ = annotated(
    "Ana Lopez met Ines Paz in Rome ; then Lopez left rome today",
    entities=(
        Entity(0, 2, "PERSON"), Entity(3, 5, "PERSON"), Entity(6, 7, "GPE"), Entity(9, 10, "PERSON"),
        Entity(11, 12, "GPE"), Entity(12, 13, "DATE"),
    ),
)  # fmt: skip


def test_names_and_what_they_name():
    assert [(one.begin, one.end, one.referent) for one in names_of(LOPEZ)] == [
        (0, 2, "ana lopez"), (3, 5, "ines paz"), (6, 7, "rome"), (9, 10, "ana lopez"), (11, 12, "rome"),
    ]  # fmt: skip


def test_a_shared_last_word_is_no_shared_name():
    persons = tuple(Entity(begin, end, "PER") for begin, end in ((0, 2), (2, 4), (4, 5)))
    one = annotated("Ana Lopez Bo Lopez Lopez", entities=persons)
    assert [name.referent for name in names_of(one)] == ["ana lopez", "bo lopez", "ana lopez"]
    place = annotated("New York York", entities=(Entity(0, 2, "LOC"), Entity(2, 3, "LOC")))
    assert [name.referent for name in names_of(place)] == ["new york", "york"]
    for first, second in (("LOC", "PER"), ("PER", "LOC")):
        mixed = annotated("Anne York York", entities=(Entity(0, 2, first), Entity(2, 3, second)))
        assert [name.referent for name in names_of(mixed)] == ["anne york", "york"]


def test_later_names_ask_for_the_first():
    lopez, rome = entity_items(LOPEZ)[SAME_SPELLING, None]
    assert (lopez.query, lopez.right, lopez.among) == (9, (0, 1), (0, 1, 3, 4, 6))
    assert (rome.query, rome.right, rome.among) == (11, (6,), (0, 1, 3, 4, 6, 9))
    assert rome.rules == (("nearest same word", 6), ("first same word", 6))
    other = annotated("Rome a Rome b Rome", entities=tuple(Entity(i, i + 1, "LOC") for i in (0, 2, 4)))
    second, third = entity_items(other)[SAME_SPELLING, None]
    assert (third.right, third.rules) == ((0,), (("nearest same word", 2), ("first same word", 0)))
    assert second.right == (0,)
    new = annotated("Ada a Bo", entities=(Entity(0, 1, "PER"), Entity(2, 3, "PER")))
    assert entity_items(new) == {}


def test_hits_rules_and_chance():
    word_map = torch.zeros(2, 13, 13)
    word_map[0, 9, 0] = word_map[0, 11, 9] = 0.5
    word_map[1, 9, 8], word_map[1, 9, 3], word_map[1, 11, 6] = 0.9, 0.1, 0.1
    tally = tally_items(word_map, entity_items(LOPEZ))[SAME_SPELLING, None]
    assert tally.counts.hits.tolist() == [1, 1]
    assert tally.chance == pytest.approx(2 / 5 + 1 / 6)
    assert {k: v for k, v in tally.rules.items() if k not in OFFSET_RULES} == {
        "nearest same word": 2,
        "first same word": 2,
    }


def test_a_mention_is_a_name_by_its_proper_nouns():
    #      0   1    2   3    4   5     6    7   8
    one = annotated(
        "Dr. Ana Lopez who saw Rome met her Lopez",
        tags="PROPN PROPN PROPN PRON VERB PROPN VERB PRON PROPN",
        arcs=(
            Arc(0, 2, "nmod:desc"), Arc(1, 2, "x"), Arc(2, 6, "nsubj"), Arc(3, 4, "nsubj"), Arc(4, 2, "acl:relcl"),
            Arc(5, 4, "obj"), Arc(7, 8, "nmod:poss"), Arc(8, 6, "obj"),
        ),
        mentions=(Mention(0, 6, "ana"), Mention(5, 6, "rome"), Mention(7, 8, "eve"), Mention(7, 9, "ana")),
        entities=(Entity(0, 6, "person"), Entity(7, 8, "person")),
    )  # fmt: skip
    assert [(name.begin, name.end, name.referent) for name in names_of(one)] == [
        (0, 3, "ana"), (5, 6, "rome"), (8, 9, "ana"),
    ]  # fmt: skip
    assert list(entity_items(one)) == [(TO_FIRST, None)]  # no score of names that are spelled the same
    (item,) = entity_items(one)[TO_FIRST, None]
    assert (item.query, item.right, item.among) == (8, (0, 1, 2), (0, 1, 2, 5))
    assert [(asked.query, asked.right) for asked in name_items(one)[INSIDE, None]] == [
        (0, (1, 2)), (1, (0, 2)), (2, (0, 1)),
    ]  # fmt: skip


def test_no_offset_answers_both_sides_of_a_name():
    items = name_items(LOPEZ)
    assert [(item.query, item.right, item.among) for item in items[INSIDE, None]] == [
        (0, (1,), None), (1, (0,), None), (3, (4,), None), (4, (3,), None),
    ]  # fmt: skip
    tally = tally_items(torch.ones(1, 13, 13), items)[INSIDE, None]
    assert tally.rules["offset -1"] == tally.rules["offset +1"] == 2
    causal = tally_items(torch.ones(1, 13, 13).tril(), items, is_causal=True)[INSIDE, None]
    assert (causal.left_out, causal.counts.n.tolist(), causal.rules["offset -1"]) == (2, [2], 2)


def test_of_names_inside_names_the_longest_counts():
    one = annotated("New York State", entities=(Entity(0, 3, "GPE"), Entity(0, 2, "GPE")))
    assert [item.right for item in name_items(one)[INSIDE, None]] == [(1, 2), (0, 2), (0, 1)]
    assert name_items(annotated("Rome", entities=(Entity(0, 1, "LOC"),))) == {}
    assert entity_items(one) == {}
    over = annotated("York New York", entities=tuple(Entity(*span, "LOC") for span in ((0, 1), (1, 3), (2, 3))))
    (item,) = entity_items(over)[SAME_SPELLING, None]
    assert (item.query, item.right, item.among) == (2, (0,), (0,))  # what it stands in is no earlier name
    same = annotated("Lady Ada", tags="PROPN PROPN", mentions=(Mention(0, 2, "ada"), Mention(1, 2, "ada")))
    assert entity_items(same) == {}


def test_a_planted_head_over_documents():
    torch.manual_seed(4)
    tallies = []
    for n in (1, 2, 3):
        document = join_sentences([LOPEZ] * n)
        items = entity_items(document)
        word_map = torch.rand(3, 2, len(document), len(document))
        for item in items[SAME_SPELLING, None]:
            word_map[2, 1, item.query, item.right[0]] = 2.0
        tallies.append(tally_items(word_map, items)[SAME_SPELLING, None])
    together = pooled(tallies)
    assert together.counts.n[0, 0] == 2 + 7 + 12
    assert together.share[2, 1] == 1
    assert divmod(int(together.share.argmax()), 2) == (2, 1)
    assert together.rules["first same word"] == 2 + 7 + 12
    assert together.rules["nearest same word"] < 2 + 7 + 12
