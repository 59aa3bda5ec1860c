"""`mha-viz profile` where there is nothing to measure, where files are none, and where another process is at it."""

import os
from pathlib import Path

import psutil
import pytest

from mha_viz.annotation.files import treebanks
from mha_viz.cli import profile_work
from mha_viz.cli.main import main
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.models.fetching.wheels import sha256
from mha_viz.models.load import load_model
from mha_viz.paths import app_folder
from tests.support.own_profiles import damage, identity, keep_own
from tests.support.servers.commands import COMMAND, command, has_ended, wait_until

SENTENCE = "1\tCats\t_\tNOUN\t_\t_\t2\tnsubj\t_\t_\n2\tsleep\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Where profiles go, below a folder for the files that they are measured on."""
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(app_folder()))  # where the tests run, for processes that start elsewhere
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cache"


def written(name, text):
    Path(name).write_text(text, encoding="utf-8")
    return name


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("source", "text", "what"),
    [
        ("conllu", "", "sentence"), ("conllu", "\n\n \n", "sentence"), ("select", "", "sentence"),
        ("documents", SENTENCE, "mention (Entity=)"), ("pairs", "\n", "twins"), ("entities", "", "sentence"),
        ("ratings", "\n", "pair of words"),
        ("gap", "ID\tText\tPronoun\tPronoun-offset\tA\tA-offset\tA-coref\tB\tB-offset\tB-coref\tURL\n", "text"),
    ],
)  # fmt: skip
def test_a_file_that_holds_nothing_is_refused_before_anything_is_loaded(cache, capsys, source, text, what):
    whole = () if source == "conllu" else ("--conllu", written("whole.conllu", SENTENCE))
    assert main(["profile", "--model", "no such model", f"--{source}", written("empty", text), *whole]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"mha-viz: empty holds no {what}: there is nothing to measure.\n")
    assert files_in(cache / "profiles") == []


def test_heads_are_not_chosen_on_what_they_are_reported_on(cache, capsys):
    whole, part = written("whole.conllu", SENTENCE), written("part.conllu", SENTENCE * 2)
    assert main(["profile", "--model", "no such model", "--conllu", whole, "--select", part]) == 1
    assert capsys.readouterr().err == (
        "mha-viz: Every sentence of part.conllu is among those that heads are reported on: they have to be chosen on "
        "other sentences. Without --select one half chooses and the other reports.\n"
    )


def test_what_is_too_long_for_the_model_is_no_profile(cache, folder, capsys):
    """Its random tokens were read all the same."""
    words = "".join(f"{i}\tcat\t_\tNOUN\t_\t_\t{i - 1}\t{'dep' if i > 1 else 'root'}\t_\t_\n" for i in range(1, 60))
    assert main(["profile", "--model", folder, "--conllu", written("long.conllu", f"{words}\n")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("mha-viz: Nothing was measured: no score has an item in these files that the model can be "
                        "asked. Nothing is kept.\n")  # fmt: skip
    assert files_in(cache / "profiles") == []


def test_a_treebank_is_read_to_its_end_twice(cache, folder, monkeypatch):
    """Once for what is wrong in it, which is told before anything that takes long, and once to be measured."""
    ends, read = [], treebanks.read_conllu

    def read_and_count(path):
        yield from read(path)
        ends.append(path)

    monkeypatch.setattr(treebanks, "read_conllu", read_and_count)
    assert main(["profile", "--model", folder, "--conllu", written("7.conllu", SENTENCE * 7), "--out", "p"]) == 0
    assert ends == ["7.conllu"] * 2
    assert [corpus["sentences"] for corpus in load_profile(Path("p")).facts["corpora"]] == [7]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes of this kind")
def test_a_pipe_is_refused_at_once(cache):
    os.mkfifo("pipe")
    with command("profile", "--conllu", "pipe", cache=cache) as process:
        out, err = process.communicate(timeout=60)  # what waits for a writer waits for ever
    assert (process.returncode, out, err) == (1, "", "mha-viz: pipe is a pipe: give a file.\n")


@pytest.mark.parametrize(
    ("out", "why"),
    [
        (".", "'.' is a folder: give --out a file."), ("", "'' is a folder: give --out a file."),
        ("whole.conllu/p.parquet", "whole.conllu cannot be written to ("),
    ],
)  # fmt: skip
def test_where_the_profile_goes_is_looked_at_before_all_the_work(cache, capsys, out, why):
    command = ["profile", "--model", "no such model", "--conllu", written("whole.conllu", SENTENCE), "--out", out]
    assert main(command) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"mha-viz: {why}")
    assert err.count("\n") == 1


def test_a_profile_that_cannot_be_kept_leaves_its_counts_to_the_next_run(cache, folder, capsys, monkeypatch):
    measure = ["profile", "--model", folder, "--conllu", written("whole.conllu", SENTENCE)]
    with monkeypatch.context() as patched:
        patched.setattr("mha_viz.evidence.corpus.profile.write_whole", full)
        assert main(measure) == 1
        assert "cannot be written: No space left on device." in capsys.readouterr().err
    assert [path.suffix for path in (cache / "profiles" / "unfinished").iterdir()] == [".sqlite"]
    assert main(measure) == 0
    assert files_in(cache / "profiles" / "unfinished") == []


def full(*_given):
    raise OSError(28, "No space left on device")


def test_of_two_at_once_the_second_says_so_and_touches_nothing(cache, folder, capsys):
    measure = ["profile", "--model", folder, "--conllu", written("whole.conllu", SENTENCE)]
    work = profile_work.work_file(load_model(folder), {"conllu": sha256(Path("whole.conllu"))})
    with profile_work.counts_in(work) as store:
        store.execute("insert into passages (random, name) values (0, 'kept by the first')")
        store.commit()
        for more in ([], ["--restart"]):
            assert main([*measure, *more]) == 1
            out, err = capsys.readouterr()
            assert (out, err.count("mha-viz: ")) == ("", 1)
            assert "Another process measures this model on these files already: wait until it is done, or" in err
        assert store.execute("select name from passages").fetchall() == [("kept by the first",)]
        assert main(["profile", "--model", folder, "--conllu", written("other.conllu", SENTENCE * 2)]) == 0
    assert files_in(cache / "profiles" / "unfinished") == []
    assert main(measure) == 0


def test_a_lock_whose_process_is_gone_locks_nothing(cache):
    work = cache / "profiles" / "unfinished" / "a.sqlite"
    work.parent.mkdir(parents=True)
    work.with_suffix(".lock").touch()
    with profile_work.counts_in(work):
        pass
    assert files_in(cache / "profiles") == []


# Its other process gets far more to read than anybody waits for.
SLOW = f"""
from pathlib import Path
from mha_viz.cli import profile

start = profile.process_beside

def start_slowly(options, work):
    path = Path(options.conllu)
    path.write_text(path.read_text() * 100_000)
    return start(options, work)

profile.process_beside, profile.WORTH_IT = start_slowly, 1
{COMMAND}
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of this kind")
def test_a_profile_that_is_killed_takes_its_other_process_along_and_the_next_goes_on(cache, folder):
    def started():
        return [child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())]

    measure = ["profile", "--model", folder, "--conllu", written("whole.conllu", SENTENCE)]
    with command(*measure, code=SLOW, cache=cache) as process:
        (twins,) = wait_until(started, patience=120)
        process.kill()
        process.wait(10)
        wait_until(lambda: has_ended(twins), patience=30)
    assert ".lock" in {path.suffix for path in (cache / "profiles" / "unfinished").iterdir()}
    written("whole.conllu", SENTENCE)
    assert main(measure) == 0
    assert files_in(cache / "profiles" / "unfinished") == []


def test_ones_own_profile_is_forgotten_and_what_it_was_is_said(cache, capsys):
    path, forget = keep_own(), ["profile", "--forget", "classroom"]
    assert main(forget) == 0
    what = "Profile of classroom: yours, of 2026-01-07, on mine.conllu, 7 sentences."
    assert capsys.readouterr().out == f"Deleted {path}. {what}\n"
    assert not path.exists()
    assert main(forget) == 1
    assert capsys.readouterr().err == "mha-viz: There is no profile of your own of 'classroom'.\n"
    damage(keep_own(), "cut")
    assert main(forget) == 0
    assert capsys.readouterr().out == f"Deleted {path}. Profile of classroom: damaged.\n"
    keep_own()
    assert main(["profile", "--forget", "minilm"]) == 1
    assert capsys.readouterr().err.endswith("no profile of your own of 'minilm'; there are of classroom.\n")
    assert main([*forget, "--conllu", "whole.conllu"]) == 1
    assert "give it a model, and nothing else." in capsys.readouterr().err
    assert path.exists()


def test_whoever_makes_a_profile_beside_a_shipped_one_is_told_which_is_seen(cache, folder, capsys):
    source = written("whole.conllu", SENTENCE)
    assert main(["profile", "--model", "classroom", "--conllu", source]) == 0
    told = "Pages show the one that comes with mha_viz until you choose yours; --forget classroom deletes it.\n"
    assert capsys.readouterr().out.endswith(f"-{identity()[:12]}.parquet\n{told}")
    assert main(["profile", "--model", folder, "--conllu", source]) == 0
    assert "Pages show" not in capsys.readouterr().out
