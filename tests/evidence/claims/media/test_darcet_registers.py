"""Long patches: norms held against the network's own, found where they are planted, none where there are none."""

import numpy as np
import pytest
import torch

from mha_viz.evidence.claims.media import darcet_registers as here
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.verdicts import FAILS, HOLDS, OPEN
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_picture
from tests.support.networks.claims import encoder
from tests.support.networks.hearing import whisper
from tests.support.networks.seeing import seeing_model


@pytest.mark.parametrize("name", ["dinov2", "dinov2, registers"])
def test_norms_are_of_patches_before_the_last_norm(name):
    model, seen = seeing_model(name), {}
    hook = model.network.layernorm.register_forward_hook(lambda _module, args, _out: seen.update(before=args[0][0]))
    norms = here.norms_of_patches(model, np.asarray(drawn_picture(DRAWN[0])))
    hook.remove()
    assert len(norms) == 49
    assert torch.allclose(norms, seen["before"][-49:].norm(dim=-1), atol=1e-5)


@pytest.mark.parametrize(("n_long", "verdict"), [(1, HOLDS), (0, FAILS)])
def test_long_patches_are_found_where_they_are_planted(monkeypatch, n_long, verdict):
    def norms(model, picture):
        found = torch.full((49,), 2.0) + float(picture[0, 0, 0]) / 1e4
        if "random weights" not in model.name:
            found[:n_long] = 6.5
        return found

    monkeypatch.setattr(here, "norms_of_patches", norms)
    longest, share = rerun(here.CLAIM, seeing_model()).results
    assert (longest.verdict, longest.found.n) == (verdict, 12)
    assert longest.found.value == pytest.approx(3.25 if n_long else 1.0, abs=0.05)
    assert share.found.value == pytest.approx(100 * n_long / 49)
    assert share.verdict is OPEN  # of twelve pictures alike, nothing tells how sure that is


def test_each_picture_is_read_four_ways():
    turned = [np.arange(6).reshape(2, 3)[turn].tolist() for turn in here.TURNED.values()]
    assert turned == [[[0, 1, 2], [3, 4, 5]], [[2, 1, 0], [5, 4, 3]], [[3, 4, 5], [0, 1, 2]], [[5, 4, 3], [2, 1, 0]]]


def test_who_cannot_be_asked():
    for model in (encoder(), whisper()):
        assert "sees no pictures" in rerun(here.CLAIM, model).why_not
