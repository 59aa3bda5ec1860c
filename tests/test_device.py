"""The script that checks a graphics card, on the processor: it ends, and what it finds there is right."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.device import compare, cost_row
from tests.support.networks.families import DECODERS, TEXTS, make, tokenizer

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = tmp_path_factory.mktemp("device") / "found.json"
    command = [sys.executable, "-m", "benchmarks.device", "--quick", "--device", "cpu", "--json", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    assert "broke off" not in done.stdout
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("numbers", ["float32", "bfloat16"])
def test_every_network_is_exact_alone_padded_and_twice(found, numbers):
    rows = found[f"exactness, {numbers}, all"]
    assert len(rows) == 6
    for row in rows:
        assert (row["verdict"], row["same text twice"], row["same batch twice"]) == ("exact", True, True), row


def test_every_operation_gives_what_it_gives_on_the_processor(found):
    assert len(found["operations, all"]) > 20
    assert {row["llama"] for row in found["operations, all"]} == {"works"}
    for row in found["several devices, all"]:
        assert set(row.values()) - {row["layers"], row["queries lie on"]} == {"works"}


def test_layers_that_lie_on_two_devices_give_the_same_numbers():
    command = [sys.executable, "-m", "tests.support.captures.spread"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    places = {row["layers"]: row["queries lie on"] for row in rows}
    assert places == {
        "second half in memory, run on the device": "card, card, card, card",
        "second half in memory, run there": "card, card, cpu, cpu",
        "every second layer in memory, run there": "cpu, card, cpu, card",
    }
    for row in rows:
        assert {what for what, found in row.items() if found != "works"} == {"layers", "queries lie on"}, row


def test_costs_are_of_every_contender_at_every_length(found):
    rows = [(row["tokens"], row["what runs"]) for row in found["costs"]]
    assert len(set(rows)) == len(rows) == 2 * 5
    assert all(float(row["ms"]) > 0 and float(row["times plain"]) > 0 for row in found["costs"])


def test_a_network_that_is_read_wrongly_is_not_called_exact(monkeypatch):
    from benchmarks import device

    row = compare("llama", make(*DECODERS["llama"]), tokenizer(ends=False), list(TEXTS), "cpu", device.torch.float32)
    assert row["verdict"] == "exact"
    monkeypatch.setattr(device, "call_pattern", lambda call: device.mha_viz.attention.calls.call_logits(call))
    row = compare("llama", make(*DECODERS["llama"]), tokenizer(ends=False), list(TEXTS), "cpu", device.torch.float32)
    assert row["verdict"].startswith("off by")


def test_ratios_are_of_the_same_round():
    measured = {"plain, sdpa": [(2.0, 7, 3), (8.0, 7, 3)], "capture": [(3.0, 13, 5), (10.0, 17, 11)]}
    row = cost_row("135M", 512, "capture", measured, {})
    assert (row["ms"], row["times plain"], row["from"], row["to"]) == ("6500.0", "1.38", "1.25", "1.50")
    assert (row["peak MB"], row["kept MB"]) == ("15", "8")
