"""Pages without a browser: opened by a link, looked at through what they send."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from mha_viz.paths import app_folder
from tests.support.pages import drawn

ODD = {
    "empty": "",
    "only spaces": "     ",
    "one token": "fish",
    "emoji": "🙂 the cat 👩‍👩‍👧",
    "right to left": "שלום עולם the cat",
    "script": "<script>alert(1)</script> ![x](http://a.b/c.png)",
    "too long": " ".join(["cat"] * 5000),
    "null": "the \x00 cat",
}


def opened(page, **link):
    test = AppTest.from_file(str(app_folder() / "app.py"), default_timeout=60)
    if page != "app.py":
        test.switch_page(page)
    for key, value in link.items():
        test.query_params[key] = value
    return test.run()


def view(test):
    """Header of the page's view."""
    return whole_view(test)[0]


def whole_view(test):
    """Header and arrays of the page's view."""
    views = [drawn.opened(component.proto.bytes) for component in drawn.pictures(test)]
    return next(view for view in views if view[0]["kind"] != "saving")


def sound(test):
    assert not test.exception, test.exception
    return test
