"""One thread: two cores shared by tests that run models give steadier and no slower runs."""

import functools
import os
import sys

# Commands and servers that tests start take it over: threads that wait for each other spin, on cores that others need.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import hypothesis
import pytest
import torch

from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.newest import pytest_addoption, pytest_configure  # noqa: F401 - hooks of pytest

torch.set_num_threads(1)
# A machine that is busy makes no test wrong: examples have no deadline.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.fixture(scope="session")
def minilm():
    from mha_viz.models.load import load_model

    return load_model("minilm")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A tiny model as a local folder, the way any model without a catalogue name is given."""
    place = tmp_path_factory.mktemp("tiny")
    make(*TEXT["bert"]).save_pretrained(place)
    tokenizer().save_pretrained(place)
    return str(place)


@pytest.fixture(autouse=True)
def no_browser_to_wait_for(monkeypatch):
    """Pages that run without a browser give it no time to draw."""
    if "streamlit" in sys.modules:
        monkeypatch.setattr("mha_viz.ui.shell.frame.DRAWING", 0)


@functools.cache
def _components():
    """What packages bring for Streamlit: it reads of every package that is installed for every page that is opened."""
    from streamlit.components.v2 import manifest_scanner

    return manifest_scanner.scan_component_manifests()


@pytest.fixture(autouse=True)
def packages_are_read_once(monkeypatch):
    if "streamlit" in sys.modules:
        components = _components()
        monkeypatch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", lambda: components)
