"""Which folders stand in the menu of second models."""

import pytest

from mha_viz.attention.maps import pattern
from mha_viz.errors import ModelError
from mha_viz.models.load import load_model
from mha_viz.models.nearby import MOST, in_second_menu, models_near, shipped_steps
from mha_viz.paths import model_folder
from mha_viz.recording.capture import capture
from mha_viz.training.records import CAT_SENTENCES, load_record

CONFIG, ADAPTER = "config.json", "adapter_config.json"


def made(folder, file=CONFIG):
    folder.mkdir(parents=True)
    (folder / file).write_text("{}")
    return folder


@pytest.fixture
def run(tmp_path):
    """A model with two checkpoints of its training in it, an adapter and another model beside it."""
    base = made(tmp_path / "runs" / "base")
    made(base / "checkpoint-1000"), made(base / "checkpoint-200"), made(base / "logs", "events.txt")
    made(tmp_path / "runs" / "lora", ADAPTER), made(tmp_path / "runs" / "other"), (tmp_path / "runs" / "empty").mkdir()
    return base


def test_of_a_folder_its_checkpoints_come_first_and_then_what_lies_beside_it(run):
    names = [in_second_menu(name) for name in models_near(str(run))]
    assert names == [
        "base/checkpoint-200 (folder)", "base/checkpoint-1000 (folder)", "runs/lora (LoRA adapter)",
        "runs/other (folder)",
    ]  # fmt: skip
    of_checkpoint = models_near(str(run / "checkpoint-200"))
    assert of_checkpoint == [str(run / "checkpoint-1000")]


def test_of_the_classroom_model_what_was_trained_here(tmp_path, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    shipped = models_near("classroom")
    assert shipped == [f"classroom@{step}" for step in shipped_steps("classroom")]
    folders = [made(tmp_path / "trained" / f"classroom-seed-{seed}") for seed in (3, 11)]
    assert models_near("classroom") == [*shipped, *map(str, folders)]
    assert models_near(shipped[1]) == [shipped[0], *shipped[2:], *map(str, folders)]


def test_of_any_other_the_adapters_where_the_app_was_started(run, monkeypatch):
    monkeypatch.chdir(run.parent)
    assert models_near("minilm") == [str(run.parent / "lora")]


@pytest.mark.parametrize("name", ["", "no/such", "/no/such/folder", "a\0b", "/a\0b", "/" + "x" * 5000, "../x"])
def test_what_is_no_folder_has_nothing_near_it(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert models_near(name) == []
    assert in_second_menu("random weights") == "random weights"


def test_a_menu_lists_no_more_than_it_can(tmp_path):
    folders = [made(tmp_path / f"checkpoint-{step}") for step in range(MOST + 3)]
    assert len(models_near(str(folders[0]))) == MOST


@pytest.mark.parametrize("step", shipped_steps("classroom"))
def test_a_shipped_checkpoint_looks_where_the_recorded_training_did(step):
    """Its weights are in half precision, and the record's patterns too."""
    model = load_model(f"classroom@{step}")
    record = load_record(model_folder("classroom"))
    recorded = record.at(step).patterns.float()  # (text, layer, head, query, key)
    for text, of_text in zip(CAT_SENTENCES, recorded, strict=True):
        found = capture(model, text)
        for layer, of_layer in enumerate(of_text):
            assert pattern(found, layer) == pytest.approx(of_layer, abs=0.001)
    earlier = record.at(record.steps[record.steps.index(step) - 1]).patterns.float()
    assert (earlier - recorded).abs().max() > 0.02  # so that another step would not do


@pytest.mark.parametrize("step", ["61", "", "x", "../..", "0660"])
def test_a_step_that_is_not_there_is_refused_with_those_that_are(step):
    with pytest.raises(ModelError, match="classroom has checkpoints of the steps 64, 268, 590, 660; '"):
        load_model(f"classroom@{step}")
