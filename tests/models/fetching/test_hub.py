"""A model hub, played by a small local stand-in: what is asked of it, and what of its silence."""

import dataclasses
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

import huggingface_hub
import pytest
import torch
from safetensors.torch import save

from mha_viz.errors import InputError, ModelError
from mha_viz.models import load
from mha_viz.models.catalogue import CATALOGUE
from mha_viz.models.fetching.hub import hub_patience, hub_snapshot
from mha_viz.progress import Progress
from tests.support.networks.families import TEXT, make
from tests.support.networks.model_files import as_files, digest, entry


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
    snapshot = hub_snapshot("owner/tiny", None, Progress())
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
    assert downloaded(hub_snapshot("owner/tiny", None, Progress())) == sorted(files)
    expected = make(*TEXT["bert"]).state_dict()
    assert all(torch.equal(tensor, expected[key]) for key, tensor in model.network.state_dict().items())


def test_a_sentence_transformers_model_is_read_from_its_inner_folder(hub):
    inner = {f"0_Transformer/{name}": data for name, data in Hub.files.items()}
    modules = [{"idx": 0, "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"}]
    Hub.files = {**inner, "modules.json": json.dumps(modules).encode(), "1_Pooling/config.json": b"{}"}
    model = load.load_model("owner/tiny")
    assert model.identity == digest(Hub.files["0_Transformer/model.safetensors"])
    snapshot = hub_snapshot("owner/tiny", None, Progress())
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
    assert downloaded(hub_snapshot("owner/tiny", None, Progress())) == sorted(files)
    query, before = (one.encoder.layer[0].attention.self.query.weight for one in (network, make(*TEXT["bert"])))
    change = query - before
    torch.testing.assert_close(change, torch.full((24, 24), 3.0), rtol=0, atol=1e-5)


def test_a_download_that_was_broken_off_is_not_taken_for_the_model(hub):
    snapshot = hub_snapshot("owner/tiny", None, Progress())
    (snapshot / "model.safetensors").unlink()
    hub.shutdown()
    hub.server_close()
    with pytest.raises(ModelError, match="owner/tiny is not on this machine yet, and the hub did not answer"):
        load.load_model("owner/tiny")


def test_a_name_that_is_mistyped_is_told_beside_those_of_the_catalogue(hub):
    hub.shutdown()
    hub.server_close()
    said = r"minlm is not in the catalogue \(minilm, .*\), and the hub, which may have it, did not answer"
    with pytest.raises(ModelError, match=said):
        load.load_model("minlm")


def test_who_hears_of_the_progress_may_end_a_download(hub):
    def stop(_share, _what):
        raise InputError("enough")

    with pytest.raises(InputError, match="enough"):
        hub_snapshot("owner/tiny", None, Progress(report=stop))
    assert downloaded(hub_snapshot("owner/tiny", None, Progress())) == sorted(Hub.files)


def test_no_code_is_downloaded(hub):
    told = []
    snapshot = hub_snapshot("owner/tiny", None, Progress(report=lambda *now: told.append(now)))
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
        monkeypatch.setattr("mha_viz.models.fetching.hub.HUB_PATIENCE", 0.5)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
        begin = time.monotonic()
        with pytest.raises(ModelError, match="owner/slow is not on this machine yet, and the hub did not answer"):
            load.load_model("owner/slow")
        assert time.monotonic() - begin < 30 * 0.5  # gave up, instead of waiting for the server


@pytest.fixture
def no_patience_named(monkeypatch):
    for name in ("MHA_VIZ_HUB_PATIENCE", "HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)


def test_a_slow_hub_is_waited_for_as_long_as_one_is_told(hub, no_patience_named, monkeypatch):
    monkeypatch.setattr("mha_viz.models.fetching.hub.HUB_PATIENCE", 0.3)
    monkeypatch.setattr(Hub, "delay", 0.8)
    said = r"owner/tiny is not on this machine yet, and the hub did not answer \(.*\)\. Try again"
    with pytest.raises(ModelError, match=said):
        load.load_model("owner/tiny")
    monkeypatch.setenv("MHA_VIZ_HUB_PATIENCE", "30")
    assert load.load_model("owner/tiny").identity == digest(Hub.files["model.safetensors"])


def test_patience_is_ours_else_the_library_s_else_five_seconds(no_patience_named, monkeypatch):
    assert hub_patience() == 5
    for name, seconds in (("HF_HUB_DOWNLOAD_TIMEOUT", 60), ("HF_HUB_ETAG_TIMEOUT", 10)):  # 10 is what it has anyway
        monkeypatch.setenv(name, str(seconds))
        monkeypatch.setattr(huggingface_hub.constants, name, seconds)
        assert hub_patience() == seconds
    monkeypatch.setenv("MHA_VIZ_HUB_PATIENCE", " 2.5 ")
    assert hub_patience() == 2.5


def test_timeouts_of_the_hub_library_stay(hub, no_patience_named, monkeypatch):
    given = []
    whole = huggingface_hub.snapshot_download
    monkeypatch.setattr(
        huggingface_hub, "snapshot_download", lambda *a, **named: given.append(named) or whole(*a, **named)
    )
    monkeypatch.setenv("MHA_VIZ_HUB_PATIENCE", "30")
    hub_snapshot("owner/tiny", None, Progress())
    monkeypatch.setenv("HF_HUB_ETAG_TIMEOUT", "10")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_ETAG_TIMEOUT", 10)
    hub_snapshot("owner/tiny", None, Progress())
    assert [named["etag_timeout"] for named in given] == [30, 10]


@pytest.mark.parametrize("told", ["soon", "0", "-1", "nan", "inf", "1e9", "5 s"])
def test_a_patience_that_is_no_number_of_seconds_is_refused(told, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_HUB_PATIENCE", told)
    with pytest.raises(InputError, match=f"^MHA_VIZ_HUB_PATIENCE is '{told}': give seconds, up to 3600, such as 30.$"):
        hub_snapshot("owner/tiny", None, Progress())


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
