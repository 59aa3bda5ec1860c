"""Retrieval heads: told by hand where they look, found where they are planted, and missed where others do as well."""

import pytest
import torch

from mha_viz.evidence.claims.circuits import wu_retrieval as here
from mha_viz.evidence.claims.circuits.reading import Reading, heads_of
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.verdicts import FAILS, HOLDS
from tests.support.networks.claims import encoder, reader, speaker

HAY = [f"w{i} w{i + 1} w{i + 2}." for i in range(40)]
N_HEADS, RETRIEVES = 35, {6, 17, 30}


@pytest.fixture(autouse=True)
def hay(monkeypatch):
    monkeypatch.setattr(here, "sentences_of", lambda _data: HAY)


@pytest.fixture(scope="module")
def model():
    return fresh()


def test_the_answer_stands_once_in_the_needle_and_is_asked_at_the_end(model):
    for piece in here._made(range(16)):
        assert piece.texts[0].count(f" {piece.texts[1]}.") == 1
        assert len(set(piece.texts[1])) == 5
        found, queries, places = here.asked(model, piece)
        known = model.processor.get_vocab()
        assert [found.ids[query + 1] for query in queries] == [known[piece.texts[1]]]
        (at,) = places[0].nonzero().flatten().tolist()
        assert found.ids[at] == known[piece.texts[1]]
        assert at < queries[0]


def test_a_head_retrieves_what_it_looks_at_most(monkeypatch):
    found = Reading(None, None, {"input_ids": torch.tensor([[5, 8, 9, 4, 8, 9]])})
    patterns = torch.full((3, 6, 6), 0.1)
    patterns[1, 3, 1] = patterns[1, 4, 2] = patterns[2, 3, 1] = patterns[2, 4, 0] = 0.9
    monkeypatch.setattr(here, "looks", lambda _found: patterns)
    places = torch.tensor([[0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0]]).bool()
    assert here.retrieval(found, [3, 4], places).tolist() == [0.0, 1.0, 0.5]


def test_loss_and_right_digits_are_those_of_the_answer(model):
    found, queries, _ = here.asked(model, here._made(range(1))[0])
    loss, right = here.answered(found, queries)
    with torch.no_grad():
        logits = model.network(input_ids=torch.tensor([found.ids])).logits[0, queries[0]]
    token = found.ids[queries[0] + 1]
    assert loss == pytest.approx(-logits.log_softmax(dim=-1)[token].item(), abs=1e-4)
    assert right == float(logits.argmax() == token)


@pytest.fixture
def plant(monkeypatch):
    """How much the loss of the answer rises without the heads that retrieve, and without others."""

    def of(rise, rise_of_others, right, share):
        def is_random(found):
            return "random weights" in found.model.name

        def retrieval(found, _queries, _places):
            scores = torch.zeros(N_HEADS, dtype=torch.float64)
            if not is_random(found):
                scores[sorted(RETRIEVES)] = share
            return scores + (found.ids[2] % 7) / 1000

        def answered(found, _queries, without=()):
            heads = heads_of(found)
            are_those = {heads[i] for i in RETRIEVES} <= set(without)
            more = 0.0 if is_random(found) or not without else rise if are_those else rise_of_others
            return 1.0 + more * (1 + found.ids[2] / 1000), 0.1 if is_random(found) else right

        monkeypatch.setattr(here, "retrieval", retrieval)
        monkeypatch.setattr(here, "answered", answered)

    return of


def fresh(seed=0):
    """A network to which numbers are tokens of their own."""
    numbers = [piece.texts[1] for piece in here._made(range(16))]
    return speaker([here.ASKED.format(place=" ".join(here.PLACES)), *numbers], seed=seed)


@pytest.mark.parametrize(
    ("planted", "verdict"),
    [((3.0, 0.2, 1.0, 0.8), HOLDS), ((0.2, 0.2, 0.1, 0.0), FAILS)],
)
def test_retrieval_is_found_where_it_is_planted(plant, planted, verdict):
    plant(*planted)
    results = {each.statement.name: each for each in rerun(here.CLAIM, fresh()).results}
    assert {each.verdict for each in results.values()} == {verdict}
    assert results["heads"].found.value == (3 if verdict is HOLDS else 0)


def test_random_weights_retrieve_nothing():
    assert HOLDS not in {each.verdict for each in rerun(here.CLAIM, fresh(seed=1)).results}


def test_who_cannot_be_asked():
    for model in (reader(), encoder()):
        assert rerun(here.CLAIM, model).why_not
