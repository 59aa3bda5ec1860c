"""One's own profile and the shipped one: which is given, and what becomes of a file that is none."""

from dataclasses import replace

import pytest

import mha_viz
from mha_viz.errors import InputError
from mha_viz.evidence.cards.model_cards import whose_sentence
from mha_viz.evidence.corpus.find import find_in_profiles
from mha_viz.evidence.corpus.profile import Profile, load_profile, save_profile
from mha_viz.evidence.corpus.profiles import (
    option_of,
    other_profile_sentence,
    own_fault,
    own_files,
    own_names,
    profile_of,
    profile_path,
    profiles_of,
)
from mha_viz.evidence.verdict import RULES
from tests.support.own_profiles import NAME, damage, identity, keep_own

DAMAGE = ("cut", "no Parquet", "empty", "a folder", "a column less", "words for numbers", "no row", "without facts",
          "odd corpora")  # fmt: skip
OTHER = {
    "of other weights": "it is of other weights",
    "older rules": f"it was measured by the rules of another version (1; today they are {RULES})",
    "newer rules": f"it was measured by the rules of another version (99; today they are {RULES})",
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    return tmp_path


def test_the_shipped_one_is_given_until_one_asks_for_ones_own():
    of = identity()
    assert (profile_of(NAME, of).whose, profile_of(NAME, of, "yours")) == ("shipped", None)
    assert list(profiles_of(NAME, of)) == ["shipped"]
    keep_own()
    for whose, given in ((None, "shipped"), ("shipped", "shipped"), ("yours", "yours")):
        profile = mha_viz.profile_of(NAME, of, whose)
        assert profile.whose == given
        assert (set(profile.table["value"]) == {0.03125}) == (given == "yours")
    assert list(profiles_of(NAME, of)) == ["shipped", "yours"]
    assert list(profiles_of(NAME, of, only_shipped=True)) == ["shipped"]
    with pytest.raises(InputError, match="profile_of: whose is 'mine'; give 'shipped' or 'yours' or None"):
        mha_viz.profile_of(NAME, of, "mine")


def test_a_copy_of_the_weights_in_any_folder_has_their_profile_and_says_whose_it_is():
    of = identity()
    copied = profile_of("/a/copy", of)
    assert copied.whose == "shipped"
    assert copied.table.equals(profile_of(NAME, of).table)
    assert list(profiles_of("/a/copy", of)) == ["shipped"]
    assert whose_sentence("copy", copied.whose, copied.facts).startswith(
        f"Profile of copy: shipped with mha_viz for {NAME}, whose weights these are, of "
    )
    assert "whose weights" not in whose_sentence(NAME, copied.whose, copied.facts)
    assert profile_of("/a/copy", "ab" * 32) is None
    assert profile_of("/a/copy", of, dtype="bfloat16") is None


def test_where_none_is_shipped_it_is_ones_own_whatever_its_rules():
    table = profile_of(NAME, identity()).table
    path = save_profile(Profile(table, {"model": "a/b", "identity": "ab" * 32}), profile_path("a/b", "ab" * 32))
    damage(path, "older rules")
    assert profile_of("a/b", "ab" * 32).whose == "yours"
    assert own_fault("a/b", "ab" * 32) == ""
    assert profile_of("a/b", "ab" * 32, "shipped") is None
    assert profile_of("a/b", None) is None


@pytest.mark.parametrize("how", [*DAMAGE, *OTHER])
def test_a_file_that_cannot_be_shown_gives_way_to_the_shipped_one_and_that_is_said(how):
    of, why = identity(), OTHER.get(how, "its file is damaged, or of another form")
    damage(keep_own(), how)
    sentence = (
        f"Your own profile of classroom is not shown, as {why}: `mha-viz profile --model classroom` makes it anew, "
        "`mha-viz profile --forget classroom` deletes it."
    )
    assert list(profiles_of(NAME, of)) == ["shipped"]
    assert own_fault(NAME, of) == sentence
    assert profile_of(NAME, of).whose == "shipped"
    with pytest.raises(InputError) as refused:
        profile_of(NAME, of, "yours")
    assert str(refused.value) == sentence


@pytest.mark.parametrize("how", DAMAGE)
def test_a_file_that_is_no_profile_is_refused_in_one_line(how):
    path = keep_own()
    damage(path, how)
    with pytest.raises(InputError) as refused:
        load_profile(path)
    assert str(path.name) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_of_a_name_are_those_of_all_its_weights_and_of_no_other_name():
    table = profile_of(NAME, identity()).table

    def keep(name, of, **facts):
        facts = {"model": name, "identity": of, **facts}
        return save_profile(Profile(table, facts), profile_path(name, of))

    first, second = keep("a", "1" * 64), keep("a", "2" * 64)
    other = keep("a-b", "3" * 64)
    trained = keep("./c", "4" * 64, model="classroom", command="mha-viz train")
    slash, dash = keep("o/m", "5" * 64), keep("o-m", "6" * 64)
    assert own_files("a") == [first, second]
    assert own_files("a-b") == [other]
    assert own_files("./c") == [trained]
    assert (own_files("o/m"), own_files("o-m")) == ([slash], [dash])
    assert own_names() == ["a", "a-b", "o-m", "o/m"]
    first.write_bytes(b"damaged")
    assert own_files("a") == [first, second]
    assert own_files("..") == own_files("*") == own_files("") == []


def test_what_was_measured_in_one_kind_of_numbers_is_not_told_of_another():
    of, half = identity(), "bfloat16"
    keep_own(0.25)
    assert profiles_of(NAME, of, dtype=half) == {}
    assert profile_of(NAME, of, dtype=half) is None
    assert own_fault(NAME, of, half) == ""
    assert "measured in float32; here it computes in bfloat16" in other_profile_sentence(NAME, of, half)
    table = profile_of(NAME, of, "yours").table.assign(value=0.5)
    facts = {"model": NAME, "identity": of, "dtype": half}
    path = save_profile(Profile(table, facts), profile_path(NAME, of, half))
    assert own_files(NAME) == sorted([profile_path(NAME, of), path])
    given = {dtype: profile_of(NAME, of, "yours", dtype=dtype) for dtype in ("float32", "float64", half)}
    assert {dtype: set(one.table["value"]) for dtype, one in given.items()} == {
        "float32": {0.25}, "float64": {0.25}, half: {0.5},
    }  # fmt: skip
    assert list(profiles_of(NAME, of, dtype="float16")) == []
    found = find_in_profiles([given["float32"], given[half]], "layer = 0 and head = 0")
    assert set(zip(found["model"], found["value"], strict=True)) == {(NAME, 0.25), (f"{NAME} ({half})", 0.5)}


def test_an_older_file_of_other_numbers_in_its_place_is_not_shown():
    path = keep_own(dtype="bfloat16")
    of = identity()
    assert path == profile_path(NAME, of)
    assert list(profiles_of(NAME, of)) == ["shipped"]
    assert "as it was measured in bfloat16, and this model computes in float32:" in own_fault(NAME, of)


def test_the_command_that_is_named_measures_the_same_numbers():
    assert [option_of(dtype) for dtype in ("float32", "float64", "bfloat16", "float16")] == [
        "", "", " --dtype bfloat16", " --dtype auto",
    ]  # fmt: skip
    path = profile_path(NAME, identity(), "bfloat16")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PAR1")
    assert "`mha-viz profile --model classroom --dtype bfloat16` makes it anew" in own_fault(
        NAME, identity(), "bfloat16"
    )


def test_a_model_brings_its_name_its_weights_and_its_numbers():
    model = mha_viz.load_model(NAME)
    assert mha_viz.profile_of(model).facts == profile_of(NAME, model.identity).facts
    assert mha_viz.profile_of(replace(model, dtype="bfloat16"), whose="shipped") is None
    with pytest.raises(InputError, match=f"Which weights '{NAME}' has is not said: give the model itself"):
        mha_viz.profile_of(NAME)
    with pytest.raises(InputError, match=r"profile_of\(load_model\('minilm'\)\) gives its profile"):
        mha_viz.load_profile("minilm")


@pytest.mark.parametrize(
    ("name", "near"), [("scoretable", "score_table"), ("compare", "comparison_of"), ("zq", "Model")]
)
def test_who_asks_for_a_name_that_is_none_is_told_those_near_it(name, near):
    with pytest.raises(AttributeError, match=rf"has no attribute '{name}'; it has: .*\b{near}\b") as told:
        getattr(mha_viz, name)
    assert (len(str(told.value)) > 300) == (name == "zq")  # nothing is near: all
