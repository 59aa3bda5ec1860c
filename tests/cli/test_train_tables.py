"""`mha-viz train --compare-heads` and `--induction`: what they write, what they say, what they refuse."""

import pandas as pd
import pytest

from mha_viz.cli.main import main
from mha_viz.training.induction import InductionPlan
from mha_viz.training.records import load_record
from mha_viz.training.train import TrainingPlan


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("torch.set_num_threads", lambda _n: None)
    tiny = {"width": 16, "batch": 5, "checkpoints": 2}

    def plan(**given):
        return TrainingPlan(**{"steps": 3, "sentences": 17, **tiny, **given, "feed_forward": 0})

    def words(**given):
        return InductionPlan(**{"steps": 3, **tiny, **given})

    monkeypatch.setattr("mha_viz.cli.train_tables.TrainingPlan", plan)
    monkeypatch.setattr("mha_viz.cli.train_tables.InductionPlan", words)
    monkeypatch.setattr("mha_viz.training.head_counts.N_UNREAD", 5)
    monkeypatch.setattr("mha_viz.training.head_counts.N_LEARNED", 5)
    of_all = "mha_viz.cli.train_tables.head_counts"
    from mha_viz.training.head_counts import head_counts

    monkeypatch.setattr(of_all, lambda plan, progress: head_counts(plan, (1, 2), (3,), progress=progress))


def test_heads_are_compared_in_one_table(tmp_path, capsys):
    assert main(["train", "--compare-heads", "--layers", "1", "--out", str(tmp_path / "a")]) == 0
    out = capsys.readouterr().out
    table = pd.read_parquet(tmp_path / "a" / "head_counts.parquet")
    assert table.attrs["command"] == "mha-viz train --compare-heads --layers 1"
    assert table[table["step"] == 3]["heads"].tolist() == [1, 2]
    assert table["best_layer"].dropna().unique().tolist() == [0]
    assert "accuracy on the last verb" in out
    assert "head_counts.parquet" in out


def test_the_induction_training_writes_what_the_page_replays(tmp_path, capsys):
    asked = ["train", "--induction", "--seed", "5", "--heads", "2", "--out", str(tmp_path / "b")]
    assert main(asked) == 0
    record = load_record(tmp_path / "b")
    assert record.steps == [0, 3]
    assert record.snapshots[0].patterns.shape[1:3] == (2, 2)
    kept = pd.read_parquet(tmp_path / "b" / "checkpoints.parquet")
    assert kept.attrs["command"] == "mha-viz train --induction --seed 5 --heads 2"
    assert "repeated" in capsys.readouterr().out
    assert main([*asked[:-2], "--out", str(tmp_path / "c")]) == 0
    again = load_record(tmp_path / "c")
    pd.testing.assert_frame_equal(again.table, record.table)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--compare-heads", "--heads", "2"], "leave the others out"),
        (["--compare-heads", "--seed", "2"], "leave the others out"),
        (["--induction", "--no-feed-forward"], "no feed-forward part"),
        (["--induction", "--profile", "p"], "writes no profile"),
        (["--induction", "--heads", "5"], "cannot share a width of 16"),
    ],
)
def test_options_that_mean_nothing_here_are_refused(options, said, tmp_path, capsys):
    assert main(["train", *options, "--out", str(tmp_path / "d")]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "d").exists()
