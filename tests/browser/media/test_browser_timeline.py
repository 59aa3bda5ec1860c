"""A sound under a reader's hands: words that are clicked and heard, a line that moves over the heads, keys."""

import pytest
from playwright.sync_api import expect

from mha_viz.inputs.media.sound import read_sound
from mha_viz.recording.capture import capture
from mha_viz.scores.media.heard import heard_overview, words_listening
from mha_viz.scores.media.word_times import Timing
from mha_viz.views.media.timeline import timeline_view
from tests.support.networks.hearing import RATE, tone, whisper
from tests.support.pages.alone import shown_alone

SPANS = ((0.0, 0.2), (0.2, 0.55), (0.55, 0.9))


@pytest.fixture
def tab(chromium):
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert not errors


@pytest.fixture(scope="module")
def heard():
    found = capture(whisper(), read_sound(tone(0.9, RATE), RATE), target="the cat sat")
    who = words_listening(found)
    return timeline_view(found, who, heard_overview(found, who), 0, (2, 0), Timing(SPANS, ((1, 2),), True))


def playhead(view):
    """Where the line stands, from the left of the picture."""
    return view.locator(".playhead").evaluate("line => new DOMMatrix(getComputedStyle(line).transform).m41")


def word(view, name):
    return view.get_by_role("button", name=name, exact=True)


def test_a_click_on_a_word_keeps_it_and_plays_it(tab, heard):
    view = shown_alone(tab, heard, width=900)
    begin = playhead(view)
    word(view, "cat").click()
    expect(word(view, "cat")).to_have_attribute("aria-pressed", "true")
    expect(word(view, "the")).to_have_attribute("aria-pressed", "false")
    expect(view.locator(".told")).to_have_text("0.55 s of 0.90 s", timeout=5000)  # it has been played to its end
    assert playhead(view) > begin + 100
    expect(view.locator(".readout")).to_contain_text("“cat” listens most at")


def test_play_moves_the_line_to_the_end_and_begins_anew(tab, heard):
    view = shown_alone(tab, heard, width=900)
    begin = playhead(view)
    view.get_by_role("button", name="Play").click()
    expect(view.get_by_role("button", name="Pause")).to_be_visible()
    expect(view.locator(".told")).to_have_text("0.90 s of 0.90 s", timeout=5000)
    expect(view.get_by_role("button", name="Play")).to_be_visible()
    assert playhead(view) > begin + 500
    view.locator("[data-key=timeline]").click(position={"x": begin + 5, "y": 10})
    assert playhead(view) == pytest.approx(begin + 5, abs=2)


def test_keys_choose_word_and_head_and_play(tab, heard):
    view = shown_alone(tab, heard, width=900)
    view.locator("[data-key=timeline]").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowUp")
    expect(word(view, "cat")).to_have_attribute("aria-pressed", "true")
    expect(view.locator(".readout")).to_contain_text("L1 H3: “cat” listens most at")
    tab.keyboard.press("Space")
    expect(view.get_by_role("button", name="Pause")).to_be_visible()
    tab.keyboard.press("Space")
    expect(view.get_by_role("button", name="Play")).to_be_visible()


def test_rows_are_heads_or_words(tab, heard):
    view = shown_alone(tab, heard, width=900)
    rows = view.locator("[data-key=timeline]")
    many = rows.bounding_box()["height"]
    view.locator("[data-key=rows]").select_option("listeners")
    assert rows.bounding_box()["height"] == pytest.approx(many - 9 * 14, abs=1)  # 3 words instead of 12 heads
