"""A rerun reads piece by piece, keeps each, and goes on where it was."""

import sqlite3
from dataclasses import replace

import pytest

from mha_viz.errors import InputError
from mha_viz.evidence.claims.claim import Claim, Material, Printed, Statement
from mha_viz.evidence.claims.estimates import mean_of, values_of
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.store import kept
from mha_viz.evidence.claims.tables import rerun_row
from mha_viz.evidence.claims.verdicts import HOLDS
from tests.support.networks.claims import reader

N = 11
SAID = Statement("one", "Said.", "a share", "%", 50.0, "half", (Printed(60.0, "GPT-9", "table 1"),), ("other texts",))


@pytest.fixture
def read():
    """The pieces that were measured, whose, in order; ``stop`` breaks the work off at a piece."""
    return []


@pytest.fixture
def claim(read):
    def measure(model, piece):
        is_random = "random weights" in model.name
        if read.count("stop") and len(read) > 6:
            raise KeyboardInterrupt
        read.append((is_random, piece.ids))
        return {"x": [0.1 if is_random else 0.6 + piece.ids[0] / 1000]}

    return Claim(
        "one", "One", "Somebody 2020", "GPT-9", "numbers", "smollm2", 1, (SAID,), lambda _model: "",
        lambda _model, _data: [Material("piece", ids=(i,)) for i in range(N)], measure,
        lambda _model, measured: {"one": mean_of(values_of(measured["piece"], "x")[:, 0], 100)},
    )  # fmt: skip


def test_the_model_reads_all_and_random_weights_what_an_interval_takes(claim, read):
    done = rerun(claim, reader())
    assert read == [(False, (i,)) for i in range(N)] + [(True, (i,)) for i in range(8)]
    (result,) = done.results
    assert (result.verdict, done.n, result.found.n, result.random.n) == (HOLDS, N, N, 8)
    assert result.found.value == pytest.approx(60.5)
    assert result.random.value == pytest.approx(10)


def test_what_was_kept_is_not_read_again(claim, read, tmp_path):
    model = reader(identity="abc")
    read.append("stop")
    with kept(tmp_path / "k.sqlite") as store, pytest.raises(KeyboardInterrupt):
        rerun(claim, model, kept=store)
    assert len(read) == 7
    read[:] = []
    with kept(tmp_path / "k.sqlite") as store:
        again = rerun(claim, model, kept=store)
    assert read == [(False, (i,)) for i in range(6, N)] + [(True, (i,)) for i in range(8)]
    assert rerun_row(again) == rerun_row(rerun(claim, model))


def test_other_weights_rules_and_pieces_are_read_anew(claim, read, tmp_path):
    with kept(tmp_path / "k.sqlite") as store:
        for one, model in ((claim, reader(identity="abc")), (claim, reader(identity="abd")),
                           (replace(claim, rules=2), reader(identity="abc"))):  # fmt: skip
            read[:] = []
            rerun(one, model, kept=store)
            assert len(read) == N + 8
        read[:] = []
        rerun(claim, reader(identity="abc"), kept=store)
        assert read == []
        store.forget(claim, reader(identity="abc"))
        rerun(claim, reader(identity="abc"), kept=store)
        assert len(read) == N + 8


def test_a_network_without_a_checksum_is_never_kept(claim, read, tmp_path):
    with kept(tmp_path / "k.sqlite") as store:
        rerun(claim, reader(), kept=store)
        rerun(claim, reader(seed=1), kept=store)
    assert len(read) == 2 * (N + 8)
    assert sqlite3.connect(tmp_path / "k.sqlite").execute("select count(*) from measured").fetchone() == (0,)


def test_a_file_that_keeps_something_else_is_refused(tmp_path):
    (tmp_path / "k.sqlite").write_text("no numbers at all, but long enough to be read as a header" * 20)
    with pytest.raises(InputError, match="delete it"), kept(tmp_path / "k.sqlite"):
        pass


def test_a_claim_that_draws_what_it_reads_takes_no_file(claim):
    with pytest.raises(InputError, match="leave --data out"):
        rerun(replace(claim, reads_file=False), reader(), "some.txt")


def test_rows_hold_no_nan(claim):
    done = rerun(replace(claim, why_not=lambda _model: "it reads no text"), reader())
    row = rerun_row(done)
    assert row["why_not"] == "it reads no text"
    assert row["statements"][0]["ours"] == {"value": None, "low": None, "high": None, "n": 0}
    assert row["statements"][0]["printed"][0]["verdict"] == "not comparable"


def test_progress_runs_from_nothing_to_all(claim):
    shares = []
    rerun(claim, reader(), progress=lambda share, _what: shares.append(share))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
