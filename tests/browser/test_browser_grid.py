"""The map of all heads under a reader's hands: how it fits into a window, its preview, its groups, what is saved."""

import io
import re
import xml.etree.ElementTree as ElementTree

import pytest
import torch
from PIL import Image
from playwright.sync_api import expect

from mha_viz.views.exports.page import to_page
from mha_viz.views.grid import grid_view
from mha_viz.views.style.scales import TONES
from tests.support.pages.alone import shown_again, shown_alone
from tests.support.pages.browser import SVG, saved

GROUPS = ["sinks", "positional", "copying"]


@pytest.fixture
def tab(chromium):
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert not errors


def grid(n_layers, n_heads, n=5, **header):
    places = [(layer, head) for layer in range(n_layers) for head in range(n_heads)]
    pictures = torch.rand(len(places), n, n, generator=torch.Generator().manual_seed(0))
    words = [f"word{i}" for i in range(n)]
    settings = {"opens": places, "label": "g", "fit": True, "queries": words, "keys": words, **header}
    return grid_view(
        pictures, [(words[-1], words[0], 0.125)] * len(places), [f"L{layer} H{head}" for layer, head in places],
        across_names=[f"H{head}" for head in range(n_heads)], **settings,
    )  # fmt: skip


def stage(view):
    return view.locator("[data-key=grid]")


def bottom(box):
    return box["y"] + box["height"]


@pytest.mark.parametrize(("n_layers", "n_heads"), [(30, 9), (36, 20), (80, 64)])
def test_all_layers_are_on_screen_at_once(tab, n_layers, n_heads):
    view = shown_alone(tab, grid(n_layers, n_heads, n=2), width=560)
    tab.locator("main").evaluate("main => (main.style.paddingTop = '131px')")  # what stands above comes later
    expect(view.locator(".readout")).to_be_in_viewport()
    pictures, below = stage(view).bounding_box(), view.locator(".readout").bounding_box()
    assert 131 <= pictures["y"] < bottom(pictures) <= below["y"]
    assert pictures["width"] <= 560
    assert bottom(below) <= 900
    assert pictures["height"] > 550 or pictures["width"] > 530  # and no smaller than it has to be


def test_the_last_of_very_many_maps_is_drawn(tab):
    pictures = torch.zeros(80 * 64, 30, 30)
    pictures[-1, 19, 3] = 1.0  # of nine hundred cells one, on seven pixels a side
    view = grid(80, 64, n=2, own_names=False)
    view = type(view)(view.kind, {**view.header, "rows": 30, "columns": 30}, {"levels": (pictures * 255).byte()})
    drawn = shown_alone(tab, view, width=560)
    box = stage(drawn).bounding_box()
    corner = {"x": box["x"] + 30 + 63 * 8, "y": box["y"] + 20 + 79 * 8, "width": 7, "height": 7}
    image = Image.open(io.BytesIO(tab.screenshot(clip=corner))).convert("L")
    dark = [at for at in range(49) if image.getpixel((at % 7, at // 7)) < 100]
    assert dark == [4 * 7]  # row 19 of 30 is in the fifth of seven, column 3 in the first
    tab.mouse.move(corner["x"] + 3, corner["y"] + 3)
    expect(drawn.locator(".card strong")).to_have_text("L79 H63")
    reds = drawn.locator(".card canvas").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 30, 30).data].filter((_, i) => i % 4 === 0)"
    )
    assert [at for at, red in enumerate(reds) if red < 255] == [19 * 30 + 3]


def test_a_reader_makes_the_pictures_larger_and_all_stay_in_the_window(tab):
    view = shown_alone(tab, grid(30, 9), width=560)
    slider = view.get_by_label("Size")
    least = slider.evaluate("slider => Number(slider.min)")
    assert slider.evaluate("slider => [slider.value, slider.max]") == [str(least), "78"]
    slider.fill("50")
    expect(stage(view)).to_have_css("width", f"{30 + 9 * 54}px")  # one block: nine are 54 apart
    area = view.locator(".scroll").first
    assert area.evaluate("area => area.scrollHeight > area.clientHeight")
    assert bottom(view.bounding_box()) <= 900
    slider.focus()
    shown_again(tab, grid(30, 9, note="another answer"))
    expect(slider).to_be_focused()
    assert slider.evaluate("slider => slider.value") == "50"
    tab.keyboard.press("Home")  # as large as fits, whatever fits
    expect(stage(view)).not_to_have_css("width", f"{30 + 9 * 54}px")
    before = stage(view).bounding_box()["height"]
    tab.set_viewport_size({"width": 1440, "height": 500})
    expect(stage(view)).not_to_have_css("height", f"{before}px")
    assert stage(view).bounding_box()["height"] <= 500 - 78


def test_on_a_phone_the_map_takes_less_than_half_of_the_window(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    view = shown_alone(tab, grid(30, 9), width=390)
    assert stage(view).bounding_box()["width"] > 340  # as wide as the phone
    assert 350 < view.locator(".scroll").first.bounding_box()["height"] <= 0.45 * 844 + 1


def test_the_preview_has_words_and_never_covers_its_picture(tab):
    view = shown_alone(tab, grid(12, 12, groups=[1] * 144, group_names=GROUPS), width=560)
    card, mark = view.locator(".card"), view.locator(".mark:not(.chosen)")
    box = stage(view).bounding_box()
    for x, y in ((40, 30), (300, 30), (550, 30), (40, 530), (300, 300), (550, 530)):
        tab.mouse.move(box["x"] + x, box["y"] + y)
        expect(card).to_be_visible()
        tab.wait_for_timeout(50)
        a, b = card.bounding_box(), mark.bounding_box()
        clear = (
            a["x"] >= b["x"] + b["width"] or b["x"] >= a["x"] + a["width"] or a["y"] >= bottom(b) or b["y"] >= bottom(a)
        )
        assert clear, (x, y)
    assert card.locator("svg text").all_text_contents() == [f"word{i}" for i in range(5)] * 2
    expect(card).to_contain_text("L11 H11word4 → word0 0.125positional")
    expect(view.locator(".readout")).to_contain_text("L11 H11 (positional)   strongest: word4 → word0   0.125")
    stage(view).focus()
    tab.keyboard.press("ArrowUp")
    expect(card.locator("strong")).to_have_text("L10 H11")


def test_long_axes_have_the_numbers_of_their_ends_and_unknown_ones_none(tab):
    words = [f"word{i}" for i in range(41)]
    view = shown_alone(tab, grid(3, 2, queries=words, keys=words[:37]), width=560)
    stage(view).hover(position={"x": 40, "y": 30})
    assert view.locator(".card svg text").all_text_contents() == ["0", "40", "0", "36"]
    shown_again(tab, grid(3, 2, queries=(), keys=()))
    assert view.locator(".card svg").count() == 0


def test_the_preview_stands_over_the_column_at_the_right_where_the_page_says_so(tab):
    view = shown_alone(tab, grid(12, 12, preview_beside=True), width=560)
    stage(view).hover(position={"x": 300, "y": 300})
    assert view.locator(".card").bounding_box()["x"] >= 560
    tab.set_viewport_size({"width": 700, "height": 900})  # there is no room for it
    stage(view).hover(position={"x": 200, "y": 300})
    assert view.locator(".card").bounding_box()["x"] < 560


def test_a_first_tap_shows_and_a_second_one_opens(chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    tab = context.new_page()
    view = shown_alone(tab, grid(12, 12), width=390)
    box = stage(view).bounding_box()
    tab.touchscreen.tap(box["x"] + 45, box["y"] + 70)
    expect(view.locator(".card strong")).to_have_text(re.compile("L[12] H0"))
    tab.wait_for_timeout(100)
    expect(view.locator(".card")).to_be_visible()
    assert view.locator(".card").bounding_box()["y"] >= bottom(view.locator(".scroll").first.bounding_box())
    assert tab.evaluate("told") == []
    tab.touchscreen.tap(box["x"] + 45, box["y"] + 70)
    assert [name for name, _ in tab.evaluate("told")] == ["open"]
    context.close()


def test_what_is_clicked_is_marked_before_anybody_answers(tab):
    view = shown_alone(tab, grid(3, 4, chosen=1), width=560)
    chosen = view.locator(".mark.chosen")
    before = chosen.bounding_box()
    stage(view).click(position={"x": 30 + 2 * 82 + 9, "y": 20 + 82 + 9})
    after = chosen.bounding_box()
    assert (after["x"] - before["x"], after["y"] - before["y"]) == (82, 82)
    assert tab.evaluate("told") == [["open", [1, 2]]]
    shown_again(tab, grid(3, 4, chosen=1))  # the app did not take it
    assert chosen.bounding_box() == before


def test_groups_are_told_by_colour_and_in_words_in_files_too(tab, tmp_path):
    groups = [None if i % 5 else (2 if i % 2 else 0) for i in range(30 * 9)]  # 27 of each of two, none of the third
    view = grid(30, 9, groups=groups, group_names=GROUPS, title="Every head", facts=["fact"], file_name="heads")
    page = tmp_path / "page.html"
    page.write_bytes(to_page(view, "Every head"))
    tab.goto(page.as_uri())
    legend = tab.locator("[data-view=grid] .marks .entry")
    expect(legend).to_have_text(["sinks", "copying"])
    svg = ElementTree.parse(saved(tab, tmp_path, "Save as SVG")).getroot()  # noqa: S314
    strokes = [rect.get("stroke") for rect in svg.iter(f"{SVG}rect")]
    assert [strokes.count(TONES[group]) for group in range(3)] == [28, 0, 28]  # each once more in the legend
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert {"sinks", "copying"} <= set(texts)
    rightmost = max(float(image.get("x")) + float(image.get("width")) for image in svg.iter(f"{SVG}image"))
    assert rightmost > 0.9 * 1160  # no blank half
    assert saved(tab, tmp_path, "Save as PNG").read_bytes().startswith(b"\x89PNG")
