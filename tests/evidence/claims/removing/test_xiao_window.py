"""The sliding window: held against a network with that mask; holds where it is planted, fails where it is not."""

import pytest
import torch

from mha_viz.evidence.claims.circuits.reading import losses_with, reading
from mha_viz.evidence.claims.removing import xiao_window as here
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.verdicts import CANNOT, FAILS, HOLDS
from mha_viz.recording.interventions.changes import Cut
from tests.support.networks.claims import reader, speaker

newline_of = here.newline_of
IDS = [1, 9, 17, 33, 9, 17, 41, 23, 5, 7, 11]


@pytest.mark.parametrize("first", [0, 2])
def test_a_window_is_that_of_a_network_with_this_mask(first):
    model = speaker(initializer_range=0.3)
    found = losses_with(reading(model, IDS), [Cut(here.hidden_edges(len(IDS), 5, first))])
    n = len(IDS)
    sees = torch.tensor([[k <= q and (k < first or q - k < 5 - first) for k in range(n)] for q in range(n)])
    mask = torch.zeros(1, 1, n, n).masked_fill(~sees, torch.finfo(torch.float32).min)
    model.network.set_attn_implementation("eager")
    with torch.no_grad():
        logits = model.network(input_ids=torch.tensor([IDS]), attention_mask=mask).logits[0, :-1]
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor(IDS[1:]), reduction="none")
    assert torch.allclose(found, expected, atol=1e-4)
    assert sees[-1].sum() == 5


@pytest.fixture
def plant(monkeypatch):
    """By how much the loss rises with the latest tokens alone, and with first tokens kept or replaced."""

    def of(latest, first, newlines):
        def losses(found, changes):
            rise = 0.0
            if changes and "random weights" not in found.model.name:
                keeps_first = min(key for _, key in changes[0].edges) == here.FIRST
                rise = latest if not keeps_first else newlines if found.ids[0] == 50 else first
            losses = torch.full((here.LENGTH - 1,), 3.0 + rise + found.ids[-1] / 1000)
            losses[: here.WINDOW + here.FIRST] = 3.0  # their windows hold the first tokens: they lose nothing
            return losses

        monkeypatch.setattr(here, "losses_with", losses)
        monkeypatch.setattr(here, "newline_of", lambda _model: 50)

    return of


def verdicts(model):
    return {each.statement.name: (each.verdict, each.found.value) for each in rerun(here.CLAIM, model).results}


def test_what_first_tokens_take_back_is_told(plant):
    plant(latest=4.0, first=0.1, newlines=0.2)
    found = verdicts(speaker())
    assert {name: verdict for name, (verdict, _) in found.items()} == dict.fromkeys(("rise", "back", "newlines"), HOLDS)
    assert [value for _, value in found.values()] == pytest.approx([4.0, 97.5, 95.0])


def test_a_window_that_costs_nothing_and_first_tokens_that_do_not_help_are_told(plant):
    plant(latest=0.4, first=0.4, newlines=0.3)
    assert {verdict for verdict, _ in verdicts(speaker()).values()} == {FAILS}


def test_who_cannot_be_asked():
    assert "no prediction head" in rerun(here.CLAIM, reader()).why_not
    assert "reads 89 tokens" in rerun(here.CLAIM, speaker(max_position_embeddings=89)).why_not


def test_a_model_without_line_breaks_is_asked_for_the_rest(plant, monkeypatch):
    plant(latest=4.0, first=0.1, newlines=0.2)
    monkeypatch.setattr(here, "newline_of", newline_of)  # to the tiny tokenizer a line break is nothing
    assert [verdict for verdict, _ in verdicts(speaker()).values()] == [HOLDS, HOLDS, CANNOT]
