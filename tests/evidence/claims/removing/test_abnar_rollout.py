"""Rollout against blanking: blanking by hand, holds where it is planted, fails where the last layer knows more."""

from dataclasses import replace

import pytest
import torch

from mha_viz.evidence.claims.removing import abnar_rollout as here
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.verdicts import FAILS, HOLDS
from mha_viz.recording.capture import capture
from tests.support.networks.claims import encoder, reader, speaker

TEXTS = [" ".join(f"w{(7 * i + 3 * k) % 53}" for k in range(11)) for i in range(9)]


@pytest.fixture(autouse=True)
def texts(monkeypatch):
    monkeypatch.setattr(here, "sentences_of", lambda _data: TEXTS)


def test_what_a_token_is_worth_is_told_by_blanking_it():
    model = encoder(initializer_range=0.5)
    found = capture(model, TEXTS[0])
    ids = torch.tensor(found.query_positions["encoder"].ids)
    with torch.no_grad():
        whole = model.network(input_ids=ids[None]).last_hidden_state[0].mean(dim=0)
        ids[4] = 3
        blanked = model.network(input_ids=ids[None]).last_hidden_state[0].mean(dim=0)
    expected = 1 - torch.cosine_similarity(whole, blanked, dim=0).item()
    worth = here.blank_out(model, found)
    assert worth.shape == (13,)
    assert worth[4].item() == pytest.approx(expected, abs=1e-5)
    assert worth[4] > 1e-4


@pytest.mark.parametrize(("knows", "verdict"), [("rollout", HOLDS), ("raw", FAILS)])
def test_who_knows_what_tokens_are_worth_is_told(monkeypatch, knows, verdict):
    worth = torch.tensor([0.0, *torch.arange(11.0).roll(3).tolist(), 0.0]).double()
    other = torch.tensor([0.0, *(10 - torch.arange(11.0)).roll(3).tolist(), 0.0]).double()

    def as_asked(model, name):
        if "random weights" in model:
            return torch.ones(13)
        return (worth if knows == name else other).float()

    monkeypatch.setattr(here, "blank_out", lambda _model, _found: worth)
    through = lambda found, _kind: iter([as_asked(found.model_name, "rollout").repeat(13, 1)])  # noqa: E731
    monkeypatch.setattr(here, "rollouts", through)
    monkeypatch.setattr(here, "patterns_of", lambda found: as_asked(found.model_name, "raw").repeat(7, 5, 13, 1))
    rollout, better = rerun(here.CLAIM, encoder()).results
    assert {rollout.verdict, better.verdict} == {verdict}
    assert rollout.found.value == pytest.approx(1.0 if knows == "rollout" else -1.0)
    assert better.found.value == pytest.approx(2.0 if knows == "rollout" else -2.0)


def test_random_weights_know_nothing():
    assert HOLDS not in {each.verdict for each in rerun(here.CLAIM, encoder(seed=1)).results}


def test_who_cannot_be_asked():
    for model in (reader(), speaker()):
        assert "all see each other" in rerun(here.CLAIM, model).why_not
    few = replace(here.CLAIM, make=lambda model, data: here.CLAIM.make(model, data)[:3])
    assert {each.found.n for each in rerun(few, encoder()).results} == {3}
