"""What is said of a head in cross-attention: numbers of one text, against the other words of the target."""

import pytest
import torch

from mha_viz.evidence.cards import cross_card as card
from mha_viz.evidence.cards.cards import ONE_SENTENCE
from mha_viz.inputs.words import merge_pattern, ordinary, word_axes
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import ENCODER_DECODERS, make, tokenizer


@pytest.fixture(scope="module")
def found():
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    return capture(model, "the cat sat on a mat", target="a dog ran")


def told(monkeypatch, found, weights):
    """The lines, where a head has these weights: of every ordinary word of the target, on words of the source."""
    queries, keys = word_axes(found, "cross")
    pattern = torch.zeros(len(queries), len(keys))
    pattern[ordinary(queries)] = torch.tensor(weights)
    monkeypatch.setattr(card, "merge_pattern", lambda *_: pattern)
    said = card.cross_card(found, 0, 1)
    assert said.ending == ONE_SENTENCE
    return [(verdict, line.replace("\N{NO-BREAK SPACE}", " ")) for verdict, line in said.lines]


def test_what_goes_to_special_tokens_and_the_pairs_that_stand_out(found, monkeypatch):
    _, keys = word_axes(found, "cross")
    assert len(keys) == 8  # [CLS] the cat sat on a mat [SEP]
    lines = told(monkeypatch, found, [
        [0.3, 0.1, 0.2, 0.0, 0.0, 0.1, 0.1, 0.2],
        [0.1, 0.1, 0.7, 0.0, 0.0, 0.0, 0.0, 0.1],
        [0.0, 0.1, 0.0, 0.5, 0.0, 0.0, 0.2, 0.2],
    ])  # fmt: skip
    assert lines == [
        (None, "Words of the target give 30 % of their attention to special tokens of the source, where an even spread "
         "gives 25 %."),
        (None, "Most above the others, “dog” gives “cat” 70 % (other words: 10 %), “ran” gives “sat” 50 % (other "
         "words: 0 %), “ran” gives “mat” 20 % (other words: 5.0 %)."),
    ]  # fmt: skip


def test_where_all_words_look_alike_no_pair_is_named(found, monkeypatch):
    lines = told(monkeypatch, found, [[0.25, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.0]] * 3)
    assert [line for _, line in lines] == [
        "Words of the target give 25 % of their attention to special tokens of the source, where an even spread gives "
        "25 %."
    ]


def test_the_numbers_are_those_of_the_head(found):
    from mha_viz.attention.maps import pattern

    queries, keys = word_axes(found, "cross")
    whole = merge_pattern(pattern(found, 1, kind="cross"), queries, keys)[2]
    share = whole[ordinary(queries)][:, [0, 7]].sum(dim=1).mean().item()
    (_, line), *_ = card.cross_card(found, 1, 2).lines
    assert float(line.split()[5]) == pytest.approx(100 * share, abs=0.5)
