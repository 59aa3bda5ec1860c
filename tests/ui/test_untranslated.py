"""Every text of a page is a message: in a language that puts brackets round each, nothing stands outside of them."""

import ast
import re
from gettext import NullTranslations
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mha_viz import language
from mha_viz.language import LANGUAGES
from mha_viz.paths import PACKAGE, app_folder

# Rooms whose texts are messages; when all are in it, the lists go.
SOURCES = (
    "ui/shell/opening.py", "ui/shell/rooms.py", "ui/shell/join.py", "ui/shell/following.py", "ui/shell/wall.py",
    "ui/pages/wall.py", "ui/pages/story/chooser.py", "ui/pages/story/page.py", "ui/pages/story/paper.py",
    "ui/pages/story/pictures.py", "ui/pages/story/presenter.py", "ui/pages/story/quiz.py", "ui/pages/story/scene.py",
    "ui/pages/story/story.py", "ui/pages/story/tasks.py", "ui/parts/controls.py", "ui/parts/share.py",
    "ui/parts/refusal.py",
)  # fmt: skip
# Of Streamlit's functions, those whose words somebody reads, and their arguments.
SAID = {
    "markdown", "caption", "write", "title", "header", "subheader", "info", "warning", "error", "success", "button",
    "selectbox", "segmented_control", "radio", "toggle", "checkbox", "slider", "text_input", "text_area", 
    "number_input",
    "expander", "popover", "tabs", "metric", "link_button", "download_button", "page_link", "file_uploader", "pills",
    "multiselect", "select_slider", "toast", "progress", "status", "spinner",
}  # fmt: skip
SAYING = {"help", "placeholder", "label", "text"}


class Bracketed(NullTranslations):
    """The pseudo-language."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, many, n):
        return f"⟦{one if n == 1 else many}⟧"

    def pgettext(self, _context, message):
        return f"⟦{message}⟧"


@pytest.fixture
def menu(monkeypatch):
    """What the menu of a page is given."""
    monkeypatch.setattr(language, "_catalogue", lambda _code: Bracketed())
    monkeypatch.setattr("mha_viz.ui.shell.frame._menu", lambda data, **_more: given.append(data))
    given = []
    test = AppTest.from_file(str(app_folder() / "pages" / "Models.py"), default_timeout=60)
    test.query_params["ui"] = "ar"
    test.run()
    assert [error.value for error in test.exception] == []
    return given[-1], test


def test_the_menu_speaks_the_language_of_the_link_and_hands_it_on(menu):
    data, test = menu
    assert [room.name for room in data["rooms"]] == ["⟦Learn⟧", "⟦Explore⟧", "⟦Find⟧", "⟦Compare⟧", "⟦Models⟧"]
    assert (data["languages"]["chosen"], data["languages"]["direction"]) == ("ar", "rtl")
    assert [name for _, name in data["languages"]["all"]] == list(LANGUAGES.values())
    assert "ui=ar" in data["query"]
    assert test.title[0].value == "⟦Models⟧"


def words(text):
    """What stands outside of all brackets, without signs and numbers."""
    while text != (text := re.sub(r"⟦[^⟦⟧]*⟧", "", text)):
        pass
    return re.findall(r"[^\W\d_]{2,}", text)


def test_words_are_found_outside_of_brackets_alone():
    assert words("⟦one ⟦two⟧ three⟧ 4 L5 (⟦a⟧)") == []
    assert words("⟦one⟧ two ⟦three⟧") == ["two"]


def literals(path):
    """Words in literals that a file hands to Streamlit, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SAID:
            given = [*node.args[:1], *(one.value for one in node.keywords if one.arg in SAYING)]
            for value in given:
                for part in _outside_of_messages(value):
                    if words(re.sub(r":material/\w+:|^pages/\w+\.py$", "", part.value)):
                        yield path.name, part.lineno, part.value


def _outside_of_messages(node):
    """String literals of an expression that are no argument of a call."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, (ast.JoinedStr, ast.BinOp, ast.BoolOp, ast.IfExp)):
        for child in [node.body, node.orelse] if isinstance(node, ast.IfExp) else ast.iter_child_nodes(node):
            yield from _outside_of_messages(child)


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_handed_to_streamlit_is_a_message(source):
    assert list(literals(PACKAGE / source)) == []


def test_a_literal_is_found(tmp_path):
    page = tmp_path / "page.py"
    page.write_text('st.caption("Look " + gettext("at"))\nst.button(x, help=f"{n} heads")\nst.info(gettext("No"))\n')
    assert list(literals(page)) == [("page.py", 1, "Look "), ("page.py", 2, " heads")]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_a_catalogue(code):
    assert code == language.ENGLISH or Path(language.catalogue_file(code)).is_file()
