"""Light imports leave out what a command does not need, change no number, and touch no program of somebody's."""

import json
import subprocess
import sys

import pytest
import torch

from mha_viz.models import light
from mha_viz.models.only_shapes import OnlyShapes

TEXT = "The animal did not cross the street because it was too tired."
# The compiler, sharding and a computer algebra system, the loss of found objects; and what other commands need.
HEAVY = {"torch._dynamo", "torch.distributed.tensor", "torch.distributed.fsdp", "sympy", "scipy", "spacy", "plotly"}
COMMANDS = (
    ["heads", TEXT, "--json"], ["attention", TEXT, "--layer", "1", "--head", "0", "--json"],
    pytest.param(["scan", TEXT, "--json"], marks=pytest.mark.real_model),
    pytest.param(["scores", TEXT, "--json"], marks=pytest.mark.real_model),
)  # fmt: skip
TYPED = """
import sys
from mha_viz.cli.main import main
status = main()
print(*set(sys.modules).intersection({heavy}), file=sys.stderr)
sys.exit(status)
"""
# A program of somebody's, which calls with every line that it hears.
OF_SOMEBODY = """
import json, sys
from mha_viz.cli.main import main
for line in sys.stdin:
    status = main(json.loads(line))
    print()
    print("ended with", status, *set(sys.modules).intersection({heavy}), flush=True)
"""


def started(program, *arguments, **pipes):
    call = [sys.executable, "-c", program.format(heavy=sorted(HEAVY)), *arguments]
    return subprocess.Popen(call, stdout=subprocess.PIPE, text=True, **pipes)


def when_typed(command):
    """What a command prints, and which heavy modules it loaded."""
    with started(TYPED, *command, stderr=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return json.loads(out), set(err.splitlines()[-1].split())


@pytest.fixture(scope="module")
def when_called():
    """The same of a program of somebody's: one for all commands, as what it loads takes long."""
    with started(OF_SOMEBODY, stdin=subprocess.PIPE) as process:

        def called(command):
            print(json.dumps(command), file=process.stdin, flush=True)
            lines = []
            for line in process.stdout:
                lines.append(line)
                if line.startswith("ended with"):
                    break
            status, *heavy = lines[-1].split()[2:]
            assert status == "0"
            return json.loads("".join(lines[:-1])), set(heavy)

        yield called
        process.stdin.close()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_command_loads_no_heavy_library_and_prints_the_same_numbers_as_with_all_of_them(command, when_called):
    printed, heavy = when_typed([*command, "--model", "classroom"])
    assert heavy == set()
    printed_when_called, heavy = when_called([*command, "--model", "classroom"])
    assert "torch._dynamo" in heavy  # else there would be nothing to leave out any more
    assert printed == printed_when_called


@pytest.mark.real_model
def test_the_commands_of_spacy_are_there_afterwards():
    program = """
import gc, sys
from mha_viz.models.light import allow_light_imports
from mha_viz.annotation.english.parser import parse
allow_light_imports()
assert parse("Dogs bark.").words == ("Dogs", "bark", ".")
assert gc.isenabled() and "spacy" in sys.modules and "spacy.cli" not in sys.modules
from spacy.cli import info
assert info()["spacy_version"]
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120, capture_output=True)


def test_the_compiler_scipy_and_the_collector_are_there_afterwards():
    program = """
import gc, importlib.util, sys
from mha_viz.models.light import allow_light_imports, import_lightly
allow_light_imports()
import_lightly()
import torch
from transformers.utils import is_scipy_available, is_torch_distributed_available
assert "torch._dynamo" not in sys.modules and "_dynamo" not in vars(torch)
assert gc.isenabled() and importlib.util.find_spec("scipy") and is_scipy_available()
assert torch.distributed.is_available() and not is_torch_distributed_available()
compiled = torch.compile(lambda x: x.sin() * 3, backend="eager")
assert torch.equal(compiled(torch.arange(7.0)), torch.arange(7.0).sin() * 3)
assert torch._dynamo.__file__
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_nothing_happens_in_a_process_that_is_not_ours(monkeypatch):
    monkeypatch.setattr(light, "_ours", [])
    monkeypatch.delitem(sys.modules, "transformers")
    light.import_lightly()
    assert "transformers" not in sys.modules


def test_without_memory_shapes_are_what_they_would_be_and_nothing_is_drawn():
    def made():
        table = torch.nn.Embedding(7, 5, padding_idx=2)
        turned = torch.empty(3, 5, 7).permute(2, 0, 1)
        tensors = [
            torch.arange(11), torch.arange(2, 13, 3, dtype=torch.float16), table.weight, torch.empty_like(turned),
            torch.empty_like(table.weight), torch.empty_like(table.weight, dtype=torch.int16, device="cpu"),
        ]  # fmt: skip
        return [(one.device.type, one.dtype, one.shape, one.stride(), one.requires_grad) for one in tensors]

    with torch.device("meta"):
        expected = made()
    assert [device for device, *_ in expected] == ["meta"] * 5 + ["cpu"]
    with OnlyShapes(), torch.device("meta"):
        assert made() == expected


def test_what_has_memory_is_drawn_as_ever():
    torch.manual_seed(3)
    expected = torch.nn.Linear(5, 7).weight
    torch.manual_seed(3)
    with OnlyShapes():
        assert torch.equal(torch.nn.Linear(5, 7).weight, expected)
        assert torch.equal(torch.arange(5), torch.tensor([0, 1, 2, 3, 4]))
