"""Whose profile pages show, and what they let choose: alone, in a class, and where one's own file is damaged."""

import pytest
import streamlit as st

from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.paths import app_folder
from mha_viz.ui.classroom import ClassMode, environment_of
from tests.support.own_profiles import NAME, damage, keep_own
from tests.support.pages.pages import opened, sound, view

TEXT = "the big mouse that sees the cat sleeps"  # words of the grammar or not: it is read
MADE = load_profile(app_folder() / "assets" / "profiles" / f"{NAME}.parquet").facts["made"]
SHIPPED = (
    f"Profile of {NAME}: shipped with mha_viz, of {MADE}, on held-out twins of the classroom grammar, classroom "
    "grammar, 380 sentences."
)
YOURS = f"Profile of {NAME}: yours, of 2026-01-07, on mine.conllu, 7 sentences."
NONE_HERE = f"Yours is chosen, and there is none of {NAME} here."
DAMAGED = f"Your own profile of {NAME} is not shown, as its file is damaged"
PLACES = {  # of a page on which profiles are shown: its file, and what opens them there
    "Scores": ("pages/Scores.py", {"find": "positional", "where": "in general"}),
    "Atlas": ("pages/Atlas.py", {"colour": "family"}),
    "Compare": ("pages/Compare.py", {"compare": "two models", "model2": NAME}),
    "specialists": ("app.py", {"story": "3"}),
    "evidence": ("app.py", {"story": "6"}),
}
SCORES = "pages/Scores.py"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    monkeypatch.setattr("mha_viz.ui.shared.scores.parse", refused)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def refused(*_given, **_named):
    from mha_viz.errors import ModelError

    raise ModelError("There is no parser here.")


def open_page(name, **link):
    page, settings = PLACES[name]
    test = sound(opened(page, **{"model": NAME, "text": TEXT, **settings, **link}))
    assert not test.error
    return test


def said(test):
    return [line.strip() for part in test.caption for line in part.value.replace("\\", "").splitlines()]


def has_choice(test):
    return any(widget.key == "profile" for widget in test.get("button_group"))


@pytest.mark.parametrize("name", PLACES)
def test_a_page_says_whose_profile_it_shows_and_offers_no_choice_of_one(name):
    test = open_page(name)
    assert said(test).count(SHIPPED) == 1
    assert not has_choice(test)
    assert "profile" not in test.query_params
    assert not [line for line in said(test) if "yours" in line.lower()]


@pytest.mark.parametrize("name", PLACES)
def test_ones_own_is_shown_once_it_is_chosen_and_the_link_holds_that(name):
    keep_own()
    test = open_page(name)
    assert has_choice(test)
    assert (said(test).count(SHIPPED), said(test).count(YOURS)) == (1, 0)
    test.button_group(key="profile").set_value("yours").run()
    assert (said(sound(test)).count(SHIPPED), said(test).count(YOURS)) == (0, 1)
    assert test.query_params["profile"] == "yours"
    assert said(open_page(name, profile="yours")).count(YOURS) == 1


def test_numbers_and_exports_are_those_of_the_chosen_one():
    keep_own()
    shipped, yours = f"shipped with mha_viz, of {MADE}", "yours, of 2026-01-07"
    for link, whose, is_own in (({}, shipped, False), ({"profile": "yours"}, yours, True)):
        test = open_page("Scores", score="previous token", **link)
        assert (set(test.dataframe[0].value["value"]) == {0.03125}) == is_own
        assert any(f"profile {whose}, on " in fact for fact in view(test)["facts"])
        atlas = open_page("Atlas", **link)
        assert any(f"profile of {NAME} {whose}, on " in fact for fact in view(atlas)["facts"])


def test_a_link_that_asks_for_a_profile_that_is_not_here_shows_the_shipped_one_and_says_so():
    test = open_page("Scores", profile="yours")
    assert [line for line in said(test) if line in (SHIPPED, YOURS, NONE_HERE)] == [SHIPPED, NONE_HERE]
    keep_own()
    assert NONE_HERE not in said(open_page("Scores", profile="nobody's"))


@pytest.mark.parametrize("name", PLACES)
def test_a_damaged_one_gives_way_and_the_page_says_so(name):
    damage(keep_own(), "cut")
    test = open_page(name, profile="yours")
    assert said(test).count(SHIPPED) == 1
    assert len([line for line in said(test) if line.startswith(DAMAGED)]) == 1
    assert NONE_HERE not in said(test)
    assert not has_choice(test)


@pytest.mark.parametrize("own_profiles", [False, True])
def test_a_class_sees_the_shipped_one_unless_it_was_told_to_show_yours(own_profiles, monkeypatch):
    keep_own()
    mode = ClassMode((NAME,), "http://192.168.1.5:8501", patience=60.0, own_profiles=own_profiles)
    for name, value in environment_of(mode).items():
        monkeypatch.setenv(name, value)
    test = open_page("Scores", profile="yours")
    assert (YOURS in said(test), SHIPPED in said(test), has_choice(test)) == (
        own_profiles,
        not own_profiles,
        own_profiles,
    )
    damage(keep_own(), "empty")
    st.cache_resource.clear()
    assert any(line.startswith(DAMAGED) for line in said(open_page("Scores"))) == own_profiles
