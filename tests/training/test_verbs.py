"""What the classroom model is asked by its grammar: every held-out twin once, up to the pronoun, and its verb."""

import pytest

from mha_viz.comparison.asks import Accuracy
from mha_viz.errors import InputError
from mha_viz.evidence.importance.over_texts import mean_effect
from mha_viz.models.load import load_model
from mha_viz.training.grammar import DOERS, twins
from mha_viz.training.measures import closing_accuracy
from mha_viz.training.verbs import verb_questions


def test_every_twin_is_asked_for_the_verb_that_it_ends_with():
    texts, asks, units = verb_questions()
    sentences = list(twins())
    assert len(texts) == len(asks) == len(units) == len(sentences) == 180
    for text, ask, unit, sentence in zip(texts, asks, units, sentences, strict=True):
        assert f"{text}{ask.target}." == sentence.text
        animal, thing = unit
        meant = sentence.sentence_id.split()[-1]
        assert meant in unit
        assert meant in DOERS[ask.target.strip()][meant == thing]
        assert animal in DOERS[next(verb for verb, kinds in DOERS.items() if animal in kinds[0])][0]


def test_fewer_pairs_and_learned_ones():
    texts, asks, units = verb_questions(3, held_out=False)
    assert len(texts) == 6
    assert all(isinstance(ask, Accuracy) for ask in asks)
    assert units[0] == units[1] != units[2]
    assert not {*texts} & {*verb_questions()[0]}
    with pytest.raises(InputError, match="n_pairs is 0; give 1 or more"):
        verb_questions(0)


def test_the_accuracy_is_that_of_the_model():
    model = load_model("classroom")
    texts, asks, units = verb_questions()
    (row,) = mean_effect(model, texts, [], asks, units=units).itertuples()
    verb = closing_accuracy(model).iloc[0]
    assert row.before == row.after == pytest.approx(verb["value"])
    assert (row.difference, row.n_texts, row.n_units) == (0.0, verb["n"], verb["n_units"])
