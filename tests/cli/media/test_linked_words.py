"""`mha-viz alignment-heads` of a model that translates: sentences and a row a head, or every digit."""

import json

import pytest
import transformers as hf

from mha_viz.cli.main import main
from mha_viz.cli.media import alignment_heads
from mha_viz.models.load import model_from
from tests.support.networks.families import BART, make, tokenizer
from tests.support.networks.hearing import whisper

PAIRS = ["the cat sat ||| his cat sat", "he ran home ||| home he ran", "a dog ||| old dog", "fish to eat ||| eat fish"]
GOLD = ["0-0 1-1 2-2", "2-0 0-1 1-2", "0?0 1-1", "0-1 2-0"]


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    bart = model_from(make(hf.BartModel, hf.BartConfig(**BART)), tokenizer(), name="tiny bart")
    (tmp_path / "pairs").write_text("\n".join(PAIRS))
    (tmp_path / "gold").write_text("\n".join(GOLD))

    def of(*more, status=0, model=bart, both=True):
        monkeypatch.setattr(alignment_heads, "loaded", lambda _name, _dtype: model)
        gold = ["--gold", str(tmp_path / "gold")] if both else []
        assert main(["alignment-heads", "--pairs", str(tmp_path / "pairs"), *gold, *more]) == status
        return capsys.readouterr()

    return of


def test_sentences_and_a_row_a_head(run):
    lines = run().out.splitlines()
    assert lines[0].startswith("tiny bart: 12 heads of its cross-attention, 9 sure links in 4 pairs of sentences.")
    # By place: his cat sat 0 of 6 wrong, home he ran 6 of 6, old dog 0 of 3 (0-0 is possible), eat fish 4 of 4.
    assert lines[1].startswith("By place alone (the diagonal) 52.6% are wrong, with random weights")
    assert "is best on every other pair; on the rest " in lines[2]
    rows = lines[lines.index("") + 2 :]
    assert len(rows) == 12
    assert all(row.count("%") == 6 for row in rows)


def test_every_digit(run):
    found = json.loads(run("--json").out)
    assert (found["pairs"], found["sure_links"]) == (4, 9)
    assert found["diagonal"] == pytest.approx(10 / 19)
    assert len(found["heads"]) == 12
    assert {"layer", "head", "error_rate", "low", "high", "error_rate_read"} <= set(found["heads"][0])


@pytest.mark.parametrize(
    ("more", "settings", "sentence"),
    [
        ((), {"both": False}, "--pairs and --gold belong together: give both, or neither."),
        ((), {"model": whisper()}, "tiny whisper hears: give --audio in place of --pairs."),
        (("--audio", "a.wav"), {}, "tiny bart does not hear: give --pairs and --gold, or neither."),
    ],
)
def test_what_does_not_belong_is_refused(run, more, settings, sentence):
    assert run(*more, status=1, **settings).err.strip() == f"mha-viz: {sentence}"
