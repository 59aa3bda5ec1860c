"""`mha-viz attention --sound`: a row a word, or the whole map."""

import json

import pandas as pd
import pytest

from mha_viz.attention.maps import pattern
from mha_viz.cli.main import main
from mha_viz.cli.shared import input as cli_input
from mha_viz.inputs.media.sound import read_sound
from mha_viz.recording.capture import capture
from mha_viz.scores.media import listening
from mha_viz.scores.media.listening import listening_frame
from tests.support.networks.hearing import RATE, as_file, tone, wav2vec2, whisper


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    asked = []
    (tmp_path / "a.wav").write_bytes(as_file(tone(0.5, RATE), RATE))

    def attention(*more, model=whisper, status=0):
        monkeypatch.setattr(cli_input, "loaded", lambda name, _dtype: asked.append(name) or model())
        command = ["attention", "--sound", str(tmp_path / "a.wav"), "--layer", "1", "--head", "2", *more]
        assert main(command) == status
        streams = capsys.readouterr()
        return streams.err if status else streams.out

    attention.asked = asked
    return attention


@pytest.fixture(scope="module")
def found():
    return capture(whisper(), read_sound(as_file(tone(0.5, RATE), RATE)), target="the cat sat")


def test_a_row_a_word(run, monkeypatch):
    table = pd.DataFrame(
        {"word": ["the", "black"], "written": [0.11, 0.25], "read": [0.3, 0.44], "share": [0.5, 0.031]}
    )
    asked = []
    monkeypatch.setattr(listening, "listening_frame", lambda _capture, *head: asked.append(head) or table)
    lines = run("--target", "the cat sat").splitlines()
    assert lines[0] == "tiny whisper L1 H2, transcript: the cat sat"
    assert [line.split() for line in lines[2:]] == [
        ["the", "0.11", "s", "(50", "%)", "0.30", "s"], ["black", "0.25", "s", "(3.1", "%)", "0.44", "s"],
    ]  # fmt: skip
    assert (asked, run.asked) == ([(1, 2)], ["whisper"])


def test_numbers_of_a_word_are_those_of_its_rows(found):
    table = listening_frame(found, 1, 2)
    rows = pattern(found, 1, kind="cross")[2]  # two tokens stand before the words; 6 of 11 frames are of the sound
    frame = 1 / 11  # s
    for i, row in enumerate(table.to_dict("records")):
        written, read = rows[1 + i], rows[2 + i]
        peak = int(written[:6].argmax())
        assert row["written"] == pytest.approx((peak + 0.5) * frame, abs=1e-5)
        assert row["read"] == pytest.approx((int(read[:6].argmax()) + 0.5) * frame, abs=1e-5)
        assert row["silence"] == pytest.approx(written[6:].sum().item(), abs=1e-5)
        near = written[:6][max(0, peak - 1) : peak + 2]
        assert row["share"] == pytest.approx(near.sum().item(), abs=1e-5)


def test_the_whole_map_has_its_axis_in_seconds(run, found):
    whole = json.loads(run("--target", "the cat sat", "--kind", "cross", "--json"))
    assert whole["key"][:2] == ["0.00 s", "0.09 s"]
    assert whole["pattern"][2] == pytest.approx(pattern(found, 1, kind="cross")[2, 2].tolist(), abs=1e-6)


@pytest.mark.parametrize(
    ("more", "model", "sentence"),
    [
        (("--kind", "encoder"), whisper, "Between 11 frames there are too many numbers for a terminal"),
        ((), wav2vec2, "too many numbers for a terminal: give --csv or --json."),
        (("--map", "logits"), whisper, "Of a sound words are shown with what they listen to"),
        (("--start-token",), whisper, "A sound has no start or end tokens"),
        (("--head", "9"), whisper, "Head 9 does not exist"),
        (("--pair", "cat"), whisper, "A sound has a transcript (target, target_language) and nothing else"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(run, more, model, sentence):
    assert sentence in run(*more, model=model, status=1)
