"""What came of claims before: what comes with the app, what was measured here, and which of it still counts."""

import json
from dataclasses import replace
from datetime import date

import pytest

from mha_viz.cli import reproduce
from mha_viz.evidence.claims import known
from mha_viz.evidence.claims.known import SHIPPED, YOURS, is_current, known_reruns, minutes_of
from mha_viz.evidence.claims.removing import michel_heads
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.store import kept
from mha_viz.evidence.claims.structure import trees
from mha_viz.evidence.claims.table import CLAIMS
from mha_viz.evidence.claims.tables import rerun_row, statement_table
from mha_viz.evidence.claims.verdicts import CANNOT, FAILS, HOLDS, OPEN
from mha_viz.models.catalogue import CATALOGUE
from mha_viz.paths import app_folder
from tests.support.networks.claims import encoder, reader

INDUCTION = CLAIMS["induction"]


@pytest.fixture
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def row():
    return rerun_row(rerun(INDUCTION, reader(identity="abc")))


def test_what_comes_with_the_app_is_of_today_s_claims_and_says_when_and_with_what():
    """`mha-viz reproduce all --json > assets/claims.json` makes it anew."""
    rows = json.loads((app_folder() / "assets" / "claims.json").read_text(encoding="utf-8"))
    assert rows
    for one in rows:
        assert is_current(one), f"{one['claim']} was measured by other rules"
        assert one["model"] in {*CATALOGUE, "qwen-coder"}  # the second from a folder
        assert len(one["identity"]) == 64
        assert one["date"] > "2026"
        assert {"mha-viz", "torch", "transformers"} == set(one["versions"])
        for said in one["statements"]:
            assert said["verdict"] in (HOLDS, FAILS, OPEN, CANNOT)
            claim = CLAIMS[one["claim"]]
            said_today = next(each for each in claim.statements if each.name == said["statement"])
            assert [each["value"] for each in said["printed"]] == [each.value for each in said_today.printed]
            assert said["bar"] == said_today.bar
    assert len({(one["claim"], one["model"]) for one in rows}) == len(rows)
    assert len(statement_table(rows)) == sum(len(one["statements"]) for one in rows)


def test_the_readme_says_what_comes_with_the_app():
    """So many statements of each claim hold, do not and stay open, in the models that are named, on those days."""
    rows = json.loads((app_folder() / "assets" / "claims.json").read_text(encoding="utf-8"))
    readme = (app_folder() / "README.md").read_text(encoding="utf-8")
    days = {date.fromisoformat(one["date"]) for one in rows}
    assert {f"{day:%d %B %Y}" in readme for day in days} == {True}
    for claim in CLAIMS:
        of = [one for one in rows if one["claim"] == claim]
        verdicts = [[said["verdict"] for said in one["statements"]] for one in of]
        counts = [", ".join(str(found.count(each)) for each in (HOLDS, FAILS, OPEN)) for found in verdicts]
        (line,) = [line for line in readme.splitlines() if line.startswith(f"| `{claim}`")]
        assert f"| {'; '.join(one['model'] for one in of)} | {'; '.join(counts)}" in line
        if any(said["printed"] for one in of for said in one["statements"]):
            assert line.endswith("| not comparable |")


def test_what_is_measured_here_stands_in_place_of_what_comes_with_the_app(cache, monkeypatch, row):
    monkeypatch.setattr(known, "_shipped", lambda: [{**row, "date": "2026-01-01"}])
    (one,) = known_reruns()
    assert (one["whose"], one["date"]) == (SHIPPED, "2026-01-01")
    with kept() as store:
        store.keep_rerun(row)
        store.keep_rerun({**row, "model": "other"})
    assert [(one["whose"], one["model"]) for one in known_reruns()] == [(YOURS, "reader"), (YOURS, "other")]
    assert [one["whose"] for one in known_reruns(only_shipped=True)] == [SHIPPED]
    with kept() as store:
        store.forget(INDUCTION, reader(identity="abc"))
        assert store.reruns() == []


def test_the_same_weights_in_a_folder_stand_once(cache, monkeypatch, row):
    monkeypatch.setattr(known, "_shipped", lambda: [{**row, "model": "ours"}, {**row, "identity": "def"}])
    with kept() as store:
        store.keep_rerun({**row, "model": "/home/of/somebody/theirs"})
    assert [(one["whose"], one["model"]) for one in known_reruns()] == [
        (SHIPPED, "reader"), (YOURS, "/home/of/somebody/theirs"),
    ]  # fmt: skip


def test_older_rules_other_statements_and_refusals_count_no_longer(row):
    assert is_current(row)
    assert not is_current({**row, "rules": row["rules"] + 1})
    assert not is_current({**row, "claim": "no such claim"})
    assert not is_current({**row, "statements": []})
    assert not is_current(rerun_row(rerun(INDUCTION, encoder())))


def test_weights_without_a_checksum_leave_no_row(cache, row):
    with kept() as store:
        store.keep_rerun({**row, "identity": None})
        assert store.reruns() == []


def test_a_broken_file_is_no_row(cache):
    (cache / "claims").mkdir()
    (cache / "claims" / "measured.sqlite").write_text("no numbers at all, but long enough to be read as a header" * 20)
    assert all(one["whose"] == SHIPPED for one in known_reruns())


def test_how_long_it_takes_is_how_long_it_took(row):
    rows = [{**row, "model": "a", "seconds": 30.0}, {**row, "model": "b", "seconds": 90.0}]
    assert minutes_of(INDUCTION, "b", rows) == 1.5
    assert minutes_of(INDUCTION, "c", rows) == 0.5
    assert minutes_of(INDUCTION, "a", [{**row, "seconds": None}]) == INDUCTION.minutes


def test_seconds_are_kept_with_the_pieces(cache):
    model = reader(identity="abc")
    with kept() as store:
        first = rerun(INDUCTION, model, kept=store)
        again = rerun(INDUCTION, model, kept=store)
    assert first.seconds > 0
    assert again.seconds == pytest.approx(first.seconds)


def test_a_run_of_all_asks_the_models_that_are_here_and_names_those_missing(cache, monkeypatch, capsys):
    monkeypatch.setattr(reproduce, "models_at_hand", lambda _reads: ["minilm"])
    monkeypatch.setattr(trees, "source_here", lambda: "")  # no parser
    monkeypatch.setattr(michel_heads, "MOST_TEXTS", {michel_heads.HALVES: 8})
    monkeypatch.setattr(michel_heads, "OTHERS", 1)
    monkeypatch.setattr(reproduce, "loaded", lambda _name, _dtype: encoder(identity="abc"))
    from mha_viz.cli.main import main

    assert main(["reproduce", "all"]) == 0
    said = capsys.readouterr()
    table = said.out.strip().rpartition("\n\n")[2].splitlines()
    assert table[0].split() == ["claim", "statement", "model", "ours", "verdict"]
    assert {line.split()[0] for line in table[1:]} == {"surface", "norms", "removing", "rollout", "coreference"}
    assert "sinks: no model here can be asked; mha-viz models get smollm2" in said.err
    assert {one["claim"] for one in known_reruns() if one["whose"] == YOURS} == {
        "surface",
        "norms",
        "removing",
        "rollout",
        "coreference",
    }


@pytest.mark.parametrize(("dtype", "is_kept"), [("float32", True), ("bfloat16", False)])
def test_what_was_computed_in_bfloat16_does_not_stand_as_if_it_were_float32(cache, monkeypatch, capsys, dtype, is_kept):
    monkeypatch.setattr(reproduce, "loaded", lambda _name, _dtype: replace(encoder(identity="abc"), dtype=dtype))
    from mha_viz.cli.main import main

    assert main(["reproduce", "norms", "--dtype", dtype]) == 0
    assert capsys.readouterr().out
    assert bool([one for one in known_reruns() if one["whose"] == YOURS]) is is_kept
