"""Source and target in a browser: a word of either side is pointed at, and the other side is painted by it."""

import re

import pytest
import transformers as hf
from playwright.sync_api import expect

from tests.support.networks.families import BART, make, tokenizer
from tests.support.pages.browser import drawn, link


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("bart")
    network = make(hf.BartForConditionalGeneration, hf.BartConfig(**BART), seed=3)
    network.generation_config.forced_eos_token_id = None
    network.generation_config.suppress_tokens = [i for i in range(BART["vocab_size"]) if i not in (7, 8, 9)]
    network.save_pretrained(place)
    tokenizer().save_pretrained(place)
    return str(place)


def test_either_side_is_painted_by_a_word_of_the_other(tab, folder):
    how = {"kind": "cross", "view": "Text", "layer": 1, "head": 2, "continue": 6}
    tab.goto(link("/Explore", text="the cat sat on a mat", model=folder, **how))
    view = drawn(tab, "painted")
    source, target = view.locator("section.side").nth(0), view.locator("section.side").nth(1)
    expect(source.locator("h4")).to_have_text("Source")
    expect(target.locator("h4")).to_have_text("Target, written by the model")
    source.locator("span.token", has_text="cat").hover()
    expect(source.locator(".looks")).to_have_text("cat")
    expect(target.locator("span.token[title]")).not_to_have_count(0)
    expect(source.locator("span.token[title]")).to_have_count(0)
    target.locator("span.token").nth(2).click()
    expect(target.locator(".looks")).to_have_count(1)
    expect(source.locator("span.token[title]")).not_to_have_count(0)
    expect(tab).to_have_url(re.compile("look=query%3A2"))
    source.locator("span.token", has_text="cat").click()
    expect(tab).to_have_url(re.compile("look=key%3A2"))
    expect(view.get_by_role("button", name="what looks at it")).to_have_attribute("aria-pressed", "true")
    view.locator(".painted").focus()
    tab.keyboard.press("ArrowRight")
    expect(source.locator(".looks")).to_have_text("sat")
