"""A corpus on a Ray cluster of two processes: what fails on the way changes no row."""

import importlib.util
import sqlite3
import sys
from contextlib import closing

import psutil
import pytest

from mha_viz.cli.main import main
from mha_viz.errors import InputError
from mha_viz.evidence.corpus import groups, reading
from mha_viz.evidence.corpus.cluster import ray_run
from mha_viz.evidence.corpus.controls import read_controls
from mha_viz.evidence.corpus.groups import GROUP, n_units_merged
from mha_viz.evidence.corpus.own_process import measure_profile
from mha_viz.evidence.corpus.passages import CHOOSE, REPORT, sentence_passages
from mha_viz.evidence.corpus.profile import load_profile, weigh_corpus
from mha_viz.evidence.corpus.reading import read_corpus
from mha_viz.evidence.corpus.store import names_kept, names_of_units, open_store
from mha_viz.models.load import load_model
from tests.support.faults import DiesOnce, Doubled, TooMuch
from tests.support.networks.families import WORDS
from tests.support.servers.commands import COMMAND, command, has_ended, wait_until
from tests.support.texts.sentences import SENTENCES, annotated

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")
N = 23
CONLLU = "1\tCats\t_\tNOUN\t_\t_\t2\tnsubj\t_\t_\n2\tsleep\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n"


def passages():
    return sentence_passages([annotated(*SENTENCES[i % 3]) for i in range(N)], "ours")


def passages_of_their_own():
    """None is a copy of another."""
    texts = ((f"{SENTENCES[i % 3][0]} {WORDS[i // 3]}", SENTENCES[i % 3][1]) for i in range(N))
    return sentence_passages([annotated(*one) for one in texts], "ours")


def rows_in(store):
    """What a run leaves: every row of its file in order, and the table that follows."""
    rows = [store.execute(f"select * from {table} order by rowid").fetchall() for table in ("passages", "tallies")]  # noqa: S608
    return rows, weigh_corpus(store)


@pytest.fixture(scope="module")
def model(folder):
    return load_model(folder)


@pytest.fixture(scope="module", autouse=True)
def small_chunks():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "AT_ONCE", 5)
        yield


@pytest.fixture(scope="module")
def alone(model, tmp_path_factory):
    """The file of a run without Ray."""
    with closing(open_store(tmp_path_factory.mktemp("alone") / "counts")) as store:
        read_corpus(model, passages, store)
        yield store


@pytest.fixture(scope="module")
def said():
    """What was said of passages that are left out."""
    return []


@pytest.fixture(scope="module")
def run(said):
    with ray_run(workers=2, tell=said.append) as run:
        yield run


@pytest.fixture
def store(tmp_path):
    with closing(open_store(tmp_path / "counts")) as store:
        yield store


def test_without_ray_a_sentence_says_what_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(InputError, match=r"^Ray is not installed: `pip install 'ray>=2\.60,<3'` brings it\.$"),
        ray_run(),
    ):
        pass


@needs_ray
@pytest.mark.cluster
def test_no_cluster_at_an_address_is_one_sentence():
    with pytest.raises(InputError, match=r"^No Ray cluster is at 127\.0\.0\.1:9: [^\n]+$"), ray_run("127.0.0.1:9"):
        pass


@needs_ray
@pytest.mark.cluster
def test_a_cluster_of_our_own_is_for_this_machine_alone(run):
    import ray

    assert [node["NodeManagerAddress"] for node in ray.nodes()] == ["127.0.0.1"]


@needs_ray
@pytest.mark.cluster
def test_a_worker_that_is_killed_in_the_middle_of_a_chunk_changes_no_row(run, model, store, alone, tmp_path):
    marker = tmp_path / "died"
    read_corpus(model, passages, store, run=lambda scoring, of: run(DiesOnce(scoring, str(marker)), of))
    assert marker.exists()
    (rows, table), (rows_alone, table_alone) = rows_in(store), rows_in(alone)
    assert rows == rows_alone
    assert table.equals(table_alone)


@needs_ray
@pytest.mark.cluster
def test_where_memory_is_too_small_a_chunk_is_halved(run, model, store, alone):
    read_corpus(model, passages, store, run=lambda scoring, of: run(TooMuch(scoring, most=2), of))
    (rows, table), (rows_alone, table_alone) = rows_in(store), rows_in(alone)
    assert rows[0] == rows_alone[0], "in another order others would flip their signs"
    assert table.equals(table_alone)


@needs_ray
@pytest.mark.cluster
def test_units_are_merged_into_the_same_groups(run, model, store, tmp_path, monkeypatch):
    """Again and again while the corpus is read, and a worker dies; of the model and of its random twins."""
    monkeypatch.setattr(groups, "LARGE", 11)
    monkeypatch.setattr(groups, "EVERY", 7)
    marker = tmp_path / "died"
    with closing(open_store(tmp_path / "alone")) as alone:
        read_corpus(model, passages_of_their_own, alone)
        read_controls(model, passages_of_their_own, alone)
        read_corpus(
            model, passages_of_their_own, store, run=lambda scoring, of: run(DiesOnce(scoring, str(marker)), of)
        )
        read_controls(model, passages_of_their_own, store, run=run)
        assert marker.exists()
        assert n_units_merged(store) == N
        names = [name for part in (CHOOSE, REPORT) for name in names_of_units(store, part)]
        assert len(names) < N, "some share a group"
        assert all(name.startswith(GROUP) for name in names)
        (rows, table), (rows_alone, table_alone) = rows_in(store), rows_in(alone)
        assert rows == rows_alone
        assert table.equals(table_alone)


@needs_ray
@pytest.mark.cluster
def test_random_twins_are_the_same_ones_there(run, model, store, alone):
    for one, others in ((alone, map), (store, run)):
        read_controls(model, passages, one, run=others)
    twins = "select * from tallies where random > 0 order by rowid"
    assert store.execute(twins).fetchall() == alone.execute(twins).fetchall()


@needs_ray
@pytest.mark.cluster
def test_what_workers_die_of_is_named_left_out_and_counted(run, said):
    """4 of 3, 4 and 5: all of them twice, then 4 and 5, and it alone."""
    assert list(run(Doubled(deadly=4), iter([[1, 2], [3, 4, 5], [6]]))) == [[2, 4], [6, None, 10], [12]]
    assert said == ["4 ended 4 workers, and is left out."]


@needs_ray
@pytest.mark.cluster
def test_what_a_worker_raises_is_one_sentence_and_the_next_work_is_none_the_worse(run):
    with pytest.raises(InputError, match=r"^A worker failed on 2 and 1 more\. ValueError: 3 is odd$"):
        list(run(Doubled(odd=3), iter([[1], [2, 3], [4]])))
    with pytest.raises(InputError, match=r"^3 is odd\nand more$"):
        list(run(Doubled(odd=3, error=InputError), iter([[1], [2, 3], [4]])))
    assert list(run(Doubled(), iter([[1], [2, 3]]))) == [[2], [4, 6]]
    assert list(run(Doubled(), iter([]))) == []


# The driver keeps its first chunk and goes no further; so it is known when it is killed.
STOPS = f"""
import time
from mha_viz.evidence.corpus import groups, reading

keep, reading.AT_ONCE = reading.keep, 5

def keep_once(*given, **more):
    keep(*given, **more)
    time.sleep(600)

reading.keep = keep_once
{COMMAND}
"""


@needs_ray
@pytest.mark.cluster
def test_a_driver_that_is_killed_takes_the_workers_along_and_the_next_run_goes_on(folder, tmp_path, monkeypatch):
    """Without a cluster this time, and with the same profile as a run of its own."""
    treebank = tmp_path / "corpus.conllu"
    treebank.write_text(CONLLU * N, encoding="utf-8")
    measure, cache = ["profile", "--model", folder, "--conllu", str(treebank)], tmp_path / "cache"
    with command(*measure, "--ray", code=STOPS, cache=cache) as process:
        wait_until(lambda: n_kept_below(cache) == 5, patience=240)
        others = psutil.Process(process.pid).children(recursive=True)
        assert any("raylet" in other.name() for other in others)
        process.kill()
        # Two agents of Ray outlive their cluster; they hold no model.
        wait_until(lambda: all(has_ended(other) or other.name().endswith("Agent") for other in others))
    monkeypatch.setenv("MHA_VIZ_CACHE", str(cache))
    assert main([*measure, "--out", str(tmp_path / "resumed")]) == 0
    assert main([*measure, "--out", str(tmp_path / "alone")]) == 0
    resumed, whole = (load_profile(tmp_path / name) for name in ("resumed", "alone"))
    assert resumed.table.equals(whole.table)
    assert resumed.facts == whole.facts


@needs_ray
@pytest.mark.cluster
def test_a_process_of_its_own_measures_on_a_cluster_for_an_app_that_never_imports_ray(folder, tmp_path, monkeypatch):
    """With the same profile as a run of its own, without Ray; and how far it is."""
    treebank, told = tmp_path / "corpus.conllu", []
    treebank.write_text(CONLLU * N, encoding="utf-8")
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))
    measure_profile(folder, conllu=str(treebank), ray="", progress=lambda *said: told.append(said))
    (path,) = (tmp_path / "cache").rglob("*.parquet")
    assert main(["profile", "--model", folder, "--conllu", str(treebank), "--out", str(tmp_path / "alone")]) == 0
    ours, whole = (load_profile(one) for one in (path, tmp_path / "alone"))
    assert ours.table.equals(whole.table)
    assert ours.facts == whole.facts
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] == 0.0 < shares[-1] <= 1.0


def n_kept_below(cache):
    """How many passages the unfinished work below a cache holds."""
    for path in (cache / "profiles" / "unfinished").glob("*.sqlite"):
        with closing(sqlite3.connect(path)) as store:
            try:
                return len(names_kept(store, random=0))
            except sqlite3.OperationalError:  # it is being made
                return 0
    return 0
