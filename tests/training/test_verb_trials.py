"""Trials over the classroom model's grammar: the numbers of ``mean_effect``, and the same change of other heads."""

from dataclasses import replace

import pytest

from mha_viz.comparison.trials import Hows, Trial
from mha_viz.errors import InputError
from mha_viz.evidence.importance.over_texts import mean_effect
from mha_viz.evidence.importance.pruning import pruning_curve
from mha_viz.models.load import load_model
from mha_viz.recording.interventions.changes import Mean, Pattern, Scale, Zero
from mha_viz.training.verb_trials import read_verbs, verb_control, verb_effect, verb_subject
from mha_viz.training.verbs import verb_questions

FIRST = ((0, 0),)


@pytest.fixture(scope="module")
def read():
    return read_verbs(load_model("classroom"))


@pytest.mark.parametrize(
    ("how", "change"),
    [
        (Hows.remove, Zero(FIRST)),
        (Hows.mean, Mean(FIRST, verb_questions()[0])),
        (Hows.even, Pattern(FIRST, "uniform")),
        (Hows.double, Scale(FIRST, 2.0)),
    ],
)
def test_a_trial_is_what_the_mean_effect_over_the_sentences_is(read, how, change):
    texts, asks, units = verb_questions()
    found = verb_effect(read, Trial(FIRST, "decoder", how)).drop(columns="what").iloc[0]
    expected = mean_effect(read.model, texts, change, asks, units=units).iloc[0]
    assert found.to_dict() == pytest.approx(expected.to_dict())
    assert abs(found["difference"]) > 0.05  # else all of this were of a change that does nothing


def test_the_others_of_its_layer_are_changed_in_the_same_way(read):
    control = verb_control(read, Trial(FIRST, "decoder"))
    others = [verb_effect(read, Trial(((0, head),), "decoder"))["difference"][0] for head in (1, 2, 3)]
    assert (control.n, control.mean) == (3, pytest.approx(sum(others) / 3))
    assert control.rank == 1


def test_random_sets_of_heads_that_are_drawn_twice_count_twice_and_are_measured_once(read, monkeypatch):
    measured = []

    def counted(_read, trial, _progress=None):
        measured.append(trial.heads)
        return [0.0] * 180

    monkeypatch.setattr("mha_viz.training.verb_trials._right_with", counted)
    control = verb_control(read, Trial(((0, 0), (0, 2)), "decoder"))
    assert control.n == 20
    assert sorted(measured) == sorted({*measured})
    assert len(measured) == 6  # of four heads there are six pairs


@pytest.mark.parametrize("trial", [Trial(FIRST, "decoder", Hows.patch, "the cat"), Trial(FIRST, "decoder", Hows.cut)])
def test_what_is_made_of_one_sentence_is_refused(read, trial):
    with pytest.raises(InputError, match="a change is made in all sentences"):
        verb_effect(read, trial)


def test_heads_that_are_taken_out_one_after_the_other_leave_the_accuracy_without_them(read):
    """Each order is replayed with trials of its own: the least effect first, anew after every step where greedy."""
    few = {name: getattr(read, name)[::9] for name in ("texts", "units", "questions", "right")}
    read = replace(read, **few)
    table = pruning_curve(verb_subject(read, "decoder"), step=1)
    assert set(table["order"]) == {"exact", "greedy"}  # an accuracy has no slopes
    after = {(): verb_effect(read, Trial(FIRST, "decoder"))["before"][0]}

    def accuracy(heads):
        place = tuple(sorted(heads))
        if place not in after:
            after[place] = verb_effect(read, Trial(place, "decoder"))["after"][0]
        return after[place]

    heads = [(layer, head) for layer in range(2) for head in range(4)]
    for order, rows in table.groupby("order"):
        gone = []
        assert rows["n_left"].tolist() == list(range(8, -1, -1))
        for row in rows.itertuples():
            if row.removed:
                beside = gone if order == "greedy" else []
                costs = {h: abs(accuracy([*beside, h]) - accuracy(beside)) for h in heads if h not in gone}
                assert row.removed == (min(costs, key=costs.get),)
                gone += row.removed
            assert row.value == pytest.approx(accuracy(gone))
        assert rows["value"].iloc[-1] < rows["value"].iloc[0] - 0.2
