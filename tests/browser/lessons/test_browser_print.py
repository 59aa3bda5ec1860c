"""What `mha-viz lesson print` writes, opened as people open it: pages of paper, a lesson without network, pictures."""

import io
import json
from contextlib import redirect_stdout

import pypdf
import pytest
from PIL import Image
from playwright.sync_api import expect

from mha_viz.cli.main import main
from mha_viz.lessons.shelf import FIRST, shelf
from mha_viz.wording import head_name, in_percent

TEXT = "The cat sat on the mat because it was tired."
LONG = """
  - title: Much to ask
    question: {question}
    shows: nothing
    text: {text}
"""


@pytest.fixture(scope="module")
def handouts(tmp_path_factory, chromium):
    """Of the first lesson, in the model that its links open with here."""
    folder = tmp_path_factory.mktemp("handouts")
    assert main(["lesson", "print", str(shelf()[FIRST]), "--model", "minilm", "--out", str(folder)]) == 0
    return folder


def texts(pdf):
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(pdf).pages]


@pytest.fixture(scope="module")
def asked():
    """What the command line says of the same two words."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(["heads", TEXT, "--model", "minilm", "--from", "it", "--to", "cat", "--json"]) == 0
    return json.loads(out.getvalue())["heads"]


def test_two_pages_are_two_pages_and_their_numbers_are_those_of_the_command_line(handouts, asked):
    best = asked[0]
    given = f"This head gives {in_percent(best['attention'])} of it to “cat”; the other words give “cat” "
    worksheet, answers, lesson = (texts(handouts / f"{name}.pdf") for name in ("worksheet", "answers", "lesson"))
    assert (len(worksheet), len(answers)) == (2, 2)
    assert given + f"{in_percent(best['others'])} on average." in answers[0]
    assert given in " ".join(lesson)
    assert given not in " ".join(worksheet)
    assert f"L{best['layer']} H{best['head']}" in " ".join(lesson)
    assert "2. One head of minilm lets “it” give away 100 % of its attention." in worksheet[0]


def test_the_plans_are_whole(handouts):
    for minutes, end in ((45, "38–45"), (90, "58–68")):
        plan = " ".join(texts(handouts / f"plan-{minutes}.pdf"))
        assert f"Lesson plan, {minutes} minutes" in plan
        for said in ("Aims: afterwards students can", "Prior knowledge", "Students may think", end):
            assert said in plan, said


@pytest.mark.parametrize("n", [3, 40])
def test_two_pages_stay_two_whatever_the_lesson_holds(n, tmp_path, chromium):
    question, text = "Why? " * 20, "Because of this and that. " * 12
    head = "title: Long\nsentence: {text: The cat runs., from: runs, to: cat}\nsteps:"
    file = tmp_path / "long.yaml"
    file.write_text(head + LONG.format(question=question, text=text) * n, encoding="utf-8")
    arguments = ["--model", "classroom", "--out", str(tmp_path), "--only", "worksheet"]
    assert main(["lesson", "print", str(file), *arguments]) == 0
    for name in ("worksheet", "answers"):
        pages = texts(tmp_path / f"{name}.pdf")
        assert len(pages) == 2
        shown = sum(page.count("Why? Why? Why?") > 0 and page.count(question.strip()[:95]) for page in pages)
        left = n - shown
        assert shown >= 3
        said = f"Left out here, for there is no room: {left}. It is all in the lesson."
        assert (said in pages[1]) == (left > 0)


def test_the_lesson_is_played_by_keys_alone_without_network(handouts, chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    address = (handouts / "lesson.html").as_uri()
    page.goto(address)
    expect(page.locator("h2:visible")).to_have_text("1. What you connect")
    page.keyboard.press("ArrowRight")
    expect(page.locator("h2:visible")).to_have_text("2. One attention")
    expect(page.locator(".step.now .hint")).to_be_visible()
    expect(page.locator(".step.now .view")).to_be_hidden()
    page.keyboard.press("PageDown")
    expect(page.locator(".step.now .view .caption")).to_contain_text("This head gives 49 % of it to “cat”")
    page.keyboard.press("PageUp")
    expect(page.locator(".step.now .hint")).to_be_visible()
    expect(page.locator(".notes:visible")).to_have_count(0)
    page.locator("#notes").press("Enter")
    expect(page.locator(".notes:visible")).to_have_count(1)
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(page.locator("h2:visible")).to_have_text("Quiz")
    expect(page.locator("#next")).to_be_disabled()
    first, second, _ = page.locator(".asks").all()
    first.get_by_role("button").nth(1).press("Enter")
    second.get_by_role("button").nth(0).press("Enter")
    expect(page.locator(".count")).to_have_text("1 of 3 right")
    expect(page.locator(".why:visible")).to_have_count(2)
    assert asked == [address]
    assert said == []
    page.goto(f"{address}#4")
    page.reload()
    expect(page.locator("h2:visible")).to_have_text("4. A panel of specialists")
    page.close()


def test_each_step_is_a_picture_that_opens(handouts, chromium):
    names = sorted(path.name for path in (handouts / "steps").iterdir())
    assert len(names) == 18
    assert names[:2] == ["01-what-you-connect.png", "01-what-you-connect.svg"]
    best = Image.open(handouts / "steps" / "02-one-attention.png")
    assert best.width == 2400
    assert len(best.convert("L").getcolors()) > 20  # something is drawn on it
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    page.goto((handouts / "steps" / "02-one-attention.svg").as_uri())
    said = page.evaluate("[...document.querySelectorAll('text')].map((text) => text.textContent).join(' ')")
    assert "This head gives 49 % of it to “cat”" in said
    assert head_name(3, 1) in said
    size = page.evaluate("(({width, height}) => [width.baseVal.value, height.baseVal.value])(document.documentElement)")
    assert [side * 2 for side in size] == list(best.size)
    page.close()
