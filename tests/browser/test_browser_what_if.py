"""The view What if in a browser: a head is taken out, another one added, a line cut by a click, every head measured."""

import re

from playwright.sync_api import expect

from tests.support.pages.browser import TIRED, in_link, opened

VERB = {"text": "The cat sat on the mat because it was tired, so it", "model": "classroom", "view": "What if"}
HERE = {"text": TIRED, "model": "minilm", "view": "What if", "layer": "3", "head": "1"}


def caption(tab):
    return tab.locator("[data-view=effect] .caption").first


def test_a_head_is_taken_out_and_the_arrow_keys_go_through_the_words(tab):
    picture = opened(tab, "/Explore", "effect", **HERE)
    expect(caption(tab)).to_have_text(re.compile("^Without L3 H1, the vector of"))
    picture.locator(".stage").focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    expect(picture.locator(".readout")).to_have_text(re.compile(r"^The:\s+0\.\d{4}$"))
    expect(tab.get_by_text(re.compile("^Beside 11 others"))).to_be_visible()


def test_a_head_of_the_map_is_added_and_stands_in_the_address(tab):
    opened(tab, "/Explore", "effect", **HERE)
    grid = tab.locator("[data-view=grid] .stage")
    grid.focus()
    for _ in range(2):
        tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    expect(caption(tab)).to_have_text(re.compile("^Without L5 H1, "))
    tab.get_by_role("button", name="Add", exact=True).click()
    tab.get_by_role("combobox", name=re.compile("All heads established for")).click()
    tab.get_by_role("option", name=re.compile(r"^positional: .* \((?!1\))\d+\)$")).first.click()
    expect(caption(tab)).to_have_text(re.compile("^Without L[0-9]+ H[0-9]+, L[0-9]+ H[0-9]+, "))
    expect(tab).to_have_url(re.compile(r"changed=\d+\.\d+%2C\d+\.\d+"))


def test_a_click_on_a_cell_or_on_a_line_cuts_it_and_the_next_one_mends_it(tab):
    cuts = opened(tab, "/Explore", "head", **HERE, how="cut a line")
    expect(tab.get_by_text("No line is cut yet.", exact=False)).to_be_visible()
    stage = cuts.locator(".stage").last  # of the heatmap
    box = stage.bounding_box()
    stage.click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.7})
    expect(tab.get_by_text(re.compile("^1 line cut: "))).to_be_visible()
    expect(caption(tab)).to_have_text(re.compile("^With a line of L3 H1 cut, "))
    stage.click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.7})
    expect(tab.get_by_text("No line is cut yet.", exact=False)).to_be_visible()
    labels = cuts.locator("[data-key=lines] svg")
    it = labels.locator("text[text-anchor=end]", has_text=re.compile("^it$")).last
    cat = labels.locator("text[text-anchor=start]", has_text=re.compile("^cat$")).last
    begin, end = it.bounding_box(), cat.bounding_box()
    from_x, to_x = begin["x"] + begin["width"] + 6, end["x"] - 6  # the line runs between them
    from_y, to_y = (box["y"] + box["height"] / 2 for box in (begin, end))
    tab.mouse.click(0.7 * from_x + 0.3 * to_x, 0.7 * from_y + 0.3 * to_y)  # where it crosses no other
    expect(tab.get_by_text(re.compile("^1 line cut: it → cat"))).to_be_visible()
    in_link(tab, cut="8.2")


def test_every_head_alone_fills_in_and_a_click_chooses_a_head(tab):
    opened(tab, "/Explore", "effect", **HERE)
    tab.get_by_text("Take out every head alone").click()
    scores = tab.locator("[data-view=scores]")
    expect(scores.locator(".caption")).to_have_text(re.compile("^Taking out L5 H11 alone changes it most: how far"))
    expect(scores.locator(".note")).to_have_text(re.compile("Total and direct effects rank the heads"))
    scores.locator(".stage").focus()
    tab.keyboard.press("ArrowRight")
    expect(scores.locator(".readout")).to_have_text(re.compile(r"^L3 H2: total \+0\.\d+, direct \+0\.\d+$"))
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile("head=2"))
    expect(tab).to_have_url(re.compile("alone=yes"))


def test_the_classroom_model_is_asked_over_its_grammar_and_the_link_holds_it(tab):
    picture = opened(tab, "/Explore", "effect", **VERB, layer="0", head="0")
    tab.get_by_role("combobox", name="What is asked").click()
    tab.get_by_role("option", name="Accuracy over its grammar").click()
    expect(caption(tab)).to_have_text(re.compile(r"^Without L0 H0, the last verb is right in 36 % of 180 sentences"))
    expect(tab).to_have_url(re.compile(r"ask=accuracy\+over\+its\+grammar"))
    expect(tab.get_by_text(re.compile("^Beside 3 others"))).to_be_visible()
    expect(tab.get_by_text(re.compile("to look is not to matter"))).to_be_visible()
    picture.locator(".stage").focus()
    tab.keyboard.press("ArrowDown")
    expect(picture.locator(".readout")).to_have_text(re.compile(r"^last verb:\s+87 % → 36 % \(−51.7 points\)$"))
    grid = tab.locator("[data-view=grid] .stage")
    grid.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    expect(caption(tab)).to_have_text(re.compile("^Without L0 H1, "))


def test_cancel_ends_what_takes_long_and_leaves_the_rest(tab):
    """The curves over the grammar take half a minute; what was asked before them stays."""
    opened(tab, "/Explore", "effect", **VERB, layer="0", head="0", ask="accuracy over its grammar", pruned="yes")
    cancel, toggle = (
        tab.locator(".st-key-cancel_one_by_one button"),
        tab.get_by_role("switch", name=re.compile("one after")),
    )
    expect(toggle).to_be_checked()
    cancel.click()
    expect(cancel).to_have_count(0)
    expect(toggle).not_to_be_checked()
    expect(tab).not_to_have_url(re.compile("pruned=yes"))
    expect(caption(tab)).to_have_text(re.compile(r"^Without L0 H0, the last verb is right in 36 % of 180 sentences"))
    expect(tab.locator("[data-view=pruning]")).to_have_count(0)
    toggle.locator("xpath=ancestor::label").click()
    expect(cancel).to_be_visible()  # asked again, it begins anew
    cancel.click()
