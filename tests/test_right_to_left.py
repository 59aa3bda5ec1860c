"""Sentences in English with a Hebrew or Arabic word in them: the word runs its own way and turns nothing around it."""

import pandas as pd
import pytest
import torch

from mha_viz.annotation.annotated import Annotated, Arc
from mha_viz.annotation.corrections import fitting
from mha_viz.annotation.marks import Mark, read_marks
from mha_viz.attention.head_filter import filtered_heads
from mha_viz.errors import InputError
from mha_viz.evidence.cards.examples import Candidates, Example, candidates_sentence, example_lines
from mha_viz.inputs.chat import written_messages
from mha_viz.inputs.notes import read_otherwise
from mha_viz.inputs.text import read_text
from mha_viz.inputs.words import find_word, group_words
from mha_viz.objects import Positions
from mha_viz.recording.elsewhere.tensors import capture_of
from mha_viz.views.captions.facts import fact_lines
from mha_viz.views.story import everywhere_numbers, turning_numbers
from mha_viz.views.training import _strongest_of_last
from mha_viz.wording import END, ISOLATE, isolated, quoted
from tests.support.networks.families import tokenizer


def refusal(function, *arguments, **options):
    with pytest.raises(InputError) as error:
        function(*arguments, **options)
    return str(error.value)


TURNS = {"layer": 0, "head": 1, "first": 0.5, "second": -0.5}


def two_words(word):
    return Annotated(f"{word} x", (word, "x"), ((0, len(word)), (len(word) + 1, len(word) + 2)), (Arc(1, 0, "obj"),))


def words_of(*labels):
    text, spans, at = " ".join(labels), [], 0
    for label in labels:
        spans.append((at, at + len(label)))
        at += len(label) + 1
    n = len(labels)
    return group_words(Positions((0,) * n, labels, (False,) * n, tuple(spans), text))


def rows_that_do_not_sum_to_one(word):
    return refusal(capture_of, [torch.full((1, 1, 2, 2), 0.4)], [word, "x"])


# what says it: (a sentence with the word in it, how often it stands there)
SENTENCES = {
    "a circle of arcs": (lambda word: fitting(two_words(word), [Mark("arc", 1, 0, "obj")])[1][0], 2),
    "a mark of a word that is missing": (
        lambda word: fitting(two_words(word), [Mark("arc", 0, 7, word)])[1][0], 1
    ),
    "a mark that is none": (lambda word: read_marks(word)[1][0], 1),
    "a mark with a relation of its own": (lambda word: read_marks(f"2>2:{word}")[1][0], 1),
    "a filter": (lambda word: refusal(filtered_heads, pd.DataFrame({"layer": [0], "head": [0]}), word, {}), 1),
    "a clear example": (lambda word: " ".join(example_lines([Example(word, word, word, 0.7)])[0]), 3),
    "candidates": (lambda word: candidates_sentence([Candidates(word, ((word, 0.7), ("x", 0.2)))]), 2),
    "a message without a role": (lambda word: refusal(written_messages, word), 2),
    "what is read otherwise": (lambda word: read_otherwise(
        Positions((0,), (word,), (False,), ((0, len(word)),), word, reads=(f"{word}x",))), 2),
    "what is unknown": (lambda word: read_text(tokenizer(), f"the {word}").notes[0], 1),
    "a word that is missing": (lambda word: refusal(find_word, words_of("x", word), f"{word}y"), 2),
    "a word that is there twice": (lambda word: refusal(find_word, words_of(word, word), word), 5),
    "rows that do not sum to 1": (rows_that_do_not_sum_to_one, 1),
    "rows that are no numbers": (
        lambda word: refusal(capture_of, [torch.full((1, 1, 2, 2), torch.nan)], [word, "x"]), 1
    ),
    "the text of a picture": (lambda word: fact_lines({"text": word})[0], 1),
    "facts of a picture": (lambda word: fact_lines({"model": "m", "to": word, "unit": "share"})[0], 1),
    "the last word": (lambda word: _strongest_of_last(torch.tensor([0.2, 0.8]), ["x", word], "L0 H1"), 2),
    "the words of a lesson": (lambda word: str.join(" ", everywhere_numbers("m", word, word, 3, 5).values()), 2),
    "a lesson's endings": (lambda word: str.join(" ", turning_numbers(TURNS, word, (word, word)).values()), 3),
}  # fmt: skip


@pytest.mark.parametrize("word", ["שלום", "قطة"], ids=["Hebrew", "Arabic"])
@pytest.mark.parametrize("says", SENTENCES)
def test_each_word_that_runs_from_the_right_is_isolated(says, word):
    sentence_of, n = SENTENCES[says]
    sentence = sentence_of(word)
    assert sentence.count(word) == n
    inside, outside = [], []
    depth = 0
    for at, character in enumerate(sentence):
        depth += (character == ISOLATE) - (character == END)
        if sentence.startswith(word, at):
            (inside if depth else outside).append(at)
    assert (len(inside), outside, depth) == (n, [], 0)


@pytest.mark.parametrize("says", SENTENCES)
def test_other_words_bring_no_signs(says):
    assert not {ISOLATE, END} & set(SENTENCES[says][0]("zebra"))


def test_two_words_are_isolated_apart_from_what_stands_between():
    """The arrow between them is English: it points from left to right."""
    ((words, where),) = example_lines([Example("א ב", "א", "ב", 0.7)])
    assert words == f"{ISOLATE}א{END} → {ISOLATE}ב{END}"
    assert where == f"70 %, in “{ISOLATE}א ב{END}”"
    assert (quoted("ab"), isolated("ab"), quoted("א")) == ("“ab”", "ab", f"“{ISOLATE}א{END}”")
