"""The atlas under a reader's hands: pointing, clicking, keys, and what is saved, opened again."""

import json
import re
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import mha_viz
from mha_viz.comparison.atlas import atlas_of
from mha_viz.comparison.nearest import distances_in, nearest_heads
from tests.browser.waiting import fits
from tests.support.pages.browser import SVG, TIRED, in_link, opened, saved

ASKED = {"text": TIRED, "model": "minilm", "layer": 5, "head": 11}
EDGE = 34  # pixels beside the outermost dots


@pytest.fixture(scope="module")
def atlas(minilm):
    return atlas_of(distances_in(mha_viz.capture(minilm, TIRED)))


@pytest.fixture
def view(tab):
    return opened(tab, "/Atlas", "atlas", **ASKED)


def spots(view, atlas):
    """Where the dots are, in pixels, by (layer, head): both axes on one scale, centred."""
    box = view.locator("[data-key=atlas]").bounding_box()
    low, high = atlas.places.min(dim=0).values, atlas.places.max(dim=0).values
    scale = min((box["width"] - 2 * EDGE) / (high - low)[0], (box["height"] - 48) / (high - low)[1])
    middle = (low + high) / 2
    places = (atlas.places - middle) * scale
    return {
        head[1:]: {"x": box["width"] / 2 + x, "y": box["height"] / 2 - y}
        for head, (x, y) in zip(atlas.distances.heads, places.tolist(), strict=True)
    }


def alone(atlas, places):
    """The head whose dot is furthest from any other: pointing at it cannot hit a neighbour."""

    def nearest(one):
        return min(
            (places[one]["x"] - at["x"]) ** 2 + (places[one]["y"] - at["y"]) ** 2
            for other, at in places.items()
            if other != one
        )

    return max((one for one in places if one != (5, 11)), key=nearest)


def test_pointing_names_the_head_and_its_nearest_and_a_click_chooses_it(tab, view, atlas):
    places = spots(view, atlas)
    layer, head = alone(atlas, places)
    near = nearest_heads(atlas.distances.between, atlas.distances.heads, ("minilm", layer, head), 3)
    view.locator("[data-key=atlas]").hover(position=places[layer, head])
    expect(view.locator(".readout")).to_contain_text(f"L{layer} H{head}: cluster ")
    expect(view.locator(".card strong")).to_have_text(f"L{layer} H{head}")
    for row in near.itertuples():
        expect(view.locator(".card")).to_contain_text(f"L{row.layer} H{row.head} {row.distance:.3f} bits")
    assert float(view.locator("canvas").first.evaluate("canvas => canvas.style.opacity")) < 1  # the rest is faded
    view.locator("[data-key=atlas]").click(position=places[layer, head])
    in_link(tab, layer=layer, head=head)
    expect(tab.get_by_role("heading", name=f"L{layer} H{head} of minilm")).to_be_visible()
    best = near.iloc[0]
    tab.get_by_role("button", name=f"Open L{best['layer']} H{best['head']}", exact=True).click()
    expect(tab.locator("[data-view=head][data-drawn] [data-key=heatmap]")).to_have_attribute(
        "aria-label", re.compile(f"L{best['layer']} H{best['head']}")
    )


def test_arrows_go_to_the_next_dot_in_their_direction_and_enter_chooses(tab, view, atlas):
    places = spots(view, atlas)
    stage = view.locator("[data-key=atlas]")
    stage.focus()
    at, readout = (5, 11), view.locator(".readout")
    for key, (right, down) in {
        "ArrowUp": (0, -1),
        "ArrowLeft": (-1, 0),
        "ArrowDown": (0, 1),
        "ArrowRight": (1, 0),
    }.items():
        tab.keyboard.press(key)
        expect(readout).to_contain_text(": cluster ")
        now = tuple(map(int, re.match(r"L(\d+) H(\d+):", readout.inner_text()).groups()))
        step = (places[now]["x"] - places[at]["x"]) * right + (places[now]["y"] - places[at]["y"]) * down
        assert now == at or step > 0, key
        at = now
    tab.keyboard.press("Home")
    expect(readout).to_contain_text("L0 H0:")
    for _ in range(3):
        tab.keyboard.press("PageDown")
    expect(readout).to_contain_text("L0 H3:")
    tab.keyboard.press("Enter")
    in_link(tab, layer=0, head=3)
    expect(tab.get_by_role("heading", name="L0 H3 of minilm")).to_be_visible()
    expect(stage).to_be_focused()


def test_who_goes_nearer_sees_more_and_keys_lead_back(tab, view):
    """By the button and by keys; a plain wheel scrolls the page."""
    stage = view.locator("[data-key=atlas]")
    seen = lambda: view.locator("canvas").first.evaluate("canvas => canvas.toDataURL()")  # noqa: E731
    whole = seen()
    stage.hover()
    tab.mouse.wheel(0, -200)
    tab.wait_for_timeout(300)
    assert seen() == whole
    view.get_by_role("button", name="Nearer").click()
    tab.wait_for_function("([canvas, before]) => canvas.toDataURL() !== before",
                          arg=[view.locator("canvas").first.element_handle(), whole])  # fmt: skip
    near = seen()
    stage.focus()
    tab.keyboard.press("+")
    tab.keyboard.press("Shift+ArrowRight")
    tab.wait_for_timeout(300)
    assert seen() not in (whole, near)
    tab.keyboard.press("0")
    tab.wait_for_function("([canvas, before]) => canvas.toDataURL() === before",
                          arg=[view.locator("canvas").first.element_handle(), whole])  # fmt: skip


def test_heads_are_marked_by_a_line_around_them_and_by_keys(tab, view, atlas):
    places = spots(view, atlas)
    stage = view.locator("[data-key=atlas]")
    box = stage.bounding_box()
    inside = [head for head, at in places.items() if at["x"] < 0.4 * box["width"]]
    assert 1 < len(inside) < 40
    view.get_by_role("button", name="mark heads").click()
    corners = [(0.002, 0.002), (0.4, 0.002), (0.4, 0.998), (0.002, 0.998), (0.002, 0.01)]
    tab.mouse.move(box["x"] + corners[0][0] * box["width"], box["y"] + corners[0][1] * box["height"])
    tab.mouse.down()
    for x, y in corners[1:]:
        tab.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
    tab.mouse.up()
    names = sorted(f"L{layer} H{head}" for layer, head in inside)
    said = view.get_by_text(re.compile(f"^{len(inside)} heads marked: "))
    expect(said).to_be_visible()
    assert sorted(said.inner_text().removesuffix(".").split(": ")[1].split(", ")) == names
    expect(tab.get_by_role("heading", name="The marked heads")).to_be_visible()
    tab.get_by_role("button", name="Mark none").click()
    expect(said).to_have_count(0)
    stage.focus()
    tab.keyboard.press("Home")
    tab.keyboard.press(" ")
    expect(view.get_by_text("1 head marked: L0 H0.")).to_be_visible()
    expect(stage).to_be_focused()


def test_what_is_saved_holds_every_dot(tab, view, atlas, tmp_path):
    view.locator("details.table summary").click()
    expect(view.locator("details.table tbody tr")).to_have_count(72)
    tab.get_by_role("button", name="Share").click()

    svg = ElementTree.parse(saved(tab, tmp_path, "Save as SVG")).getroot()  # noqa: S314
    dots = {
        dot.find(f"{SVG}title").text: dot for dot in svg.iter(f"{SVG}circle") if dot.find(f"{SVG}title") is not None
    }
    named = {re.match(r"L(\d+) H(\d+): cluster ", title).groups(): dot for title, dot in dots.items()}
    assert {tuple(map(int, place)) for place in named} == {head[1:] for head in atlas.distances.heads}
    assert TIRED in svg.find(f"{SVG}desc").text
    assert saved(tab, tmp_path, "Save as PNG").read_bytes().startswith(b"\x89PNG")

    csv = saved(tab, tmp_path, "CSV")
    facts = json.loads(csv.read_text().splitlines()[0].removeprefix("# "))
    assert (facts["model"], facts["text"], facts["compared on"]) == ("minilm", TIRED, "this sentence")
    table = pd.read_csv(csv, skiprows=1).sort_values(["layer", "head"])
    assert table["x"].tolist() == pytest.approx(atlas.places[:, 0].tolist(), abs=1e-4)
    assert table["distance"].tolist() == pytest.approx(atlas.distances.between[-1].tolist(), abs=1e-4)

    page = saved(tab, tmp_path, "Page (HTML)")
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    alone_page = tab.locator("[data-view=atlas][data-drawn]")
    places = spots(alone_page, atlas)
    layer, head = alone(atlas, places)
    alone_page.locator("[data-key=atlas]").hover(position=places[layer, head])
    expect(alone_page.locator(".card strong")).to_have_text(f"L{layer} H{head}")
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_models_are_told_apart_by_shape_on_a_phone_too(tab, scheme):
    tab.emulate_media(color_scheme=scheme)
    tab.set_viewport_size({"width": 390, "height": 844})
    view = opened(tab, "/Atlas", "atlas", **ASKED, beside="mpnet", beside_head="7.4", colour="layer")
    expect(view.locator(".marks .entry")).to_have_text(["minilm", "mpnet"])
    assert view.locator(".marks circle").count() == view.locator(".marks polyline").count() == 1
    expect(tab.get_by_role("heading", name="L7 H4 of mpnet")).to_be_visible()
    assert fits(view.locator("[data-key=atlas]"), 390)
    assert not tab.evaluate("document.scrollingElement.scrollWidth > window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_seriously_inaccessible(tab, scheme):
    tab.emulate_media(color_scheme=scheme)
    opened(tab, "/Atlas", "atlas", **ASKED, colour="family")
    found = Axe().run(tab).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
