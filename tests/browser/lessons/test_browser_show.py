"""A view drawn again and again in one place: what stays of it, and what is not drawn anew."""

import pytest
import torch

from mha_viz.views.grid import grid_view
from tests.support.pages.alone import shown_again, shown_alone


@pytest.fixture
def tab(chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 500})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert not errors


def grid(seed=0, **header):
    pictures = torch.rand(7 * 11, 5, 5, generator=torch.Generator().manual_seed(seed))
    names = [f"L{layer} H{head}" for layer in range(7) for head in range(11)]
    heads = [f"H{head}" for head in range(11)]
    opens = [(layer, head) for layer in range(7) for head in range(11)]
    strongest = [("cat", "mat", 0.25)] * len(names)
    return grid_view(pictures, strongest, names, across_names=heads, opens=opens, **{"label": "g", **header})


def mark(view):
    view.locator("[data-key=grid]").evaluate("stage => (stage.isTheFirst = true)")


def stayed(view):
    return view.locator("[data-key=grid]").evaluate("stage => Boolean(stage.isTheFirst)")


def test_what_stands_there_already_is_not_drawn_anew(tab):
    view = shown_alone(tab, grid(), width=900)
    mark(view)
    shown_again(tab, grid())
    assert stayed(view)
    shown_again(tab, grid(seed=1))
    assert not stayed(view)
    mark(view)
    view.locator("[data-key=grid]").click(position={"x": 40, "y": 60})
    assert tab.evaluate("told") == [["open", [0, 0]]]
    shown_again(tab, grid(seed=1))  # the answer to a click is drawn, also where it is what was there
    assert not stayed(view)


def test_other_colours_of_the_page_are_drawn_with_the_same_bytes(tab):
    view = shown_alone(tab, grid(), width=900)
    mark(view)
    tab.locator("main").evaluate("main => main.style.setProperty('--st-background-color', '#0e1117')")
    shown_again(tab, grid())
    assert not stayed(view)


def test_the_page_and_what_scrolls_in_it_stay_where_they_are(tab):
    view = shown_alone(tab, grid(), width=900)
    tab.add_style_tag(content=".view .scroll { max-height: 300px; max-width: 400px; }")
    area = view.locator(".scroll:has(> [data-key=grid])")
    area.evaluate("area => area.scrollTo(53, 71)")
    tab.locator("main").evaluate("main => (main.style.paddingTop = '311px')")
    tab.evaluate("scrollTo(0, 89)")
    view.locator("[data-key=grid]").evaluate("stage => stage.focus({ preventScroll: true })")
    shown_again(tab, grid(seed=1))
    assert tab.evaluate("scrollY") == 89
    assert area.evaluate("area => [area.scrollLeft, area.scrollTop]") == [53, 71]
    assert tab.evaluate("document.activeElement.dataset.key") == "grid"
    shown_again(tab, grid(identity="another text"))
    assert area.evaluate("area => [area.scrollLeft, area.scrollTop]") == [0, 0]
    assert view.evaluate("view => view.style.minHeight") == ""
