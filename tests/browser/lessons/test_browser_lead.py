"""A class that is led, in two browsers: students' screens go where the teacher goes, and back with one tap."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import at_rest, has_run
from tests.support.servers.processes import served

TOKEN = "of-the-teacher"
COMMAND = (
    f"import secrets; secrets.token_urlsafe = lambda n: '{TOKEN}'\n"
    "from mha_viz.cli.main import main; raise SystemExit(main())"
)
TEXT = "When the cub stood by the drill in the rain, it was tired."


@pytest.fixture
def screens(chromium):
    """A teacher's and a student's, of one class."""
    arguments = ["--port", "{port}", "--no-browser", "--classroom", "--models", "classroom", "--host", "127.0.0.1"]
    with served("-c", COMMAND, *arguments) as url:
        contexts = [chromium.new_context(viewport={"width": 1280, "height": 720}, base_url=url) for _ in range(2)]
        pages, errors = [context.new_page() for context in contexts], []
        for page in pages:
            page.set_default_timeout(90_000)
            page.on("pageerror", lambda error: errors.append(str(error)))
        yield pages
        for context in contexts:
            context.close()
        assert not errors


def test_a_student_s_screen_goes_where_the_teacher_goes_and_back_with_one_tap(screens):
    teacher, student = screens
    teacher.goto(f"/?teacher={TOKEN}")
    at_rest(teacher)
    student.goto("/?story=5")
    at_rest(student)
    expect(student.get_by_role("heading", name=re.compile(r"^6\. "))).to_be_visible()
    teacher.get_by_text("Lead the class").click()
    expect(student.get_by_role("heading", name=re.compile(r"^1\. "))).to_be_visible()
    teacher.get_by_role("button", name="Next").click()
    expect(student.get_by_role("heading", name=re.compile(r"^2\. "))).to_be_visible()
    teacher.goto(f"/Explore?model=classroom&text={TEXT.replace(' ', '+')}&layer=1&head=2")
    expect(student.get_by_label("Sentence", exact=True)).to_have_value(TEXT)
    expect(student).to_have_url(re.compile(r"/Explore\?.*layer=1.*head=2|/Explore\?.*head=2"))
    student.get_by_role("button", name="Following the teacher: leave").click()
    expect(student.get_by_role("heading", name=re.compile(r"^6\. "))).to_be_visible()
    has_run(student)
    teacher.goto("/?story=7")
    at_rest(teacher)
    expect(student.get_by_role("button", name="Follow the teacher")).to_be_visible()
    expect(student.get_by_role("heading", name=re.compile(r"^6\. "))).to_be_visible()
    student.get_by_role("button", name="Follow the teacher").click()
    expect(student.get_by_role("heading", name=re.compile(r"^8\. "))).to_be_visible()
    teacher.get_by_text("Lead the class").click()
    expect(student.get_by_role("button", name=re.compile("teacher"))).to_have_count(0)
