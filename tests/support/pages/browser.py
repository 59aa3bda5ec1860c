"""What tests in a browser do on every page: open it, look at its link, save what is shown."""

import re
from urllib.parse import urlencode

from playwright.sync_api import expect

from tests.browser.waiting import has_run

TIRED = "The cat sat on the mat because it was tired."
SVG = "{http://www.w3.org/2000/svg}"


def link(path, **state):
    return f"{path}?{urlencode(state)}"


def drawn(tab, kind):
    """The picture of this kind on the page, once it stands still."""
    view = tab.locator(f"[data-view={kind}][data-drawn]").first
    expect(view).to_be_visible()
    has_run(tab)
    return view


def opened(tab, path, kind, **state):
    """The picture of a page that is opened by its link."""
    tab.goto(link(path, **state))
    return drawn(tab, kind)


def in_link(tab, **wanted):
    """The address holds it, sooner or later."""
    for key, value in wanted.items():
        pattern = re.compile(rf"[?&]{key}={re.escape(urlencode({'': value})[1:])}(&|$)")
        expect(tab).to_have_url(pattern)


def saved(tab, tmp_path, name):
    with tab.expect_download() as download:
        tab.get_by_role("button", name=name, exact=True).click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path
