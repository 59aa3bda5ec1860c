"""A class behind a school's server, under a path, in a real browser: every address leads back through the proxy."""

import base64
import json
import re
from contextlib import ExitStack
from urllib.parse import parse_qs, urlparse

import pandas as pd
import pytest
from playwright.sync_api import expect

from mha_viz.ui.shell.led.join import qr_code
from tests.support.pages.browser import drawn, link
from tests.support.servers.processes import free_port, served
from tests.support.servers.reverse_proxy import reverse_proxy

PATH = "/tools/mha"
# Room by room, and in each its pages: what is drawn there, and how many links the menu then has.
KINDS = {
    "Learn": ("arcs", 8), "Inside a head": ("panels", 8), "Training": (None, 8), "Explore": ("grid", 8),
    "Find": (None, 9), "Claims": ("claims", 9), "Atlas": ("atlas", 9), "One head": ("head", 9),
    "Compare": ("compare", 5), "Models": (None, 5),
}  # fmt: skip
# As outside https and localhost, where a browser gives nobody the clipboard and a field is copied.
AS_WITHOUT_CLIPBOARD = """() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
    document.execCommand = () => { globalThis.copied = document.activeElement.value; return true; };
}"""
TEXT = "When the cub stood by the drill in the rain, it was tired."


@pytest.fixture(scope="module")
def school():
    """A class with the model that comes with the app: its public address, and what was asked of the proxy."""
    with ExitStack() as stack:
        port = free_port()
        public = f"http://school.example:{port}"
        command = "from mha_viz.cli.main import main; raise SystemExit(main())"
        arguments = ["--port", "{port}", "--no-browser", "--classroom", "--models", "classroom"]
        server = stack.enter_context(served("-c", command, *arguments, "--origin", public, "--path", PATH, path=PATH))
        proxy = stack.enter_context(reverse_proxy(urlparse(server).port, PATH, port))
        proxy.public, proxy.url, proxy.server = public, public + PATH, server
        yield proxy


@pytest.fixture
def tab(chromium, school):
    """A tab of its own; what it asks for lies where the test allows it, and none of our scripts fails."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(90_000)
    errors, asked = [], []
    page.sockets, page.allowed = [], [f"{school.url}/"]
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda line: page.sockets.append(line.url))
    yield page
    context.close()
    assert not errors
    assert asked
    assert not [url for url in asked if not url.startswith(("blob:", "data:", *page.allowed))]


def hrefs(tab):
    return tab.get_by_role("navigation", name="Pages").get_by_role("link").evaluate_all("all => all.map(a => a.href)")


def test_the_menu_leads_through_all_pages_under_the_path(tab, school):
    before = len(school.asked)
    tab.goto(f"{school.url}/")
    drawn(tab, "arcs")
    for name, (kind, n_links) in KINDS.items():
        tab.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True).click()
        here = tab.get_by_role("navigation", name="Pages").locator("[aria-current]", has_text=name)
        expect(here.last).to_be_visible()  # of a room with several pages two are marked
        if kind:
            drawn(tab, kind)
        assert tab.url.startswith(f"{school.url}/")
        links = hrefs(tab)
        assert len(links) == n_links
        assert all(one.startswith(f"{school.url}/") for one in links)
    assert tab.sockets == [f"ws://{urlparse(school.public).netloc}{PATH}/_stcore/stream"]
    assert len(school.asked) > before
    assert all(path.startswith(f"{PATH}/") for path in school.asked[before:])


@pytest.mark.parametrize(("page", "kind"), [("Heads", "grid"), ("Head", "head"), ("Sentence", "strips")])
def test_a_page_opens_by_its_own_link(tab, school, page, kind):
    tab.goto(school.url + link(f"/{page}", text=TEXT, layer=1, head=2))
    drawn(tab, kind)
    expect(tab.get_by_label("Sentence", exact=True)).to_have_value(TEXT)
    tab.reload()
    drawn(tab, kind)


def test_a_click_on_a_head_and_the_story_s_link_stay_under_the_path(tab, school):
    tab.goto(school.url + link("/Heads", text=TEXT))
    drawn(tab, "grid").locator(".stage").focus()
    for key in ("ArrowDown", "Enter"):
        tab.keyboard.press(key)
    expect(tab).to_have_url(re.compile(r"layer=1"))
    drawn(tab, "head")
    assert tab.url.startswith(f"{school.url}/Explore?")
    tab.goto(school.url + link("/", story="8"))
    own = tab.get_by_role("link", name="Your own sentence")
    assert own.evaluate("a => a.href").startswith(f"{school.url}/Explore?")
    own.click()
    drawn(tab, "strips")
    assert tab.url.startswith(f"{school.url}/Explore")


def test_the_class_is_joined_at_the_public_address(tab, school):
    tab.goto(f"{school.url}/Heads")
    drawn(tab, "grid")
    tab.get_by_role("button", name="Join").click()
    panel = tab.get_by_test_id("stPopoverBody")
    expect(panel.get_by_test_id("stCode")).to_have_text(f"{school.url}/")
    expect(panel).to_contain_text("Models: classroom; texts")
    expect(panel).not_to_contain_text("network")
    source = panel.get_by_role("img").first.get_attribute("src")
    svg = base64.b64decode(source.partition("base64,")[2]).decode()
    assert svg == qr_code(f"{school.url}/")


@pytest.mark.parametrize("place", ["by the proxy", "at the server"])
def test_links_and_files_are_public(tab, school, place, tmp_path):
    seen = school.url if place == "by the proxy" else f"{school.server.replace('127.0.0.1', 'localhost')}{PATH}"
    tab.allowed = [f"{seen}/"]
    tab.goto(seen + link("/Head", text=TEXT, layer=1, head=2))
    drawn(tab, "head")
    tab.get_by_role("button", name="Share").click()
    tab.evaluate(AS_WITHOUT_CLIPBOARD)
    tab.get_by_role("button", name="Copy link").click()
    expect(tab.get_by_text("The link is copied.")).to_be_visible()
    assert_public(tab.evaluate("globalThis.copied"), school)
    for label, told in (("CSV", told_by_csv), ("JSON", told_by_json), ("Parquet", told_by_parquet)):
        with tab.expect_download() as saving:
            tab.get_by_role("button", name=label, exact=True).click()
        saving.value.save_as(tmp_path / label)
        assert_public(told(tmp_path / label)["link"], school)
    with tab.expect_download() as saving:
        tab.get_by_role("button", name="Page (HTML)").click()
    saving.value.save_as(tmp_path / "page.html")
    saved = chromium_reads(tab, tmp_path / "page.html")
    assert_public(json.loads(saved)["link"], school)


def told_by_csv(path):
    return json.loads(path.read_text("utf-8").partition("\n")[0].removeprefix("# "))


def told_by_json(path):
    return json.loads(path.read_text("utf-8"))["facts"]


def told_by_parquet(path):
    return pd.read_parquet(path).attrs


def chromium_reads(tab, path):
    """What the saved page says of itself."""
    code = "text => new DOMParser().parseFromString(text, 'text/html').querySelector('meta[name=description]').content"
    return tab.evaluate(code, path.read_text("utf-8"))


def assert_public(address, school):
    parts = urlparse(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{school.url}/Head"
    assert parse_qs(parts.query)["text"] == [TEXT]
    assert parse_qs(parts.query)["head"] == ["2"]
    assert "teacher" not in address


def test_a_proxy_of_which_the_server_was_not_told_is_said_on_the_page(chromium, app):
    with reverse_proxy(urlparse(app).port) as proxy:
        page = chromium.new_page()
        page.goto(f"http://school.example:{proxy.port}/Heads")
        expect(page.get_by_text(f"This server was not told of http://school.example:{proxy.port}")).to_be_visible()
        page.close()
