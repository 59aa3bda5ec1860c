"""What tests of the app share."""

import pytest


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
    monkeypatch.setattr("mha_viz.ui.serve._listens", lambda *_given: True)
    return commands
