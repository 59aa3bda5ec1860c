"""Tiny models that are compared."""

import shutil

import pytest

from tests.support.networks.families import TEXT, make, tokenizer


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Tiny models: bert (2 × 3 heads), the same again, gpt2 (reads left to right)."""
    places = {}
    for name in ("bert", "gpt2"):
        places[name] = tmp_path_factory.mktemp(name)
        make(*TEXT[name]).save_pretrained(places[name])
        tokenizer().save_pretrained(places[name])
    places["again"] = tmp_path_factory.mktemp("again") / "copy"
    shutil.copytree(places["bert"], places["again"])
    return {name: str(place) for name, place in places.items()}
