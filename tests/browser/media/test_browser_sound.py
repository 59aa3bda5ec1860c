"""The page of sounds under a reader's hands: one of their own is handed over, played, and heard word by word."""

import pytest
from playwright.sync_api import expect

from tests.support.networks.hearing import RATE, as_file, tone, whisper
from tests.support.pages.browser import drawn, in_link, opened


@pytest.fixture(scope="module")
def hearing(tmp_path_factory):
    place, model = tmp_path_factory.mktemp("hearing"), whisper()
    for part in (model.network, model.processor.feature_extractor, model.processor.tokenizer):
        part.save_pretrained(place)
    return str(place)


@pytest.fixture
def view(tab, hearing):
    """What is said in a sound of one's own."""
    opened(tab, "/Sound", "timeline", hears=hearing, said="the cat sat")
    tab.get_by_role("button", name="Your own sound").click()
    field = tab.locator(".st-key-sound_file input[type=file]")
    field.set_input_files({"name": "a.wav", "mimeType": "audio/wav", "buffer": as_file(tone(0.9, RATE), RATE)})
    expect(tab.get_by_text("stays in this tab and on this server")).to_be_visible()
    tab.keyboard.press("Escape")
    view = drawn(tab, "timeline")
    expect(view.locator(".told")).to_contain_text("of 0.90 s")
    return view


def playhead(view):
    """Where the line stands, from the left of the picture."""
    return view.locator(".playhead").evaluate("line => new DOMMatrix(getComputedStyle(line).transform).m41")


def word(view, name):
    return view.get_by_role("button", name=name, exact=True)


def test_a_sound_of_ones_own_is_played_and_the_line_goes_over_the_heads(tab, view):
    begin, end = playhead(view), view.locator("[data-key=timeline]").bounding_box()["width"]
    view.get_by_role("button", name="Play").click()
    expect(view.locator(".told")).to_have_text("0.90 s of 0.90 s")
    expect(view.get_by_role("button", name="Play")).to_be_visible()
    assert playhead(view) - begin > 0.7 * end


def test_a_word_is_kept_and_played_where_it_was_said(tab, view):
    words = {
        name: [float(part.split()[0]) for part in word(view, name).get_attribute("title").split(" to ")]
        for name in ("the", "cat", "sat")
    }
    assert list(words.values()) == sorted(words.values())
    word(view, "cat").click()
    in_link(tab, listener=1)
    expect(tab.get_by_text("“cat” listens most at").first).to_be_visible()
    (begin, end), longest = max((span[1] - span[0], (span, name)) for name, span in words.items())[1]
    assert end > begin
    word(view, longest).click()
    expect(view.locator(".told")).to_have_text(f"{end:.2f} s of 0.90 s")
