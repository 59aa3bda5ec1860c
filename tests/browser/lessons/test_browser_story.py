"""The story in a real browser: by the arrow keys alone, from the first step to the last and back."""

import re

import pytest
from playwright.sync_api import expect

from mha_viz.lessons.shelf import FIRST, take_lesson
from tests.browser.waiting import at_rest, has_run

STEPS = take_lesson(FIRST).steps


def at_step(tab, number):
    expect(tab.get_by_role("heading", name=f"{number + 1}. {STEPS[number].title}")).to_be_visible()
    at_rest(tab)


@pytest.mark.parametrize("model", ["minilm", "classroom"])
def test_the_arrow_keys_tell_the_whole_story(tab, model):
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.goto(f"/?model={model}")
    at_step(tab, 0)
    for number in range(1, len(STEPS)):
        tab.keyboard.press("ArrowRight")
        at_step(tab, number)
        if STEPS[number].question:
            expect(tab.get_by_text("Guess first. The answer comes with Next.")).to_be_visible()
            expect(tab.locator("[data-view]")).to_have_count(0)
            tab.keyboard.press("ArrowRight")
            expect(tab.locator("[data-view][data-drawn]").first).to_be_visible()
            at_step(tab, number)
        expect(tab).to_have_url(re.compile(rf"[?&]story={number}(&|$)"))
    tab.keyboard.press("ArrowLeft")
    at_step(tab, len(STEPS) - 2)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_task_and_the_quiz_are_answered_with_the_keyboard_alone(tab):
    lesson = take_lesson(FIRST)
    tab.goto(f"/?model=minilm&story={len(STEPS) - 1}")
    at_step(tab, len(STEPS) - 1)
    tab.keyboard.press("PageDown")
    field = tab.get_by_label("Type a head, and Enter, or click its picture")
    expect(field).to_be_visible()
    tabbed_to(tab, field)
    tab.keyboard.type("l3 h1")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("L3 H1 has rank ")).to_be_visible()
    has_run(tab)
    tab.keyboard.press("PageDown")
    for i, quiz in enumerate(lesson.quiz):
        expect(tab.get_by_text(quiz.question)).to_be_visible()
        has_run(tab)
        tab.keyboard.press(str(quiz.right + 1 if i else 1 + (quiz.right == 0)))  # the first one wrong
        expect(tab.get_by_text("Right." if i else "Not right:")).to_be_visible()
        has_run(tab)
        tab.keyboard.press("ArrowRight")
    expect(tab.get_by_text(f"{len(lesson.quiz) - 1} of {len(lesson.quiz)} questions right.")).to_be_visible()
    expect(tab.get_by_role("button", name="Next")).to_be_disabled()
    tab.go_back()
    expect(tab.get_by_text(lesson.quiz[-1].question)).to_be_visible()
    expect(tab.get_by_text("Right.")).to_be_visible()


def tabbed_to(tab, element):
    """Go on with Tab until the element has the keyboard."""
    for _ in range(40):
        if element.evaluate("element => element === document.activeElement"):
            return
        tab.keyboard.press("Tab")
    pytest.fail("Tab does not come there")


def test_one_word_is_changed_live(tab):
    tab.goto("/?model=minilm&story=5")
    strip = tab.locator("[data-view=strips][data-drawn] .strip").nth(1)
    expect(strip).to_contain_text(re.compile(r"cat\s*\.49"))
    tab.get_by_role("radio", name="dirty").or_(tab.get_by_text("dirty", exact=True)).first.click()
    expect(strip).to_contain_text("dirty")
    expect(strip).to_contain_text(re.compile(r"mat\s*\.\d\d"))
    expect(tab).to_have_url(re.compile("ending=dirty"))


def test_remotes_and_arrows_turn_the_lesson_after_every_choice(tab):
    tab.goto("/?model=classroom&story=5")
    at_step(tab, 5)
    tab.get_by_role("radio", name="dirty").or_(tab.get_by_text("dirty", exact=True)).first.click()
    expect(tab).to_have_url(re.compile("ending=dirty"))
    at_rest(tab)
    tab.keyboard.press("ArrowRight")
    at_step(tab, 6)
    tab.keyboard.press("PageUp")
    at_step(tab, 5)
    tab.get_by_role("button", name="More").click()
    tab.get_by_role("radio", name="large").or_(tab.get_by_text("large", exact=True)).first.click()
    expect(tab).to_have_url(re.compile("type=large"))
    at_rest(tab)
    tab.keyboard.press("ArrowLeft")
    expect(tab.get_by_text("Guess first. The answer comes with Next.")).to_be_visible()
    at_rest(tab)
    tab.keyboard.press("PageDown")
    expect(tab).to_have_url(re.compile("asked=no"))
    at_step(tab, 5)
    tab.go_back()
    expect(tab.get_by_text("Guess first. The answer comes with Next.")).to_be_visible()


def test_the_shelf_is_found_and_used_with_the_keyboard_alone(tab):
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.goto("/?model=classroom&story=5")
    at_step(tab, 5)
    menu = tab.get_by_role("button", name="Lesson: Who was tired?")
    tabbed_to(tab, menu)
    tab.keyboard.press("Enter")
    lesson = tab.get_by_role("button", name="Who was tired?", exact=True)
    expect(lesson).to_be_visible()
    expect(tab.get_by_text(re.compile(r"in nine steps. \d+ min. Best with mpnet."))).to_be_visible()
    tabbed_to(tab, lesson)
    tab.keyboard.press("Enter")
    at_step(tab, 0)
    expect(lesson).to_be_hidden()
    expect(tab).to_have_url(re.compile(r"story=0.*lesson=who_was_tired"))
    drawing = tab.locator("[data-view=arcs][data-drawn]")
    expect(drawing).to_be_visible()
    assert drawing.bounding_box()["y"] < 200
    tab.keyboard.press("ArrowRight")
    expect(tab.get_by_text("Guess first. The answer comes with Next.")).to_be_visible()
    tab.go_back()
    at_step(tab, 0)


def test_a_phone_shows_the_whole_drawing_and_keeps_next_at_hand(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto("/?model=minilm")
    at_step(tab, 0)
    drawing = tab.locator("[data-view=arcs][data-drawn]")
    words = drawing.locator("button.token")
    expect(words).to_have_count(11)
    for i in range(11):
        expect(words.nth(i)).to_be_in_viewport(ratio=1)
    expect(tab.get_by_role("heading", name="1. What you connect")).to_be_in_viewport(ratio=1)
    tab.get_by_role("button", name="Next").click()
    at_step(tab, 1)
    tab.goto("/?model=minilm&story=3")
    at_step(tab, 3)
    main = tab.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollHeight > main.clientHeight")
    for share in (0, 1):
        main.evaluate("(main, share) => main.scrollTo(0, share * main.scrollHeight)", share)
        expect(tab.get_by_role("button", name="Next")).to_be_in_viewport(ratio=1)
