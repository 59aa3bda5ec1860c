"""Pages of a class, without a server: a class of its own for each test, and who opens its pages."""

from contextlib import contextmanager

from streamlit.testing.v1 import AppTest

from mha_viz.paths import app_folder
from mha_viz.ui.classroom import ClassMode, environment_of
from mha_viz.ui.shell.led.lead import LEADING
from mha_viz.ui.shell.led.wall import WALL


@contextmanager
def class_of(monkeypatch):
    """A class with the model that comes with the app, led by nobody, its wall empty."""
    mode = ClassMode(models=("classroom",), url="http://192.168.1.5:8501", patience=30.0)
    for name, value in environment_of(mode).items():
        monkeypatch.setenv(name, value)
    LEADING.go(None)
    WALL.clear()
    yield mode
    LEADING.go(None)
    WALL.clear()


def opened(page="app.py", **link):
    """A page as somebody opens it."""
    test = AppTest.from_file(str(app_folder() / "app.py"), default_timeout=60)
    if page != "app.py":
        test.switch_page(page)
    for key, value in {"model": "classroom", **link}.items():
        test.query_params[key] = value
    return ran(test)


def ran(test):
    """After another run, which must not fail."""
    test.run()
    assert not test.exception, test.exception
    return test


def labels(test):
    return [button.label for button in test.button]
