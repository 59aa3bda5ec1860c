"""The name trail under a reader's hands: clicks, keys, the strips, what is saved, small screens."""

import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

STORY = (
    "In spring we met Maria Lopez and Tom at the old mill. Nobody knew Tom there. When the rain came, Maria went home "
    "with Tom, and <b>late</b> in the evening we saw Lopez again."
)


def opened(tab, **state):
    tab.goto(f"/Names?{urlencode({'text': STORY, **state})}")
    view = tab.locator("[data-view=trail][data-drawn]").first
    expect(view).to_be_visible(timeout=60_000)  # a fresh server waits for torch, the model and the parser
    return view


def chosen(view):
    return view.locator(".mention.chosen > span:first-child")


def test_click_a_name_and_a_head_and_come_back_by_the_link(tab):
    view = opened(tab)
    expect(chosen(view)).to_have_text(["Maria Lopez", "Maria", "Lopez"])
    expect(view.locator(".caption")).to_contain_text(re.compile("later mentions of “Maria Lopez” give [0-9.]+ %"))
    expect(view.locator(".mention.first .value")).to_have_text("first")
    view.locator(".mention", has_text="Tom").nth(1).click()
    expect(chosen(view)).to_have_text(["Tom", "Tom", "Tom"])
    expect(tab).to_have_url(re.compile("name=Tom"))
    second = view.locator(".trail-row .name").nth(1)
    layer, head = re.fullmatch(r"L(\d+) H(\d+)", second.text_content()).groups()
    second.click()
    expect(view.locator(".caption")).to_contain_text(
        f"In L{layer} H{head} of minilm, on average, later mentions of “Tom” give"
    )
    expect(tab).to_have_url(re.compile(f"layer={layer}.*head={head}(&|$)"))
    tab.reload()
    expect(view.locator(".trail-row .name[aria-pressed=true]")).to_have_text(f"L{layer} H{head}")
    expect(chosen(view)).to_have_count(3)


def test_keys_go_from_mention_to_mention_and_follow_another_name(tab):
    view = opened(tab)
    text = view.locator("[data-key=trail]")
    text.focus()
    tab.keyboard.press("ArrowDown")
    expect(view.locator(".readout")).to_contain_text("“Maria Lopez”, mention 1 of 3: the first, word 5 of")
    tab.keyboard.press("ArrowDown")
    number = view.locator(".mention.chosen .value").nth(1).text_content()
    expect(view.locator(".readout")).to_contain_text(f"“Maria Lopez”, mention 2 of 3: {number} back to the first in L")
    expect(view.locator(".trail-strip .mark").first).to_be_visible()
    tab.keyboard.press("ArrowRight")
    expect(view.locator(".readout")).to_contain_text("“Tom”, mention 3 of 3: click it, or press Enter")
    tab.keyboard.press("Enter")
    expect(chosen(view)).to_have_text(["Tom", "Tom", "Tom"])
    expect(text).to_be_focused()
    expect(view.locator(".readout")).to_contain_text("“Tom”, mention 3 of 3: ")


def test_what_is_saved_opens_again_without_the_app(tab, tmp_path):
    view = opened(tab)
    sentence = view.locator(".caption").text_content()
    tab.get_by_role("button", name="Share", exact=True).click()
    saved = {}
    for name in ("Save as SVG", "Save as PNG", "Page (HTML)"):
        with tab.expect_download() as download:
            tab.get_by_role("button", name=name, exact=True).click()
        saved[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[name])
    assert saved["Save as PNG"].read_bytes().startswith(b"\x89PNG")
    written = " ".join(ElementTree.parse(saved["Save as SVG"]).getroot().itertext())  # noqa: S314
    assert "The trail of “Maria Lopez”, minilm" in written
    assert "<b>" in written
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(saved["Page (HTML)"].as_uri())
    view = tab.locator("[data-view=trail][data-drawn]")
    expect(view.locator(".caption")).to_have_text(sentence)
    view.locator(".trail-row .name").nth(2).click()
    expect(view.locator(".caption")).not_to_have_text(sentence)
    view.locator(".mention", has_text="Tom").first.click()
    expect(view.locator(".readout")).to_contain_text("holds the trail of “Maria Lopez” alone")
    view.locator("details.table summary").click()
    expect(view.locator("details.table tbody tr")).to_have_count(3)
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


@pytest.mark.parametrize(("scheme", "size"), [("light", (390, 844)), ("dark", (1280, 720))])
def test_small_screens_and_dark_ones(chromium, app, scheme, size):
    context = chromium.new_context(
        viewport=dict(zip(("width", "height"), size, strict=True)), base_url=app, color_scheme=scheme
    )
    tab = context.new_page()
    opened(tab)
    assert not tab.evaluate("document.scrollingElement.scrollWidth > window.innerWidth")
    found = [
        (violation["id"], str(node["target"]))
        for violation in Axe().run(tab).response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert not found
    context.close()
