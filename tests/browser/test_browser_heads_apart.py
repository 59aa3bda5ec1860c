"""Several heads at once: it plays once, goes step by step by keys, and stands still where that is wanted."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import at_rest

STEP = "/?model=minilm&lesson=a_panel_of_specialists&story=2"
WHOLE = re.compile(r"^The heads' contributions add up to what L\d+ adds to “it”: H\d.* = 100 %\.$")


@pytest.fixture
def picture(tab):
    tab.emulate_media(reduced_motion="reduce")
    tab.goto(STEP)
    at_rest(tab)
    return tab.locator("[data-view=heads_apart][data-drawn]")


def shown(picture):
    return picture.locator(".comes.on").count()


def test_who_wants_less_motion_sees_the_whole_at_once(picture):
    expect(picture.locator(".readout")).to_have_text(WHOLE)
    assert shown(picture) == picture.locator(".comes").count() > 20
    expect(picture.get_by_role("button", name="Play")).to_be_visible()


def test_keys_go_step_by_step_and_leave_the_lesson_where_it_is(tab, picture):
    picture.locator("[data-key='heads apart']").focus()
    whole = shown(picture)
    tab.keyboard.press("ArrowLeft")
    expect(picture.locator(".readout")).to_have_text(re.compile("^One matrix, the output projection, makes one vector"))
    for _ in range(12):
        tab.keyboard.press("ArrowLeft")
    expect(picture.locator(".readout")).to_have_text(re.compile("^“it” reads the sentence with all 12 heads of L"))
    assert shown(picture) == 1
    tab.keyboard.press("ArrowRight")
    expect(picture.locator(".readout")).to_have_text(re.compile(r"^L\d+ H\d+: “it” gives \d+ % of its attention to “"))
    assert 1 < shown(picture) < whole
    picture.get_by_role("button", name="Later").click()
    expect(picture.locator(".comes.past").first).to_have_css("opacity", "0.45")  # the head before stands back
    expect(tab).to_have_url(re.compile("story=2(&|$)"))


def test_it_plays_by_itself_until_it_is_paused(tab):
    tab.emulate_media(reduced_motion="no-preference")
    tab.goto(STEP)
    picture = tab.locator("[data-view=heads_apart][data-drawn]")
    readout = picture.locator(".readout")
    expect(readout).to_have_text(re.compile(r"^L\d+ H\d+: "))
    picture.get_by_role("button", name="Pause").click()
    said = readout.text_content()
    tab.wait_for_timeout(2500)
    assert readout.text_content() == said
    picture.get_by_role("button", name="Play").click()
    expect(readout).to_have_text(WHOLE)
    expect(picture.get_by_role("button", name="Play")).to_be_visible()


def test_a_phone_has_all_of_it_beside_each_other(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.emulate_media(reduced_motion="reduce")
    tab.goto(STEP)
    picture = tab.locator("[data-view=heads_apart][data-drawn]")
    expect(picture.locator(".readout")).to_have_text(WHOLE)
    assert picture.locator("svg").bounding_box()["width"] <= 358
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
