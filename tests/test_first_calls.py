"""What torch hands to MKL is called with one number before it is called with many."""

import subprocess
import sys

import pytest

NOTED = """
import sys, torch
sizes = {}
def noted(name, function):
    def called(x, *args, **kwargs):
        sizes.setdefault(name, x.numel())
        return function(x, *args, **kwargs)
    return called
for name in ("log", "sqrt", "cos", "erf"):
    setattr(torch, name, noted(name, getattr(torch, name)))
__import__(sys.argv[1])
print(sizes)
"""


@pytest.mark.parametrize("module", ["mha_viz.attention.calls", "mha_viz.attention.rows", "mha_viz.models.load"])
def test_the_first_call_of_a_process_is_of_one_number(module):
    """Whatever a program asks of the package first: maps, rows of maps, or a model."""
    done = subprocess.run(
        [sys.executable, "-c", NOTED, module], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "{'cos': 1, 'erf': 1, 'log': 1, 'sqrt': 1}"
