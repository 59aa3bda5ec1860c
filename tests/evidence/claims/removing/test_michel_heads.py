"""Heads taken out alone, and layers left with one: by hand, planted, on random weights, and who cannot be asked."""

from dataclasses import replace

import pytest
import torch

from mha_viz.errors import InputError
from mha_viz.evidence.claims.circuits.reading import losses, reading
from mha_viz.evidence.claims.claim import Material
from mha_viz.evidence.claims.removing import michel_heads as here
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.verdicts import CANNOT, FAILS, HOLDS, OPEN
from tests.support.networks.claims import encoder, reader, speaker

LAYERS, HEADS = 7, 5
TEXTS = [" ".join(f"w{(i * k + k) % 53}" for k in range(3, 14)) for i in range(17)]


@pytest.fixture(autouse=True)
def sentences(monkeypatch):
    monkeypatch.setattr(here, "sentences_of", lambda _data: TEXTS)


def test_what_is_lost_of_a_text_is_what_runs_one_by_one_lose():
    model = speaker(initializer_range=0.5)
    piece = Material(here.SENTENCES, texts=(TEXTS[3],))
    found = here._measure(model, piece)
    read = reading(model, TEXTS[3])

    def lost(*heads):
        return (losses(read, heads).mean() - losses(read).mean()).item()

    everything = [(layer, head) for layer in range(LAYERS) for head in range(HEADS)]
    assert found["worth"] == pytest.approx([lost(*everything)], abs=1e-4)
    assert found["heads"] == [HEADS] * LAYERS
    assert abs(lost((2, 3))) > 1e-2
    assert found["without"][2 * HEADS + 3] == pytest.approx(lost((2, 3)), abs=1e-4)
    rest = [(4, head) for head in range(HEADS) if head != 1]
    assert found["alone"][4 * HEADS + 1] == pytest.approx(lost(*rest), abs=1e-4)


def test_a_half_is_to_be_more_like_its_other_half_than_other_halves():
    model = encoder()
    (piece, *_) = here._make(model, None)
    assert [part.split() for part in piece.texts[:2]] == [TEXTS[0].split()[:5], TEXTS[0].split()[5:]]
    assert len(piece.texts) == 2 + here.OTHERS

    def vector(text):
        inputs = model.processor(text, return_tensors="pt")
        with torch.no_grad():
            return model.network(**inputs).last_hidden_state[0].mean(dim=0)

    first, second, *others = map(vector, piece.texts)
    like = [torch.cosine_similarity(first, each, dim=0) for each in (second, *others)]
    assert here.lost_on(model, piece).plain() == pytest.approx((sum(like[1:]) / here.OTHERS - like[0]).item(), abs=1e-5)


def test_other_halves_are_never_its_own():
    for piece in here._make(encoder(), None):
        assert len({piece.texts[1], *piece.texts[2:]}) == 1 + here.OTHERS


def planted(without, alone, worth=6.0, kind=speaker):
    """A rerun in which each head loses so much, (layer, head) both; random weights lose next to nothing."""

    def measure(model, piece):
        chance = torch.Generator().manual_seed(len(piece.texts[0]) + 31 * TEXTS.index(piece.texts[0]))
        noise = 0.01 * torch.randn(3, LAYERS * HEADS, generator=chance)
        is_random = "random weights" in model.name
        wide = 0.0 if is_random else 1.0
        return {
            "worth": [wide * worth + noise[0, 0].item()], "heads": [HEADS] * LAYERS,
            "without": (wide * without.flatten() + noise[1]).tolist(),
            "alone": (wide * alone.flatten() + noise[2]).tolist(),
        }  # fmt: skip

    done = rerun(replace(here.CLAIM, measure=measure), kind())
    return {each.statement.name: each for each in done.results}


def test_it_holds_where_it_is_planted():
    without, alone = torch.full((LAYERS, HEADS), 0.03), torch.full((LAYERS, HEADS), 1.0)
    without[0], without[6, 1] = 0.7, -0.2  # one layer whose heads are needed, one head that is in the way
    alone[:5, 2] = 0.01  # in five layers one is enough
    found = planted(without, alone)
    assert {name: each.verdict for name, each in found.items()} == dict.fromkeys(("most", "one", "better"), HOLDS)
    assert found["most"].found.value == pytest.approx(100 * 29 / 35)
    assert found["one"].found.value == pytest.approx(100 * 5 / 7)
    assert (found["better"].found.low, found["better"].found.high) == (1, 1)


def test_it_fails_where_every_head_is_needed():
    found = planted(torch.full((LAYERS, HEADS), 0.3), torch.full((LAYERS, HEADS), 0.5))
    assert {each.verdict for each in found.values()} == {FAILS}
    assert [each.found.value for each in found.values()] == [0, 0, 0]


def test_a_head_that_helps_much_when_it_is_gone_is_no_head_that_changes_little():
    found = planted(torch.full((LAYERS, HEADS), -0.3), torch.full((LAYERS, HEADS), -0.3))
    assert [found[name].found.value for name in ("most", "one", "better")] == [0, 100, 35]


def test_where_all_heads_are_worth_nothing_none_is_said_to_be_worth_little():
    for worth in (0.0, 0.05, -1.0):
        found = planted(torch.zeros(LAYERS, HEADS), torch.zeros(LAYERS, HEADS), worth)
        assert {each.verdict for each in found.values()} == {CANNOT}
        assert {each.reason for each in found.values()} == {"without all of its heads it does as well"}


def test_the_head_that_a_layer_keeps_is_chosen_on_other_texts():
    """Each text has a head of its own that does well there alone: none is good on the others."""
    alone = torch.full((5, 1, 5), 0.5) - 0.5 * torch.eye(5)[:, None]
    texts = [{"heads": [5], "alone": each.flatten().tolist()} for each in alone]
    assert here._best_alone(texts).tolist() == [[0.5]] * 5


@pytest.mark.parametrize("kind", [speaker, encoder])
def test_random_weights_hold_nothing(kind):
    def few(model, data):
        return [replace(piece, texts=piece.texts[:4]) for piece in here._make(model, data)[:9]]

    done = rerun(replace(here.CLAIM, make=few), kind(seed=1, num_hidden_layers=2))
    assert {each.verdict for each in done.results} <= {CANNOT, FAILS, OPEN}


def test_too_few_sentences_are_refused(monkeypatch):
    monkeypatch.setattr(here, "sentences_of", lambda _data: TEXTS[:12])
    with pytest.raises(InputError, match="12 sentences have 10 words or more: give at least 13"):
        rerun(here.CLAIM, encoder())


def test_who_cannot_be_asked():
    assert "no prediction head" in rerun(here.CLAIM, reader()).why_not
