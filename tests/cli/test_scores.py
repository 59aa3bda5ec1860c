"""`mha-viz scores` and `mha-viz profile`, with a real model on a few sentences of our own."""

import json
import sys
from types import ModuleType

import pytest
import torch

from mha_viz.cli.main import main
from mha_viz.cli.scores import JSON_COLUMNS
from mha_viz.evidence.corpus import controls
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.evidence.corpus.profiles import profile_path
from mha_viz.evidence.verdict import ESTABLISHED, TOO_FEW
from mha_viz.models.load import load_model

OURS = """\
# newdoc id = one
# sent_id = 1
# text = The old baker sold warm bread.
1\tThe\tthe\tDET\t_\t_\t3\tdet\t_\t_
2\told\told\tADJ\t_\t_\t3\tamod\t_\t_
3\tbaker\tbaker\tNOUN\t_\t_\t4\tnsubj\t_\tEntity=(1-person-1-coref
4\tsold\tsell\tVERB\t_\t_\t0\troot\t_\t_
5\twarm\twarm\tADJ\t_\t_\t6\tamod\t_\t_
6\tbread\tbread\tNOUN\t_\t_\t4\tobj\t_\tSpaceAfter=No
7\t.\t.\tPUNCT\t_\t_\t4\tpunct\t_\t_

# newdoc id = two
# sent_id = 2
# text = Children read long books.
1\tChildren\tchild\tNOUN\t_\t_\t2\tnsubj\t_\t_
2\tread\tread\tVERB\t_\t_\t0\troot\t_\t_
3\tlong\tlong\tADJ\t_\t_\t4\tamod\t_\t_
4\tbooks\tbook\tNOUN\t_\t_\t2\tobj\t_\tSpaceAfter=No
5\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_

""".replace("\tEntity=(1-person-1-coref", "\t_")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_a_profile_of_two_sentences(cache, folder, capsys):
    source = cache / "ours.conllu"
    source.write_text(OURS, encoding="utf-8")
    command = ["profile", "--model", folder, "--conllu", str(source)]
    assert main([*command, "--json", "--out", str(cache / "p.parquet")]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {tuple(row) for row in rows} == {JSON_COLUMNS}
    obj = [row for row in rows if (row["score"], row["direction"]) == ("obj", "dep→head")]
    assert len(obj) == 6
    assert {row["n"] for row in obj} == {1}  # of the sentence that reports
    assert {row["baseline"] for row in obj} == {1.0}  # the object stands two words after its verb
    assert {row["verdict"] for row in obj} == {TOO_FEW}
    assert {row["family"] for row in rows} >= {"syntactic", "positional", "copying", "sinks", "spread"}
    assert all(row["verdict"] is None and row["p"] is None for row in rows if row["family"] == "spread")
    kept = load_profile(cache / "p.parquet")
    assert len(kept.table) == len(rows)
    (corpus,) = kept.facts["corpora"]
    assert (corpus["what"], corpus["sentences"], corpus["is_gold"]) == ("ours.conllu", 2, True)
    assert load_profile(profile_path(folder, load_model(folder).identity)).facts == kept.facts
    assert not list((cache / "cache" / "profiles" / "unfinished").iterdir())
    assert main(command) == 0
    assert "Kept in" in capsys.readouterr().out


def test_mentions_that_cannot_be_shown_are_told_before_anything_else(cache, capsys):
    source, broken = cache / "parts.conllu", cache / "broken.conllu"
    source.write_text(OURS.replace("\t_\n", "\tEntity=(e1[1/2]-x)(e1[2/2])(e2-x)\n", 1), encoding="utf-8")
    broken.write_text(OURS.replace("\tdet\t", "\t_\t", 1), encoding="utf-8")
    command = ["profile", "--model", "no such model", "--documents", str(source)]
    assert main(command) == 1
    assert "mha-viz: parts.conllu: 1 of 2 mentions is left out: " in capsys.readouterr().err
    assert main([*command, "--select", str(broken)]) == 1
    err = capsys.readouterr().err
    assert "broken.conllu, line 4: a head without a relation." in err
    assert "no such model" not in err


def test_the_twins_read_in_a_process_of_their_own_as_they_would_in_one(cache, folder, capsys, monkeypatch):
    source, read = cache / "ours.conllu", controls.read_controls
    source.write_text(OURS, encoding="utf-8")
    command = ["profile", "--model", folder, "--conllu", str(source), "--json"]
    scripts = [cache / f"ends_with_{status}.py" for status in (0, 9)]
    for status, script in zip((0, 9), scripts, strict=True):
        script.write_text(f"raise SystemExit({status})", encoding="utf-8")
    n_threads, rows, read_here = torch.get_num_threads(), [], []
    monkeypatch.setattr(controls, "read_controls", lambda *these, **rest: read_here.append(read(*these, **rest)))
    for worth_it, script in ((10**6, None), (1, None), *((1, script) for script in scripts)):
        started = ModuleType("__main__")  # which the other process runs first; pages leave theirs here
        started.__file__ = script and str(script)
        monkeypatch.setitem(sys.modules, "__main__", started)
        monkeypatch.setattr("mha_viz.cli.profile.WORTH_IT", worth_it)
        assert main(command) == 0
        rows.append((json.loads(capsys.readouterr().out), len(read_here)))
    assert all(table == rows[0][0] for table, _ in rows)
    assert [n for _, n in rows] == [1, 1, 2, 3]  # what another process has read is not read again
    assert any(row["control"] is not None for row in rows[1][0])
    assert torch.get_num_threads() == n_threads
    assert not list((cache / "cache" / "profiles" / "unfinished").iterdir())


@pytest.mark.real_model
def test_without_files_it_is_our_own_sentences_parsed(tmp_path, folder, capsys, monkeypatch):
    monkeypatch.setattr("mha_viz.inputs.examples.FILE", "two.txt")
    monkeypatch.setattr("mha_viz.inputs.examples.app_folder", lambda: tmp_path)
    monkeypatch.setattr("mha_viz.cli.profile_work.cache_folder", lambda: tmp_path)
    monkeypatch.setattr("mha_viz.evidence.corpus.profiles.cache_folder", lambda: tmp_path)
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "two.txt").write_text("The cat sat on the mat.\n\nA dog ran home.\n", encoding="utf-8")
    assert main(["profile", "--model", folder, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["n"] for row in rows if (row["score"], row["direction"]) == ("nsubj", "dep→head")} == {1}
    (kept,) = (load_profile(path) for path in (tmp_path / "profiles").glob("*.parquet"))
    assert kept.facts["corpora"][0] | {"source": ""} == {
        "what": "example sentences of mha_viz", "source": "", "sentences": 2, "is_gold": False,
    }  # fmt: skip


def test_refusals_are_one_sentence(tmp_path, capsys):
    assert main(["profile", "--conllu", str(tmp_path / "none.conllu")]) == 1
    assert "none.conllu cannot be read: No such file" in capsys.readouterr().err


FUNCTION = "def f{}(a, b):\n    total = a + (b)\n    if total > a:\n        return total\n    return b - total\n"


def test_scores_and_a_profile_of_code(cache, folder, capsys):
    source = cache / "code" / "a.py"
    source.parent.mkdir()
    source.write_text(FUNCTION.format(""), encoding="utf-8")
    command = ["--model", folder, "--code"]
    assert main(["scores", *command, str(source), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    items = {row["score"]: row["n"] for row in rows if row["family"] == "code"}
    assert items == {"bracket": 2, "identifier": 7, "definition": 7, "block": 4, "indentation": 2}
    assert {row["baseline"] for row in rows if row["score"] == "bracket"} == {1.0}
    assert main(["scores", FUNCTION.format(""), "--model", folder, "--json"]) == 0  # recognised
    assert json.loads(capsys.readouterr().out) == rows
    for i in range(1, 20):
        (source.parent / f"b{i}.py").write_text(FUNCTION.format(i), encoding="utf-8")
    assert main(["profile", *command, str(source.parent), "--json", "--out", str(cache / "p.parquet")]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["n"] for row in rows if row["score"] == "bracket"} == {20}  # of the ten files that report
    assert "syntactic" not in {row["family"] for row in rows}
    (corpus,) = load_profile(cache / "p.parquet").facts["corpora"]
    assert (corpus["what"], corpus["source"], corpus["sentences"]) == ("code", "code", 20)


def test_code_that_cannot_be_read_is_refused_before_a_model_is_loaded(cache, capsys):
    source = cache / "a.py"
    source.write_text("def f(:\n", encoding="utf-8")
    assert main(["scores", "--code", str(source), "--model", "no such model"]) == 1
    err = capsys.readouterr().err
    assert "This is no Python that can be read (line 1: invalid syntax)" in err
    assert "no such model" not in err
    (cache / "empty").mkdir()
    assert main(["profile", "--code", str(cache / "empty"), "--model", "no such model"]) == 1
    assert "empty holds no function of 24 to 128 words" in capsys.readouterr().err
    assert main(["profile", "--code", str(source), "--model", "no such model"]) == 1
    assert "is no folder: give one that holds Python files" in capsys.readouterr().err


def test_scores_of_one_text(folder, capsys):
    command = ["scores", "the cat sat on a mat", "--model", folder, "--no-parse"]
    assert main([*command, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {tuple(row) for row in rows} == {JSON_COLUMNS}
    assert {row["n"] for row in rows if row["score"] == "previous token"} == {7}
    assert all(row["verdict"] != ESTABLISHED for row in rows)
    assert main([*command, "--family", "copying"]) == 0
    assert "previous token" not in capsys.readouterr().out
    assert main([*command, "--family", "fame"]) == 1
    assert "there are: positional" in capsys.readouterr().err
