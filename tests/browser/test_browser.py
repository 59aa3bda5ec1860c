"""The flows that matter, as a user goes through them."""

import re
from urllib.parse import parse_qs, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.waiting import at_rest, has_run
from tests.support.pages.browser import TIRED, drawn, link

PAGES = {
    "/Explore": "head",
    "/Sentence": "strips",
    "/Heads": "grid",
    "/Head": "head",
    "/Inside": "panels",
    "/Compare": "compare",
    "/Atlas": "atlas",
}
# What axe-core 4.12 finds serious in what Streamlit 1.67 draws around us: nothing on these pages. List it here, by
# rule, if a version brings some.
STREAMLITS_OWN: set[str] = set()


def state_of(tab):
    return {key: values[0] for key, values in parse_qs(urlparse(tab.url).query).items()}


def scrolls_sideways(tab):
    return tab.evaluate("document.scrollingElement.scrollWidth > window.innerWidth")


def type_sentence(tab, text):
    """Type, press Enter, and wait until the picture is drawn anew and the address holds the text: a key that is
    pressed before that is one step with it.
    """
    picture = tab.locator("[data-drawn]:not([data-view=saving])").first
    before = picture.get_attribute("data-drawn")
    tab.get_by_label("Sentence", exact=True).fill(text)
    tab.keyboard.press("Enter")
    expect(picture).not_to_have_attribute("data-drawn", before)
    tab.wait_for_url(lambda url: parse_qs(urlparse(url).query).get("text") == [text])


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_cold_by_its_own_link(tab, path):
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.goto(link(path, text="Anna thanked Tom.", model="minilm", layer=3, head=1))
    drawn(tab, PAGES[path])
    tops = [picture.bounding_box()["y"] for picture in tab.locator("[data-drawn]:visible").all()]
    assert min(tops) < (260 if path == "/Compare" else 200)  # there below a notice: both sides are the same
    expect(tab.get_by_label("Sentence", exact=True)).to_have_value("Anna thanked Tom.")
    assert state_of(tab)["layer"] == "3"
    assert state_of(tab)["head"] == "1"
    assert not scrolls_sideways(tab)


def test_a_sentence_is_answered_without_any_input(tab):
    tab.goto("/Sentence")
    view = drawn(tab, "strips")
    expect(view).to_contain_text("L3 H1 of minilm gives 49 % of the attention of “it” to “cat”")
    expect(view.get_by_role("button", name=re.compile("^L3 H1 "))).to_be_visible()


def test_type_a_sentence_click_a_head_reload(tab):
    tab.goto("/Explore")
    drawn(tab, "grid")
    type_sentence(tab, "The dog slept because it was old.")
    assert state_of(tab)["text"] == "The dog slept because it was old."
    stage = drawn(tab, "grid").locator(".stage")
    box = stage.bounding_box()
    step = (box["width"] - 36) / 12
    stage.hover(position={"x": 36 + 4.5 * step, "y": 22 + 2.5 * step})
    expect(drawn(tab, "grid").locator(".readout")).to_contain_text("L2 H4")
    stage.click(position={"x": 36 + 4.5 * step, "y": 22 + 2.5 * step})
    for _ in range(2):
        expect(drawn(tab, "head").locator("[data-key=heatmap]")).to_have_attribute("aria-label", re.compile("L2 H4"))
        expect(tab.get_by_label("Sentence", exact=True)).to_have_value("The dog slept because it was old.")
        assert (state_of(tab)["layer"], state_of(tab)["head"]) == ("2", "4")
        assert urlparse(tab.url).path == "/Explore"
        tab.reload()


def test_the_menu_keeps_sentence_and_head(tab):
    tab.goto(link("/Head", text="Anna thanked Tom.", layer=4, head=7))
    drawn(tab, "head")
    tab.get_by_role("link", name="Explore").click()
    drawn(tab, "grid")
    expect(tab.get_by_label("Sentence", exact=True)).to_have_value("Anna thanked Tom.")
    tab.get_by_role("link", name="Find").click()
    drawn(tab, "scores")
    tab.get_by_role("link", name="One head").click()
    expect(drawn(tab, "head").locator("[data-key=heatmap]")).to_have_attribute("aria-label", re.compile("L4 H7"))
    assert state_of(tab)["text"] == "Anna thanked Tom."
    here = tab.get_by_role("navigation", name="Pages").locator("[aria-current]")
    expect(here).to_have_text(["Find", "One head"])
    tab.go_back()
    drawn(tab, "scores")
    expect(here).to_have_text(["Find", "Scores"])


def test_the_menu_works_by_keyboard_and_opens_tabs(tab):
    tab.goto(link("/Head", text="Anna thanked Tom.", layer=4, head=7))
    drawn(tab, "head")
    with tab.context.expect_page() as opening:
        tab.get_by_role("link", name="Explore").click(modifiers=["ControlOrMeta"])
    beside = opening.value
    expect(beside.get_by_label("Sentence", exact=True)).to_have_value("Anna thanked Tom.")
    beside.close()
    assert urlparse(tab.url).path == "/Head"
    tab.evaluate("globalThis.isSameDocument = true")
    tab.get_by_role("link", name="Explore").focus()
    tab.keyboard.press("Enter")
    drawn(tab, "grid")
    assert tab.evaluate("globalThis.isSameDocument")  # the page changed without loading the app anew


def test_hover_reads_a_cell_and_arrow_keys_too(tab):
    tab.goto(link("/Head", text=TIRED, layer=5, head=11))
    view = drawn(tab, "head")
    view.locator("[data-key=heatmap]").focus()
    for _ in range(9):
        tab.keyboard.press("ArrowDown")
    for _ in range(2):
        tab.keyboard.press("ArrowRight")
    expect(view.locator(".readout")).to_have_text(
        "it → cat   0.712   it: token “it”, id 2009;  cat: token “cat”, id 4937"
    )


def test_a_head_of_the_map_is_chosen_by_keyboard(tab):
    tab.goto("/Explore")
    drawn(tab, "grid").locator(".stage").focus()  # on the head that is chosen, L3 H1
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter"):
        tab.keyboard.press(key)
    expect(drawn(tab, "head").locator("[data-key=heatmap]")).to_have_attribute("aria-label", re.compile("L5 H2"))


def test_arrow_keys_go_through_the_steps_inside_a_head(tab):
    tab.goto(link("/Inside", text=TIRED, layer=3, head=1))
    expect(drawn(tab, "panels")).to_contain_text("Each token comes in as a vector of 384 numbers")
    tab.get_by_text("x  # (token, d_model)").click()  # away from the widgets, which use the arrows themselves
    for heading in ("2. Query, key, value", "3. Query · key"):
        at_rest(tab)
        tab.keyboard.press("ArrowRight")
        expect(tab.get_by_role("heading", name=heading)).to_be_visible()
    at_rest(tab)
    tab.keyboard.press("ArrowLeft")
    expect(tab.get_by_role("heading", name="2. Query, key, value")).to_be_visible()
    assert state_of(tab)["step"] == "1"


OLD = {
    "/Sentence": ("strips", "From → to"),
    "/Heads": ("grid", "Lines"),
    "/Names": ("trail", "Names"),
    "/Head": ("head", None),
    "/Inside": ("panels", None),
    "/Scores": ("scores", None),
    "/Compare": ("compare", None),
    "/Atlas": ("atlas", None),
}


@pytest.mark.parametrize("path", OLD)
def test_addresses_of_earlier_versions_open_the_same_view(tab, path):
    kind, view = OLD[path]
    tab.goto(link(path, text="Anna met Tom. Anna thanked Tom.", model="minilm", layer=2, head=9))
    drawn(tab, kind)
    state = state_of(tab)
    assert (state["text"], state["layer"], state["head"]) == ("Anna met Tom. Anna thanked Tom.", "2", "9")
    assert urlparse(tab.url).path == (path if view is None else "/Explore")
    assert state.get("view", view) == view


def test_back_undoes_the_last_change_of_head_and_text_and_forward_does_it_again(tab):
    tab.goto(link("/Explore", text="Anna thanked Tom.", layer=4, head=7))
    drawn(tab, "grid")
    has_run(tab)
    type_sentence(tab, "The dog slept because it was old.")
    has_run(tab)
    drawn(tab, "grid").locator(".stage").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    heatmap = drawn(tab, "head").locator("[data-key=heatmap]")
    expect(heatmap).to_have_attribute("aria-label", re.compile("L4 H8"))
    has_run(tab)
    tab.go_back()
    expect(heatmap).to_have_attribute("aria-label", re.compile("L4 H7"))
    sentence = tab.get_by_label("Sentence", exact=True)
    expect(sentence).to_have_value("The dog slept because it was old.")
    has_run(tab)
    tab.go_back()
    expect(sentence).to_have_value("Anna thanked Tom.")
    expect(drawn(tab, "head")).to_contain_text("thanked")
    has_run(tab)
    tab.go_forward()  # and Forward does it again, with an address that is what the page shows
    expect(sentence).to_have_value("The dog slept because it was old.")
    expect(heatmap).to_have_attribute("aria-label", re.compile("L4 H7"))
    has_run(tab)
    assert state_of(tab)["text"] == "The dog slept because it was old."
    tab.go_forward()
    expect(heatmap).to_have_attribute("aria-label", re.compile("L4 H8"))
    has_run(tab)
    assert state_of(tab)["head"] == "8"


def test_the_text_is_painted_under_the_pointer_by_keys_and_by_a_search(tab):
    tab.goto(link("/Explore", text=TIRED, layer=5, head=11, view="Text"))
    view = drawn(tab, "painted")
    expect(view.locator(".readout")).to_contain_text("it → cat .71")  # the word that is proposed
    view.locator("span.token", has_text="tired").hover()
    expect(view.locator(".looks")).to_have_text("tired")
    view.locator(".painted").focus()
    tab.keyboard.press("ArrowLeft")
    expect(view.locator(".looks")).to_have_text("because")
    expect(tab).to_have_url(re.compile("look=query%3A7"))
    has_run(tab)
    view.get_by_placeholder("a word").fill("mat")
    tab.keyboard.press("Enter")
    expect(view.locator(".looks")).to_have_text("mat")


def test_a_click_on_a_word_lets_it_look(tab):
    tab.goto(link("/Explore", view="From → to"))
    drawn(tab, "strips").locator(".sentence").get_by_role("button", name="tired").click()
    expect(drawn(tab, "strips").locator("[aria-pressed=true]")).to_have_text("tired")
    expect(drawn(tab, "strips")).to_contain_text("attention of “tired”")
    assert state_of(tab)["from"] == "tired"


def test_back_takes_back_the_word_that_was_chosen_and_the_head_that_came_with_it_in_one_step(tab):
    tab.goto(link("/Explore", view="From → to"))
    strips = drawn(tab, "strips")
    has_run(tab)
    before = state_of(tab)
    after = [before]
    for word in ("tired", "mat"):
        strips.locator(".sentence").get_by_role("button", name=word).click()
        expect(strips.locator("[aria-pressed=true]")).to_have_text(word)
        has_run(tab)
        after.append(state_of(tab))
        first = strips.locator("button.name").first.inner_text().splitlines()[0]
        assert first == f"L{after[-1]['layer']} H{after[-1]['head']}"
        expect(tab.get_by_role("combobox", name="Head", exact=True)).to_have_value(first.split()[1])
    type_sentence(tab, "The dog slept because it was old.")
    expect(strips).to_contain_text("of “it” to “dog”")  # with words and a head of its own
    has_run(tab)
    for state in (after[2], after[1], before):
        tab.go_back()
        expect(tab.get_by_label("Sentence", exact=True)).to_have_value(before["text"])
        expect(strips.locator("[aria-pressed=true]")).to_have_text(state["from"])
        has_run(tab)
        assert state_of(tab) == state


def test_an_example_is_chosen_by_its_picture_and_the_text_before_in_one_click(tab):
    own = "Paul lost his wallet and he called the police."
    tab.goto(link("/Explore", view="From → to", text=own))
    drawn(tab, "strips")
    tab.get_by_role("button", name="Examples").click()
    piece = drawn(tab, "gallery").get_by_role("button", name="it = the mat")
    expect(piece.locator("canvas")).to_be_visible()
    layer, head = re.search(r"L(\d+) H(\d+): “it” gives “mat” \d+ %", piece.inner_text()).groups()
    piece.click()
    expect(drawn(tab, "strips")).to_contain_text("of “it” to “mat”")
    expect(tab.locator(".gallery")).to_have_count(0)
    expect(tab).to_have_url(re.compile(rf"layer={layer}&head={head}&"))
    tab.get_by_role("button", name="Examples").click()
    tab.get_by_role("button", name=own).click()
    expect(tab.get_by_label("Sentence", exact=True)).to_have_value(own)
    expect(drawn(tab, "strips")).to_contain_text("wallet")


@pytest.mark.parametrize("path", PAGES)
def test_typed_markup_is_text(tab, path):
    tab.goto(link(path, text="<img src=x onerror=alert(1)> <script>alert(2)</script> cat"))
    tab.on("dialog", lambda _dialog: pytest.fail("a script from the text was run"))
    drawn(tab, PAGES[path])
    assert tab.locator("img[src=x]").count() == 0
    assert tab.locator("[data-view] script").count() == 0


def test_refusals_are_sentences_and_the_page_goes_on(tab):
    tab.goto(link("/Sentence", model="no/such-model"))
    expect(tab.get_by_role("alert")).to_contain_text("no/such-model")
    expect(tab.get_by_label("Sentence", exact=True)).to_be_visible()
    tab.goto(link("/Sentence", text=" ".join(["word"] * 900)))
    expect(tab.get_by_role("alert")).to_contain_text("902 tokens; minilm reads at most 512")
    tab.get_by_label("Sentence", exact=True).fill("שלום cat 🙂")
    tab.keyboard.press("Control+Enter")  # a field with room takes Enter for a new line
    expect(drawn(tab, "strips")).to_contain_text("שלום")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_in_what_we_draw(tab, scheme):
    tab.set_viewport_size({"width": 1280, "height": 720})
    tab.emulate_media(color_scheme=scheme)
    for path, kind in PAGES.items():
        tab.goto(path)
        drawn(tab, kind)
        found = [
            (violation["id"], str(node["target"]))
            for violation in Axe().run(tab).response["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert not [item for item in found if "view" in item[1] or "stage" in item[1]], path
        assert {rule for rule, _ in found} <= STREAMLITS_OWN, path
        assert not scrolls_sideways(tab), path


def test_no_page_scrolls_sideways_on_a_phone(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    for path, kind in PAGES.items():
        tab.goto(path)
        drawn(tab, kind)
        assert not scrolls_sideways(tab), path


def test_an_error_keeps_the_last_picture_until_a_button_mends_it(tab):
    tab.goto(link("/Explore"))
    picture = drawn(tab, "head")
    faint = "picture => { let o = 1, n = picture; while (n) { if (n.nodeType === 1) o *= getComputedStyle(n).opacity;"
    faint += " n = n.parentNode ?? n.host; } return o; }"
    assert picture.evaluate(faint) == 1
    field = tab.get_by_label("Sentence", exact=True)
    field.fill(" ".join(["The old man saw the cat."] * 90))
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("632 tokens; minilm reads at most 512")
    has_run(tab)
    expect(drawn(tab, "head")).to_contain_text("mat")
    assert drawn(tab, "head").evaluate(faint) == pytest.approx(0.4)
    assert tab.get_by_role("alert").evaluate(faint) == 1
    tab.get_by_role("button", name="Use the first 512 tokens").click()
    expect(tab.get_by_role("alert")).to_have_count(0)
    expect(drawn(tab, "head")).to_contain_text("512 × 512")
    assert drawn(tab, "head").evaluate(faint) == 1
