"""The list of heads: errors by hand, holds where the list is planted as the best, fails where it is the worst."""

import pytest
import torch

from mha_viz.evidence.claims.media import whisper_alignment as here
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.verdicts import FAILS, HOLDS
from mha_viz.inputs.media.sound import read_sound
from mha_viz.inputs.media.timings import Spoken, TimedWord
from tests.support.networks.claims import encoder, reader
from tests.support.networks.hearing import RATE, tone, wav2vec2, whisper

HEADS = [(layer, head) for layer in range(3) for head in range(4)]
LISTED = [(0, 1), (2, 3)]


@pytest.fixture
def plant(monkeypatch):
    """The errors of the listed heads and of the others; all heads of random weights are alike."""

    def of(listed, others):
        def errors(model, spoken):
            is_random = "random weights" in model.name
            shift = len(spoken.text) / 10
            return HEADS, torch.tensor([
                shift + (i if is_random else listed if head in LISTED else others) + i / 100
                for i, head in enumerate(HEADS)
            ])  # fmt: skip

        monkeypatch.setattr(here, "errors_of", errors)
        monkeypatch.setattr(here, "_why_not", lambda _model: "")

    return of


@pytest.mark.parametrize(("listed", "others", "verdict"), [(90.0, 300.0, HOLDS), (300.0, 90.0, FAILS)])
def test_a_list_of_the_best_heads_holds_and_one_of_the_worst_does_not(plant, listed, others, verdict):
    plant(listed, others)
    closer, among = rerun(here.CLAIM, whisper(alignment_heads=LISTED)).results
    assert {closer.verdict, among.verdict} == {verdict}
    assert closer.found.value == pytest.approx(others - listed, abs=0.1)
    assert among.found.value == pytest.approx(100 if verdict is HOLDS else -20)
    assert ("2 of the 2" in among.found.note) is (verdict is HOLDS)


def test_beyond_chance_is_nothing_where_half_of_the_list_is_found_by_chance():
    errors, listed = torch.tensor([[1.0, 2, 3, 4], [1, 3, 2, 4]]), torch.tensor([True, False, True, False])
    assert here.beyond_chance(errors, listed).tolist() == [0.0, 1.0]


def test_random_weights_have_no_such_list(monkeypatch):
    """Of eight tones with words that the tiny network knows; its list is drawn like its weights."""
    times = [TimedWord(word, 0.1 + 0.2 * i, 0.25 + 0.2 * i) for i, word in enumerate(("the", "cat", "sat"))]
    tones = {
        f"{i}": Spoken(f"{i}", read_sound(tone(0.8, RATE, 200.0 + 50 * i), RATE), "the cat sat", tuple(times))
        for i in range(8)
    }
    monkeypatch.setattr(here, "_spoken", lambda: tones)
    monkeypatch.setattr(here, "spoken_examples", lambda: list(tones.values()))
    done = rerun(here.CLAIM, whisper(seed=1, alignment_heads=LISTED))
    assert not done.why_not
    assert HOLDS not in {each.verdict for each in done.results}
    assert done.results[0].found.n == 8


def test_who_cannot_be_asked():
    assert "name no heads" in here._why_not(whisper())
    for model in (reader(), encoder(), wav2vec2()):
        assert "does not write what it hears" in here._why_not(model)
