"""A picture inside a text under a reader's hands: words are pointed at and gone along, one is kept, all is saved."""

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.support.networks.picture_in_text import reading_model
from tests.support.pages.browser import has_run, in_link, opened, saved


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    place = tmp_path_factory.mktemp("reading")
    model, _ = reading_model("llava")
    model.network.save_pretrained(place)
    model.processor.save_pretrained(place)
    return str(place)


@pytest.fixture
def view(tab, reading):
    return opened(tab, "/Pictures", "words_on_picture", sees=reading, question="the cat sat on a mat")


def word(view, name):
    return view.get_by_role("group", name="The text").get_by_role("button", name=name, exact=True)


def says(view):
    return view.locator("output.readout")


def overlay(view):
    """What lies over the large picture, as its pixels."""
    return view.locator(".picture-row").evaluate("row => row.querySelector('canvas').toDataURL()")


def test_what_a_word_looks_at_lies_over_the_picture_as_long_as_it_is_pointed_at(tab, view):
    expect(says(view)).to_contain_text("L2 H0: then gives")  # the last word
    kept = overlay(view)
    word(view, "cat").hover()
    expect(says(view)).to_contain_text("L2 H0: cat gives")
    assert overlay(view) != kept
    tab.mouse.move(2, 2)
    expect(says(view)).to_contain_text("L2 H0: then gives")
    assert overlay(view) == kept


def test_words_are_gone_along_with_keys_and_a_link_holds_the_one_that_is_kept(tab, view):
    word(view, "cat").focus()
    tab.keyboard.press("ArrowRight")
    expect(says(view)).to_contain_text("L2 H0: sat gives")
    before = overlay(view)
    tab.keyboard.press("ArrowRight")
    expect(says(view)).to_contain_text("L2 H0: on gives")
    assert overlay(view) != before
    tab.keyboard.press("Enter")
    in_link(tab, patch="on")
    expect(tab.get_by_text("In L2 H0, “on” gives")).to_be_visible()
    heads = view.locator("[data-key=heads]")
    heads.focus()
    heads.press("ArrowUp")
    expect(says(view)).to_contain_text("L1 H0: on gives")
    heads.press("Enter")
    in_link(tab, picture_head="1.0")


def test_what_is_saved_shows_what_was_chosen(tab, view, tmp_path):
    word(view, "sat").click()
    in_link(tab, patch="sat")
    expect(tab.get_by_text("In L2 H0, “sat” gives")).to_be_visible()
    tab.get_by_role("button", name="Share", exact=True).click()
    table = pd.read_csv(saved(tab, tmp_path, "CSV"), comment="#")
    assert {"layer", "head", "word", "share"} <= set(table)
    assert {"sat", "mat", "then"} <= set(table["word"])
    page = saved(tab, tmp_path, "Page (HTML)")
    alone = tab.context.new_page()
    alone.goto(page.as_uri())
    expect(alone.locator("output.readout")).to_contain_text("sat gives")
    alone.get_by_role("button", name="mat", exact=True).hover()
    expect(alone.locator("output.readout")).to_contain_text("mat gives")
    alone.close()


def test_cells_are_painted_with_keys_and_cut_from_the_word(tab, view):
    view.get_by_role("button", name="Paint a region").click()
    cells = view.locator("[data-key=cells]")
    cells.focus()
    cells.press("ArrowDown")
    cells.press("ArrowRight")
    cells.press("Enter")
    in_link(tab, region="0:1", blind="painted")
    expect(tab.get_by_text("then sees nothing of the 1 painted cell")).to_be_visible()
    expect(tab.get_by_test_id("stDataFrame")).to_be_visible()
    tab.get_by_role("button", name="Share the cut").click()
    expect(tab.get_by_role("button", name="CSV")).to_be_visible()


def test_heads_are_picked_and_summed_and_a_link_holds_them(tab, view):
    alone = overlay(view)
    view.get_by_label("Over the picture").select_option("heads of my choice")
    in_link(tab, overlay="2.0")
    has_run(tab)  # else a key falls between two drawings
    heads = view.locator("[data-key=heads]")
    heads.focus()
    heads.press("ArrowUp")
    heads.press("Enter")
    in_link(tab, overlay="1.0,2.0")
    has_run(tab)
    expect(tab.get_by_text("In the mean of L1 H0, L2 H0, “then” gives")).to_be_visible()
    mean = overlay(view)
    assert mean != alone
    view.locator("[data-key=together]").select_option("their sum")
    in_link(tab, overlay_as="sum")
    expect(says(view)).to_contain_text("the sum of L1 H0 and L2 H0: then gives")
    expect(tab.get_by_text("In the sum of L1 H0, L2 H0, “then” gives")).to_be_visible()
    expect(tab.get_by_text("L1 H0", exact=True).first).to_be_visible()  # by name, below
