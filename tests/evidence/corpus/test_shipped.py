"""Profiles that come with the app belong to one set of weights; others of the same name are told so."""

import pytest

from mha_viz.evidence.corpus import profile as profiles
from mha_viz.evidence.corpus.profile import other_profile_sentence, profile_of, profiles_of, save_profile
from mha_viz.models.catalogue import CATALOGUE, weights_said
from mha_viz.paths import app_folder

HUB = CATALOGUE["smollm2"].hub_sha256
PACKED = "unpacked from 4 bits (SmolLM2-135M-Instruct.Q4_1.gguf)"


def shipped(name):
    return profiles.load_profile(app_folder() / "assets" / "profiles" / f"{name}.parquet")


@pytest.mark.parametrize("name", ["minilm", "mpnet", "smollm2", "classroom"])
def test_the_shipped_profile_is_of_the_weights_it_says(name):
    identity = shipped(name).facts["identity"]
    assert list(profiles_of(name, identity)) == ["shipped"]
    assert other_profile_sentence(name, identity) == ""


def test_weights_of_the_same_name_get_no_number_of_others_and_are_told():
    """From the hub smollm2 comes in full precision; the shipped profile is of the file of 4 bits."""
    assert profile_of("smollm2", HUB) is None
    sentence = other_profile_sentence("smollm2", HUB)
    assert sentence == (
        f"The profile of smollm2 that comes with the app was measured on other weights ({PACKED}); these are in full "
        "precision, from the hub, and none of its numbers is shown as theirs."
    )
    assert "these are sha256 abcabcabcabc…, and" in other_profile_sentence("minilm", "abc" * 20)


@pytest.mark.parametrize("name", ["owner/model", "../profiles/minilm", "mini", "*", "a folder"])
def test_a_name_without_a_shipped_profile_is_told_nothing(name):
    assert profiles_of(name, "abc") == {}
    assert other_profile_sentence(name, "abc") == ""


def test_each_set_of_weights_may_have_a_profile_of_its_own(tmp_path, monkeypatch):
    whole = shipped("smollm2")
    folder = tmp_path / "assets" / "profiles"
    for file, identity in (("smollm2", "1" * 64), ("smollm2-hub", HUB), ("smollm22", "2" * 64)):
        facts = {**whole.facts, "identity": identity}
        save_profile(profiles.Profile(whole.table.head(7), facts), folder / f"{file}.parquet")
    monkeypatch.setattr(profiles, "app_folder", lambda: tmp_path)
    assert profile_of("smollm2", HUB).facts["identity"] == HUB
    assert profile_of("smollm2", "1" * 64).facts["identity"] == "1" * 64
    assert profile_of("smollm2", "2" * 64) is None
    assert "measured on other weights" in other_profile_sentence("smollm2", "3" * 64)


def test_which_weights_are_said_where_a_name_has_two():
    assert weights_said("smollm2", HUB) == "in full precision, from the hub"
    assert weights_said("smollm2", "1" * 64) == PACKED
    assert [weights_said(name, "1" * 64) for name in ("minilm", "classroom", "owner/model")] == ["", "", ""]
    assert weights_said("smollm2", None) == ""


@pytest.mark.real_model
def test_the_notes_of_a_model_and_the_command_say_which_weights_it_has(capsys):
    from mha_viz.cli.main import main
    from mha_viz.models.load import load_model

    model = load_model("smollm2")
    which = weights_said("smollm2", model.identity)
    assert which
    assert model.notes == (f"weights {which}",)
    assert main(["models", "get", "smollm2", "minilm"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"smollm2: {which}")
    assert lines[1].endswith("minilm")
