"""The page Explore in a browser: what stands above its pictures, and several heads at once."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import grows
from tests.support.pages.browser import TIRED, drawn, in_link, opened, saved


def test_what_is_worth_looking_at_is_a_line_above_pictures_that_begin_high(tab):
    tab.set_viewport_size({"width": 1280, "height": 720})
    picture = opened(tab, "/Explore", "grid", text=TIRED, model="minilm")
    line = tab.locator(".st-key-worth_looking")
    assert line.bounding_box()["y"] < picture.bounding_box()["y"] < 200
    finding = line.get_by_role("button", name=re.compile("“it” looks most at “cat”"))
    expect(finding).to_have_count(0)
    line.get_by_text("What is worth looking at here?").click()
    expect(finding).to_be_visible()


def test_heads_are_added_on_the_map_with_shift_with_the_switch_and_by_keys(tab, tmp_path):
    grid = opened(tab, "/Explore", "grid", text=TIRED, model="minilm", layer=5, head=11)
    names = drawn(tab, "head").locator(".names .entry")
    stage = grid.locator("[data-key=grid]")
    side = stage.bounding_box()["width"] / 12.8  # twelve pictures and the names of the layers
    at = lambda layer, head: {"x": 30 + (head + 0.5) * side, "y": 20 + (layer + 0.5) * side}  # noqa: E731
    stage.click(position=at(3, 1), modifiers=["Shift"])
    in_link(tab, heads="5.11,3.1")
    grid.get_by_role("button", name="A click adds a head").click()
    stage.click(position=at(2, 1))
    in_link(tab, heads="5.11,3.1,2.1")
    expect(names).to_have_text(["L5 H11", "L3 H1", "L2 H1"])
    stage.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")  # the switch is for keys too
    in_link(tab, heads="5.11,3.1,2.1,2.2")
    tab.keyboard.press("Enter")  # the same again takes it out
    in_link(tab, heads="5.11,3.1,2.1")
    expect(names).to_have_text(["L5 H11", "L3 H1", "L2 H1"])
    marks = grid.locator(".mark.chosen[style*=color]").all()
    assert len({mark.evaluate("mark => mark.style.borderColor") for mark in marks}) == 3
    tab.get_by_role("button", name="Share", exact=True).click()
    picture = saved(tab, tmp_path, "Save as SVG").read_text(encoding="utf-8")
    assert "<title>Pattern of L5 H11, L3 H1, L2 H1, minilm</title>" in picture
    grid.get_by_role("button", name="A click adds a head").click()
    tab.keyboard.press("Escape")
    stage.click(position=at(0, 2))  # a plain click chooses that one alone
    in_link(tab, layer=0, head=2)
    expect(tab).not_to_have_url(re.compile("heads="))


def test_a_tap_on_a_cell_says_what_each_head_gives_there_beside_the_finger(chromium, app):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=app, has_touch=True)
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    view = opened(tab, "/Explore", "head", text=TIRED, model="minilm", layer=5, head=11, heads="5.11,3.1")
    maps = view.locator("[data-key=heatmap]")
    maps.scroll_into_view_if_needed()
    box = maps.bounding_box()
    tab.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 0.25 * box["height"])
    tip = maps.locator(".tip")
    expect(tip).to_be_visible()
    assert re.fullmatch(r".+ → .+L5 H11 \d\.\d{3}L3 H1 \d\.\d{3}", tip.text_content())
    assert tip.bounding_box()["x"] + tip.bounding_box()["width"] <= 390
    tab.touchscreen.tap(box["x"] + 2, box["y"] + 2)  # beside the maps
    expect(tip).to_be_hidden()
    context.close()


def test_the_map_says_what_its_colours_stand_for_and_its_size_is_in_the_link(tab):
    grid = opened(tab, "/Explore", "grid", text=TIRED, model="minilm", coloured="syntactic: advmod dep→head")
    legend = grid.locator(".tools .legend")
    expect(legend).to_contain_text("not established")
    expect(legend).to_contain_text("syntactic: advmod dep→head, 0.000 to ")
    stage = grid.locator("[data-key=grid]")
    side = stage.bounding_box()["width"] / 12.8
    stage.hover(position={"x": 30 + 1.5 * side, "y": 20 + 2.5 * side})
    expect(grid.locator(".readout")).to_have_text(re.compile("L2 H1.*advmod dep→head 0.*, established"))
    before = stage.bounding_box()["width"]
    slider = grid.get_by_label("Size")
    slider.fill("60")
    slider.dispatch_event("change")
    in_link(tab, size=60)
    assert grows(stage, before)
    tab.reload()
    expect(grid.get_by_label("Size")).to_have_value("60")


def test_terms_are_explained_by_pointer_keys_and_finger(tab, chromium, app):
    opened(tab, "/Head", "head", model="minilm", layer="5", head="11")
    said, about_heads = tab.get_by_role("tooltip"), "A model is a stack of layers"
    in_text = tab.locator(".st-key-card a[href='#word-established']").first
    in_text.scroll_into_view_if_needed()
    in_text.hover()
    expect(said).to_contain_text("The head does this on text that it was not chosen on")
    tab.keyboard.press("Escape")
    expect(said).to_have_count(0)
    address = tab.url
    in_picture = tab.locator("[data-view=head] .note .term").first
    in_picture.focus()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Tab")
    expect(said).to_contain_text("Each head turns each token into three short vectors")
    assert in_picture.get_attribute("aria-describedby") == said.get_attribute("id")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Enter")  # kept, and let go
    expect(said).to_have_count(0)
    tab.locator(".st-key-model").hover()
    expect(said).to_contain_text("6 layers of 12 heads")
    assert tab.url == address
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, base_url=app)
    phone = context.new_page()
    opened(phone, "/Explore", "head", model="minilm", layer="5", head="11")
    phone.locator("h4 a[href='#word-layer-head']").tap()
    expect(phone.get_by_role("tooltip")).to_contain_text(about_heads)
    box = phone.get_by_role("tooltip").bounding_box()
    assert 0 <= box["x"] <= 390 - box["width"]
    phone.locator("h4 a[href='#model-minilm']").tap()
    expect(phone.get_by_role("tooltip")).to_contain_text("It reads in both directions.")
    context.close()


def test_terms_are_explained_in_the_language_of_the_page(tab):
    opened(tab, "/Explore", "head", model="minilm", text=TIRED, layer="5", head="11", ui="de")
    said = tab.get_by_role("tooltip")
    tab.locator(".st-key-card a[href='#word-established']").first.focus()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Tab")
    expect(said).to_contain_text("Der Kopf tut dies auf Text")


def test_the_panel_more_stays_open_while_its_name_changes_and_what_was_typed_last_is_taken(tab):
    opened(tab, "/Explore", "grid", text=TIRED, model="minilm")
    more = tab.get_by_role("button", name=re.compile("^More"))
    only = tab.get_by_role("textbox", name="Only these heads")
    expect(only).to_have_count(0)
    more.focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("radio", name="yes").click()
    in_link(tab, renormalise="yes")
    expect(more).to_contain_text("More: scaled")
    expect(only).to_be_visible()
    only.fill("L5")
    tab.mouse.click(720, 860)  # beside the panel: the field is left, and the panel closes
    in_link(tab, renormalise="yes", only="L5")
    expect(only).to_have_count(0)
    expect(drawn(tab, "grid").locator(".readout")).to_be_visible()
    more.click()
    expect(only).to_have_value("L5")


def test_a_second_text_and_next_words_stand_in_sight_and_push_no_picture_down(tab):
    tab.set_viewport_size({"width": 1280, "height": 720})
    picture = opened(tab, "/Explore", "grid", text=TIRED, model="smollm2", ui="de")
    tab.get_by_role("button", name="Nächste Wörter").click()
    written = tab.get_by_role("spinbutton", name="Token, um die das Modell fortsetzt")
    written.fill("2")
    tab.keyboard.press("Enter")
    in_link(tab, **{"continue": 2})
    expect(tab.get_by_role("button", name="Nächste Wörter: 2 geschrieben")).to_be_visible()
    expect(written).to_be_visible()  # the panel has another name, and is open
    assert picture.bounding_box()["y"] < 200


def test_on_a_phone_the_map_and_then_the_view_that_is_chosen_stand_on_the_first_screen(chromium, app):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=app, has_touch=True)
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    grid = opened(tab, "/Explore", "grid", text=TIRED, model="minilm")
    assert grid.bounding_box()["y"] < 844 / 2
    share = tab.get_by_role("button", name="Share", exact=True).bounding_box()
    assert share["x"] + share["width"] <= 390
    assert share["y"] < 60  # beside the rooms, not under them
    tab.get_by_role("radio", name="Text").tap()
    painted = drawn(tab, "painted")
    words = painted.locator(".text").bounding_box()
    assert words["y"] + words["height"] < 844
    assert words["y"] < grid.bounding_box()["y"]
    context.close()


@pytest.mark.parametrize("language", ["", "de", "es", "fr", "zh", "ar"])
def test_on_a_phone_the_rooms_stand_beside_share_in_every_language(tab, language):
    tab.set_viewport_size({"width": 390, "height": 844})
    opened(tab, "/Explore", "grid", ui=language, model="minilm")
    rooms = [room.bounding_box() for room in tab.locator("nav .rooms a").all()]
    share = tab.locator(".st-key-head_row [data-testid=stPopover]").bounding_box()
    assert len(rooms) == 5
    for room in rooms:
        assert room["y"] < share["y"] + share["height"]
        assert room["x"] + room["width"] <= share["x"] or room["x"] >= share["x"] + share["width"]


def test_who_comes_back_to_the_bare_address_begins_on_explore_and_learn_stays_learn(chromium, app):
    context = chromium.new_context(base_url=app)
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    tab.goto("/")
    in_link(tab, story=0)  # the lesson: nobody has been here
    tab.get_by_role("link", name="Explore", exact=True).first.click()
    expect(tab).to_have_url(re.compile("/Explore"))
    drawn(tab, "grid")
    tab.goto("/")
    expect(tab).to_have_url(re.compile("/Explore"))
    drawn(tab, "grid")
    tab.get_by_role("link", name="Learn", exact=True).click()
    in_link(tab, story=0)
    tab.reload()
    in_link(tab, story=0)
    expect(tab.get_by_role("link", name="Learn", exact=True)).to_have_attribute("aria-current", "true")
    context.close()
