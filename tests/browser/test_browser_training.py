"""Trainings in a real browser: the shipped one by keyboard, and one of one's own that is started and cancelled."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


def test_the_slider_goes_through_the_training_by_keyboard(tab):
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.goto("/Training")
    expect(tab.get_by_text(re.compile("After 1,200 steps"))).to_be_visible()
    slider = tab.get_by_role("slider", name="Step of the training")
    slider.focus()
    tab.keyboard.press("Home")
    expect(tab.get_by_text(re.compile("Before any training"))).to_be_visible()
    expect(tab).to_have_url(re.compile("[?&]moment=0(&|$)"))
    tab.keyboard.press("ArrowRight")
    expect(tab.get_by_text(re.compile("After 26 steps"))).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1280


def test_the_small_pictures_choose_a_head_by_keyboard(tab):
    tab.goto("/Training?moment=660")
    expect(tab.get_by_text(re.compile("L1 H2 after 660 steps"))).to_be_visible()
    tab.locator("[data-view=grid][data-drawn] .stage").focus()
    for key in ("ArrowLeft", "Enter"):  # from the head that is chosen
        tab.keyboard.press(key)
    expect(tab.get_by_text(re.compile("L1 H1 after 660 steps"))).to_be_visible()
    expect(tab).to_have_url(re.compile("[?&]head=1(&|$)"))


def test_a_training_is_started_watched_and_cancelled(tab):
    tab.goto("/Training?training=induction")
    expect(tab.get_by_text(re.compile("After 1,000 steps"))).to_be_visible()
    tab.get_by_role("button", name="Train it now").click()
    tab.get_by_role("button", name="Train", exact=True).click()
    expect(tab.get_by_text(re.compile("Before any training|After [0-9,]+ steps, the model"))).to_be_visible()
    expect(tab.get_by_text(re.compile(r"step [0-9,]+ of 1,000"))).to_be_visible()
    tab.get_by_role("button", name="Cancel").click()
    expect(tab.get_by_text("This training was cancelled.")).to_be_visible()
    expect(tab.get_by_role("button", name="Cancel")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lesson", ["model", "heads", "induction"])
def test_every_lesson_can_be_read_by_all_and_fits_a_phone(tab, scheme, lesson):
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.emulate_media(color_scheme=scheme)
    tab.goto(f"/Training?training={lesson}")
    expect(tab.locator(".js-plotly-plot").nth(1)).to_be_visible()
    found = [
        (violation["id"], str(node["target"]))
        for violation in Axe().run(tab).response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert not found
    tab.set_viewport_size({"width": 390, "height": 844})
    assert not tab.evaluate("document.scrollingElement.scrollWidth > window.innerWidth")
