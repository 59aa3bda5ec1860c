"""One thread: two cores shared by tests that run models give steadier and no slower runs."""

import os

import pytest
import torch

torch.set_num_threads(1)
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.fixture(scope="session")
def minilm():
    from mha_viz.models import load_model

    return load_model("minilm")
