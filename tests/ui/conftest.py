"""What tests of the app share."""

import pytest
from streamlit.testing.v1 import element_tree

from tests.support.pages.reading import as_read


@pytest.fixture(autouse=True)
def texts_as_they_are_read(monkeypatch):
    """The value of a text is what a reader sees: without what explains terms, which ``proto.body`` has."""
    for kind in (element_tree.Markdown, element_tree.AlertBase):
        monkeypatch.setattr(kind, "value", property(lambda self: as_read(self.proto.body)))


@pytest.fixture
def started(monkeypatch):
    """What would be started as a server, (command, environment) each: it can be opened at once, and then ends well."""
    commands = []

    class Server:
        def __init__(self, command, env):
            commands.append((command, env))

        def poll(self):
            return None

        def wait(self, _patience=None):
            return 0

        terminate = kill = poll

    monkeypatch.setattr("mha_viz.ui.serve.subprocess.Popen", Server)
    monkeypatch.setattr("mha_viz.ui.several.servers.listens", lambda *_given: True)
    return commands
