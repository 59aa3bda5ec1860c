"""Correcting an annotation under a reader's hands: clicks, keys, what is drawn, what is saved, hostile text."""

import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

HOSTILE = "<img src=x onerror=alert(1)> <script>alert(2)</script> **cat** [x](http://x)"


@pytest.fixture(scope="module")
def context(chromium, annotation_app):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=annotation_app)
    yield context
    context.close()


def opened(tab, **state):
    tab.goto(f"/?{urlencode(state)}")
    tab.get_by_text("What the words are to each other").click()
    view = tab.locator("[data-view=arcs][data-drawn]").first
    expect(view).to_be_visible()
    return view


def word(view, name):
    return view.locator("button.token", has_text=re.compile(f"^{re.escape(name)}$"))


def has_marks(tab, marks):
    wanted = re.compile(rf"[?&]marks={re.escape(urlencode({'': marks})[1:])}(&|$)") if marks else re.compile("marks=")
    (expect(tab).to_have_url if marks else expect(tab).not_to_have_url)(wanted)


def titles(view, kind, state):
    return [edge.text_content() for edge in view.locator(f".edge.{kind}.{state} title").all()]


def test_two_clicks_and_a_relation_make_an_arc(tab):
    view = opened(tab)
    word(view, "barked").click()
    expect(view.locator(".readout")).to_have_text("From barked to …: choose the second word.")
    word(view, "dog").click()
    expect(word(view, "barked")).to_have_attribute("aria-pressed", "true")
    tab.get_by_role("combobox", name="“dog” is … of “barked”").click()
    tab.get_by_role("option", name="obl: oblique noun").click()
    has_marks(tab, "7>4:obl")
    expect(view.locator(".edge.arc.marked")).to_have_count(1)
    assert titles(view, "arc", "marked") == ["barked → dog   obl, marked by hand"]
    assert titles(view, "arc", "removed") == ["saw → dog   obj, removed by hand"]
    expect(view.locator("[aria-pressed=true]")).to_have_count(0)
    expect(tab.get_by_text("a parser, 1 arc corrected by hand").last).to_be_visible()
    tab.get_by_role("button", name="Undo my marks").click()
    has_marks(tab, "")
    expect(view.locator(".edge.arc.marked")).to_have_count(0)


def test_a_typed_relation_and_words_that_are_let_go(tab):
    view = opened(tab)
    word(view, "cat").click()
    word(view, "cat").click()
    expect(view.locator("[aria-pressed=true]")).to_have_count(0)
    word(view, "saw").click()
    word(view, "because").click()
    choice = tab.get_by_role("combobox", name="“because” is … of “saw”")
    choice.fill("my:own")
    tab.keyboard.press("Enter")
    has_marks(tab, "2>5:my:own")


def test_a_pronoun_is_linked(tab):
    view = opened(tab)
    word(view, "it").click()
    word(view, "cat").click()
    tab.get_by_role("button", name="“it” stands for “cat”").click()
    has_marks(tab, "6~1")
    expect(view.locator(".edge.link.marked")).to_have_count(1)
    assert titles(view, "link", "marked") == ["it stands for cat, marked by hand"]
    assert titles(view, "link", "candidate") == ["it perhaps dog"]


def test_an_arc_is_removed_by_a_click_and_brought_back_by_another(tab):
    view = opened(tab)
    arc = view.locator(".edge.arc", has=tab.locator("title", has_text="barked → it"))
    arc.locator("text").click()
    has_marks(tab, "-7>6:nsubj")
    expect(view.locator(".edge.arc.removed")).to_have_count(1)
    arc.locator("text").click()
    has_marks(tab, "")
    expect(view.locator(".edge.arc.removed")).to_have_count(0)


def test_all_of_it_works_by_keyboard(tab):
    view = opened(tab)
    readout = view.locator(".readout")
    view.locator("[data-key=arcs]").focus()
    for _ in range(7):
        tab.keyboard.press("ArrowRight")
    expect(readout).to_have_text("it: nsubj of barked; perhaps cat, perhaps dog")
    tab.keyboard.press("ArrowUp")
    expect(readout).to_have_text("barked → it   nsubj")
    tab.keyboard.press("Enter")
    has_marks(tab, "-7>6:nsubj")
    expect(view.locator(".edge.arc.removed")).to_have_count(1)
    expect(view.locator("[data-key=arcs]")).to_be_focused()
    for key in ("ArrowUp", "ArrowDown", "Enter", "ArrowLeft", "ArrowLeft", "Enter"):  # from "it" to "dog"
        tab.keyboard.press(key)
    tab.get_by_role("button", name="“it” stands for “dog”").focus()
    tab.keyboard.press("Enter")
    has_marks(tab, "-7>6:nsubj,6~4")
    view.locator("[data-key=arcs]").focus()
    tab.keyboard.press("Enter")
    expect(readout).to_contain_text("From dog to …")
    tab.keyboard.press("Escape")
    expect(view.locator("[aria-pressed=true]")).to_have_count(0)


def test_pointing_at_a_word_shows_its_arcs_alone(tab):
    view = opened(tab)
    before = word(view, "dog").bounding_box()
    word(view, "dog").hover()
    expect(view.locator(".readout")).to_have_text("dog: obj of saw; below it the (det)")
    clear = view.locator(".edge[style='opacity: 1;'] title")
    expect(clear).to_have_text(["dog → the   det", "saw → dog   obj", "it perhaps dog"])
    assert word(view, "dog").bounding_box() == before  # else it would move away from under the pointer, and back


def test_typed_markup_is_text(tab):
    tab.on("dialog", lambda _dialog: pytest.fail("a script from the text was run"))
    view = opened(tab, text=HOSTILE, marks="1>2:a'b&c,<img src=x>")
    expect(view.locator(".edge.arc.marked title")).to_have_text("img → src   a'b&c, marked by hand")
    word(view, "img").first.click()
    word(view, "cat").click()
    expect(tab.get_by_role("combobox", name="“cat” is … of “img”")).to_be_visible()
    view.get_by_text("As a table").click()
    expect(view.get_by_role("rowheader", name="onerror")).to_be_visible()
    assert tab.locator("img[src=x]").count() == 0
    assert tab.locator("[data-view] script").count() == 0


def test_a_long_text_is_drawn_in_parts(tab):
    view = opened(tab, text=" ".join(f"word{i}" for i in range(150)))
    expect(view.locator("button.token")).to_have_count(60)
    expect(view).to_contain_text("Words 1 to 60 of 150 are drawn.")
    word(view, "word7").click()
    tab.get_by_role("combobox", name="Part of the text").click()
    tab.get_by_role("option", name="3 of 3").click()
    expect(view.locator("button.token")).to_have_count(30)
    word(view, "word140").click()  # the other end of an arc may stand in another part
    tab.get_by_role("combobox", name="“word140” is … of “word7”").click()
    tab.get_by_role("option", name="obj: object").click()
    has_marks(tab, "7>140:obj")
    expect(view).to_contain_text("One arc or link leads out of them.")


def test_the_picture_can_be_saved(tab, tmp_path):
    opened(tab, marks="7>4:obl")
    for name, ending in (("Save as SVG", "svg"), ("Save as PNG", "png")):
        with tab.expect_download() as download:
            tab.get_by_role("button", name=name).click()
        download.value.save_as(tmp_path / f"picture.{ending}")
    texts = [one.text for one in ElementTree.parse(tmp_path / "picture.svg").iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314
    assert {"The", "barked", "obl", "✕ obj", "stands for", "marked by hand"} - {"stands for"} <= set(texts)
    assert any("a parser, 1 arc corrected by hand" in text for text in texts)
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1280, "dark"), (390, "light")])
def test_nothing_is_cut_off_and_axe_finds_no_serious_fault(chromium, annotation_app, width, scheme):
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, base_url=annotation_app, color_scheme=scheme
    )
    tab = context.new_page()
    view = opened(tab, marks="7>4:obl,6~4")
    word(view, "cat").click()
    word(view, "dog").click()
    expect(tab.get_by_role("button", name="Turn round")).to_be_visible()
    assert tab.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    violations = Axe().run(tab).response["violations"]
    serious = [one for one in violations if one["impact"] in ("serious", "critical")]
    ours = [node["target"] for one in serious for node in one["nodes"] if "view" in str(node) or "token" in str(node)]
    assert not ours
    context.close()
