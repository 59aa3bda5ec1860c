"""Links between the words of two texts: by hand, and error rates against sets."""

from itertools import product

import pytest
import torch

from mha_viz.errors import InputError
from mha_viz.inputs.text import read_text
from mha_viz.scores.alignment import READ, WRITTEN, link_errors, linked_words, tokens_of_words
from tests.support.networks.families import tokenizer

# Keys: a prompt, "old" in two tokens, "cat", the end. Queries: the start, "vieux", "chat" in two tokens.
ROWS = torch.tensor(
    [
        [0.6, 0.1, 0.1, 0.15, 0.05],
        [0.1, 0.2, 0.3, 0.4, 0.0],
        [0.0, 0.05, 0.05, 0.5, 0.4],
        [0.0, 0.5, 0.25, 0.25, 0.0],
    ]
)
SOURCE, TARGET = [[1, 2], [3]], [[1], [2, 3]]


def test_a_word_is_linked_to_the_word_whose_tokens_get_most_in_the_mean_of_its_rows():
    rows = torch.stack([ROWS, ROWS.flip(0)])
    assert linked_words(rows, SOURCE, TARGET, WRITTEN) == [[(0, 0), (1, 1)], [(0, 0), (1, 1)]]
    assert linked_words(rows, SOURCE, TARGET, READ) == [[(0, 0), (0, 1)], [(1, 0), (0, 1)]]


def test_a_target_word_without_a_token_has_no_link_and_a_source_word_without_one_gets_none():
    assert linked_words(ROWS[None], [[], [3]], [[], [2, 3]], READ) == [[(1, 1)]]


def test_words_are_those_after_the_prompt():
    positions = read_text(tokenizer(), "the cat sat on a mat the cat")
    assert tokens_of_words(positions, ["mat", "the", "cat"]) == [[6], [7], [8]]
    assert tokens_of_words(positions, ["the", "cat", "sat", "on", "a", "mat", "the", "cat"])[0] == [1]
    with pytest.raises(InputError, match="does not end with 'the dog'"):
        tokens_of_words(positions, ["the", "dog"])


def test_error_rates_are_those_of_sets():
    cells = list(product(range(3), range(2)))
    for bits in range(64):
        found = {cell for i, cell in enumerate(cells) if bits >> i & 1}
        sure, possible = frozenset(cells[:2]), frozenset(cells[:4])
        wrong, n = link_errors(found, sure, possible)
        rate = 1 - (len(found & sure) + len(found & possible)) / (len(found) + len(sure))
        assert wrong / n == pytest.approx(rate)
