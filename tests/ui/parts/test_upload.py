"""A file that takes the place of another: the run between the two waits, and shows nothing."""

import time

import pytest

from mha_viz.ui.parts import upload
from mha_viz.ui.shell import memory


@pytest.fixture
def seconds(monkeypatch):
    monkeypatch.setattr(upload, "BETWEEN", 0.3)
    monkeypatch.setattr(memory.st, "session_state", {})

    def measure(given):
        begin = time.monotonic()
        assert upload.settled(given, "one") == given
        return time.monotonic() - begin

    return measure


def test_only_an_uploader_that_has_just_lost_its_file_waits(seconds):
    assert seconds(None) < 0.2  # none was there
    assert seconds(b"first") < 0.2
    assert seconds(b"second") < 0.2
    begin = time.monotonic()
    assert upload.settled(None, "another") is None
    assert time.monotonic() - begin < 0.2
    assert seconds(None) >= 0.3
    assert seconds(None) < 0.2  # it stays without one
