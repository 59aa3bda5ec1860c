"""The story in a real browser: by the arrow keys alone, from the first step to the last and back."""

import re

import pytest
from playwright.sync_api import expect

from mha_viz.ui.pages.story.story import STEPS
from tests.browser.waiting import at_rest


def at_step(tab, number):
    expect(tab.get_by_role("heading", name=f"{number + 1}. {STEPS[number][0]}")).to_be_visible()
    at_rest(tab)


@pytest.mark.parametrize("model", ["minilm", "classroom"])
def test_the_arrow_keys_tell_the_whole_story(tab, model):
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.goto(f"/?model={model}")
    at_step(tab, 0)
    for number in range(1, len(STEPS)):
        tab.keyboard.press("ArrowRight")
        at_step(tab, number)
        expect(tab).to_have_url(re.compile(rf"[?&]story={number}(&|$)"))
    expect(tab.get_by_role("button", name="Next")).to_be_disabled()
    tab.keyboard.press("ArrowLeft")
    at_step(tab, len(STEPS) - 2)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1280


def test_one_word_is_changed_live(tab):
    tab.goto("/?model=minilm&story=5")
    strip = tab.locator("[data-view=strips][data-drawn] .strip").nth(1)
    expect(strip).to_contain_text(re.compile(r"cat\s*\.49"))
    tab.get_by_role("radio", name="dirty").or_(tab.get_by_text("dirty", exact=True)).first.click()
    expect(strip).to_contain_text("dirty")
    expect(strip).to_contain_text(re.compile(r"mat\s*\.\d\d"))
    expect(tab).to_have_url(re.compile("ending=dirty"))
