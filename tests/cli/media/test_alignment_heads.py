"""`mha-viz alignment-heads`: sentences and a row a head, or every digit."""

import json

import pytest

from mha_viz.cli.main import main
from mha_viz.cli.media import alignment_heads
from tests.support.networks.hearing import RATE, as_file, tone, whisper


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    sounds, times = [], []
    for i, words in enumerate((["the", "cat"], ["his", "dog"])):
        sounds.append(tmp_path / f"{i}.wav")
        times.append(tmp_path / f"{i}.txt")
        sounds[-1].write_bytes(as_file(tone(0.8, RATE, 220 + 300 * i), RATE))
        times[-1].write_text(f"0.1\t0.3\t{words[0]}\n0.3\t0.6\t{words[1]}\n")

    def of(*more, timed=True, status=0, **settings):
        monkeypatch.setattr(alignment_heads, "loaded", lambda _name, _dtype: whisper(**settings))
        timings = ["--timings", *map(str, times)] if timed else []
        assert main(["alignment-heads", "tiny", "--audio", *map(str, sounds), *timings, *more]) == status
        return capsys.readouterr()

    return of


def test_sentences_and_a_row_a_head(run):
    lines = run(alignment_heads=[[0, 1], [2, 3]]).out.splitlines()
    assert lines[0] == "tiny whisper: 12 heads of its cross-attention, 4 words of 2 sounds."
    assert lines[1] == "The model's own list: L0 H1, L2 H3."
    assert lines[2].startswith("Of the 2 heads with the smallest error, ")
    rows = lines[lines.index("") + 2 :]
    assert len(rows) == 12
    assert sum(row.endswith("in its list") for row in rows) == 2
    errors = [int(row.split()[3]) for row in rows]
    assert errors == sorted(errors)


def test_every_digit(run):
    found = json.loads(run("--json", alignment_heads=[[0, 1], [2, 3]]).out)
    assert (found["sounds"], found["words"], found["listed"]) == (2, 4, [[0, 1], [2, 3]])
    assert len(found["heads"]) == 12
    assert {"layer", "head", "monotonicity", "error", "low", "high", "error_read", "listed"} <= set(found["heads"][0])


def test_without_times_errors_are_null_and_no_column_is_made_up(run):
    found = json.loads(run("--json", timed=False).out)
    assert {row["error"] for row in found["heads"]} == {None}
    out = run(timed=False).out
    assert "No times are given, so that errors are not known." in out
    assert " ms" not in out
    assert "The model's file lists no heads for alignment." in out


def test_timings_alone_are_refused(capsys):
    assert main(["alignment-heads", "--timings", "a.txt"]) == 1
    assert capsys.readouterr().err.strip() == "mha-viz: --timings belong to sounds: give --audio as well."
