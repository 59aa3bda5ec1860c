"""The gain on repeats: counted by hand, gone where it is planted to go, and no sooner."""

import pytest
import torch

from mha_viz.evidence.claims.circuits import olsson_repeats as here
from mha_viz.evidence.claims.circuits.reading import heads_of, reading
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.verdicts import CANNOT, FAILS, HOLDS
from tests.support.networks.claims import encoder, speaker

N_TOKENS = 1 + here.WORDS * here.TIMES
PLANTED = [(1, 4), (3, 0), (3, 2)]


@pytest.fixture(scope="module")
def model():
    return speaker()


@pytest.fixture
def plant(monkeypatch):
    """Heads that look; what the loss of repeats rises by without them, and without others; by how much they copy."""

    def of(rise, rise_of_others, copies):
        def is_random(found):
            return "random weights" in found.model.name

        def losses(found, without=()):
            again = 9.0 if is_random(found) else 1.0
            again += (
                0.0 if is_random(found) or not without else rise if set(without) == set(PLANTED) else rise_of_others
            )
            again += found.ids[5] / 1000  # texts differ a little
            return torch.cat([torch.full((here.WORDS,), 9.0), torch.full((N_TOKENS - 1 - here.WORDS,), again)])

        def share(found):
            looks = torch.tensor([head in PLANTED for head in heads_of(found)]).double()
            return looks * 0.0 if is_random(found) else looks * 0.8

        monkeypatch.setattr(here, "losses", losses)
        monkeypatch.setattr(here, "attention_to_followers", share)
        monkeypatch.setattr(here, "copied", lambda found: copies * share(found) + found.ids[5] / 1e4 - 0.01)

    return of


def verdicts(model):
    return {each.statement.name: (each.verdict, each.found.value) for each in rerun(here.CLAIM, model).results}


def test_the_gain_goes_with_the_heads_it_was_planted_in(plant):
    plant(rise=6.0, rise_of_others=0.4, copies=1.0)
    found = verdicts(speaker())
    assert {name: verdict for name, (verdict, _) in found.items()} == dict.fromkeys(("more", "most", "copy"), HOLDS)
    assert found["most"][1] == pytest.approx(75, abs=1)
    assert found["more"][1] == pytest.approx(70, abs=1)
    assert found["copy"][1] == 3


def test_other_heads_that_do_as_much_and_heads_that_do_not_copy_are_told(plant):
    plant(rise=2.4, rise_of_others=2.4, copies=-1.0)
    found = verdicts(speaker())
    assert {name: verdict for name, (verdict, _) in found.items()} == dict.fromkeys(("more", "most", "copy"), FAILS)


def test_heads_are_chosen_on_other_texts_and_never_fewer_than_three(model):
    assert len(here.induction_heads(model)) == 3
    told = {tuple(row.tolist()) for row in here._rows(model, here.DRAWS, 0)}
    assert not told & {tuple(row.tolist()) for row in here._rows(model, here.FOR_CHOICE, 1)}


@pytest.mark.parametrize("starts", [True, False])
def test_the_gain_is_of_what_can_be_foreseen(monkeypatch, starts):
    """The first token of the first repeat cannot: nothing says that it begins."""
    model = speaker(starts=starts)
    row = reading(model, here._rows(model, 1, 0)[0].tolist())
    offset = int(starts)
    of_tokens = torch.full((offset + here.WORDS * here.TIMES,), 2.0)  # by the place of the token
    of_tokens[: offset + here.WORDS] = 7.0
    of_tokens[offset + here.WORDS] = 1000.0
    monkeypatch.setattr(here, "losses", lambda _found, _without=(): of_tokens[1:])
    assert here.gain(row) == pytest.approx(5.0)


def test_copies_are_told_from_looks(monkeypatch, model):
    """A head that adds 3 to the right token and 1 to each other is 2 × 24/25 above their mean."""
    row = reading(model, here._rows(model, 1, 0)[0].tolist())

    def written(found, queries, tokens):
        added = torch.ones(2, len(queries), len(tokens))
        for i, query in enumerate(queries):
            added[1, i, list(tokens).index(found.ids[query + 1])] = 3.0
        return added

    monkeypatch.setattr(here, "written", written)
    assert here.copied(row).tolist() == pytest.approx([0.0, 2 * 24 / 25])


def test_who_cannot_be_asked():
    assert "one layer" in rerun(here.CLAIM, speaker(num_hidden_layers=1)).why_not
    assert {each.verdict for each in rerun(here.CLAIM, encoder()).results} == {CANNOT}
