"""Attention to words that set the tone, beside like words: by hand, and what the lexicon holds."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from mha_viz.scores.counting import pooled
from mha_viz.scores.families.tone import (
    EVALUATIVE,
    FORMALITY,
    INTENSIFIER,
    PENN,
    SUBJECTIVE,
    Lexicon,
    english,
    tone_tallies,
    tone_words,
)
from tests.support.texts.annotating import annotated

# 0   1     2    3   4   5    6    7   8      9
SOUP = annotated("The nice cook was very late again with Thai soup", tags="DET ADJ NOUN AUX ADV ADJ ADV ADP ADJ NOUN")
LEXICON = Lexicon(
    {("nice", "ADJ"): 0.6, ("late", "ADJ"): -0.2, ("cook", "VERB"): 0.9, ("hate", "VERB"): -0.8},
    {"nice": 500, "late": 400, "thai": 700, "very": 9000, "again": 3000, "not": 5000, "to": 9000, "x": 2},
)


def shares(received, **settings):
    """One head: what each word receives from every other, by word."""
    word_map = torch.zeros(1, len(SOUP), len(SOUP))
    for word, attention in received.items():
        word_map[0, :, word] = attention
        word_map[0, word, word] = 0.9  # itself does not count
    return tone_tallies(word_map, SOUP, lexicon=LEXICON, **settings)


def test_which_words_set_the_tone():
    assert tone_words(SOUP, LEXICON) == {EVALUATIVE: [1], INTENSIFIER: [4]}  # cook is no verb, late is hardly bad
    said = annotated("I hated it However they did n’t x n't", tags="PRON VERB PRON ADV PRON AUX PART NOUN PART")
    assert tone_words(said, LEXICON) == {FORMALITY: [3, 6, 8]}
    lemmas = ("I", "hate", "it", "however", "they", "do", "not", "x", "not")
    assert tone_words(replace(said, lemmas=lemmas), LEXICON) == {EVALUATIVE: [1], FORMALITY: [3, 6, 8]}
    assert tone_words(annotated("very", tags="ADJ"), LEXICON) == {}  # the very idea


def test_a_word_beside_the_like_word_that_is_nearest_in_frequency():
    found = shares({1: 0.3, 5: 0.1, 8: 0.7, 4: 0.2, 6: 0.2})
    assert found[EVALUATIVE, None].counts.hits.item() == pytest.approx(0.3 / (0.3 + 0.1))  # late, not Thai
    assert found[INTENSIFIER, None].counts.hits.item() == pytest.approx(0.5)
    for tally in found.values():
        assert (tally.counts.n.item(), tally.chance, tally.left_out) == (1, 0.5, 0)
    near = replace(LEXICON, frequency=LEXICON.frequency | {"thai": 480})
    word_map = torch.zeros(1, 10, 10)
    word_map[0, 0, [1, 5, 8]] = torch.tensor([0.3, 0.1, 0.7])
    assert tone_tallies(word_map, SOUP, lexicon=near)[EVALUATIVE, None].share.item() == pytest.approx(0.3)  # Thai now
    far = replace(LEXICON, frequency={"nice": 5, "late": 100, "thai": 100})
    none = tone_tallies(torch.ones(1, 10, 10), SOUP, lexicon=far)[EVALUATIVE, None]
    assert (none.left_out, none.share.isnan().all(), none.chance) == (1, True, 0)


def test_only_words_beside_the_two_are_asked():
    word_map = torch.zeros(1, 10, 10)
    word_map[0, 1, 5], word_map[0, 5, 1] = 0.8, 0.4  # to each other
    word_map[0, 0, 5], word_map[0, 9, 5], word_map[0, 9, 1] = 0.3, 0.1, 0.2
    both = tone_tallies(word_map, SOUP, lexicon=LEXICON)[EVALUATIVE, None]
    assert both.counts.hits.item() == pytest.approx(0.2 / 0.6)
    causal = tone_tallies(word_map, SOUP, lexicon=LEXICON, is_causal=True)[EVALUATIVE, None]
    assert causal.counts.hits.item() == pytest.approx(0.2 / 0.3)  # The comes before both
    end = annotated("a nice x late", tags="DET ADJ NOUN ADJ")
    assert tone_tallies(torch.ones(1, 4, 4), end, lexicon=LEXICON, is_causal=True)[EVALUATIVE, None].left_out == 1


def test_missing_words_and_heads_that_give_nothing():
    assert shares({1: 0.3, 5: 0.1}, missing=(1,))[EVALUATIVE, None].left_out == 1
    assert shares({1: 0.3, 5: 0.1, 8: 0.9}, missing=(5,))[EVALUATIVE, None].counts.hits.item() == pytest.approx(0.25)
    nothing = shares({})[EVALUATIVE, None]
    assert (nothing.counts.n.item(), nothing.left_out, nothing.share.isnan().all()) == (0, 0, True)
    assert tone_tallies(torch.ones(1, 2, 2), annotated("a b", tags="X X"), lexicon=LEXICON) == {}


def test_a_contraction_is_as_frequent_as_what_it_is_short_for():
    word_map = torch.zeros(1, 4, 4)
    word_map[0, 1, :3] = torch.tensor([0.3, 0.0, 0.1])
    one = annotated("n't x to y", tags="PART PART PART NOUN")
    assert tone_tallies(word_map, one, lexicon=LEXICON)[FORMALITY, None].share.item() == pytest.approx(0.75)


def test_a_planted_head_and_nothing_is_changed():
    torch.manual_seed(0)
    found = []
    for _ in range(20):
        word_map = torch.rand(2, 3, 10, 10)
        word_map[1, 2, :, 1] *= 5
        before = word_map.clone()
        found.append(tone_tallies(word_map, SOUP, lexicon=LEXICON)[EVALUATIVE, None])
        assert torch.equal(word_map, before)
    tally = pooled(found)
    assert divmod(int(tally.share.argmax()), 3) == (1, 2)
    assert tally.share[1, 2] > 0.75
    others = tally.share.flatten()[:5]
    assert ((others - 0.5).abs() < 0.1).all()  # chance
    assert tally.chance == 10


def test_the_english_lexicon():
    lexicon = english()
    assert lexicon.polarity["great", "ADJ"] > 0.5
    assert lexicon.polarity["terrible", "ADJ"] < -0.5
    assert lexicon.polarity["terribly", "ADV"] < -0.5
    assert ("more", "ADJ") not in lexicon.polarity
    assert lexicon.frequency["the"] > lexicon.frequency["soup"] > 0
    said = annotated("A great day", tags="DET ADJ NOUN")
    assert tone_tallies(torch.ones(1, 3, 3), said)[EVALUATIVE, None].left_out == 1


def test_the_lexicon_is_textblobs_and_comes_without_its_taggers():
    show = "print(len(english().polarity), 'textblob' in sys.modules)"
    script = f"import sys; from mha_viz.scores.families.tone import english; {show}"
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    from textblob.en import sentiment  # takes seconds, which is what ours does without

    polarity = {}
    for word, classes in sentiment.items():
        for tag, penn in PENN.items():
            polar, subjective, _ = classes.get(penn, (0.0, 0.0, 1.0))
            if subjective > SUBJECTIVE:
                polarity[word, tag] = polar
    assert told.split() == [str(len(polarity)), "False"]
    assert english().polarity == polarity
