"""The views under a reader's hands: pointing, clicking, keys, the brush, and what is saved, opened again."""

import json
import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import parse_qs, urlparse

import pandas as pd
import pytest
import torch
from playwright.sync_api import expect

import mha_viz
from mha_viz.views.style import theme
from tests.browser.waiting import has_run
from tests.support.pages.browser import SVG, TIRED, drawn, in_link, link, opened, saved


@pytest.fixture(scope="module")
def found(minilm):
    return mha_viz.capture(minilm, TIRED)


def test_pointing_at_a_token_shows_its_lines_and_its_row(tab):
    view = opened(tab, "/Head", "head", text=TIRED, layer=5, head=11)
    lines = view.locator("[data-key=lines]")
    height = lines.bounding_box()["height"]
    svg = lines.locator("svg").bounding_box()
    row = (svg["height"] - 12) / 13
    lines.hover(position={"x": 40, "y": height - svg["height"] + 6 + 8.5 * row})
    expect(view.locator(".readout")).to_have_text(re.compile(r"^it → cat \.71, +mat \.10, "))
    drawn = view.locator(".active-lines line title").all_text_contents()
    assert "L5 H11: it → cat 0.712" in drawn
    assert all(title.startswith("L5 H11: it → ") for title in drawn)
    expect(view.locator(".band").first).to_be_visible()  # the row of the heatmap beside it


def test_tokens_are_selected_and_added_up_and_the_link_knows(tab, found):
    view = opened(tab, "/Head", "head", text=TIRED, layer=3, head=1)
    view.locator("[data-key=lines]").focus()
    drawn = view.get_attribute("data-drawn")
    for key in ("ArrowDown", *["ArrowDown"] * 8, "Enter"):
        tab.keyboard.press(key)
    in_link(tab, look="query:8")
    expect(view).not_to_have_attribute("data-drawn", drawn)
    expect(view.locator("[data-key=lines]")).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "Enter"):  # the picture was drawn anew, the cursor stands where it stood
        tab.keyboard.press(key)
    in_link(tab, look="query:8,10")
    tab.reload()
    weights = mha_viz.pattern(found, 3)[1]
    both = (weights[8] + weights[10])[2].item()
    expect(view.locator(".readout")).to_contain_text("it + tired → ")
    expect(view.locator(".readout")).to_contain_text(f"cat {both:.2f}".replace("0.", "."))
    view.get_by_role("button", name="Clear selection").click()
    expect(view.locator(".readout")).to_contain_text("Point at a token")
    expect(tab).not_to_have_url(re.compile("look="))


def heads_of_lines(tab, folder):
    """The head of every line that is drawn, from the picture that is saved."""
    drawing = ElementTree.parse(saved(tab, folder, "Save as SVG"))  # noqa: S314 - our own file
    return [title.text.partition(":")[0] for title in drawing.iterfind(f".//{SVG}line/{SVG}title")]


def test_several_heads_side_by_side_and_a_threshold(tab, found, tmp_path):
    view = opened(tab, "/Head", "head", text=TIRED, layer=5, head=11)
    view.get_by_role("button", name="H3", exact=True).click()
    in_link(tab, heads="11,3")
    expect(view.locator(".names .entry")).to_have_text(["L5 H11", "L5 H3"])
    tab.get_by_role("button", name="Share", exact=True).click()
    tab.get_by_role("button", name="CSV", exact=True).wait_for()
    assert set(heads_of_lines(tab, tmp_path)) == {"L5 H11", "L5 H3"}
    tab.keyboard.press("Escape")
    one, other = (mha_viz.pattern(found, 5)[head, 8, 2].item() for head in (11, 3))
    view.locator("[data-key=heatmap]").focus()
    for key in ["ArrowDown"] * 9 + ["ArrowRight"] * 2:
        tab.keyboard.press(key)
    expect(view.locator(".readout")).to_contain_text(f"it → cat   L5 H11 {one:.3f},  L5 H3 {other:.3f}")
    slider = view.get_by_label(re.compile("Lines from"))
    slider.fill("0.5")
    in_link(tab, threshold="0.5")
    strong = int((mha_viz.pattern(found, 5)[[11, 3]] >= 0.5).sum())
    expect(view.locator(".told").first).to_have_text(f"{strong} of 338 lines drawn")
    tab.get_by_role("button", name="Share", exact=True).click()
    tab.get_by_role("button", name="CSV", exact=True).wait_for()
    assert len(heads_of_lines(tab, tmp_path)) == strong


def test_a_mean_is_asked_for_and_every_file_says_so(tab, found, tmp_path):
    view = opened(tab, "/Explore", "head", text=TIRED, layer=5, head=11, heads="5.11,5.3,3.1")
    expect(view.locator(".names .entry")).to_have_text(["L5 H11", "L5 H3", "L3 H1"])
    tab.get_by_role("button", name="Share", exact=True).click()
    tab.get_by_role("button", name="CSV", exact=True).wait_for()
    drawing = ElementTree.parse(saved(tab, tmp_path, "Save as SVG"))  # noqa: S314 - our own file
    texts = [text.text for text in drawing.iter(f"{SVG}text")]
    assert texts[0] == "Pattern of L5 H11, L5 H3, L3 H1, minilm"
    assert [texts.count(name) for name in ("L5 H11", "L5 H3", "L3 H1")] == [2, 2, 2]  # of its map, and in the legend
    tab.keyboard.press("Escape")
    view.get_by_role("button", name="Mean of these heads").click()
    in_link(tab, several="mean")
    expect(view.locator(".names .entry")).to_have_text(["Mean of L5 H11, L5 H3, L3 H1"])
    mean = torch.stack([mha_viz.pattern(found, layer)[head] for layer, head in ((5, 11), (5, 3), (3, 1))]).mean(dim=0)
    view.locator("[data-key=heatmap]").focus()
    for key in ["ArrowDown"] * 9 + ["ArrowRight"] * 2:
        tab.keyboard.press(key)
    expect(view.locator(".readout")).to_contain_text(f"it → cat   {mean[8, 2]:.3f}")
    tab.get_by_role("button", name="Share", exact=True).click()
    path = saved(tab, tmp_path, "CSV")
    assert path.name == "minilm-mean-of-L5-H11--L5-H3--L3-H1-Pattern.csv"
    assert "mean of L5 H11, L5 H3, L3 H1" in path.read_text(encoding="utf-8")


def test_heads_are_added_by_name_and_what_is_not_there_is_said(tab):
    view = opened(tab, "/Explore", "head", text=TIRED, layer=5, head=11)
    field = view.get_by_label("Add heads by name")
    field.fill("L9 H1")
    field.press("Enter")
    expect(view.locator(".readout")).to_have_text("There is no L9 H1: this model has L0 to L5, H0 to H11.")
    field.fill("L3 H1, L2 H1")
    field.press("Enter")
    in_link(tab, heads="5.11,3.1,2.1")
    expect(view.locator(".names .entry")).to_have_text(["L5 H11", "L3 H1", "L2 H1"])


def test_shift_and_an_arrow_go_to_the_next_head(tab):
    view = opened(tab, "/Head", "head", text=TIRED, layer=3, head=1)
    view.locator("[data-key=heatmap]").focus()
    tab.keyboard.press("Shift+ArrowRight")
    in_link(tab, layer=3, head=2)
    expect(view.locator("[data-key=heatmap]")).to_have_attribute("aria-label", re.compile("L3 H2"))
    expect(view.locator("[data-key=heatmap]")).to_be_focused()
    tab.keyboard.press("Shift+ArrowDown")
    in_link(tab, layer=4, head=2)


@pytest.mark.parametrize(
    ("page", "kind", "target"),
    [
        ("/Head", "head", "[data-key=lines]"),
        ("/Head", "head", "button.swatch:text-is('H4')"),
        ("/Sentence", "strips", "button.word:has-text('tired')"),
    ],
)
def test_a_click_leaves_the_page_where_it_was_scrolled_to(tab, page, kind, target):
    tab.set_viewport_size({"width": 1280, "height": 500})
    view = opened(tab, page, kind, text=TIRED, model="minilm", layer=5, head=11)
    main = tab.get_by_test_id("stMain")
    main.evaluate("main => main.scrollTo(0, 100)")
    before = view.get_attribute("data-drawn")
    box = view.locator(target).first.bounding_box()
    assert 0 < box["y"] < 480  # it is seen, so nobody has to scroll to it
    tab.mouse.click(box["x"] + 12, box["y"] + min(box["height"], 150) / 2)
    expect(view).not_to_have_attribute("data-drawn", before)
    has_run(tab)
    assert main.evaluate("main => main.scrollTop") == 100


def test_the_brush_moves_the_window_of_a_long_text(tab):
    text = " ".join(f"word{i} and" for i in range(60))
    view = opened(tab, "/Head", "head", text=text, layer=0, head=2)
    overview = view.locator("[data-key=overview]")
    box = overview.bounding_box()
    tab.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.7, steps=4)
    tab.mouse.up()
    expect(tab).to_have_url(re.compile("window=\\d+"))
    window = [int(n) for n in parse_qs(urlparse(tab.url).query)["window"][0].split(",")]
    expect(view.locator("[data-key=heatmap]")).to_be_visible()
    view.locator("details.table summary").click()
    expect(view.locator("details.table tbody tr")).to_have_count(window[1] - window[0])
    overview.focus()
    tab.keyboard.press("ArrowUp")
    half = (window[1] - window[0]) / 2
    expect(tab).to_have_url(re.compile(f"window={round(window[0] - half)}%2C"))


def test_a_grid_is_enlarged_under_the_pointer_and_sorted(tab, found):
    view = opened(tab, "/Heads", "grid", text=TIRED, sort="entropy, low first", only="L5")
    table = mha_viz.describe_heads(found).query("layer == 5").sort_values("entropy", kind="stable")
    view.locator("[data-key=grid]").hover(position={"x": 30, "y": 40})
    first = table.iloc[0]
    expect(view.locator(".card strong")).to_have_text(f"L5 H{first['head']}")
    expect(view.locator(".card")).to_contain_text(f"{first['value']:.3f}")
    view.locator("details.table summary").click()
    names = view.locator("details.table tbody th").all_text_contents()
    assert names == [f"L5 H{head}" for head in table["head"]]


def test_the_enlarged_picture_is_that_of_the_head(tab, found):
    view = opened(tab, "/Heads", "grid", text=TIRED, only="L5")
    view.locator("[data-key=grid]").hover(position={"x": 400, "y": 40})
    head = int(view.locator(".card strong").text_content().removeprefix("L5 H"))
    assert head
    weights = mha_viz.pattern(found, 5)[head]
    size, cells = view.locator(".card canvas").evaluate(
        "(c) => [[c.height, c.width], [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]]"
    )
    assert size == list(weights.shape)
    light = torch.tensor(cells, dtype=torch.float).view(-1, 4)[:, :3].sum(dim=1)
    assert light[weights.argmax()] == light.min() < light[weights.argmin()] == light.max()


def test_what_a_word_may_not_see_has_a_colour_of_its_own(tab):
    view = opened(tab, "/Heads", "grid", text=TIRED, model="classroom", map="Logits", only="L1")
    view.locator("[data-key=grid]").hover(position={"x": 30, "y": 40})
    size, cells = view.locator(".card canvas").evaluate(
        "(c) => [[c.height, c.width], [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]]"
    )
    colours = torch.tensor(cells).view(*size, 4)
    masked = torch.tensor([*bytes.fromhex(theme.MASKED["light"][1:]), 255])
    is_masked = (colours == masked).all(dim=-1)
    ahead = torch.ones(size, dtype=torch.bool).triu(1)
    assert is_masked[ahead].all()
    assert not is_masked[~ahead].any()
    assert (colours[..., 3] == 255).all()


def test_the_enlarged_picture_is_not_cut_off_on_a_phone(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    view = opened(tab, "/Heads", "grid", text=TIRED)
    view.locator("[data-key=grid]").hover(position={"x": 300, "y": 100})
    card, mark = (view.locator(part).bounding_box() for part in (".card", ".mark:not(.chosen)"))
    assert card["height"] > 200
    assert card["x"] >= 0
    assert card["x"] + card["width"] <= 390
    assert card["y"] >= mark["y"] + mark["height"] or card["y"] + card["height"] <= mark["y"]


def test_the_grid_follows_a_quick_pointer_once_a_frame(tab):
    view = opened(tab, "/Heads", "grid", text=TIRED)
    said = view.locator("[data-key=grid]").evaluate("""async (box) => {
        const [card, bounds] = [box.closest(".pictures").querySelector(".card"), box.getBoundingClientRect()];
        const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const at = (x) => ({ clientX: bounds.left + x, clientY: bounds.top + 60 });
        const point = (type, x) => box.dispatchEvent(new PointerEvent(type, at(x)));
        let changes = 0;
        new MutationObserver(() => changes++).observe(card.querySelector("strong"), { childList: true });
        for (const x of [60, 140, 220]) point("pointermove", x);
        await frames();
        const shown = [changes, card.querySelector("strong").textContent, card.style.display];
        point("pointermove", 300);
        point("pointerleave", 300);
        await frames();
        return [...shown, changes, card.style.display];
    }""")
    assert said == [1, "L0 H4", "block", 1, "none"]


def test_what_is_saved_holds_the_same_numbers(tab, tmp_path, found):
    opened(tab, "/Head", "head", text=TIRED, layer=5, head=11)
    weights = mha_viz.pattern(found, 5)[11]
    tab.get_by_role("button", name="Share").click()

    svg = ElementTree.parse(saved(tab, tmp_path, "Save as SVG")).getroot()  # noqa: S314
    told = [title.text for title in svg.iter(f"{SVG}title")]
    cells = [title for title in told if re.match(r".* → .*: \d", title)]
    assert len(cells) == weights.numel()
    assert f"it → cat: {weights[8, 2]:.3f}" in cells
    described = svg.find(f"{SVG}desc").text
    assert all(part in described for part in (TIRED, "minilm", "H11"))
    assert saved(tab, tmp_path, "Save as PNG").read_bytes().startswith(b"\x89PNG")

    csv = saved(tab, tmp_path, "CSV")
    facts = json.loads(csv.read_text().splitlines()[0].removeprefix("# "))
    assert (facts["model"], facts["text"], facts["layer"], facts["heads"]) == ("minilm", TIRED, 5, ["H11"])
    table = pd.read_csv(csv, skiprows=1, dtype={"value": "float32"}, keep_default_na=False)
    assert table["value"].tolist() == weights.flatten().tolist()
    parquet = pd.read_parquet(saved(tab, tmp_path, "Parquet"))
    assert parquet["value"].tolist() == weights.flatten().tolist()

    page = saved(tab, tmp_path, "Page (HTML)")
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    view = tab.locator("[data-view=head][data-drawn]")
    view.locator("[data-key=heatmap]").focus()
    for key in ["ArrowDown"] * 9 + ["ArrowRight"] * 2:
        tab.keyboard.press(key)
    expect(view.locator(".readout")).to_contain_text(f"it → cat   {weights[8, 2]:.3f}")
    again = ElementTree.parse(saved(tab, tmp_path, "Save as SVG")).getroot()  # noqa: S314
    assert [title.text for title in again.iter(f"{SVG}title")] == told
    view.get_by_role("button", name="H3", exact=True).click()
    assert set(heads_of_lines(tab, tmp_path)) == {"L5 H11", "L5 H3"}
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


def test_a_copied_link_shows_the_same(tab):
    opened(tab, "/Head", "head", text=TIRED, layer=5, head=11, map="Logits", hide="special tokens")
    tab.get_by_role("button", name="Share").click()
    tab.get_by_role("button", name="Copy link").click()
    expect(tab.get_by_text("The link is copied.")).to_be_visible()
    tab.goto(tab.evaluate("navigator.clipboard.readText()"))
    view = tab.locator("[data-view=head][data-drawn]").first
    expect(view.locator("[data-key=heatmap]")).to_have_attribute("aria-label", re.compile("^Logits of L5 H11"))
    expect(view).to_contain_text("Hidden: [CLS], [SEP]")


def test_what_a_label_stands_for_is_one_hover_and_one_key_away(tab):
    told = "unbelievably: 5 pieces un ##bel ##ie ##va ##bly, ids 4895 8671 2666 3567 6321"
    tab.goto(link("/Sentence", text="The unbelievably tired cat slept", model="minilm"))
    view = drawn(tab, "strips")
    view.locator("button.word").nth(1).focus()
    expect(view.locator(".readout")).to_have_text(told)
    view.locator("button.word").nth(3).hover()
    expect(view.locator(".readout")).to_have_text("cat: token “cat”, id 4937")
    tab.goto(link("/Inside", text="The unbelievably tired cat slept", model="minilm", step=4))
    bars = drawn(tab, "panels")
    bars.locator("li").nth(3).hover()
    expect(bars.locator(".readout")).to_contain_text("·bel: token “##bel”, id 8671")
    bars.locator(".stage").focus()
    tab.keyboard.press("ArrowDown")
    expect(bars.locator(".readout")).to_contain_text("·ie: token “##ie”, id 2666")
    expect(bars.locator(".note")).to_contain_text("A token that continues a word is marked “·”.")


def test_labels_of_a_heatmap_can_be_pointed_at(tab):
    tab.goto(link("/Head", text="The unbelievably tired cat slept", model="minilm", layer=3, head=1))
    view = drawn(tab, "head")
    heatmap = view.locator("[data-key=heatmap]")
    heatmap.hover(position={"x": 8, "y": heatmap.bounding_box()["height"] - 8})  # the label of the last row
    expect(view.locator(".readout")).to_contain_text("[SEP]: token “[SEP]”, id 102")
    expect(view.locator(".readout")).to_contain_text("[SEP] → ")


def test_words_from_the_right_stand_in_their_order_and_numbers_in_theirs(tab):
    tab.goto(link("/Sentence", text="הילד (בן 12) קרא", model="minilm"))
    view = drawn(tab, "strips")
    words = view.locator("button.word")
    assert [word.strip("\u2068\u2069") for word in words.all_inner_texts()] == ["הילד", "(", "בן", "12", ")", "קרא"]
    lefts = [word.bounding_box()["x"] for word in words.all()]
    assert lefts == sorted(lefts, reverse=True)
    value = view.locator(".word .value").first
    assert value.evaluate("value => getComputedStyle(value).direction") == "ltr"
