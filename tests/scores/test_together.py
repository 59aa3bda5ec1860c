"""Texts that are counted side by side get what each gets by itself."""

import math

import pytest
import torch

from mha_viz.annotation.annotated import Annotated, Arc
from mha_viz.objects import AttentionCall, Positions
from mha_viz.scores import together
from mha_viz.scores.tallies import TextTallies
from mha_viz.scores.together import count_together

WORDS = ("The", "old", "cats", "saw", "a", "cat", ",", "dogs", "and", "a", "cat")
TAGS = ("DET", "ADJ", "NOUN", "VERB", "DET", "NOUN", "PUNCT", "NOUN", "CCONJ", "DET", "NOUN")
ARCS = (Arc(0, 2, "det"), Arc(1, 2, "amod"), Arc(2, 3, "nsubj"), Arc(4, 5, "det"), Arc(5, 3, "obj"), Arc(7, 5, "conj"))


def a_text(n_words, seed, *, kind="encoder", joined=False, hides=None, scopes=("tokens", "sentence")):
    """Three layers of two heads on a text of so many words, each a token, the second of two where it is ``joined``."""
    words, tokens = WORDS[:n_words], []
    begin, spans = 0, []
    for word in words:
        spans.append((begin, begin + len(word)))
        begin += len(word) + 1
    for i, (a, b) in enumerate(spans):
        tokens += [(a, a + 1), (a + 1, b)] if joined and i == 1 else [(a, b)]
    text = " ".join(words)
    labels = ("[CLS]", *(text[slice(*span)] for span in tokens), "[SEP]")
    n = len(labels)
    ids = tuple(sum(map(ord, label)) for label in labels)
    special = (True, *[False] * (n - 2), True)
    positions = Positions(ids, labels, special, (None, *tokens, None), text)
    arcs = tuple(arc for arc in ARCS if max(arc.dependent, arc.head) < n_words)
    annotated = Annotated(text, words, tuple(spans), arcs, tags=TAGS[:n_words])
    generator = torch.Generator().manual_seed(seed)
    similarity = torch.rand(n_words, n_words, generator=generator)
    made = TextTallies(positions, annotated, scopes=scopes, similarity=similarity + similarity.T)
    for layer in range(3):
        logits = 3 * torch.randn(2, n, n, generator=generator)
        if kind == "decoder":
            logits = logits.masked_fill(torch.ones(n, n, dtype=torch.bool).triu(1), -torch.inf)
        pattern = logits.softmax(dim=-1)
        if hides is not None:
            pattern[:, hides] = 0.0
        made(AttentionCall(layer, kind, seen_logits=logits, seen_pattern=pattern))
    return made


def same(ours, alone):
    assert list(ours) == list(alone)
    for key, tally in ours.items():
        other = alone[key]
        assert torch.equal(*torch.broadcast_tensors(tally.counts.n.double(), other.counts.n.double())), key
        torch.testing.assert_close(tally.counts.hits, other.counts.hits, rtol=1e-6, atol=1e-6)
        assert tally.rules == other.rules, key
        assert tally.left_out == other.left_out, key
        assert tally.chance == pytest.approx(other.chance, rel=1e-6) or math.isnan(tally.chance + other.chance), key


@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_texts_that_are_counted_side_by_side_get_what_each_gets_alone(kind, monkeypatch):
    made = [(11, 0, True), (9, 1, False), (10, 2, True), (4, 3, False), (3, 4, False)]
    alone = [a_text(n, seed, kind=kind, joined=joined).tallies() for n, seed, joined in made]
    groups, counted = [], together._counted
    monkeypatch.setattr(together, "_counted", lambda group, maps: groups.append(len(group)) or counted(group, maps))
    beside = [a_text(n, seed, kind=kind, joined=joined) for n, seed, joined in made]
    count_together(beside)
    assert groups == [3, 2]  # the long ones, and the short ones
    for ours, other in zip(beside, alone, strict=True):
        same(ours.tallies(), other)


def test_words_without_a_token_and_lists_of_scores_are_kept_apart():
    """Of two texts, one is asked about tokens alone: it stays by itself."""
    both = [a_text(9, 5), a_text(9, 6, scopes=("tokens",)), a_text(8, 7)]
    alone = [a_text(9, 5), a_text(9, 6, scopes=("tokens",)), a_text(8, 7)]
    count_together(both)
    for ours, other in zip(both, alone, strict=True):
        same(ours.tallies(), other.tallies())


def test_a_text_of_which_a_row_holds_nothing_is_counted_alone(monkeypatch):
    both, alone = ([a_text(9, 5), a_text(9, 6, hides=4)] for _ in range(2))
    monkeypatch.setattr(together, "_counted", lambda *_: pytest.fail("it was filled up"))
    count_together(both)
    for ours, other in zip(both, alone, strict=True):
        same(ours.tallies(), other.tallies())


def test_what_was_looked_at_already_is_left_alone(monkeypatch):
    """Where not all layers may be held, a part of them is counted when the others come."""
    texts = [a_text(9, 5), a_text(9, 6)]
    for text in texts:
        text.blocks._look()
    monkeypatch.setattr(together, "_counted", lambda *_: pytest.fail("a part of it is counted"))
    count_together(texts)
