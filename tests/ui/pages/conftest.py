"""What tests of pages share: a tiny model in a folder, and no parser."""

import pytest

from mha_viz.errors import ModelError
from mha_viz.ui.shared import findings
from tests.support.networks.families import TEXT, make, tokenizer


@pytest.fixture(scope="module")
def tiny(request, tmp_path_factory):
    """The folder of a tiny model: of the family that a file of tests names as ``FAMILY``, else of BERT's."""
    place = tmp_path_factory.mktemp("tiny")
    make(*TEXT[getattr(request.module, "FAMILY", "bert")]).save_pretrained(place)
    tokenizer().save_pretrained(place)
    return str(place)


@pytest.fixture
def no_parser(monkeypatch):
    """Nobody parses English: pages do without."""

    def refuse(*_, **__):
        raise ModelError("no parser here")

    monkeypatch.setattr(findings, "get_annotated", refuse)
    monkeypatch.setattr("mha_viz.ui.shared.trail.parse", refuse)
