"""The page Explore in a browser: what stands above its pictures, and several heads at once."""

import re

from playwright.sync_api import expect

from tests.support.pages.browser import TIRED, opened


def test_what_is_worth_looking_at_is_a_line_above_pictures_that_begin_high(tab):
    tab.set_viewport_size({"width": 1280, "height": 720})
    picture = opened(tab, "/Explore", "grid", text=TIRED, model="minilm")
    line = tab.locator(".st-key-worth_looking")
    assert line.bounding_box()["y"] < picture.bounding_box()["y"] < 200
    finding = line.get_by_role("button", name=re.compile("“it” looks most at “cat”"))
    expect(finding).to_have_count(0)
    line.get_by_text("What is worth looking at here?").click()
    expect(finding).to_be_visible()
