"""What is kept of a training: tables and patterns that belong together, through a file and back; sentences on them."""

import numpy as np
import pandas as pd
import pytest
import torch

import mha_viz
from mha_viz.errors import InputError
from mha_viz.models.load import load_model
from mha_viz.paths import app_folder
from mha_viz.training.induction import InductionPlan
from mha_viz.training.records import CAT_SENTENCES, Record, load_record, patterns_file, texts_of, watch
from mha_viz.training.train import Schedule, TrainingPlan
from mha_viz.views.figures import curves, head_curves, seed_points
from mha_viz.views.training import (
    FOLLOWED_IN_WORDS,
    all_heads_picture,
    best_head,
    fall_sentence,
    followed_in,
    moment_sentence,
    pattern_picture,
    steepest_fall,
)
from tests.support.pages.drawn import header_of

GRAMMAR = TrainingPlan(steps=3, heads=3, width=12, feed_forward=0, sentences=13, batch=5, checkpoints=3)
WORDS = InductionPlan(steps=3, layers=1, heads=2, width=12, batch=5, checkpoints=3)
KINDS = pytest.mark.parametrize("plan", [GRAMMAR, WORDS], ids=["grammar", "words"])


def recorded(plan):
    return Record(texts_of(plan), tuple(snapshot for _, snapshot in watch(plan)))


@pytest.fixture(scope="module")
def records():
    return {plan: recorded(plan) for plan in (GRAMMAR, WORDS)}


def shipped(folder):
    return load_record(app_folder() / "assets" / folder)


@KINDS
def test_a_record_survives_its_files(plan, records, tmp_path):
    record = records[plan]
    record.table.to_parquet(tmp_path / "checkpoints.parquet")
    (tmp_path / "patterns.npz").write_bytes(patterns_file(record))
    again = load_record(tmp_path)
    assert again.steps == record.steps == [0, 1, 3]
    assert again.texts == record.texts
    pd.testing.assert_frame_equal(again.table, record.table)
    for one, other in zip(record.snapshots, again.snapshots, strict=True):
        assert torch.equal(one.patterns, other.patterns)


@KINDS
def test_patterns_are_patterns_of_the_texts(plan, records):
    for one in records[plan].snapshots:
        n = len(records[plan].texts[0])
        assert one.patterns.shape == (2, plan.layers, plan.heads, n, n)
        assert torch.allclose(one.patterns.float().sum(dim=-1), torch.ones(one.patterns.shape[:-1]), atol=0.01)
        assert one.patterns.float().triu(1).abs().max() == 0


def test_files_of_different_trainings_are_refused(records, tmp_path):
    with pytest.raises(InputError, match="no training"):
        load_record(tmp_path)
    record = records[GRAMMAR]
    record.table.to_parquet(tmp_path / "checkpoints.parquet")
    (tmp_path / "patterns.npz").write_bytes(patterns_file(Record(record.texts, record.snapshots[:2])))
    with pytest.raises(InputError, match="not of the same training"):
        load_record(tmp_path)
    (tmp_path / "patterns.npz").write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match="no training"):
        load_record(tmp_path)
    np.savez(tmp_path / "patterns.npz", steps=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="no training"):
        load_record(tmp_path)


def test_unknown_plans_and_steps_are_refused(records):
    with pytest.raises(InputError, match="Schedule"):
        next(iter(watch(Schedule())))
    with pytest.raises(InputError, match="no checkpoint at step 2"):
        records[GRAMMAR].at(2)


def test_watching_changes_no_weight():
    from mha_viz.training.train import train

    *_, (watched, _) = watch(GRAMMAR)
    *_, plain = train(GRAMMAR)
    pairs = zip(watched.model.network.parameters(), plain.model.network.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


# ---- what is shipped -------------------------------------------------------------------------------------------


def test_the_last_shipped_patterns_are_those_of_the_shipped_model():
    record, model = shipped("classroom"), load_model("classroom")
    for text, (sentence, labels) in enumerate(zip(CAT_SENTENCES, record.texts, strict=True)):
        found = mha_viz.capture(model, sentence)
        assert labels == found.query_positions["decoder"].labels
        for layer in range(2):
            ours = record.snapshots[-1].patterns[text, layer].float()
            assert torch.allclose(ours, mha_viz.pattern(found, layer=layer), atol=2e-3)


def test_the_shipped_induction_training_has_its_phase_change_and_its_head():
    record = shipped("induction")
    losses = [one.table["repeated_loss"].iloc[0] for one in record.snapshots]
    assert losses[0] > 4
    assert losses[-1] < 0.3
    fall = steepest_fall(record.steps, losses)
    assert fall.share < 0.25
    layer, head = best_head(record.snapshots[-1], "induction on random tokens")
    assert layer == 1
    pattern, words = record.snapshots[-1].patterns[0, layer, head], record.texts[0]
    place = words.index(words[-1]) + 1
    assert pattern[-1].argmax() == place or words[int(pattern[-1].argmax())] == words[place]


def test_shipped_files_are_small():
    for folder in ("classroom", "induction"):
        sizes = [path.stat().st_size for path in (app_folder() / "assets" / folder).glob("*.[np]*")]
        assert sum(sizes) < 500_000


# ---- sentences and pictures ------------------------------------------------------------------------------------


def test_the_steepest_fall_is_the_shortest_stretch_with_half_of_it():
    assert steepest_fall([0, 10, 20, 100], [5.0, 5.0, 1.0, 1.0]).share == 0.1
    even = steepest_fall([0, 10, 20, 30, 40], [4.0, 3.0, 2.0, 1.0, 0.0])
    assert (even.begin, even.end) == (0, 20)
    assert steepest_fall([0, 10], [1.0, 2.0]).share == 1.0
    late = steepest_fall([0, 10, 20, 30, 40], [8.0, 7.0, 4.5, 1.0, 0.0])
    assert (late.begin, late.end) == (10, 30)


def test_a_moment_is_told_with_its_numbers():
    record = shipped("classroom")
    said = moment_sentence(record.at(660), "twins", (1, 3))
    assert said.startswith("After 660 steps, 80.6 % [68.2, 88.9] of 180 last verbs are right")
    assert "Its best head, L1 H2, looks most at the right noun in both sentences in 84.4 %" in said
    assert "(chance gives 25 %). L1 H3 looks" in said
    assert moment_sentence(record.at(0), "twins", (1, 1)).startswith("Before any training, 0.0 %")
    assert "L1 H2" in moment_sentence(record.at(660), "twins", (1, 2))
    assert moment_sentence(record.at(660), "twins", (1, 2)).count("L1 H2") == 1
    words = shipped("induction")
    assert "repeated words; its loss there is" in moment_sentence(words.at(1000), "attention to previous", (0, 1))
    assert "Half of the fall in the loss on repeated words happens between steps" in fall_sentence(words)


@KINDS
def test_every_score_can_be_followed(plan, records):
    record = records[plan]
    scores = followed_in(record.table)
    assert set(scores) == set(record.table["score"]) <= set(FOLLOWED_IN_WORDS)
    for score in scores:
        head = best_head(record.snapshots[-1], score)
        assert f"L{head[0]} H{head[1]}" in moment_sentence(record.snapshots[-1], score, head)


@KINDS
def test_pictures_say_what_they_show(plan, records):
    record = records[plan]
    view = header_of(pattern_picture(record, 1, 1, (0, 1), {"lesson": "test"}))
    assert view["title"] == "Pattern of L0 H1 after 1 steps"
    assert view["queries"] == list(record.texts[1])
    assert view["picked"] == [len(record.texts[1]) - 1]
    assert any("lesson test" in line for line in view["facts"])
    grid = header_of(all_heads_picture(record, 1, 1, (0, 1)))
    assert grid["names"][grid["chosen"]] == "L0 H1"
    assert grid["opens"] == [[layer, head] for layer in range(plan.layers) for head in range(plan.heads)]


def test_curves_hold_every_number_and_mark_the_moment(records):
    table = shipped("classroom").table
    of_model = table.groupby("step", as_index=False).first()
    figure = curves(of_model, {"accuracy": "right"}, unit="accuracy", moment=660, last=1200, share=True)
    line = next(trace for trace in figure.data if trace.name == "right")
    assert list(line.y) == of_model["accuracy"].tolist()
    assert figure.layout.shapes[0].x0 == 660
    assert len(figure.data) == 3  # with its interval
    of_heads = table[table["score"] == "twins"]
    heads = head_curves(of_heads, (1, 2), unit="share", moment=660, last=1200, chance=0.25)
    drawn = [trace for trace in heads.data if trace.name and trace.name.startswith("L")]
    assert len(drawn) == 8
    assert drawn[-1].name == "L1 H2"
    assert drawn[-1].line.width > drawn[0].line.width
    own = of_heads[(of_heads["layer"] == 1) & (of_heads["head"] == 2)]
    assert list(drawn[-1].y) == own["value"].tolist()


def test_seed_points_join_the_models_of_a_seed():
    table = pd.DataFrame({"heads": [1, 4, 1, 4], "seed": [7, 7, 9, 9], "accuracy": [0.1, 0.2, 0.5, 0.8]})
    figure = seed_points(table, "accuracy", unit="accuracy", share=True)
    assert [list(trace.y) for trace in figure.data] == [[0.1, 0.2], [0.5, 0.8], pytest.approx([0.3, 0.5])]
    assert list(figure.data[0].x) == ["1", "4"]
