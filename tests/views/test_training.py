"""What is drawn of a training, on a record that is made by hand."""

import pandas as pd
import pytest
import torch

from mha_viz.training.records import Record, Snapshot
from mha_viz.views.training import TWINS, score_rows, training_curves

STEPS = (0, 40, 100)


def record(**losses):
    """Two layers with one head each, one score, three checkpoints."""
    rows = [
        {
            "step": step, "layer": layer, "head": 0, "score": score, "value": 0.1 * i + 0.01 * layer, "low": 0.0,
            "high": 1.0, "n": 13, "chance": chance, "accuracy": 0.3 * i, **{name: of[i] for name, of in losses.items()},
        }
        for i, step in enumerate(STEPS) for layer in range(2) for score, chance in ((TWINS, 0.25), ("first token", 0.5))
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    snapshots = [Snapshot(step, table[table["step"] == step], torch.zeros(1, 2, 1, 3, 3)) for step in STEPS]
    return Record((("a", "b", "c"),), tuple(snapshots))


def lines_of(figure):
    return {trace.name: list(trace.y) for trace in figure.data if trace.name}


def test_the_scores_of_a_step_stand_the_largest_first():
    rows = score_rows(record().at(100), TWINS)
    assert list(rows) == ["head", "value", "low", "high", "n", "chance"]
    assert rows["head"].tolist() == ["L1 H0", "L0 H0"]
    assert rows["value"].tolist() == pytest.approx([0.21, 0.2])


def test_a_model_is_told_by_what_it_gets_right_and_by_its_loss():
    figures = training_curves(record(loss=[float("nan"), 2.0, 1.5]), TWINS, (1, 0), 40, 100)
    assert list(figures) == ["of_model", "of_heads", "loss"]
    assert lines_of(figures["of_model"]) == {"last verb right": pytest.approx([0.0, 0.3, 0.6])}
    assert lines_of(figures["loss"]) == {"loss": [2.0, 1.5]}  # before the first step there is none
    assert [0.01, 0.11, 0.21] in [pytest.approx(list(trace.y)) for trace in figures["of_heads"].data]
    assert "share of pairs" in figures["of_heads"].layout.yaxis.title.text
    assert (
        "share of attention"
        in training_curves(record(loss=[1.0] * 3), "first token", (1, 0), 40, 100)["of_heads"].layout.yaxis.title.text
    )


def test_of_repeated_words_both_losses_are_one_picture():
    losses = {"new_loss": [5.0, 4.0, 4.5], "repeated_loss": [5.0, 3.0, 0.5]}
    figures = training_curves(record(**losses), TWINS, (1, 0), 40, 100)
    assert list(figures) == ["of_model", "of_heads"]
    assert lines_of(figures["of_model"]) == {"new words": losses["new_loss"], "repeated words": losses["repeated_loss"]}
