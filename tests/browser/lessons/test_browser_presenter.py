"""A lesson on a projector: everything fits, keys go on in every state, the notes stand in another window."""

import re

import pytest
from playwright.sync_api import expect

from mha_viz.lessons.shelf import FIRST, shelf, take_lesson
from tests.browser.waiting import has_run

STEPS = take_lesson(FIRST).steps
ROOM = """() => {
    const main = document.querySelector("[data-testid=stMain]"), lesson = document.querySelector(".st-key-lesson");
    const text = lesson.querySelector("[data-testid=stMarkdown] p");
    return {
        overflows: main.scrollHeight > main.clientHeight || main.scrollWidth > main.clientWidth,
        bottom: lesson.getBoundingClientRect().bottom,
        type: Number(lesson.style.zoom) * (text ? parseFloat(getComputedStyle(text).fontSize) : 16),
        isSeen: lesson.style.visibility !== "hidden" && lesson.style.zoom !== "",
    };
}"""


@pytest.fixture
def projector(tab):
    tab.set_viewport_size({"width": 1280, "height": 720})
    return tab


def open_presented(tab, **link):
    tab.goto("/?" + "&".join(f"{key}={value}" for key, value in {"model": "minilm", "present": "yes", **link}.items()))


def settled(tab):
    """What is measured once the size has been found and stays."""
    has_run(tab)
    last = None
    for _ in range(100):
        room = tab.evaluate(ROOM)
        if room["isSeen"] and room == last:
            return room
        last = room
        tab.wait_for_timeout(300)
    pytest.fail("the size does not settle")


def at(tab, number):
    expect(tab.get_by_role("heading", name=re.compile(rf"^{number + 1}\. "))).to_be_visible()


@pytest.mark.parametrize("name", shelf())
def test_every_step_of_every_lesson_fits_on_a_projector_and_clickers_tell_it_whole(projector, name):
    lesson = take_lesson(name)
    open_presented(projector, lesson=name, story=0, asked="no")
    n = len(lesson.steps) + len(lesson.tasks) + len(lesson.quiz) + bool(lesson.tasks or lesson.quiz)
    for number in range(n):
        is_asked = number and number < len(lesson.steps) and lesson.steps[number].question
        for asked in ("yes", "no") if is_asked else ("no",):
            at(projector, number)
            expect(projector).to_have_url(re.compile(rf"story={number}&.*asked={asked}"))
            room = settled(projector)
            assert not room["overflows"], (number, room)
            assert room["bottom"] <= 721, (number, room)
            assert room["type"] >= 14, (number, room)  # smaller type cannot be read from the last row
            projector.keyboard.press("PageDown")
    expect(projector.get_by_role("navigation")).to_be_hidden()


def test_keys_go_on_after_every_control_and_in_every_state(projector):
    tab = projector
    tab.goto("/?model=classroom&story=5")
    at(tab, 5)
    tab.get_by_role("button", name="Present").click()
    expect(tab.get_by_role("navigation")).to_be_hidden()
    settled(tab)
    tab.get_by_role("radio", name="dirty").or_(tab.get_by_text("dirty", exact=True)).first.click()
    expect(tab).to_have_url(re.compile("ending=dirty"))
    settled(tab)
    tab.keyboard.press("ArrowRight")
    at(tab, 6)
    settled(tab)
    tab.keyboard.press("b")
    expect(tab.locator(".mha-viz-blank")).to_have_text("Guess first.")
    tab.keyboard.press("b")
    expect(tab.locator(".mha-viz-blank")).to_have_count(0)
    tab.keyboard.press(".")
    tab.keyboard.press("PageUp")  # a blank screen does not swallow the key
    at(tab, 5)
    expect(tab.locator(".mha-viz-blank")).to_have_count(0)
    settled(tab)
    tab.keyboard.press("b")
    expect(tab.locator(".mha-viz-blank")).to_have_text(
        re.compile("Now the sentence ends with “dirty” instead of “tired”")
    )
    tab.keyboard.press("ArrowLeft")
    expect(tab.get_by_text("Guess first. The answer comes with Next.")).to_be_visible()
    tab.go_back()
    expect(tab).to_have_url(re.compile("story=5&.*asked=no"))
    has_run(tab)  # the address is there before the page that it asks for
    settled(tab)
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("navigation")).to_be_visible()
    has_run(tab)
    tab.get_by_role("button", name="More").click()  # and where nothing is presented
    tab.keyboard.press("ArrowRight")
    at(tab, 6)
    tab.get_by_role("radio", name="School").or_(tab.get_by_text("School", exact=True)).first.click()
    expect(tab).to_have_url(re.compile("level=school"))
    has_run(tab)
    tab.keyboard.press("ArrowRight")
    at(tab, 7)
    step = tab.locator(".st-key-story input")
    step.click()
    tab.keyboard.press("Escape")
    has_run(tab)
    tab.keyboard.press("ArrowRight")
    at(tab, 8)
    tab.keyboard.press("PageUp")
    at(tab, 7)


def test_notes_stand_in_a_window_of_their_own_and_hand_their_keys_on(projector):
    tab = projector
    open_presented(tab, model="classroom", story=0)
    at(tab, 0)
    settled(tab)
    with tab.expect_popup() as opened:
        tab.keyboard.press("n")
    notes = opened.value
    first, second = STEPS[:2]
    expect(notes.get_by_text(first.notes)).to_be_visible()
    expect(notes.get_by_text(first.misconceptions[0])).to_be_visible()
    expect(notes.get_by_text(f"2. {second.title}")).to_be_visible()
    assert first.notes not in tab.locator("body").inner_text()
    notes.keyboard.press("ArrowRight")
    expect(notes.get_by_role("heading", name=f"2. {second.title}")).to_be_visible()
    expect(notes.get_by_text(f"{second.minutes} min; {first.minutes + second.minutes} of")).to_be_visible()
    at(tab, 1)
    has_run(tab)
    notes.keyboard.press("b")
    expect(tab.locator(".mha-viz-blank")).to_be_visible()
    notes.close()
