"""A tiny model as an ordinary folder, and a hub that is not there."""

import pytest

from tests.support.networks.families import TEXT, make, tokenizer


@pytest.fixture
def folder(tmp_path):
    """A tiny model as an ordinary folder."""
    make(*TEXT["bert"]).save_pretrained(tmp_path / "tiny")
    tokenizer().save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def no_hub(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError("no network here")

    monkeypatch.setattr("mha_viz.models.fetching.hub._ask_hub", refuse)
