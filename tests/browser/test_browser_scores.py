"""The grid of scores under a reader's hands: pointing, clicking, keys, and what is saved, opened again."""

import json
import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlencode

import pandas as pd
import pytest
from playwright.sync_api import expect

import mha_viz
from mha_viz.evidence.one_text import score_table
from tests.browser.waiting import fits, has_run
from tests.support.pages.browser import SVG, TIRED, in_link, opened, saved

ASKED = {"text": TIRED, "where": "here", "find": "positional", "score": "previous token", "layer": 5, "head": 3}


@pytest.fixture(scope="module")
def values(minilm):
    """Share of queries that look most at the token before, (layer, head)."""
    table = score_table(mha_viz.capture(minilm, TIRED))
    return table[table["score"] == "previous token"].set_index(["layer", "head"])["value"]


@pytest.fixture
def view(tab):
    tab.goto(f"/Scores?{urlencode(ASKED)}")
    view = tab.locator("[data-view=scores][data-drawn]").first
    view.wait_for(timeout=90_000)  # a fresh server loads the parser too
    has_run(tab)
    return view


def at(view, layer, head):
    """The middle of a cell; 6 layers and 12 heads."""
    box = view.locator("[data-key=scores]").bounding_box()
    wide, high = (box["width"] - 36) / 12, (box["height"] - 22) / 6
    return {"x": 36 + (head + 0.4) * wide, "y": 22 + (layer + 0.4) * high}


def said(values, layer, head):
    return f"L{layer} H{head}: {100 * values[layer, head]:.1f} %"


def test_pointing_and_clicking(tab, view, values):
    grid = view.locator("[data-key=scores]")
    grid.hover(position=at(view, 0, 2))
    expect(view.locator(".readout")).to_contain_text(said(values, 0, 2))
    expect(view.locator(".card strong")).to_have_text(re.compile("^L0 H2: "))
    for told in ("12 cases", "an even choice: ", "best head with random weights: "):
        expect(view.locator(".card")).to_contain_text(told)
    grid.click(position=at(view, 4, 7))
    in_link(tab, layer=4, head=7)
    expect(tab.get_by_role("heading", name="L4 H7 of minilm")).to_be_visible()
    expect(tab.get_by_text("One sentence shows what a head does here, not what it is for.")).to_be_visible()


def test_keys_go_from_the_chosen_head_and_enter_chooses(tab, view, values):
    grid = view.locator("[data-key=scores]")
    grid.focus()
    for key in ("ArrowUp", "ArrowRight", "ArrowRight"):
        tab.keyboard.press(key)
    expect(view.locator(".readout")).to_contain_text(said(values, 4, 5))
    tab.keyboard.press("Enter")
    in_link(tab, layer=4, head=5)
    expect(grid).to_be_focused()
    tab.get_by_role("button", name="Explore this head").click()
    expect(tab.locator("[data-view=head][data-drawn] [data-key=heatmap]")).to_have_attribute(
        "aria-label", re.compile("L4 H5")
    )


def test_what_is_saved_holds_the_same_numbers(tab, view, values, tmp_path):
    view.locator("details.table summary").click()
    expect(view.locator("details.table tbody tr")).to_have_count(72)
    tab.get_by_role("button", name="Share").click()

    svg = ElementTree.parse(saved(tab, tmp_path, "Save as SVG")).getroot()  # noqa: S314
    cells = [title.text for title in svg.iter(f"{SVG}title")][1:]  # the first is the picture's
    assert len(cells) == 72
    assert all(any(cell.startswith(said(values, *place)) for cell in cells) for place in values.index)
    assert "previous token" in svg.find(f"{SVG}desc").text
    assert saved(tab, tmp_path, "Save as PNG").read_bytes().startswith(b"\x89PNG")

    csv = saved(tab, tmp_path, "CSV")
    facts = json.loads(csv.read_text().splitlines()[0].removeprefix("# "))
    assert (facts["model"], facts["text"], facts["score"], facts["where"]) == (
        "minilm",
        TIRED,
        "previous token",
        "here",
    )
    table = pd.read_csv(csv, skiprows=1).set_index(["layer", "head"])["value"]
    assert table.reindex(values.index).tolist() == pytest.approx(values.tolist(), abs=1e-6)
    assert table.is_monotonic_decreasing  # ranked, as on the page

    page = saved(tab, tmp_path, "Page (HTML)")
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    alone = tab.locator("[data-view=scores][data-drawn]")
    alone.locator("[data-key=scores]").hover(position=at(alone, 0, 2))
    expect(alone.locator(".readout")).to_contain_text(said(values, 0, 2))
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_verdicts_are_told_apart_without_colour(tab, scheme):
    """Signs of the legend are those that the picture uses, each with its words."""
    tab.emulate_media(color_scheme=scheme)
    view = opened(tab, "/Scores", "scores", **ASKED)
    words = view.locator(".marks .entry").all_text_contents()
    assert words == ["not enough evidence", "consistent with"]
    assert view.locator(".marks .entry svg circle").count() == 1
    tab.set_viewport_size({"width": 390, "height": 844})
    expect(view.locator("[data-key=scores]")).to_be_visible()
    assert fits(view.locator("[data-key=scores]"), 390)


@pytest.mark.parametrize(("size", "most"), [((1280, 720), 290), ((390, 844), 560)])
def test_the_picture_of_all_heads_begins_high(tab, size, most):
    """Menus side by side on a phone, and what is said of a head below the picture."""
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    scores = opened(tab, "/Scores", "scores", model="minilm")
    stage, readout = scores.locator(".stage").bounding_box(), scores.locator(".readout").bounding_box()
    assert stage["y"] < most
    assert readout["y"] >= stage["y"] + stage["height"]
