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

REFUSED = {ODD["empty"], ODD["only spaces"], ODD["too long"]}


def opened(page, **link):
    test = AppTest.from_file(str(app_folder() / "app.py"), default_timeout=60)
    if page != "app.py":
        test.switch_page(page)
    for key, value in link.items():
        test.query_params[key] = value
    return test.run()


def with_more(test):
    """The same page with its panel More open: what is in it is drawn only then."""
    test.session_state["more"] = True
    return test.run()


def view(test, kind=None):
    """Header of the page's view, of the first of a kind where it has several."""
    return whole_view(test, kind)[0]


def whole_view(test, kind=None):
    """Header and arrays of the page's view."""
    views = [drawn.opened(component.proto.bytes) for component in drawn.pictures(test)]
    return next(view for view in views if view[0]["kind"] == kind or (kind is None and view[0]["kind"] != "saving"))


def text_field(test):
    """The field of the text: of one line, or with room where the text is longer."""
    return next(field for field in (*test.text_input, *test.text_area) if field.key == "text")


def sound(test):
    assert not test.exception, test.exception
    return test


def shown_or_refused(test, text):
    """Whether an odd text stands as it was typed: it is shown, or refused in a sentence over the last picture."""
    sound(test)
    assert text_field(test).value == text
    assert len(test.error) == (text in REFUSED)
    assert drawn.pictures(test)
