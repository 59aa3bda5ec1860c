"""A model that one place has no room for lies in several, with the same numbers; or it is refused in a sentence."""

import copy
import gc
import os
from types import SimpleNamespace

import psutil
import pytest
import torch
import transformers as hf
from accelerate import dispatch_model
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode

import mha_viz
from benchmarks.device import OPERATIONS, RUNS, TEXT, Asked, ask
from mha_viz.attention.maps import trace_of
from mha_viz.cli.main import main
from mha_viz.errors import ModelError
from mha_viz.models.load import load_model, model_from, random_twin
from mha_viz.models.placing import ROOM, Place, place_for
from mha_viz.recording.drawn import is_as_drawn
from mha_viz.recording.lying import Elsewhere, numbers_of
from mha_viz.recording.run import _known
from mha_viz.recording.watching.entering import token_vectors
from tests.support.networks.families import LLAMA, make, tokenizer
from tests.support.networks.families import TEXT as TEXT_FAMILIES

GB = 10**9


def memory(monkeypatch, free, cards=()):
    """Pretend that so many bytes are free in memory, and on each card."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(cards))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda card: (cards[card], 80 * GB))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("llama")
    make(hf.LlamaForCausalLM, hf.LlamaConfig(**{**LLAMA, "num_hidden_layers": 5})).save_pretrained(folder)
    tokenizer(ends=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def spread(folder, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        memory(patch, 60_000)
        return load_model(str(folder), offload=tmp_path_factory.mktemp("offload"))


@pytest.fixture(scope="module")
def whole(folder):
    return load_model(str(folder))


@pytest.mark.parametrize("operation", [*OPERATIONS, *RUNS])
def test_weights_on_disk_give_what_they_give_in_memory(operation, spread, whole):
    here, there = (Asked(found, found, model) for model in (spread, whole) for found in [mha_viz.capture(model, TEXT)])
    assert ask({**OPERATIONS, **RUNS}[operation], here, there) == "works"


def test_layers_lie_on_disk_and_that_is_said(spread, whole):
    assert spread.network.hf_device_map["model.layers.3"] == "disk"
    assert spread.network.model.layers[3].self_attn.q_proj.weight.is_meta
    head = spread.network.get_output_embeddings()
    assert head.weight.is_meta
    assert torch.equal(numbers_of(head), numbers_of(whole.network.get_output_embeddings()))
    (note,) = spread.notes
    assert note.startswith("weights in several places (23% in memory, 77% on disk)")
    assert whole.notes == ()


def test_it_is_the_same_model_and_neither_written_nor_drawn_anew(spread, whole):
    assert (spread.identity, spread.dtype) == (whole.identity, whole.dtype)
    assert is_as_drawn(spread.network) == is_as_drawn(whole.network)
    found, known = (mha_viz.capture(model, TEXT) for model in (spread, whole))
    for call, same in zip(found.calls, known.calls, strict=True):
        assert torch.equal(call.query, same.query)
        assert torch.equal(call.projection, same.projection)


def test_half_precision_on_disk(folder, tmp_path, monkeypatch):
    expected = mha_viz.capture(load_model(str(folder), dtype="bfloat16"), TEXT)
    memory(monkeypatch, 30_000)
    monkeypatch.setenv("MHA_VIZ_OFFLOAD", str(tmp_path))
    model = load_model(str(folder), dtype="bfloat16")
    assert model.notes
    for call, same in zip(mha_viz.capture(model, TEXT).calls, expected.calls, strict=True):
        assert torch.equal(call.value, same.value)


def test_without_a_folder_it_is_refused_and_the_way_is_named(folder, monkeypatch, capsys):
    memory(monkeypatch, 60_000)
    monkeypatch.delenv("MHA_VIZ_OFFLOAD", raising=False)
    with pytest.raises(ModelError, match=r"memory and 0\.0 GB are free\. With --offload FOLDER .* stays on disk\.$"):
        load_model(str(folder))
    monkeypatch.setattr("mha_viz.models.placing.ROOM", 1e-4)
    with pytest.raises(ModelError, match="no room for its first layer"):
        load_model(str(folder), offload=folder)


def test_the_terminal_takes_a_folder(folder, tmp_path, monkeypatch, capsys):
    memory(monkeypatch, 60_000)
    monkeypatch.setenv("MHA_VIZ_OFFLOAD", "")
    assert main(["heads", TEXT, "--model", str(folder)]) == 1
    assert "--offload FOLDER" in capsys.readouterr().err
    assert main(["heads", TEXT, "--model", str(folder), "--offload", str(tmp_path)]) == 0
    assert "on disk" in capsys.readouterr().err
    assert os.environ["MHA_VIZ_OFFLOAD"] == ""  # of the next model nothing is left there


def test_a_random_twin_that_has_no_room_is_refused(spread, whole, monkeypatch):
    memory(monkeypatch, 60_000)
    with pytest.raises(ModelError, match="with random weights needs"):
        random_twin(spread)


def test_what_a_card_has_room_for_goes_there_whatever_memory_has(monkeypatch):
    memory(monkeypatch, 30 * GB, cards=(40 * GB, 20 * GB))
    assert place_for("it", 20 * GB, "cuda") == Place("cuda")
    assert place_for("it", 31 * GB, "cuda").options == {"device_map": {"": "cuda"}}
    assert place_for("it", 20 * GB, "cpu") == Place("cpu")


def test_what_no_card_has_room_for_is_spread_over_all_and_memory(monkeypatch, tmp_path):
    memory(monkeypatch, 30 * GB, cards=(40 * GB, 20 * GB))
    shares = {0: int(40 * GB * ROOM), 1: int(20 * GB * ROOM), "cpu": int(30 * GB * ROOM)}
    assert place_for("it", 60 * GB, "cuda") == Place("cuda", shares)
    assert place_for("it", 50 * GB, "cuda:1", tmp_path).most == {key: shares[key] for key in (1, "cpu")}
    with pytest.raises(ModelError, match=r"needs 90\.0 GB, and 60\.0 GB are free on its device and 30\.0 GB in memory"):
        place_for("it", 90 * GB, "cuda")
    placed = place_for("it", 90 * GB, "cuda", tmp_path).options
    assert placed == {"device_map": "auto", "max_memory": shares, "offload_folder": tmp_path}


class NotesWeights(TorchFunctionMode):
    """Where the weights of linear maps lie while they run."""

    def __init__(self):
        super().__init__()
        self.storages = {}

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is torch.nn.functional.linear:
            storage = args[1].untyped_storage()
            self.storages[storage.data_ptr()] = StorageWeakRef(storage)
        return function(*args, **(kwargs or {}))


def test_nothing_keeps_weights_that_accelerate_has_taken_off_the_device(folder, tmp_path, monkeypatch):
    memory(monkeypatch, 60_000)
    model = load_model(str(folder), offload=tmp_path)
    with NotesWeights() as noted:
        first = mha_viz.capture(model, TEXT)
        looked = mha_viz.look(model, TEXT, lambda call: call.projection)
        vectors = token_vectors(model, first, 3)
    resident = {weight.untyped_storage().data_ptr() for weight in model.network.parameters() if not weight.is_meta}
    del vectors
    gc.collect()
    still = {place for place, storage in noted.storages.items() if not storage.expired()}
    assert len(noted.storages) > len(resident) > 0
    assert still <= resident
    for call, projection in zip(first.calls, looked.found, strict=True):
        assert torch.equal(call.projection, projection)


@pytest.mark.parametrize("name", ["gpt2", "bert"])
def test_where_a_projection_lies_is_told_from_its_numbers(name, tmp_path):
    """Turned round in GPT-2; in BERT, outside the module that attends."""
    network = make(*TEXT_FAMILIES[name])
    plain = model_from(copy.deepcopy(network), tokenizer(ends=name == "bert"), name=name)
    expected = [trace_of(mha_viz.capture(plain, TEXT), layer).contributions for layer in (0, 1)]
    places = {part: "disk" if part in ("h", "encoder") else "cpu" for part, _ in network.named_children()}
    dispatch_model(network, places, main_device="cpu", offload_dir=str(tmp_path))
    model = model_from(network, tokenizer(ends=name == "bert"), name=name)
    for _ in ("watched", "known"):
        found = mha_viz.capture(model, TEXT)
        for layer in (0, 1):
            assert torch.equal(trace_of(found, layer).contributions, expected[layer])
    (known,) = _known[network].values()
    assert all(isinstance(projection, Elsewhere) for projection in known.projections)
    assert {projection.is_turned for projection in known.projections} == {name == "gpt2"}
    assert torch.equal(known.projections[1].bias, mha_viz.capture(plain, TEXT).calls[1].projection_bias)
