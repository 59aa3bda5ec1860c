"""A training on random words: its rows, its losses on a model that copies by construction, its heads, its course."""

import math

import pytest
import torch

from mha_viz.errors import InputError
from mha_viz.objects import Model
from mha_viz.training.induction import (
    InductionPlan,
    induction_table,
    patterns_of,
    repeated_rows,
    train_induction,
    unread_rows,
)
from mha_viz.training.train import Checkpoint

SMALL = InductionPlan(
    seed=3, steps=7, layers=2, heads=3, width=18, batch=5, checkpoints=3, vocabulary=13, length=17,
    shortest=3, longest=5,
)  # fmt: skip


def test_rows_begin_again_after_different_words():
    rows = repeated_rows(7, 5, SMALL, torch.Generator().manual_seed(0))
    assert rows.shape == (7, 17)
    for row in rows.tolist():
        assert len(set(row[:5])) == 5
        assert all(row[i] == row[i - 5] for i in range(5, 17))
    assert rows.min() >= 0
    assert rows.max() < 13


def test_unread_rows_go_through_all_lengths():
    assert [n for _, n in unread_rows(SMALL)][:4] == [3, 4, 5, 3]
    first, again = unread_rows(SMALL), unread_rows(SMALL)
    assert all(torch.equal(a, b) for (a, _), (b, _) in zip(first, again, strict=True))


@pytest.mark.parametrize("odd", [{"shortest": 1}, {"shortest": 6}, {"vocabulary": 4}, {"longest": 16}, {"steps": 0}])
def test_rows_that_cannot_repeat_are_refused(odd):
    from dataclasses import replace

    with pytest.raises(InputError):
        replace(SMALL, **odd)


class Copier(torch.nn.Module):
    """Answers with the word that followed the last copy of the present one; where there is none, with word 0."""

    device = torch.device("cpu")

    def forward(self, ids):
        logits = torch.zeros(*ids.shape, SMALL.vocabulary)
        for row, words in enumerate(ids.tolist()):
            for at, word in enumerate(words):
                before = [i for i in range(at) if words[i] == word]
                logits[row, at, words[before[-1] + 1] if before else 0] = 50.0
        return type("Output", (), {"logits": logits})


def test_a_copier_knows_every_repeated_word_and_no_new_one(monkeypatch):
    to_itself = lambda _model, ids: torch.eye(len(ids)).expand(2, 3, -1, -1)  # noqa: E731
    monkeypatch.setattr("mha_viz.training.induction.patterns_of", to_itself)
    table = induction_table(Checkpoint(7, 1.5, Model("copier", Copier(), None, "", None)), SMALL)
    first = table.iloc[0]
    assert (first["accuracy"], first["step"], first["loss"]) == (1.0, 7, 1.5)
    assert first["accuracy_n"] == sum(17 - n - 1 for _, n in unread_rows(SMALL))
    assert first["repeated_loss"] == pytest.approx(0.0, abs=1e-6)
    assert first["new_loss"] > 30
    assert len(table) == 3 * 2 * 3
    assert table[table["score"] == "induction on random tokens"]["value"].tolist() == [0.0] * 6
    assert table[table["score"] == "attention to previous"]["value"].tolist() == [0.0] * 6


def test_an_induction_head_by_construction_scores_one(monkeypatch):
    def looks(_model, ids):
        """To the word after the last copy, at the first word where there is none."""
        pattern = torch.zeros(1, 2, len(ids), len(ids))
        for at, word in enumerate(ids.tolist()):
            before = [i for i in range(at) if ids[i] == word]
            pattern[0, 0, at, before[-1] + 1 if before else 0] = 1.0
            pattern[0, 1, at, max(at - 1, 0)] = 1.0
        return pattern

    monkeypatch.setattr("mha_viz.training.induction.patterns_of", looks)
    table = induction_table(Checkpoint(7, 1.5, Model("copier", Copier(), None, "", None)), SMALL)
    value = table.set_index(["score", "head"])["value"]
    assert value["induction on random tokens", 0] == 1.0
    assert value["attention to previous", 1] == 1.0
    assert value["attention to previous", 0] < 1.0
    assert 0 < table["chance"].iloc[0] < 0.3


def test_training_is_the_same_twice_and_leaves_the_caller_s_random_numbers_alone():
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    seen = []
    for _ in range(2):
        *_, last = train_induction(SMALL)
        seen.append([weight.detach().clone() for weight in last.model.network.parameters()])
    assert torch.equal(torch.rand(3), wanted)
    assert all(torch.equal(a, b) for a, b in zip(*seen, strict=True))


def test_an_untrained_model_is_as_good_as_a_guess():
    first = next(iter(train_induction(SMALL)))
    table = induction_table(first, SMALL)
    assert math.isnan(first.loss)
    assert table["repeated_loss"].iloc[0] == pytest.approx(math.log(13), abs=0.6)
    ids = unread_rows(SMALL)[1][0]
    maps = patterns_of(first.model, ids)
    assert maps.shape == (2, 3, 17, 17)
    assert torch.allclose(maps.sum(dim=-1), torch.ones(2, 3, 17), atol=1e-5)
    assert maps.triu(1).abs().max() == 0


def test_a_longer_training_repeats():
    plan = InductionPlan(seed=0, steps=60, heads=2, width=32, batch=32, checkpoints=2, vocabulary=6, length=14,
                             shortest=3, longest=3)  # fmt: skip
    first, last = (induction_table(one, plan).iloc[0] for one in train_induction(plan))
    assert last["repeated_loss"] < first["repeated_loss"] - 0.5
