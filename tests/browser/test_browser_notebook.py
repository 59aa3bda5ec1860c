"""A notebook that was saved and is opened again: no kernel, no network."""

import io

import pytest
import torch
from PIL import Image
from playwright.sync_api import expect

from mha_viz.recording.capture import capture
from mha_viz.recording.elsewhere.tensors import capture_of
from mha_viz.views.exports.notebook import head_view, model_view
from tests.support.networks.families import TEXTS, text_model
from tests.support.pages.drawn import views_in

# What scrolls by itself in a page, as far as it is seen.
SCROLLING = """root => {
  const scrolls = (e) => e.scrollHeight > e.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(e).overflowY);
  return [...root.querySelectorAll("*")].filter((e) => e.checkVisibility() && scrolls(e)).map((e) => e.className);
}"""


def notebook(path, *views):
    path.write_text(
        f"<!DOCTYPE html><meta charset='utf-8'>{''.join(view._repr_html_() for view in views)}", encoding="utf-8"
    )
    return path.as_uri()


@pytest.fixture
def offline(chromium):
    """A tab without a network that fails the test on any error in our script and on anything that is asked for."""
    context = chromium.new_context(offline=True, viewport={"width": 1000, "height": 700})
    tab, asked, errors = context.new_page(), [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert not errors
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))] == []


def tensors(n_layers=2, n_heads=3, n=5):
    torch.manual_seed(0)
    return [torch.randn(1, n_heads, n, n).mul(2).softmax(dim=-1) for _ in range(n_layers)], list("abcdefghijk"[:n])


@pytest.mark.parametrize(("draw", "kind"), [(model_view, "grid"), (head_view, "head")])
def test_a_saved_notebook_shows_its_views_offline(offline, tmp_path, draw, kind):
    view = draw(*tensors())
    offline.goto(notebook(tmp_path / "notebook.html", view))
    frame = offline.frame_locator("iframe")
    frame.locator(f"[data-view={kind}][data-drawn]").wait_for()
    drawn = Image.open(io.BytesIO(frame.locator("canvas").first.screenshot()))
    assert len(drawn.convert("RGB").getcolors(2**20)) > 20  # not blank, and more than lines and letters
    assert offline.locator("details img").evaluate("i => i.naturalWidth") > 50


@pytest.mark.parametrize("settings", [{}, {"map": "Logits"}, {"hidden": "special tokens"}, {"mean": True}])
def test_what_a_reader_turns_to_is_drawn_and_named_as_if_it_had_been_asked_for(offline, tmp_path, settings):
    found = capture(text_model("bert")[1], TEXTS[1])
    offline.goto(notebook(tmp_path / "notebook.html", head_view(found, layer=0, heads=[0, 2], **settings)))
    frame = offline.frame_locator("iframe")
    frame.get_by_label("Layer").select_option("1")
    frame.get_by_role("button", name="H0", exact=True).click()
    frame.get_by_role("button", name="H1", exact=True).click()
    (asked, _), *_ = views_in(head_view(found, layer=1, heads=[2, 1], **settings).page)
    expect(frame.locator("h1")).to_have_text(asked["title"])
    assert [frame.locator(".swatch[aria-pressed=true]").nth(i).inner_text() for i in (0, 1)] == ["H1", "H2"]
    legend = frame.locator(".legend > span")
    assert [float(legend.nth(i).inner_text()) for i in (0, 2)] == pytest.approx([asked["low"], asked["high"]], abs=6e-4)
    expect(frame.locator(".badge")).to_have_count(1 if asked["badge"] else 0)
    if asked["badge"]:
        expect(frame.locator(".badge")).to_have_text(asked["badge"])
    said = asked["note"].partition("; the rows shown give them")[0]  # a share that is known of what was asked for alone
    assert frame.locator(".note").inner_text().startswith(said.partition("Hidden")[0].strip())
    expect(frame.locator(".text")).to_have_text(asked["facts"][0])
    for fact in ("attention encoder", "on tokens", asked["title"].rpartition(", ")[0].rpartition("of ")[2]):
        assert fact in frame.locator(".foot").inner_text()


def test_a_click_on_a_head_opens_it_in_place_and_escape_leads_back(offline, tmp_path):
    given, tokens = tensors(3, 5, 7)
    offline.goto(notebook(tmp_path / "notebook.html", model_view(given, tokens)))
    frame = offline.frame_locator("iframe")
    title, grid = frame.locator("h1"), frame.locator('[data-key="grid"]')
    whole = "Pattern: every head of attention tensors"
    expect(title).to_have_text(whole)
    grid.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter"):  # the first of them enters
        grid.press(key)
    expect(title).to_have_text("Pattern of L1 H1, attention tensors")
    expect(frame.locator("[data-view=head]")).to_be_visible()
    expect(grid).to_be_hidden()
    expect(frame.locator(":focus")).to_have_text("← All heads")
    cell = frame.locator("[data-view=head] .stage").last
    frame.locator(":focus").press("Escape")
    expect(title).to_have_text(whole)
    expect(frame.locator(":focus")).to_have_attribute("data-key", "grid")
    grid.press("ArrowDown")
    grid.press("Enter")
    expect(title).to_have_text("Pattern of L2 H1, attention tensors")
    cell.focus()
    cell.press("Shift+ArrowRight")
    expect(title).to_have_text("Pattern of L2 H2, attention tensors")
    cell.press("Shift+ArrowUp")
    expect(title).to_have_text("Pattern of L1 H2, attention tensors")
    frame.get_by_role("button", name="← All heads").click()
    expect(grid).to_be_visible()
    box = grid.bounding_box()
    grid.click(position={"x": box["width"] - 20, "y": 60})
    expect(title).to_have_text("Pattern of L0 H4, attention tensors")


def test_a_frame_is_as_high_as_what_is_in_it(offline, tmp_path):
    """Nothing is cut, and nothing scrolls in what scrolls already."""
    given, tokens = tensors(3, 5, 11)
    long = head_view([torch.eye(37)[None]], [f"t{i}" for i in range(37)])
    offline.goto(notebook(tmp_path / "notebook.html", model_view(given, tokens), head_view(given, tokens), long))
    for place in range(3):
        holder = offline.locator("iframe").nth(place)
        holder.scroll_into_view_if_needed()
        frame = offline.frame_locator("iframe").nth(place)
        frame.locator("[data-drawn]").first.wait_for()
        for _ in range(2):
            expect(frame.get_by_role("button", name="Save as SVG")).to_be_visible()
            page = frame.locator("html")
            height = lambda page=page: page.evaluate("e => e.scrollHeight - e.clientHeight")  # noqa: E731
            offline.wait_for_function("() => new Promise((done) => setTimeout(() => done(true), 300))")
            assert height() == 0
            end = page.evaluate("e => e.clientHeight - e.querySelector('main').getBoundingClientRect().bottom")
            assert 0 <= end < 2
            assert page.evaluate(SCROLLING) == []
            if place == 0 and frame.locator('[data-key="grid"]').is_visible():
                frame.locator('[data-key="grid"]').click(position={"x": 60, "y": 60})
                expect(frame.locator("[data-view=head]")).to_be_visible()


def test_a_head_for_which_there_is_no_room_says_how_it_can_be_seen(offline, tmp_path):
    given, tokens = tensors(5, 13, 11)
    tokens = [f"{token}{i}" for token in tokens for i in range(10)]
    long = [torch.full((1, 13, 110, 110), 1 / 110) for _ in given]  # 43 heads fit
    offline.goto(notebook(tmp_path / "notebook.html", model_view(long, tokens)))
    frame = offline.frame_locator("iframe")
    grid = frame.locator('[data-key="grid"]')
    grid.focus()
    for key in ("ArrowDown",) * 5 + ("Enter",):  # the first of them enters
        grid.press(key)
    expect(frame.locator(".readout").first).to_have_text(
        "This page has room for the numbers of 39 heads, and L4 H0 is not among them: head_view(…, layer=4, heads=[0])."
    )
    for key in ("ArrowUp",) * 4 + ("Enter",):
        grid.press(key)
    expect(frame.locator("h1")).to_have_text("Pattern of L0 H0, attention tensors")
    expect(frame.get_by_label("Layer")).to_be_visible()
    expect(frame.get_by_text("(2 more than this page has room for)")).to_be_visible()


def test_a_saved_svg_keeps_its_widths_where_its_font_is_missing(offline, tmp_path):
    given, tokens = tensors()
    view = head_view(capture_of(given, tokens, name="a long name " * 30))  # lines of which each fills the width
    offline.goto(view.save(tmp_path / "head.html").as_uri())
    with offline.expect_download() as download:
        offline.get_by_role("button", name="Save as SVG").click()
    saved = download.value.path().read_text(encoding="utf-8")
    offline.goto("about:blank")  # the policy of the page would keep out the style
    offline.set_content(f"<style>svg text {{ font-family: monospace }}</style>{saved}")
    ends = offline.evaluate(
        """() => [...document.querySelectorAll("svg text")].map((text) => text.getBoundingClientRect().right
          - document.querySelector("svg").getBoundingClientRect().left)"""
    )
    assert len(ends) > 20
    assert max(ends) > 1100  # there are such lines
    assert max(ends) <= 1200
