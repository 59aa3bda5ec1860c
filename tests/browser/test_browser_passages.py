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


def word(view, text):
    return view.locator(".marking .token", has_text=re.compile(f"^{text}$")).first


def marked(view):
    return "".join(view.locator(".marking .in").all_text_contents())


def test_a_mouse_drags_over_the_passage_and_two_clicks_or_keys_mark_one_too(tab):
    view = opened(tab, "/Explore", "passages", **HERE)
    assert marked(view) == "The cat sat"
    word(view, "mat").hover()
    tab.mouse.down()
    word(view, "on").hover()
    expect(view.locator(".marking-said")).to_have_text("From “on” to “mat”")
    tab.mouse.up()
    in_link(tab, passage="12-22")  # from the last word to the first
    has_run(tab)
    expect(view.locator(".caption")).to_contain_text("outside of “on the mat” give it")
    assert marked(view) == "on the mat"
    word(view, "was").click()
    expect(view.locator(".marking-said")).to_have_text("From “was” to …: choose the last word.")
    assert "passage=12-22" in tab.url
    tab.keyboard.press("Escape")
    assert marked(view) == "on the mat"
    word(view, "it").click()
    word(view, "was").click()
    in_link(tab, passage="31-37")
    has_run(tab)
    view.locator("[data-key=marking]").focus()
    for key in ("Enter", "ArrowRight", "Enter"):
        tab.keyboard.press(key)
    in_link(tab, passage="34-43")
    has_run(tab)
    assert marked(view) == "was tired"


def test_a_dragged_word_that_is_let_go_outside_of_the_text_marks_what_was_met(tab):
    view = opened(tab, "/Explore", "passages", **HERE)
    word(view, "cat").hover()
    tab.mouse.down()
    word(view, "on").hover()
    tab.mouse.move(5, 5)
    tab.mouse.up()
    in_link(tab, passage="4-14")


def test_on_a_phone_the_picture_begins_in_the_upper_half_and_words_are_tapped(chromium, app):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=app, has_touch=True)
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    view = opened(tab, "/Explore", "passages", **HERE)
    assert view.locator("[data-key=passages]").bounding_box()["y"] < 844 / 2
    expect(view.locator(".marking-said")).to_have_text("Tap the first and the last word of a passage.")
    for text in ("on", "mat"):
        word(view, text).tap()
    in_link(tab, passage="12-22")
    has_run(tab)
    assert marked(view) == "on the mat"
    fields = tab.get_by_label("Its words, or characters").bounding_box()
    assert fields["y"] > view.locator("[data-key=passages]").bounding_box()["y"]
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
    assert not alone.locator(".marking").count()  # nobody answers there
    expect(alone.locator(".readout")).not_to_contain_text("chooses the head")
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
