"""Code under a reader's hands: pasted as lines, recognised, laid out, coloured, and a token that is clicked."""

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import has_run
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.pages.browser import in_link, link, opened

CODE = "def ran(cat, dog):\n    if cat:\n        return dog\n    return cat\n"
PASTE = """(field, text) => {
  const held = new DataTransfer();
  held.setData("text/plain", text);
  return field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    place = tmp_path_factory.mktemp("reading")
    make(*TEXT["llama"]).save_pretrained(place)
    tokenizer().save_pretrained(place)
    return str(place)


def test_pasted_lines_stay_lines_and_are_read_as_code(tab, reading):
    tab.goto(link("/Explore", model=reading, text="the cat sat", view="Text"))
    has_run(tab)
    field = tab.locator(".st-key-text_field input")
    field.focus()
    assert field.evaluate(PASTE, "the dog")  # one line is the browser's own affair
    field.fill("")
    assert not field.evaluate(PASTE, CODE)
    expect(tab.locator(".st-key-code_field textarea")).to_have_value(CODE)
    expect(tab.get_by_text("Read as text")).to_be_visible()
    in_link(tab, text=CODE)


def test_code_is_laid_out_and_coloured_and_a_click_keeps_its_token(tab, reading):
    view = opened(tab, "/Explore", "painted", model=reading, text=CODE, view="Text")
    line = view.locator("p.code")
    assert line.evaluate("each => getComputedStyle(each).whiteSpace").startswith("pre")
    assert "\n        return dog\n    return cat" in line.inner_text()  # as it was typed
    colours = {kind: view.locator(f"span[data-kind={kind}]").first.evaluate("each => getComputedStyle(each).color")
               for kind in ("keyword", "defined")}  # fmt: skip
    plain = view.locator("span.token:not([data-kind])").first.evaluate("each => getComputedStyle(each).color")
    assert len({*colours.values(), plain}) == 3
    view.locator("span.token", has_text="cat").first.click()
    expect(view.locator(".looks")).to_have_text("cat")
    in_link(tab, look="query:4")
