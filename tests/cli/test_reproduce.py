"""`mha-viz reproduce`: the list, one claim, all of them, as text and as JSON."""

import json

import pytest

from mha_viz.cli import reproduce
from mha_viz.cli.main import main
from mha_viz.evidence.claims.rerun import Rerun
from mha_viz.evidence.claims.table import CLAIMS
from tests.support.networks.claims import encoder, reader


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    monkeypatch.setattr(reproduce, "loaded", lambda name, _: encoder() if name == "minilm" else reader(identity="abc"))

    def of(*arguments, status=0):
        assert main(["reproduce", *arguments]) == status
        return capsys.readouterr()

    return of


def test_claims_are_listed(run):
    out = run().out
    assert [line.partition(":")[0] for line in out.splitlines() if not line.startswith(" ")] == list(CLAIMS)
    rows = json.loads(run("--json").out)
    assert [row["name"] for row in rows] == list(CLAIMS)
    assert {"title", "source", "models", "data", "minutes", "statements"} <= set(rows[0])


def test_one_claim_with_both_verdicts_and_its_deviations(run):
    text = " ".join(run("induction").out.split())
    assert "DOES NOT HOLD HERE" in text
    assert "with random weights 0 heads [0, 0]" in text
    assert text.count("Deviation: ") == 2
    (row,) = json.loads(run("induction", "--json").out)
    (said,) = row["statements"]
    assert (row["claim"], row["n_texts"], said["verdict"]) == ("induction", 10, "does not hold here")
    assert said["ours"] == {"value": 0, "low": 0, "high": 0, "n": 10}


def test_numbers_of_the_paper_stand_beside_ours(run):
    text = " ".join(run("surface").out.split())
    assert (
        "The paper: 4 heads (of the 144 of BERT-base, section 3.1, page 3). Number not comparable: another model."
        in text
    )


def test_a_second_run_reads_nothing_again(run, monkeypatch):
    first = run("induction", "--json").out

    def refused(*_):
        raise AssertionError("read again")

    monkeypatch.setattr("mha_viz.evidence.claims.olsson_induction.patterns_of_ids", refused)
    assert run("induction", "--json").out == first
    with pytest.raises(AssertionError, match="read again"):
        main(["reproduce", "induction", "--restart"])


def test_what_does_not_fit_is_one_sentence(run, tmp_path):
    assert "there are sinks, surface" in run("nothing", status=1).err
    assert "only listed" in run("--model", "minilm", status=1).err
    assert "leave --data out" in run("induction", "--data", "a.txt", status=1).err
    assert run("surface", "--data", str(tmp_path / "none.txt"), status=1).err.count("\n") == 1


def test_all_gives_files_to_those_that_read_them(run, monkeypatch):
    asked = []

    def noted(claim, model, data, **_):
        asked.append((claim.name, data))
        return Rerun(claim, model.name, (), why_not="nothing is measured here")

    monkeypatch.setattr("mha_viz.evidence.claims.rerun.rerun", noted)
    monkeypatch.setattr(reproduce, "models_at_hand", lambda _reads: ["minilm"])
    run("all", "--data", "a.txt")
    assert asked == [(name, "a.txt" if claim.reads_file else None) for name, claim in CLAIMS.items()]
