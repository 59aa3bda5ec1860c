"""Three panes that are pointed at, scrolled and zoomed together; what is saved, opened again."""

import re
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from playwright.sync_api import expect

import mha_viz
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.evidence.profiles_compared import best_compared
from mha_viz.paths import app_folder
from mha_viz.views.compare.profiles import best_heads
from mha_viz.wording import head_name
from tests.support.pages.browser import SVG, TIRED, in_link, opened, saved

DIRTY = TIRED.replace("tired", "dirty")
SENTENCES = {"text": TIRED, "second": DIRTY, "layer": 3, "head": 1, "from": "it", "to": "cat", "against": "mat"}
PANES = ("first", "second", "change")


@pytest.fixture(scope="module")
def changes(minilm):
    comparison = mha_viz.comparison_of(mha_viz.capture(minilm, TIRED), mha_viz.capture(minilm, DIRTY))
    words = dict(zip(("looks", "to", "against"), map(comparison.queries.find, ("it", "cat", "mat")), strict=True))
    return mha_viz.head_changes(comparison, mha_viz.by_place(comparison), **words), comparison


def cell(pane, row, column, n=13):
    """The middle of a cell: the map fills the lower right of its pane."""
    box = pane.locator("canvas").bounding_box()
    band = pane.locator(".band").first
    left, top = band.evaluate("band => [parseFloat(band.style.left), parseFloat(band.style.top)]")
    size = float(pane.locator(".mark").evaluate("mark => parseFloat(mark.style.width)"))
    assert box["width"] > n * size
    return {"x": left + (column + 0.5) * size, "y": top + (row + 0.5) * size}


def pointed(tab, view, row, column):
    """Point by keys, from the first cell on: then the place of a cell is known."""
    view.locator("[data-key=first]").focus()
    for key in ["ArrowDown"] * (row + 1) + ["ArrowRight"] * column:
        tab.keyboard.press(key)


def test_pointing_in_one_pane_shows_in_all_three(tab, changes):
    view = opened(tab, "/Compare", "compare", **SENTENCES)
    table, comparison = changes
    expect(view.locator(".caption")).to_contain_text("L3 H1 of minilm: “it” gives “cat” 35 points more than “mat”")
    assert table.loc[0, ["layer", "head"]].tolist() == [3, 1]
    pointed(tab, view, 0, 0)
    second = view.locator("[data-key=second]")
    second.hover(position=cell(second, 8, 2))
    first, last = (part[3, 1, 8, 2].item() for part in comparison.patterns)
    expect(view.locator(".readout")).to_have_text(
        f"it → cat   first {first:.3f},  second {last:.3f},  change −{first - last:.3f}   "
        "it: token “it”, id 2009;  cat: token “cat”, id 4937"
    )
    places = [view.locator(f"[data-key={pane}] .mark").evaluate("mark => mark.style.top") for pane in PANES]
    assert len(set(places)) == 1
    for pane in PANES:
        expect(view.locator(f"[data-key={pane}] .mark")).to_be_visible()


@pytest.mark.parametrize(("language", "order"), [("en", PANES), ("ar", PANES[::-1])])
def test_the_first_pane_stands_where_the_page_begins(tab, language, order):
    view = opened(tab, "/Compare", "compare", **SENTENCES, ui=language)
    left = {pane: view.locator(f"[data-key={pane}]").bounding_box()["x"] for pane in PANES}
    assert tuple(sorted(PANES, key=left.get)) == order
    pointed(tab, view, 0, 0)
    view.locator("[data-key=first]").hover(position=cell(view.locator("[data-key=first]"), 8, 2))
    expect(view.locator(".readout")).to_contain_text("it → cat")


def test_keys_reach_a_cell_and_enter_ranks_the_heads_by_it(tab):
    view = opened(tab, "/Compare", "compare", **SENTENCES)
    pointed(tab, view, 9, 10)
    expect(view.locator(".readout")).to_contain_text("was → tired → dirty")
    tab.keyboard.press("Enter")
    in_link(tab, **{"from": "was", "to": "tired → dirty", "against": "nothing"})
    expect(view.locator(".caption")).to_contain_text("“was” gives “tired → dirty”")
    expect(view.locator("[data-key=first]")).to_be_focused()


def test_zoom_and_scroll_together(tab):
    view = opened(tab, "/Compare", "compare", **SENTENCES)
    widths = [view.locator(f"[data-key={pane}]").bounding_box()["width"] for pane in PANES]
    for _ in range(5):
        view.get_by_role("button", name="Larger cells").click()
    larger = [view.locator(f"[data-key={pane}]").bounding_box()["width"] for pane in PANES]
    assert all(after > 1.5 * before for before, after in zip(widths, larger, strict=True))
    scrolls = view.locator(".part > .scroll")
    scrolls.nth(2).evaluate("area => area.scrollTo(120, 90)")
    for i in (0, 1):
        tab.wait_for_function(
            "area => area.scrollLeft > 100 && area.scrollTop > 80", arg=scrolls.nth(i).element_handle()
        )
    view.get_by_role("button", name="Cells that fit").click()
    assert view.locator("[data-key=first]").bounding_box()["width"] == pytest.approx(widths[0], abs=1)


def test_what_is_saved_holds_the_same_numbers(tab, tmp_path, changes):
    view = opened(tab, "/Compare", "compare", **SENTENCES)
    table, comparison = changes
    view.locator("details.table summary").click()
    expect(view.locator("details.table tbody tr")).to_have_count(13 * 13)
    tab.get_by_role("button", name="Share").click()
    svg = ElementTree.parse(saved(tab, tmp_path, "Save as SVG")).getroot()  # noqa: S314
    titles = [title.text for title in svg.iter(f"{SVG}title")][1:]
    assert len(titles) == 3 * 13 * 13
    value = comparison.patterns[1][3, 1, 8, 6].item()
    assert f"it → mat: {value:.3f}" in titles
    csv = pd.read_csv(saved(tab, tmp_path, "CSV"), skiprows=1, keep_default_na=False)
    assert csv["change"].tolist() == pytest.approx(table["change"].tolist(), abs=1e-6)
    page = saved(tab, tmp_path, "Page (HTML)")
    tab.goto(page.as_uri())
    expect(tab.locator(".view[data-drawn]").first).to_be_visible()
    expect(tab.locator("h1")).to_have_text("L3 H1 of minilm beside L3 H1 of minilm")


COLOURS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""


def test_two_models_begin_with_the_whole_and_lead_to_any_two_heads(tab):
    """By keys in the picture of the layers, by a row of the best heads, and by the menus."""
    models = {"text": TIRED, "compare": "two models", "model2": "mpnet"}
    opened(tab, "/Compare", "compare", **models)  # the bar of a model that loads moves what is below it
    layers = opened(tab, "/Compare", "layers", **models)
    assert layers.locator("canvas").evaluate(COLOURS) > 20  # every cell has been painted
    layers.locator("[data-key=layers]").focus()
    for key in ["ArrowDown"] * 3 + ["ArrowRight"] * 4:
        tab.keyboard.press(key)
    said = layers.locator(".readout")
    expect(said).to_contain_text("L2 of minilm and L4 of mpnet: ")
    first, second = re.search(r"nearest are (L\d+ H\d+) and (L\d+ H\d+)$", said.inner_text()).groups()
    tab.keyboard.press("Enter")
    titles = tab.locator("[data-view=compare] h3.pane")
    expect(titles.nth(0)).to_contain_text(f"{first} of minilm")
    expect(titles.nth(1)).to_contain_text(f"{second} of mpnet")
    in_link(tab, layer=2, partner=second[1:].replace(" H", "."))
    expect(tab.get_by_role("combobox", name="Head of mpnet")).to_have_value(re.compile(f"^{second}"))
    expect(layers.locator("[data-key=layers]")).to_be_focused()

    table = tab.locator("[class*=st-key-best_heads] [data-testid=stDataFrame]")
    table.scroll_into_view_if_needed()
    table.click(position={"x": 20, "y": 52})  # the box before the first row
    profiles = [load_profile(app_folder() / "assets" / "profiles" / f"{name}.parquet") for name in ("minilm", "mpnet")]
    first, second = (head_name(*head) for head in best_heads(best_compared(*(one.table for one in profiles)))[0])
    expect(titles.nth(0)).to_contain_text(f"{first} of minilm")
    expect(titles.nth(1)).to_contain_text(f"{second} of mpnet")

    tab.get_by_role("combobox", name="Head of mpnet").click()
    tab.keyboard.type("L11 H7")
    tab.keyboard.press("Enter")
    expect(titles.nth(1)).to_contain_text("L11 H7 of mpnet")
    expect(titles.nth(0)).to_contain_text(f"{first} of minilm")
    in_link(tab, partner="11.7")


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
def test_nothing_is_cut_off(tab, size):
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    view = opened(tab, "/Compare", "compare", **SENTENCES)
    for pane in PANES:
        box = view.locator(f"[data-key={pane}]").bounding_box()
        assert box["x"] >= 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
    expect(tab.get_by_text(re.compile("^Only heads that flip"))).to_be_visible()
