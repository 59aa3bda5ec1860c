"""`mha-viz profile --models`, `--ray`: what is refused, what is kept where, and that each model is by itself."""

import json
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from mha_viz.cli import profile_work
from mha_viz.cli.main import main
from mha_viz.cli.profiles.several import profile_each
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.evidence.corpus.profiles import profile_of
from mha_viz.models.fetching.wheels import sha256
from mha_viz.models.load import load_model
from tests.support.own_profiles import identity

SENTENCE = "1\tCats\t_\tNOUN\t_\t_\t2\tnsubj\t_\t_\n2\tsleep\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a treebank of seven sentences."""
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    Path("seven.conllu").write_text(SENTENCE * 7, encoding="utf-8")
    return tmp_path


def listed(*lines):
    Path("models.txt").write_text("\n".join(lines), encoding="utf-8")
    return ["profile", "--models", "models.txt", "--conllu", "seven.conllu"]


def test_what_one_model_is_refused_for_keeps_no_other_from_being_measured(here, folder, capsys):
    assert main([*listed("# ours", "", "no such model", f"{folder}  # tiny"), "--out", "all"]) == 1
    out, err = capsys.readouterr()
    first, last = err.strip().splitlines()
    assert first.startswith("mha-viz: no such model: 'no such model' is not a catalogue name")
    assert last == "mha-viz: 1 of 2 models cannot be measured; 1 profile is kept."
    assert f"{folder} (2 of 2): best head of each score, established first" in out
    ((path, own),) = zip(Path("all").rglob("*.parquet"), (here / "cache").rglob("*.parquet"), strict=True)
    assert load_profile(path).facts["model"] == folder
    assert path.parent.name == f"model={path.stem.rpartition('-')[0]}"
    assert path.name == own.name
    assert path.read_bytes() == own.read_bytes()


def test_the_rows_of_all_say_whose_they_are(capsys):
    tables = {"classroom": profile_of("classroom", identity()).table.head(3)}
    tables["classroom@660"] = tables["classroom"].tail(2)
    options = Namespace(json=True, dtype="float32", out=None, model="minilm", models="models.txt")
    profile_each(options, list(tables), lambda of_one, _model, _out: (tables[of_one.model], []))
    rows = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in rows] == ["classroom"] * 3 + ["classroom@660"] * 2
    assert [row["head"] for row in rows] == [*tables["classroom"]["head"], *tables["classroom@660"]["head"]]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["# none", " "], "models.txt names no model: give one a line, as for --model."),
        (["classroom", "minilm", "classroom # again"], "models.txt names classroom twice."),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_at_once(here, capsys, lines, why):
    assert main(listed(*lines)) == 1
    assert capsys.readouterr().err == f"mha-viz: {why}\n"


def test_a_list_that_is_no_text_is_refused(here, capsys):
    Path("models.txt").write_bytes(b"\xff\xfe\x00\xd8")
    assert main(["profile", "--models", "models.txt"]) == 1
    assert capsys.readouterr().err == "mha-viz: models.txt is no text: give a file with one model a line.\n"


@pytest.mark.parametrize("out", ["seven.conllu", ""])
def test_many_profiles_go_to_a_folder(here, capsys, out):
    assert main([*listed("classroom"), "--out", out]) == 1
    assert capsys.readouterr().err == f"mha-viz: {out!r} is no folder: with --models give --out a folder.\n"


def test_without_ray_it_is_said_how_to_get_it_and_what_was_counted_stays(here, folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["profile", "--model", folder, "--conllu", "seven.conllu", "--ray"]) == 1
    assert capsys.readouterr().err.endswith("mha-viz: Ray is not installed: `pip install 'ray>=2.60,<3'` brings it.\n")


def test_of_two_at_once_the_second_is_refused_before_it_asks_for_a_cluster(here, folder, capsys):
    work = profile_work.work_file(load_model(folder), {"conllu": sha256(Path("seven.conllu"))})
    with profile_work.counts_in(work):
        assert main(["profile", "--model", folder, "--conllu", "seven.conllu", "--ray"]) == 1
    err = capsys.readouterr().err
    assert "Another process measures this model on these files already" in err
    assert "Ray" not in err
