"""Mentions as items, by hand."""

import pytest
import torch

from mha_viz.annotation.annotated import Arc, Mention, head_word, join_sentences
from mha_viz.scores.counting import pooled
from mha_viz.scores.families.coreference import FROM_NAME, FROM_NOUN, TO_ANTECEDENT, coreference_items
from mha_viz.scores.pointing import OFFSET_RULES, tally_items
from tests.support.texts.annotating import annotated, looking

# 0   1   2  3    4   5   6    7    8  9   10   11
FARM = annotated(
    "The dog of Ada saw the cat when it left ; ADA",
    tags="DET NOUN ADP PROPN VERB DET NOUN SCONJ PRON VERB PUNCT PROPN",
    arcs=(
        Arc(0, 1, "det"), Arc(1, 4, "nsubj"), Arc(2, 3, "case"), Arc(3, 1, "nmod"), Arc(5, 6, "det"), Arc(6, 4, "obj"),
        Arc(7, 9, "mark"), Arc(8, 9, "nsubj"), Arc(9, 4, "advcl"), Arc(10, 11, "punct"), Arc(11, 4, "parataxis"),
    ),
    mentions=(
        Mention(0, 4, "dog"), Mention(3, 4, "ada"), Mention(5, 7, "cat"), Mention(8, 9, "dog"), Mention(11, 12, "ada"),
    ),
)  # fmt: skip


def test_items_by_hand():
    items = coreference_items(FARM)
    assert set(items) == {(TO_ANTECEDENT, None), (FROM_NAME, None)}
    (pronoun,), (name,) = items[TO_ANTECEDENT, None], items[FROM_NAME, None]
    assert (pronoun.query, pronoun.right, pronoun.among) == (8, (1,), (1, 3, 6))
    assert pronoun.rules == (("nearest mention", 6), ("nearest subject", 1))
    assert (name.query, name.right, name.among) == (11, (3,), (1, 3, 6, 8))
    assert name.rules == (("nearest mention", 8), ("nearest subject", 8), ("nearest same word", 3))


def test_hits_rules_and_chance_by_hand():
    word_map = looking(12, {8: {1: 0.2, 6: 0.1, 4: 0.9}, 11: {8: 0.3, 3: 0.1}}, {8: {6: 0.2, 1: 0.1}, 11: {3: 0.1}})
    tallies = tally_items(word_map, coreference_items(FARM))
    pronoun, name = tallies[TO_ANTECEDENT, None], tallies[FROM_NAME, None]
    assert pronoun.counts.hits.tolist() == [1, 0]  # saw is no mention
    assert name.counts.hits.tolist() == [0, 1]
    assert (pronoun.chance, name.chance) == (pytest.approx(1 / 3), pytest.approx(1 / 4))
    simple = {rule: hits for rule, hits in name.rules.items() if rule not in OFFSET_RULES}
    assert simple == {"nearest mention": 0, "nearest subject": 0, "nearest same word": 1}


def test_cataphora_and_things_mentioned_once_are_no_items():
    one = annotated("it left as the dog saw Ada", tags="PRON VERB SCONJ DET NOUN VERB PROPN")
    mentions = (Mention(0, 1, "dog"), Mention(3, 5, "dog"), Mention(6, 7, "ada"))
    items = coreference_items(type(one)(**{**vars(one), "mentions": mentions}))
    assert {key: [(item.query, item.right) for item in of_key] for key, of_key in items.items()} == {
        (FROM_NOUN, None): [(4, (0,))]
    }
    assert dict(items[FROM_NOUN, None][0].rules) == {"nearest mention": 0}  # without arcs there is no subject
    assert coreference_items(annotated("a b", mentions=(Mention(0, 1, "x"), Mention(1, 2, "x")))) == {}  # no tags


def test_a_word_that_heads_two_mentions_is_asked_once():
    mentions = (Mention(0, 1, "ada"), Mention(2, 3, "both"), Mention(4, 7, "both"), Mention(4, 5, "ada"))
    arcs = (Arc(5, 6, "cc"), Arc(6, 4, "conj"))
    one = annotated(
        "Ada and they : Ada and Bo", tags="PROPN CCONJ PRON PUNCT PROPN CCONJ PROPN", arcs=arcs, mentions=mentions
    )
    (item,) = coreference_items(one)[FROM_NAME, None]
    assert (item.query, item.right, item.among) == (4, (0, 2), (0, 2))


def test_the_head_of_a_mention():
    inside = {0: 1, 1: 5, 2: 1}
    assert head_word(Mention(0, 3, "x"), inside) == 1
    assert head_word(Mention(0, 3, "x"), {0: 1, 2: 1}) == 1  # a root has no arc
    assert head_word(Mention(0, 3, "x"), {}) == 2
    assert head_word(Mention(3, 4, "x"), inside) == 3


def test_a_planted_head_is_found_over_documents_and_documents_add_up():
    torch.manual_seed(2)
    tallies = []
    for n in range(1, 5):
        document = join_sentences([FARM] * n)
        items = coreference_items(document)
        word_map = torch.rand(2, 3, len(document), len(document))
        for of_key in items.values():
            for item in of_key:
                word_map[1, 2, item.query, item.right[0]] = 2.0
        tallies.append(tally_items(word_map, items)[TO_ANTECEDENT, None])
    together = pooled(tallies)
    assert together.counts.n[0, 0] == 1 + 2 + 3 + 4
    assert together.share[1, 2] == 1
    assert divmod(int(together.share.argmax()), 3) == (1, 2)
