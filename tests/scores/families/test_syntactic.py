"""Hits along dependencies, by hand, and the invariants that let sentences add up."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mha_viz.annotation.annotated import Annotated, Arc, annotated_word_map, pieces_of_words
from mha_viz.errors import InputError
from mha_viz.objects import Positions
from mha_viz.scores.counting import pooled
from mha_viz.scores.families.syntactic import TO_DEPENDENT, TO_HEAD, dependency_items
from mha_viz.scores.items import Item
from mha_viz.scores.pointing import OFFSETS, points_at, tally_items

# word:   0   1   2   3     4    5  6    7
CALF = "the old calf ate fresh green hay ."
ARCS = (
    Arc(0, 2, "det"), Arc(1, 2, "amod"), Arc(2, 3, "nsubj"), Arc(4, 6, "amod"), Arc(5, 6, "amod"), Arc(6, 3, "obj"),
    Arc(7, 3, "punct"),
)  # fmt: skip


def annotated(text=CALF, arcs=ARCS):
    words, spans, at = tuple(text.split()), [], 0
    for word in words:
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    return Annotated(text, words, tuple(spans), arcs)


def tokens_of(one, cut=()):
    """[S], then each word; those in ``cut`` in two pieces; [S]."""
    spans = [None]
    for i, (begin, end) in enumerate(one.spans):
        spans += [(begin, begin + 1), (begin + 1, end)] if i in cut else [(begin, end)]
    spans.append(None)
    labels = tuple("[S]" if span is None else one.text[slice(*span)] for span in spans)
    return Positions((0,) * len(spans), labels, tuple(span is None for span in spans), tuple(spans), one.text)


def pointing(tokens, targets):
    """One head, (1, token, token): token i looks at token targets[i] with 0.4, at [S] with 0.5, a little everywhere."""
    n = len(tokens)
    pattern = torch.full((1, n, n), 0.1 / n)
    pattern[:, :, 0] += 0.5
    pattern[0, range(n), targets] += 0.4
    return pattern


def tallied(pattern, tokens, one, **settings):
    """What the dependencies of one sentence say of a pattern of its tokens."""
    pieces = pieces_of_words(tokens, one)
    missing = [i for i, owned in enumerate(pieces) if not owned]
    return tally_items(annotated_word_map(pattern, pieces), dependency_items(one), missing=missing, **settings)


def by_offset(tally):
    return {k: tally.rules[f"offset {k:+d}"] for k in OFFSETS}


def test_both_directions_by_hand():
    one = annotated()
    tokens = tokens_of(one)  # token i + 1 is word i
    #          [S] the old calf ate fresh green hay . [S]
    first = [0, 3, 3, 2, 7, 6, 7, 4, 4, 0]
    second = [0, 2, 1, 4, 3, 7, 5, 6, 7, 0]
    pattern = torch.cat([pointing(tokens, first), pointing(tokens, second)])  # (head, query, key)
    tallies = tallied(pattern, tokens, one)
    assert {key: (tally.counts.n.tolist(), tally.counts.hits.tolist()) for key, tally in tallies.items()} == {
        ("det", TO_HEAD): ([1, 1], [1, 0]),
        ("det", TO_DEPENDENT): ([1, 1], [0, 0]),  # calf looks at old, then at ate
        ("amod", TO_HEAD): ([3, 3], [2, 1]),
        ("amod", TO_DEPENDENT): ([2, 2], [1, 1]),  # two heads, three dependents: calf → old; hay → green
        ("nsubj", TO_HEAD): ([1, 1], [0, 1]),
        ("nsubj", TO_DEPENDENT): ([1, 1], [0, 1]),
        ("obj", TO_HEAD): ([1, 1], [1, 0]),
        ("obj", TO_DEPENDENT): ([1, 1], [1, 0]),
    }
    assert {tally.left_out for tally in tallies.values()} == {0}
    assert tallies["amod", TO_HEAD].chance == pytest.approx(3 / 7)  # three items, one of seven words each
    assert tallies["amod", TO_DEPENDENT].chance == pytest.approx(1 / 7 + 2 / 7)  # calf has one amod, hay two


def test_offsets_by_hand():
    tallies = tallied(torch.ones(1, 10, 10), tokens_of(annotated()), annotated())
    assert by_offset(tallies["amod", TO_HEAD]) == {**dict.fromkeys(OFFSETS, 0), 1: 2, 2: 1}
    assert by_offset(tallies["amod", TO_DEPENDENT]) == {**dict.fromkeys(OFFSETS, 0), -1: 2, -2: 1}
    assert by_offset(tallies["obj", TO_HEAD]) == {**dict.fromkeys(OFFSETS, 0), -3: 1}
    assert by_offset(tallies["obj", TO_DEPENDENT]) == {**dict.fromkeys(OFFSETS, 0), 3: 1}


def test_an_offset_never_wraps_round_the_end():
    one = annotated("a b c", (Arc(0, 2, "x"),))
    tally = tallied(torch.ones(1, 5, 5), tokens_of(one), one)["x", TO_HEAD]
    assert by_offset(tally) == {**dict.fromkeys(OFFSETS, 0), 2: 1}


def test_pieces_are_summed_to_a_word_and_averaged_from_it():
    one = annotated("ab cd ef", (Arc(0, 1, "x"), Arc(1, 2, "y")))
    tokens = tokens_of(one, cut=(0, 1))  # [S] a b c d ef [S]
    pattern = torch.zeros(1, 7, 7)
    pattern[0, 1, [3, 4, 5]] = torch.tensor([0.3, 0.3, 0.4])  # 0.6 to cd against 0.4 to ef: only the sum says cd
    pattern[0, 2, [3, 4, 5]] = torch.tensor([0.2, 0.2, 0.5])  # mean .5 to cd, .45 to ef
    pattern[0, 3, 5], pattern[0, 4, 1] = 0.8, 0.7
    tallies = tallied(pattern, tokens, one)
    assert tallies["x", TO_HEAD].counts.hits.tolist() == [1]
    assert tallies["y", TO_HEAD].counts.hits.tolist() == [1]


def test_special_tokens_and_the_word_itself_are_dropped():
    one = annotated("a b c", (Arc(0, 2, "x"),))
    pattern = torch.tensor([0.5, 0.3, 0.05, 0.1, 0.05]).repeat(1, 5, 1)  # [S] most, then a itself, then c
    assert tallied(pattern, tokens_of(one), one)["x", TO_HEAD].counts.hits.tolist() == [1]


def test_a_head_that_gives_no_word_anything_points_at_none():
    one = annotated("a b c", (Arc(0, 1, "x"), Arc(2, 1, "y")))
    tallies = tallied(torch.eye(5)[None], tokens_of(one), one)
    assert [tallies[name, TO_HEAD].counts.hits.tolist() for name in "xy"] == [[0], [0]]
    assert points_at(torch.eye(3), [(0, (1, 2)), (1, (0, 1))]).tolist() == [-1, 1]


def test_what_a_causal_head_cannot_see_is_left_out_and_no_candidate():
    one = annotated("a b c d", (Arc(0, 1, "x"), Arc(2, 1, "x"), Arc(3, 0, "y")))
    tokens = tokens_of(one)
    pattern = torch.zeros(1, 6, 6)
    pattern[0, 3, 2] = pattern[0, 4, 5] = 1.0  # c looks at b
    tallies = tallied(pattern, tokens, one, is_causal=True)
    forward = tallies["x", TO_HEAD]  # a → b lies ahead
    assert (forward.counts.hits.tolist(), forward.counts.n.tolist(), forward.left_out) == ([1], [1], 1)
    assert forward.chance == pytest.approx(1 / 2)  # c sees a and b
    assert by_offset(forward) == {**dict.fromkeys(OFFSETS, 0), -1: 1}
    backward = tallies["x", TO_DEPENDENT]  # b sees its dependent a, not c
    assert (backward.counts.hits.tolist(), backward.counts.n.tolist(), backward.left_out) == ([0], [1], 0)
    assert by_offset(backward) == {**dict.fromkeys(OFFSETS, 0), -1: 1}
    assert tallies["y", TO_DEPENDENT].left_out == 1
    assert tallies["y", TO_DEPENDENT].share.isnan().all()


def test_words_without_a_piece_are_nobodys_answer():
    one = annotated("a cannot b", (Arc(0, 1, "x"),))
    arcs = (Arc(0, 1, "x"), Arc(2, 1, "y"), Arc(3, 2, "y"))
    split = Annotated(one.text, ("a", "can", "not", "b"), ((0, 1), (2, 5), (5, 8), (9, 10)), arcs)
    pattern = torch.zeros(1, 5, 5)
    pattern[0, 1, 2] = 1.0
    tallies = tallied(pattern, tokens_of(one), split)
    seen = {key: (tally.counts.hits.tolist(), tally.left_out) for key, tally in tallies.items()}
    assert seen["x", TO_HEAD] == ([1], 0)
    assert seen["y", TO_HEAD] == ([0], 2)  # one has no row, the other no column
    assert tallies["x", TO_HEAD].chance == pytest.approx(1 / 2)  # of can and b


def test_candidates_and_rules_of_an_item():
    word_map = torch.tensor([[[0.0, 0.1, 0.2, 0.7], [0.3, 0.0, 0.3, 0.4], [0.1, 0.5, 0.0, 0.4]]])
    word_map = torch.cat([word_map, torch.zeros(1, 1, 4)], dim=1)  # (head, word, word)
    item = Item(0, (2, 3), among=(1, 2), rules=(("nearest", 1), ("last", 2)))
    tally = tally_items(word_map, {("s", None): [item, Item(2, (0,), among=(0, 3), rules=(("last", 3),))]})["s", None]
    assert tally.counts.hits.tolist() == [1]  # 2 is more than 1, and 3 is no candidate; then 3 is more than 0
    assert tally.chance == pytest.approx(1 / 2 + 1 / 2)
    assert (tally.rules["nearest"], tally.rules["last"], tally.rules["offset +2"]) == (0, 1, 1)
    with pytest.raises(InputError, match="names word 4, but the map has 4 words"):
        tally_items(word_map, {("s", None): [Item(4, (0,))]})


def test_a_sentence_without_arcs_holds_nothing():
    one = annotated("a b . !", (Arc(2, 0, "punct"), Arc(3, 0, "punct:other")))
    assert tallied(torch.ones(1, 6, 6), tokens_of(one), one) == {}


def test_no_items_give_nan_not_0():
    tally = tally_items(torch.ones(3, 5, 5), {("s", None): []})["s", None]
    assert tally.share.isnan().all()
    assert tally.counts.n.tolist() == [0, 0, 0]


def test_a_planted_head_is_found_among_others():
    torch.manual_seed(3)
    verbs = [annotated(f"a b {'c ' * gap}d", (Arc(0, 2 + gap, "obj"), Arc(1, 0, "det"))) for gap in range(7)]
    tallies = []
    for one in verbs:
        tokens = tokens_of(one)
        pattern = torch.rand(3, 5, len(tokens), len(tokens)).softmax(-1)  # (layer, head, query, key)
        pattern[2, 3, 1, len(one)] = 1
        tallies.append(tallied(pattern, tokens, one)["obj", TO_HEAD])
    tally = pooled(tallies)
    assert tally.share.shape == (3, 5)
    assert divmod(int(tally.share.argmax()), 5) == (2, 3)
    assert tally.share[2, 3] == 1
    assert tally.counts.n[0, 0] == 7
    assert by_offset(tally) == {**dict.fromkeys(OFFSETS, 0), 2: 1, 3: 1, 4: 1, 5: 1}


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.sets(st.integers(0, 7)), st.booleans())
def test_heads_one_at_a_time_are_heads_together_and_nothing_is_changed(seed, cut, is_causal):
    one = annotated()
    tokens = tokens_of(one, cut - {7})
    pattern = torch.rand(2, 3, len(tokens), len(tokens), generator=torch.Generator().manual_seed(seed))
    before = pattern.clone()
    together = tallied(pattern, tokens, one, is_causal=is_causal)
    assert torch.equal(pattern, before)
    for layer in range(2):
        for head in range(3):
            alone = tallied(pattern[layer, head], tokens, one, is_causal=is_causal)
            for key, tally in together.items():
                assert tally.counts.hits[layer, head] == alone[key].counts.hits
                assert tally.rules == alone[key].rules
                assert 0 <= tally.counts.hits[layer, head] <= tally.counts.n[layer, head]


def test_pooling_in_parts_is_pooling_at_once():
    torch.manual_seed(1)
    one, tokens = annotated(), tokens_of(annotated())
    tallies = [tallied(torch.rand(4, 10, 10), tokens, one)["amod", TO_HEAD] for _ in range(5)]
    at_once, in_parts = pooled(tallies), pooled([pooled(tallies[:2]), pooled(tallies[2:])])
    assert torch.equal(at_once.counts.hits, in_parts.counts.hits)
    assert torch.equal(at_once.counts.hits, sum(tally.counts.hits for tally in tallies))
    assert at_once.rules == in_parts.rules == {name: 5 * hits for name, hits in tallies[0].rules.items()}
    assert at_once.chance == pytest.approx(15 / 7)
    assert math.isnan((at_once + type(at_once)(at_once.counts)).chance)
