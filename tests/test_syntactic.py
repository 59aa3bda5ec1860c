"""Hits along dependencies, by hand, and the invariants that let sentences add up."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mha_viz.annotations import Annotated, Arc
from mha_viz.errors import InputError
from mha_viz.head_scores.syntactic import OFFSETS, TO_DEPENDENT, TO_HEAD, pooled, relation_counts
from mha_viz.objects import Positions

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


def test_both_directions_by_hand():
    one = annotated()
    tokens = tokens_of(one)  # token i + 1 is word i
    #          [S] the old calf ate fresh green hay . [S]
    first = [0, 3, 3, 2, 7, 6, 7, 4, 4, 0]
    second = [0, 2, 1, 4, 3, 7, 5, 6, 7, 0]
    pattern = torch.cat([pointing(tokens, first), pointing(tokens, second)])  # (head, query, key)
    counts = relation_counts(pattern, tokens, one)
    found = {name: (hits.n, hits.hits.tolist()) for name, hits in counts.relations.items()}
    assert found == {
        ("det", TO_HEAD): (1, [1, 0]),
        ("det", TO_DEPENDENT): (1, [0, 0]),  # calf looks at old, then at ate
        ("amod", TO_HEAD): (3, [2, 1]),
        ("amod", TO_DEPENDENT): (2, [1, 1]),  # two heads, three dependents: calf → old; hay → green
        ("nsubj", TO_HEAD): (1, [0, 1]),
        ("nsubj", TO_DEPENDENT): (1, [0, 1]),
        ("obj", TO_HEAD): (1, [1, 0]),
        ("obj", TO_DEPENDENT): (1, [1, 0]),
    }
    assert (counts.n_sentences, counts.n_left_out) == (1, 0)


def test_offsets_by_hand():
    relations = relation_counts(torch.ones(1, 10, 10), tokens_of(annotated()), annotated()).relations
    assert dict(zip(OFFSETS, relations["amod", TO_HEAD].offset_hits.tolist(), strict=True)) == {
        **dict.fromkeys(OFFSETS, 0), 1: 2, 2: 1,
    }  # fmt: skip
    assert relations["amod", TO_HEAD].best_offset == (1, 2 / 3)
    assert relations["amod", TO_DEPENDENT].best_offset == (-1, 1.0)  # any of hay's two amods counts
    assert relations["obj", TO_HEAD].best_offset == (-3, 1.0)
    assert relations["obj", TO_DEPENDENT].best_offset == (3, 1.0)


def test_of_equal_offsets_the_lowest_is_named():
    one = annotated("a b c d", (Arc(0, 1, "x"), Arc(3, 1, "x")))
    assert relation_counts(torch.ones(1, 6, 6), tokens_of(one), one).relations["x", TO_HEAD].best_offset == (-2, 0.5)


def test_an_offset_never_wraps_round_the_end():
    one = annotated("a b c", (Arc(0, 2, "x"),))
    hits = relation_counts(torch.ones(1, 5, 5), tokens_of(one), one).relations["x", TO_HEAD]
    assert dict(zip(OFFSETS, hits.offset_hits.tolist(), strict=True)) == {**dict.fromkeys(OFFSETS, 0), 2: 1}


def test_pieces_are_summed_to_a_word_and_averaged_from_it():
    one = annotated("ab cd ef", (Arc(0, 1, "x"), Arc(1, 2, "y")))
    tokens = tokens_of(one, cut=(0, 1))  # [S] a b c d ef [S]
    pattern = torch.zeros(1, 7, 7)
    pattern[0, 1, [3, 4, 5]] = torch.tensor([0.3, 0.3, 0.4])  # 0.6 to cd against 0.4 to ef: only the sum says cd
    pattern[0, 2, [3, 4, 5]] = torch.tensor([0.2, 0.2, 0.5])  # mean .5 to cd, .45 to ef
    pattern[0, 3, 5], pattern[0, 4, 1] = 0.8, 0.7
    counts = relation_counts(pattern, tokens, one)
    assert counts.relations["x", TO_HEAD].hits.tolist() == [1]
    assert counts.relations["y", TO_HEAD].hits.tolist() == [1]


def test_special_tokens_and_the_word_itself_are_dropped():
    one = annotated("a b c", (Arc(0, 2, "x"),))
    pattern = torch.tensor([0.5, 0.3, 0.05, 0.1, 0.05]).repeat(1, 5, 1)  # [S] most, then a itself, then c
    assert relation_counts(pattern, tokens_of(one), one).relations["x", TO_HEAD].hits.tolist() == [1]


def test_a_causal_head_never_points_ahead():
    one = annotated("a b c", (Arc(0, 1, "x"), Arc(2, 1, "y")))
    pattern = torch.eye(5)[None]  # every other word gets 0: no word is the strongest
    relations = relation_counts(pattern, tokens_of(one), one).relations
    assert [relations[name, TO_HEAD].hits.tolist() for name in "xy"] == [[0], [0]]


def test_a_sentence_whose_words_do_not_all_own_a_piece_is_left_out_and_counted():
    one = annotated("a cannot b", (Arc(0, 1, "x"),))
    tokens = tokens_of(one)
    split = Annotated(one.text, ("a", "can", "not", "b"), ((0, 1), (2, 5), (5, 8), (9, 10)), (Arc(0, 1, "x"),))
    left_out = relation_counts(torch.ones(2, 5, 5), tokens, split)
    assert (left_out.relations, left_out.n_sentences, left_out.n_left_out) == ({}, 0, 1)
    both = pooled([left_out, relation_counts(torch.ones(2, 5, 5), tokens, one)])
    assert (both.n_sentences, both.n_left_out, both.relations["x", TO_HEAD].n) == (1, 1, 1)


def test_a_sentence_without_arcs_is_measured_and_holds_nothing():
    one = annotated("a b . !", (Arc(2, 0, "punct"), Arc(3, 0, "punct:other")))
    counts = relation_counts(torch.ones(1, 6, 6), tokens_of(one), one)
    assert (counts.relations, counts.n_sentences) == ({}, 1)


def test_no_items_give_nan_not_0():
    hits = relation_counts(torch.ones(3, 10, 10), tokens_of(annotated()), annotated()).relations["det", TO_HEAD]
    nothing = type(hits)(0, hits.hits * 0, hits.offset_hits * 0, 0)
    assert nothing.share.isnan().all()
    assert math.isnan(nothing.best_offset[1])


def test_a_planted_head_is_found_among_others():
    torch.manual_seed(3)
    verbs = [annotated(f"a b {'c ' * gap}d", (Arc(0, 2 + gap, "obj"), Arc(1, 0, "det"))) for gap in range(7)]
    counts = []
    for one in verbs:
        tokens = tokens_of(one)
        pattern = torch.rand(3, 5, len(tokens), len(tokens)).softmax(-1)  # (layer, head, query, key)
        pattern[2, 3, 1, len(one)] = 1
        counts.append(relation_counts(pattern, tokens, one))
    hits = pooled(counts).relations["obj", TO_HEAD]
    assert hits.hits.shape == (3, 5)
    assert divmod(int(hits.share.argmax()), 5) == (2, 3)
    assert hits.share[2, 3] == 1
    assert (hits.n, hits.n_sentences) == (7, 7)
    assert hits.best_offset == (2, 1 / 7)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.sets(st.integers(0, 7)))
def test_heads_one_at_a_time_are_heads_together_and_nothing_is_changed(seed, cut):
    one = annotated()
    tokens = tokens_of(one, cut - {7})
    pattern = torch.rand(2, 3, len(tokens), len(tokens), generator=torch.Generator().manual_seed(seed))
    before = pattern.clone()
    together = relation_counts(pattern, tokens, one)
    assert torch.equal(pattern, before)
    for layer in range(2):
        for head in range(3):
            alone = relation_counts(pattern[layer, head], tokens, one)
            for name, hits in together.relations.items():
                assert hits.hits[layer, head] == alone.relations[name].hits
                assert torch.equal(hits.offset_hits, alone.relations[name].offset_hits)
                assert 0 <= hits.hits[layer, head] <= hits.n


def test_pooling_in_parts_is_pooling_at_once():
    torch.manual_seed(1)
    one, tokens = annotated(), tokens_of(annotated())
    counts = [relation_counts(torch.rand(4, 10, 10), tokens, one) for _ in range(5)]
    at_once, in_parts = pooled(counts), pooled([pooled(counts[:2]), pooled(counts[2:]), pooled([])])
    assert at_once.n_sentences == in_parts.n_sentences == 5
    for name, hits in at_once.relations.items():
        other = in_parts.relations[name]
        assert (hits.n, hits.n_sentences) == (other.n, other.n_sentences)
        assert torch.equal(hits.hits, other.hits)
        assert torch.equal(hits.hits, sum(count.relations[name].hits for count in counts))


def test_what_does_not_fit_is_refused():
    one, tokens = annotated(), tokens_of(annotated())
    with pytest.raises(InputError, match=r"shape \(2, 9, 10\) does not fit 10 tokens"):
        relation_counts(torch.ones(2, 9, 10), tokens, one)
    counts = [relation_counts(torch.ones(n, 10, 10), tokens, one) for n in (2, 3)]
    with pytest.raises(InputError, match=r"Counts of \(2,\) and of \(3,\) heads"):
        pooled(counts)
