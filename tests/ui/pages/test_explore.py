"""The page Explore: every head beside the chosen one, in seven views, and what is worth looking at."""

import pytest

from mha_viz.ui.pages.explore.worth_looking import TITLE
from mha_viz.ui.shell.rooms import MOVED
from mha_viz.ui.shell.views import VIEWS
from tests.support.pages.pages import opened, sound, text_field, view

pytestmark = pytest.mark.usefixtures("no_parser")
PAGE = "pages/Explore.py"
KINDS = dict(zip(VIEWS, ("head", "painted", "panels", "strips", "passages", "trail", "effect"), strict=True))
STORY = "then Ann met Tom . Ann ran and Tom sat"


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_stands_beside_the_map_of_all_heads(name, tiny):
    test = sound(opened(PAGE, model=tiny, text=STORY, view=name, layer="1", head="2"))
    assert not test.error
    assert view(test, KINDS[name])
    grid = view(test, "grid")
    assert len(grid["names"]) == 6
    if name != "Names":  # there the head of the best trail is marked
        assert grid["names"][grid["chosen"]] == "L1 H2"
    assert test.query_params["view"] == name


def test_names_mark_the_head_whose_trail_is_shown(tiny):
    best = view(sound(opened(PAGE, model=tiny, text=STORY, view="Names")), "trail")["heads"]
    layer, head = next([layer, head] for layer in range(2) for head in range(3) if [layer, head] not in best)
    test = sound(opened(PAGE, model=tiny, text=STORY, view="Names", layer=str(layer), head=str(head)))
    trail, grid = view(test, "trail"), view(test, "grid")
    layer, head = trail["heads"][trail["head"]]
    assert grid["names"][grid["chosen"]] == f"L{layer} H{head}"


@pytest.mark.parametrize("address", MOVED)
def test_an_address_of_earlier_versions_keeps_all_that_it_held(address, tiny):
    link = {"model": tiny, "text": STORY, "layer": "1", "head": "1", "axis": "Words", "only": "L1"}
    test = sound(opened(f"pages/{address}.py", **link))
    assert {key: test.query_params[key] for key in link} == link
    (kept,) = MOVED[address].values()
    assert test.query_params["view"] == kept
    assert view(test, KINDS[kept])


def test_what_cannot_be_shown_on_one_side_takes_nothing_from_the_other(tiny):
    test = sound(opened(PAGE, model=tiny, text=STORY, only="L9"))
    assert "No head fits" in test.error[0].value
    assert view(test, "head")
    test = sound(opened(PAGE, model=tiny, text=STORY, view="Steps", axis="Words"))
    assert view(test, "panels")


def test_a_model_without_a_profile_has_no_groups_and_says_that_nothing_is_known(tiny):
    test = sound(opened(PAGE, model=tiny, text=STORY))
    assert not view(test, "grid").get("groups")
    assert any("there is no profile of these weights" in one.value for one in test.markdown)


def test_heads_of_several_layers_stand_side_by_side_until_another_one_is_chosen(tiny):
    test = sound(opened(PAGE, model=tiny, text=STORY, layer="1", head="2", heads="1.2,0.1,1.0,7.7"))
    header = view(test, "head")
    assert [header["heads"][i]["name"] for i in header["shown"]] == ["L1 H2", "L0 H1", "L1 H0"]
    assert (header["mean"], test.query_params["heads"]) == (False, "1.2,0.1,1.0")
    assert "several" not in test.query_params
    test.selectbox(key="layer").select(0).run()  # the chosen head is then none of them
    assert view(sound(test), "head")["shown"] == [2]
    assert "heads" not in test.query_params


def test_heads_of_one_layer_go_along_where_another_layer_is_chosen(tiny):
    test = sound(opened(PAGE, model=tiny, text=STORY, layer="1", head="2", heads="1.2,1.0"))
    assert test.query_params["heads"] == "2,0"
    test.selectbox(key="layer").select(0).run()
    header = view(sound(test), "head")
    assert [header["heads"][i]["name"] for i in header["shown"]] == ["L0 H2", "L0 H0"]


def test_a_mean_is_drawn_where_it_is_asked_for_and_titled_so(tiny):
    link = {"layer": "1", "head": "2", "heads": "1.2,0.1", "several": "mean"}
    test = sound(opened(PAGE, model=tiny, text=STORY, **link))
    header = view(test, "head")
    assert header["mean"]
    assert header["title"].startswith("Pattern, mean of L1 H2, L0 H1, ")
    assert test.query_params["several"] == "mean"
    alone = view(sound(opened(PAGE, model=tiny, text=STORY, layer="1", head="2", several="mean")), "head")
    assert (alone["mean"], alone["title"].split(",")[0]) == (False, "Pattern of L1 H2")


def test_the_map_is_coloured_by_clusters_of_the_text_and_as_large_as_asked_for(tiny):
    test = sound(opened(PAGE, model=tiny, text=STORY, coloured="clusters", clusters="2", size="40"))
    grid = view(test, "grid")
    assert {kind["name"] for kind in grid["tints"]["kinds"]} == {"cluster 1", "cluster 2"}
    assert grid["size"] == 40
    assert (test.query_params["coloured"], test.query_params["size"]) == ("clusters", "40")
    assert test.selectbox(key="coloured").value == "clusters"
    test.session_state["numbers"] = True
    (table,) = [one.value for one in sound(test.run()).dataframe if "cluster" in one.value]
    assert set(table["cluster"]) == {1, 2}
    test.selectbox(key="coloured").select("patterns").run()
    assert "tints" not in view(sound(test), "grid")


@pytest.mark.parametrize("coloured", ["syntactic: obj dep→head", "red"])
def test_what_a_map_cannot_be_coloured_by_leaves_its_patterns(coloured, tiny):
    test = sound(opened(PAGE, model=tiny, text=STORY, coloured=coloured))  # there is no profile of it
    assert "tints" not in view(test, "grid")
    assert test.query_params["coloured"] == "patterns"


@pytest.mark.real_model
def test_the_map_is_coloured_by_a_score_of_the_profile(minilm):
    grid = view(sound(opened(PAGE, coloured="syntactic: advmod dep→head")), "grid")
    told = dict(zip(grid["names"], grid["tints"]["says"], strict=True))
    assert told["L2 H1"].endswith(", established")
    assert not told["L3 H1"].endswith(", established")
    kinds = [grid["tints"]["kinds"][i]["name"] for i in grid["tints"]["of"]]
    assert kinds[grid["names"].index("L2 H1")] == "established"
    assert "swatches" not in grid


@pytest.mark.real_model
def test_what_is_worth_looking_at_is_one_click_away(minilm, monkeypatch):
    monkeypatch.undo()  # with the parser
    findings_of = lambda test: [one for one in test.button if one.key and one.key.startswith("finding_")]  # noqa: E731
    test = sound(opened(PAGE))
    assert [one.label for one in test.expander].count(TITLE) == 1
    assert not findings_of(test)  # nobody has asked yet
    test.session_state["worth_looking"] = True
    found = findings_of(sound(test.run()))
    assert 1 <= len(found) <= 5
    told = next(button for button in found if "“it” looks most at “cat”" in button.label)
    assert "L3 H1" in told.label.replace("\\", "")
    told.click().run()
    assert (sound(test).query_params["layer"], test.query_params["head"]) == ("3", "1")
    assert (test.session_state["from"], test.session_state["to"]) == ("it", "cat")


@pytest.mark.real_model
def test_the_colours_of_the_map_are_what_is_established(minilm):
    grid = view(sound(opened(PAGE)), "grid")
    families = [swatch["name"] for swatch in grid["swatches"]]
    assert sorted(families) == ["copying", "positional", "syntactic"]
    named = dict(zip(grid["names"], grid["groups"], strict=True))
    assert families[named["L2 H1"]] == "syntactic"  # adverbs
    assert named["L3 H1"] is None  # it rests on the first token, as most do


def test_of_several_heads_in_a_link_the_first_is_the_chosen_one(tiny):
    test = sound(opened(PAGE, model=tiny, text=STORY, heads="1.2,0.1"))
    assert (test.query_params["layer"], test.query_params["head"]) == ("1", "2")
    assert test.query_params["heads"] == "1.2,0.1"


def test_the_head_that_was_proposed_goes_with_its_text_and_one_that_was_chosen_stays(tiny, monkeypatch):
    proposals = {STORY: (1, 2), "Tom sat .": (0, 1), "he ran .": (1, 0)}
    monkeypatch.setattr("mha_viz.ui.parts.controls.get_first_head", lambda capture, _kind: proposals[capture.text])
    test = sound(opened(PAGE, model=tiny, text=STORY))
    assert held_head(test) == (1, 2)
    text_field(test).set_value("Tom sat .").run()
    assert held_head(sound(test)) == (0, 1)
    next(menu for menu in test.selectbox if menu.key == "head").select(2).run()
    text_field(test).set_value("he ran .").run()
    assert held_head(sound(test)) == (0, 2)


def test_with_another_word_the_first_head_of_the_picture_is_chosen_and_a_chosen_head_stays(tiny):
    test = sound(opened(PAGE, model=tiny, text=STORY, view="From → to", layer="1", head="2"))
    assert held_head(test) == (1, 2)  # of the link
    heads = set()
    for word in ("Tom", "sat", "Ann"):
        test.selectbox(key="from").select(word).run()
        first = tuple(view(sound(test), "strips")["heads"][0])
        assert held_head(test) == (test.selectbox(key="layer").value, test.selectbox(key="head").value) == first
        grid = view(test, "grid")
        assert grid["names"][grid["chosen"]] == f"L{first[0]} H{first[1]}"
        heads.add(first)
    other = next(word for word in test.selectbox(key="to").options if word != test.selectbox(key="to").value)
    test.selectbox(key="to").select(other).run()
    assert held_head(sound(test)) == tuple(view(test, "strips")["heads"][0])
    assert len(heads) > 1  # else nothing had to change
    left = next(head for head in range(3) if head != held_head(test)[1])
    test.selectbox(key="head").select(left).run()
    assert held_head(sound(test))[1] == left


def test_the_head_that_a_page_proposed_for_its_words_is_the_first_of_its_picture(tiny):
    for word in ("Tom", "sat", "Ann"):
        test = sound(opened(PAGE, **{"model": tiny, "text": STORY, "view": "From → to", "from": word}))
        assert held_head(test) == tuple(view(test, "strips")["heads"][0])


def held_head(test):
    return int(test.query_params["layer"]), int(test.query_params["head"])


def test_the_steps_begin_with_a_word_and_not_with_the_last_sign(tiny):
    test = sound(opened(PAGE, model=tiny, text="Ann met Tom , he ran .", view="Steps"))
    assert test.selectbox(key="token").value == "he"
