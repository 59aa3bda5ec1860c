"""The page of pictures under a reader's hands: uploading, pasting, pointing, keys, and a region that is painted."""

import io

import pytest
from playwright.sync_api import expect

from mha_viz.inputs.media.picture_examples import DRAWN
from tests.browser.waiting import has_run
from tests.support.networks.families import make
from tests.support.networks.seeing import SEEING, photograph, processor
from tests.support.pages.browser import in_link, opened

PASTE = """async (text) => {
  const held = new DataTransfer();
  if (text) held.setData("text/plain", text);
  else {
    const canvas = Object.assign(document.createElement("canvas"), { width: 37, height: 23 });
    const blob = await new Promise((done) => canvas.toBlob(done));
    held.items.add(new File([blob], "image.png", { type: "image/png" }));
  }
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def seeing(tmp_path_factory):
    place = tmp_path_factory.mktemp("seeing")
    make(*SEEING["dinov2, registers"][:2]).save_pretrained(place)
    processor(20, 44).save_pretrained(place)  # 5 × 11 patches
    return str(place)


@pytest.fixture
def view(tab, seeing):
    return opened(tab, "/Pictures", "picture", sees=seeing)


def at(view, row, column):
    """The middle of a patch, on the page."""
    box = view.locator("[data-key=patches]").bounding_box()
    return box["x"] + (column + 0.5) * box["width"] / 11, box["y"] + (row + 0.5) * box["height"] / 5


def says(view):
    return view.locator("output.readout")


def test_a_file_is_uploaded_and_one_is_pasted_in_its_place(tab, view):
    file = io.BytesIO()
    photograph().save(file, "png")
    field = tab.locator(".st-key-picture_file input[type=file]")
    field.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()})
    expect(tab.get_by_text("of the picture’s 71 × 53 pixels")).to_be_visible()
    has_run(tab)
    tab.evaluate(PASTE, "the cat sat")
    expect(tab.get_by_text("The clipboard holds no picture")).to_be_visible()
    tab.evaluate(PASTE, None)
    expect(tab.get_by_text("of the picture’s 37 × 23 pixels")).to_be_visible()
    expect(tab.get_by_text("The clipboard holds no picture")).to_be_hidden()


def test_pointing_says_where_a_patch_looks_and_keys_do_the_same(tab, view):
    tab.mouse.move(*at(view, 1, 3))
    expect(says(view)).to_contain_text(": 1, 3 looks most at")
    stage = view.locator("[data-key=patches]")
    stage.focus()
    stage.press("ArrowRight")  # from the patch in the middle, 2, 5
    expect(says(view)).to_contain_text(": 2, 6 looks most at")
    stage.press("Enter")
    has_run(tab)
    in_link(tab, patch="2, 6")
    stage.press("Shift+ArrowRight")
    expect(says(view)).to_contain_text("L1 H1")


def test_a_region_is_painted_by_a_stroke_and_by_keys(tab, view):
    view.get_by_role("button", name="Paint a region").click()
    tab.mouse.move(*at(view, 1, 2))
    tab.mouse.down()
    tab.mouse.move(*at(view, 1, 4), steps=9)
    tab.mouse.up()
    expect(tab.get_by_text("The region is 5.5 %")).to_be_visible()  # 3 of 55
    has_run(tab)
    in_link(tab, region="1:2-4")
    stage = view.locator("[data-key=patches]")
    stage.focus()
    stage.press("ArrowDown")  # 3, 5
    stage.press("Enter")
    expect(tab.get_by_text("The region is 7.3 %")).to_be_visible()
    has_run(tab)
    in_link(tab, region="1:2-4,3:5")
    view.get_by_role("button", name="Clear the region").click()
    expect(tab.get_by_text("Paint a region on the picture")).to_be_visible()


def test_a_second_picture_follows_and_leads_by_keys(tab, seeing):
    first = opened(tab, "/Pictures", "picture", sees=seeing, picture_beside=DRAWN[1])
    second = tab.locator("[data-view=picture][data-drawn]").nth(1)
    expect(tab.get_by_text("The heads, most changed first")).to_be_visible()
    has_run(tab)
    patches = second.locator("[data-key=patches]")
    patches.focus()
    patches.press("ArrowRight")
    patches.press("Enter")
    in_link(tab, patch="2, 6")
    expect(says(first)).to_contain_text("L1 H0: 2, 6 looks most at")
    has_run(tab)
    heads = second.locator("[data-key=heads]")
    heads.focus()
    heads.press("ArrowUp")
    heads.press("Enter")
    in_link(tab, beside_place="0.0")
    expect(tab.get_by_text("Both were chosen")).to_be_visible()
    expect(says(first)).to_contain_text("L1 H0: 2, 6 looks most at")
