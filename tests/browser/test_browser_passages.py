"""A passage under a reader's hands: rows, keys, a finger, what is typed, what is saved."""

import csv
import re
import xml.etree.ElementTree as ElementTree

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.waiting import has_run
from tests.support.pages.browser import TIRED, drawn, in_link, opened, saved

HERE = {"text": TIRED, "model": "minilm", "view": "Passage", "layer": 3, "head": 1}
LEFT, ROWS = 52, 72  # pixels beside the rows; heads of minilm


def row_at(view, head):
    """Where a row stands in the picture: below the curve and the labels, over the last two pixels."""
    box = view.locator("[data-key=passages]").bounding_box()
    high = 5
    return {"x": LEFT + 30, "y": box["height"] - 4 - (ROWS - head) * high + high / 2}


def test_a_row_that_is_pointed_at_is_read_out_and_a_click_chooses_its_head(tab):
    view = opened(tab, "/Explore", "passages", **HERE)
    expect(view.locator(".caption")).to_contain_text("In L3 H1 of minilm the tokens outside of “The cat sat” give it")
    stage = view.locator("[data-key=passages]")
    stage.hover(position=row_at(view, 71))
    expect(view.locator(".readout")).to_have_text(re.compile(r"L5 H11, “\[CLS\]”: \d+ % to the passage; an even"))
    stage.click(position=row_at(view, 71))
    in_link(tab, layer=5, head=11)
    expect(view.locator(".caption")).to_contain_text("In L5 H11 of minilm")
    expect(view.locator(".caption")).to_contain_text("No head gives it more.")
    expect(tab.locator(".st-key-card h4")).to_contain_text("L5 H11")


def test_keys_go_over_heads_and_tokens_and_choose(tab):
    view = opened(tab, "/Explore", "passages", **HERE)
    view.locator("[data-key=passages]").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    expect(view.locator(".readout")).to_have_text(re.compile(r"L3 H2, “The”: [\d.]+ % to the passage"))
    tab.keyboard.press("Enter")
    in_link(tab, layer=3, head=2)
    expect(view.locator(".caption")).to_contain_text("In L3 H2 of minilm")


def test_a_finger_reads_a_row_and_chooses_it_with_a_second_tap(chromium, app):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=app, has_touch=True)
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    view = opened(tab, "/Explore", "passages", **HERE)
    assert not tab.evaluate("document.scrollingElement.scrollWidth > window.innerWidth")
    expect(view.locator(".readout")).to_have_text(re.compile("^Tap a row"))
    stage = view.locator("[data-key=passages]")
    stage.scroll_into_view_if_needed()
    stage.tap(position=row_at(view, 71))
    expect(view.locator(".readout")).to_contain_text("L5 H11, “")
    assert "layer=3" in tab.url
    stage.tap(position=row_at(view, 71))
    in_link(tab, layer=5, head=11)
    context.close()


def test_a_passage_is_typed_and_what_is_saved_says_it(tab, tmp_path):
    view = opened(tab, "/Explore", "passages", **HERE)
    field = tab.get_by_label("Its words, or characters")
    field.fill("on the mat")
    field.press("Enter")
    in_link(tab, passage="12-22")
    has_run(tab)
    expect(view.locator(".caption")).to_contain_text("outside of “on the mat” give it")
    expect(drawn(tab, "grid").locator(".tools .legend")).to_contain_text("to the passage")
    tab.get_by_role("button", name="Share", exact=True).click()
    picture = " ".join(ElementTree.parse(saved(tab, tmp_path, "Save as SVG")).getroot().itertext())  # noqa: S314
    assert "What goes to “on the mat”, minilm" in picture
    facts, *lines = saved(tab, tmp_path, "CSV").read_text(encoding="utf-8").splitlines()
    assert '"passage": "on the mat"' in facts
    assert '"characters": "12:22"' in facts
    rows = list(csv.DictReader(lines))
    assert len(rows) == ROWS * 13
    assert [row["token"] for row in rows[:13] if row["counts"] == "False"] == ["on", "the", "mat"]
    page, asked = saved(tab, tmp_path, "Page (HTML)"), []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    alone = tab.locator("[data-view=passages][data-drawn]")
    alone.locator("[data-key=passages]").hover(position=row_at(alone, 71))
    expect(alone.locator(".readout")).to_contain_text("L5 H11, “")
    alone.locator("details.table summary").click()
    expect(alone.locator("details.table tbody tr")).to_have_count(ROWS)
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


def test_a_dark_screen_can_be_read(chromium, app):
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, base_url=app, color_scheme="dark")
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    opened(tab, "/Explore", "passages", **HERE)
    found = [
        (violation["id"], str(node["target"]))
        for violation in Axe().run(tab).response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert not found
    context.close()
