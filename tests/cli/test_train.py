"""`mha-viz train`: a folder that loads, its checkpoints and profile; nothing half-written; and what is shipped."""

import json

import pandas as pd
import pytest

import mha_viz
from mha_viz.cli.main import main
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.evidence.corpus.profiles import profile_of
from mha_viz.models.catalogue import CATALOGUE
from mha_viz.models.fetching.wheels import sha256
from mha_viz.models.load import load_model
from mha_viz.paths import app_folder, model_folder
from mha_viz.training.measures import classroom_passages
from mha_viz.training.train import TrainingPlan


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("torch.set_num_threads", lambda _n: None)

    def plan(**given):
        return TrainingPlan(**{"steps": 3, "layers": 1, "heads": 2, "width": 14, "sentences": 17, "batch": 5, **given},
                      feed_forward=0, checkpoints=2)  # fmt: skip

    monkeypatch.setattr("mha_viz.cli.train._plan", lambda options: plan(seed=options.seed))

    def few(model, **_sizes):
        passages = classroom_passages(model, n_plain=2, n_random=2)
        return [one for one in passages if "twins" not in one.scopes] + [one for one in passages if one.scopes][:3]

    monkeypatch.setattr("mha_viz.training.measures.classroom_passages", few)


def test_train_writes_a_folder_that_loads_with_its_profile(tmp_path, capsys):
    folder = tmp_path / "trained"
    assert main(["train", "--seed", "5", "--out", str(folder), "--profile", str(tmp_path / "p.parquet")]) == 0
    out = capsys.readouterr().out
    assert f"Kept in {folder}" in out
    assert [line.split()[0] for line in out.splitlines()[2:-1]] == ["0", "3"]
    model = load_model(str(folder))
    found = mha_viz.capture(model, "The cat sat on the mat because it was tired.")
    assert (len(found.calls), found.calls[0].n_heads) == (1, 2)
    profile = load_profile(folder / "profile.parquet")
    assert profile.facts["identity"] == model.identity == sha256(folder / "model.safetensors")
    assert profile.facts["command"] == "mha-viz train --seed 5 --steps 3 --layers 1 --heads 2 --no-feed-forward"
    assert {"accuracy", "without", "corpora"} <= set(profile.facts)
    assert load_profile(tmp_path / "p.parquet").table.equals(profile.table)
    assert profile_of(str(folder), model.identity).facts["model"] == "classroom"
    table = pd.read_parquet(folder / "checkpoints.parquet")
    assert table.attrs["lesson"]["seed"] == 5
    assert table["step"].unique().tolist() == [0, 3]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    first = sha256(folder / "model.safetensors")
    assert main(["train", "--seed", "5", "--out", str(folder)]) == 0  # an earlier training may be replaced
    assert sha256(folder / "model.safetensors") == first


def test_an_interrupted_training_leaves_everything_as_it_was(tmp_path, monkeypatch):
    folder = tmp_path / "trained"

    def stop(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr("mha_viz.cli.train._weighed", stop)
    assert main(["train", "--out", str(folder)]) == 130
    assert list(tmp_path.iterdir()) == []


def test_other_folders_are_never_replaced(tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text(json.dumps({"model_type": "bert"}))
    assert main(["train", "--out", str(tmp_path / "mine")]) == 1
    assert "is no classroom model" in capsys.readouterr().err
    assert (tmp_path / "mine" / "config.json").is_file()


# ---- what is shipped -------------------------------------------------------------------------------------------


def test_the_shipped_model_is_a_catalogue_model_that_needs_no_network(capsys):
    folder = model_folder("classroom")
    assert folder == app_folder() / "assets" / "classroom"
    assert (folder / "model.safetensors").stat().st_size < 2_000_000
    model = load_model("classroom")
    found = mha_viz.capture(model, "The cat sat on the mat because it was tired, so it")
    entry = CATALOGUE["classroom"]
    assert (len(found.calls), found.calls[0].n_heads) == entry.shape
    assert model.network.config.max_position_embeddings == entry.window
    assert main(["models"]) == 0
    assert "classroom" in capsys.readouterr().out


def test_the_shipped_profile_is_of_the_shipped_weights_and_says_how_it_was_made():
    model = load_model("classroom")
    profile = profile_of("classroom", model.identity)
    assert profile is not None
    assert profile.facts["command"].startswith("mha-viz train --seed 0")
    of_twins = profile.table[profile.table["score"] == "twins"]
    best = of_twins.loc[of_twins["value"].idxmax()]
    assert best["verdict"] == "established"
    assert best["value"] >= 0.9
    assert best["n"] == 90
    way = pd.read_parquet(model_folder("classroom") / "checkpoints.parquet")
    untrained = way[(way["step"] == 0) & (way["score"] == "twins")]
    assert untrained["value"].max() < 0.25


def test_tired_and_dirty_turn_the_shipped_models_head_round():
    model = load_model("classroom")
    of_twins = profile_of("classroom", model.identity).table.query("score == 'twins'")
    best = of_twins.loc[of_twins["value"].idxmax()]
    rows = {}
    for adjective in ("tired", "dirty"):
        found = mha_viz.capture(model, f"The cat sat on the mat because it was {adjective}, so it")
        pattern = mha_viz.pattern(found, layer=int(best["layer"]))[int(best["head"])]
        labels = found.query_positions["decoder"].labels
        rows[adjective] = {word: pattern[-1, labels.index(word)].item() for word in ("cat", "mat")}
    assert rows["tired"]["cat"] > 2 * rows["tired"]["mat"]
    assert rows["dirty"]["mat"] > 2 * rows["dirty"]["cat"]
