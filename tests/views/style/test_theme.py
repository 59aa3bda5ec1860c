"""Colours stand in one table, which Python, CSS and JavaScript share."""

import re
import tomllib

import pytest

from mha_viz.paths import app_folder
from mha_viz.views.style import theme
from mha_viz.views.style.scripts import style

FOLDER = app_folder()
LOOKS = [path for ending in ("js", "css") for path in sorted((FOLDER / "assets").rglob(f"*.{ending}"))]
MODULES = [*sorted((FOLDER / "mha_viz").rglob("*.py")), *sorted((FOLDER / "pages").glob("*.py"))]
HEX = re.compile(r"#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b", re.IGNORECASE)
IN_CSS = re.compile(r"var\((--(?!st-)[\w-]+)")
IN_JS = re.compile(r'themed\((?:dark \? )?"([\w-]+)"(?: : "([\w-]+)")?(, )?')


@pytest.mark.parametrize("path", LOOKS, ids=lambda path: path.name)
def test_no_file_that_a_browser_reads_has_a_colour_of_its_own(path):
    assert HEX.findall(path.read_text(encoding="utf-8")) == []


def test_no_other_module_has_a_colour_of_its_own():
    own = {path.stem: HEX.findall(path.read_text(encoding="utf-8")) for path in MODULES if path.stem != "theme"}
    assert {name: colours for name, colours in own.items() if colours} == {}


def test_buttons_of_the_app_have_the_colours_of_the_table():
    """Streamlit reads them from a file, which can take nothing from elsewhere."""
    text = (FOLDER / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    grounds = tomllib.loads(text)["theme"]
    assert {ground: looks["primaryColor"] for ground, looks in grounds.items()} == theme.PRIMARY
    assert len(HEX.findall(text)) == len(grounds)


def test_a_browser_keeps_what_it_was_sent_for_more_runs_than_somebody_is_ahead_of_it():
    """It says what it has when it asks for a run, and forgets what is older when the run before has ended."""
    kept = tomllib.loads((FOLDER / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["global"]
    assert kept["maxCachedMessageAge"] >= 30


def test_whatever_is_asked_for_is_in_the_table_and_the_other_way_round():
    asked = set()
    for path in LOOKS:
        text = path.read_text(encoding="utf-8")
        asked |= set(IN_CSS.findall(text))
        for first, second, on_ground in IN_JS.findall(text):
            names = [f"--{name}" for name in (first, second) if name]
            asked |= {f"{name}-{ground}" for name in names for ground in ("light", "dark")} if on_ground else {*names}
    asked |= {"--ink-light", "--ink-dark", "--paper-light", "--paper-dark"}
    assert asked == set(theme.properties())


def test_the_style_hands_every_colour_over():
    assert {**theme.properties()}.items() >= {"--ink-dark": "#f1f3f6", "--mark": "#e0560b", "--grey-6": "#8886"}.items()
    for name, colour in theme.properties().items():
        assert f"{name}: {colour};" in style()
