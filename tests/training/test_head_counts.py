"""One head or several: the same parameters, the same beginnings, and sentences that claim no more than the seeds."""

import math

import pandas as pd
import pytest
import torch

from mha_viz.language import spoken
from mha_viz.models.sizes import n_parameters
from mha_viz.paths import app_folder
from mha_viz.progress import Progress
from mha_viz.training.findings import MEASURES, at_the_end, differences, method_sentences, what_is_lost
from mha_viz.training.head_counts import HEADS, SEEDS, head_counts, unread_loss
from mha_viz.training.train import TrainingPlan, train

SMALL = TrainingPlan(steps=3, width=12, feed_forward=7, sentences=13, batch=5, checkpoints=3)


def test_every_model_has_the_same_parameters_and_ends_with_its_measures(monkeypatch):
    monkeypatch.setattr("mha_viz.training.head_counts.N_UNREAD", 5)
    told = []
    table = head_counts(SMALL, heads=(1, 3), seeds=(5, 7), progress=Progress(report=lambda *now: told.append(now)))
    assert table["parameters"].nunique() == 1
    assert table.groupby(["seed", "heads"])["step"].apply(list).tolist() == [[0, 1, 3]] * 4
    ends = at_the_end(table)
    assert ends[["heads", "seed"]].to_numpy().tolist() == [[1, 5], [1, 7], [3, 5], [3, 7]]
    assert ends[["learned", "unread_loss", "best"]].notna().all(axis=None)
    assert table[table["step"] < 3][["learned", "unread_loss"]].isna().all(axis=None)
    assert all(0 <= share <= 1 for share, _ in told)


def test_models_of_one_seed_begin_with_the_same_numbers():
    from dataclasses import replace

    one, three = (next(iter(train(replace(SMALL, heads=heads)))).model for heads in (1, 3))
    pairs = zip(one.network.state_dict().values(), three.network.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    sizes = [n_parameters(model.network) for model in (one, three)]
    assert sizes == [sum(weight.numel() for weight in set(one.network.parameters()))] * 2


def test_the_loss_of_an_untrained_model_is_that_of_a_guess():
    model = next(iter(train(TrainingPlan(steps=3, width=12, feed_forward=0, sentences=13, spread=1e-4)))).model
    assert unread_loss(model, n=7) == pytest.approx(math.log(len(model.processor)), abs=0.01)


def made(one, four, learned=1.0):
    """A table in which the seeds came out as given."""
    return pd.DataFrame(
        {
            "heads": [1] * len(one) + [4] * len(four), "seed": [*range(len(one)), *range(len(four))], "step": 9,
            "accuracy": [*one, *four], "unread_loss": 1.0, "best": 0.5, "learned": learned,
        }
    )  # fmt: skip


def test_a_loss_is_said_where_all_seeds_agree():
    table = made([0.2 + 0.01 * i for i in range(8)], [0.6 + 0.02 * i for i in range(8)])
    first, accuracy, *_, last = what_is_lost(table, 4)
    assert first.startswith("In these 8 seeds one head loses something against 4 of the same parameters: “Last")
    assert "+43.5 points on average" in accuracy
    assert "higher in 8 of 8 seeds, lower in 0" in accuracy
    assert differences(table, 4)["accuracy"][1] == pytest.approx(3 * 2 / 256)  # Holm: three questions
    assert last.startswith("All of these models")


def test_what_goes_either_way_is_no_loss_and_a_gain_is_none():
    assert what_is_lost(made([0.5] * 8, [0.5, 0.6] * 4), 4)[0] == (
        "These 8 seeds do not show that one head is worse than four: its accuracy on unseen nouns could be anywhere "
        "from 10 points lower to 0 points higher."
    )
    better = what_is_lost(made([0.6 + 0.02 * i for i in range(8)], [0.2] * 8), 4)
    assert "do not show that one head is worse than four: its accuracy on unseen nouns could be any" in better[0]
    assert "from 0 points lower to 51 points higher" in better[0]


def test_few_seeds_say_nothing_and_failures_are_named():
    said = what_is_lost(made([0.1, 0.1], [0.9, 0.9], learned=[0.3, 1.0, 1.0, 1.0]), 4)
    assert said[0].endswith("is worse than four. So few seeds leave everything open.")
    assert said[-1].endswith("One of the 4 models had not learned the grammar in time: one with 1 head (seed 0).")


def test_every_model_that_did_not_learn_is_counted_with_its_seeds():
    three = made([0.1, 0.1], [0.9, 0.9], learned=[0.3, 1.0, 0.2, 0.1])
    assert what_is_lost(three, 4)[-1] == (
        "Three of the 4 models had not learned the grammar in time: one with 1 head (seed 0), two with 4 heads (seeds "
        "0, 1)."
    )
    one = made([0.1, 0.1], [0.9, 0.9], learned=[0.3, 1.0, 1.0, 1.0])
    with spoken("fr"):
        assert what_is_lost(one, 4)[-1].startswith("1 des 4 modèles n’avait pas")
    with spoken("zh"):
        assert "0、1" in what_is_lost(three, 4)[-1]
    assert "With only eight seeds, only large differences would show." in method_sentences(made([0.5] * 8, [0.5] * 8))


def test_what_is_shipped_has_every_seed_and_the_same_parameters():
    table = pd.read_parquet(app_folder() / "assets" / "classroom" / "head_counts.parquet")
    ends = at_the_end(table)
    assert sorted(zip(ends["heads"], ends["seed"], strict=True)) == [(h, s) for h in HEADS for s in SEEDS]
    assert ends["parameters"].nunique() == 1
    assert ends[[one.column for one in MEASURES]].notna().all(axis=None)
    assert table.attrs["command"] == "mha-viz train --compare-heads"
    assert 0 not in SEEDS  # the settings were chosen with it
