"""Every example in a docstring runs and gives what is printed below it."""

import doctest
import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

PACKAGE = Path(__file__).parents[1] / "mha_viz"


def name_of(path):
    """A file as it is imported."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


SOURCES = {name_of(path): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
N_EXAMPLES = {name: n for name, source in SOURCES.items() if (n := len(re.findall(r"^ *>>> ", source, re.MULTILINE)))}


@pytest.mark.parametrize("name", N_EXAMPLES)
def test_examples_are_true(name):
    tried = doctest.testmod(importlib.import_module(name))
    assert not tried.failed
    assert tried.attempted == N_EXAMPLES[name]  # none is skipped, and none stands where nobody looks for it


def test_public_modules_have_examples():
    assert {"mha_viz", "mha_viz.wording", "mha_viz.inputs.words", "mha_viz.evidence.statistics.intervals"} <= set(
        N_EXAMPLES
    )


@pytest.mark.parametrize("wrong", [">>> 6 * 7\n41", ">>> 6 * 7", ">>> 6 * seven\n42"])
def test_a_wrong_example_is_noticed(wrong):
    assert doctest.testmod(ModuleType("wrong", wrong)).failed == 1
    assert doctest.testmod(ModuleType("right", ">>> 6 * 7\n42")) == (0, 1)
