"""Weights that were quantised, as a configuration tells: in how many bits, by which method, and what reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from mha_viz.errors import ModelError
from mha_viz.models.sizes import CONFIG
from mha_viz.outside import json_in
from mha_viz.wording import listed

# What transformers reads each method with: packages by the name that Python imports. Of those not named here it asks.
NEEDS: dict[str, dict[str, str]] = {
    "bitsandbytes": {"bitsandbytes": "bitsandbytes"},
    "gptq": {"optimum": "optimum", "gptqmodel": "gptqmodel"},
    "awq": {"gptqmodel": "gptqmodel"},
    "compressed-tensors": {"compressed_tensors": "compressed-tensors"},
    "quanto": {"optimum.quanto": "optimum-quanto"},
    "torchao": {"torchao": "torchao"},
    "hqq": {"hqq": "hqq"},
    "quark": {"quark": "amd-quark"},
    "auto-round": {"auto_round": "auto-round"},
    "aqlm": {"aqlm": "aqlm"},
    "vptq": {"vptq": "vptq"},
    "spqr": {"spqr_quant": "spqr_quant"},
    "higgs": {"flute": "flute-kernel", "fast_hadamard_transform": "fast_hadamard_transform"},
    "eetq": {"kernels": "kernels"},
}
ON_CARDS = ("vptq", "spqr", "higgs", "eetq", "fbgemm_fp8")  # what transformers reads on a graphics card alone
BITS = {"fp8": 8, "fbgemm_fp8": 8, "mxfp8": 8, "mxfp4": 4, "nvfp4": 4, "bitnet": 2}
# Packed while they run, too.
STAY = (
    "bitsandbytes", "gptq", "awq", "quanto", "torchao", "hqq", "auto-round", "eetq", "aqlm", "vptq", "spqr", "higgs",
    "fbgemm_fp8",
)  # fmt: skip


@dataclass(frozen=True)
class Packing:
    """How weights were quantised: ``method`` as transformers calls it, ``bits`` a number, where that is told."""

    method: str
    bits: int | None

    @property
    def stays(self) -> bool:
        """Whether the weights are packed in memory too, and unpacked only as they are needed."""
        return self.method in STAY

    @property
    def short(self) -> str:
        """What a badge says."""
        return f"{self.bits}-bit" if self.bits else self.method

    @property
    def note(self) -> str:
        """What goes with everything that is shown of it."""
        bits = f" in {self.bits} bits" if self.bits else ""
        return f"weights quantised{bits} ({self.method}): another model than the one that was quantised"


def packing_of(folder: Path) -> Packing | None:
    """How a folder's weights were quantised; None where its configuration says nothing of it."""
    try:
        config = json_in((folder / CONFIG).read_text(encoding="utf-8"))
        settings = config.get("quantization_config")
    except (OSError, ValueError, AttributeError):  # said where the configuration is read
        return None
    if not isinstance(settings, dict):
        return None
    return Packing(str(settings.get("quant_method") or "bitsandbytes"), _bits(settings))


def refuse_without_library(whose: str, packing: Packing) -> None:
    """Before anything is read: what transformers reads such weights with is there, a graphics card included.

    Raises
    ------
    ModelError
        If it is not.
    """
    missing = [package for module, package in NEEDS.get(packing.method, {}).items() if not _is_there(module)]
    if missing:
        raise ModelError(
            f"{whose} cannot be loaded: its weights are quantised ({packing.method}), which transformers reads with "
            f"{listed(missing)}: `pip install {' '.join(missing)}`, or take those in full or half precision."
        )
    if packing.method in ON_CARDS and not torch.cuda.is_available():
        raise ModelError(
            f"{whose} cannot be loaded: its weights are quantised ({packing.method}), which transformers reads on an "
            "NVIDIA card alone, and none is here: take those in full or half precision."
        )


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it is in
        return False


def _bits(settings: Mapping[str, Any]) -> int | None:
    """Bits a number, from wherever a method notes them."""
    method = settings.get("quant_method")
    if settings.get("load_in_4bit") or settings.get("load_in_8bit"):
        return 4 if settings.get("load_in_4bit") else 8
    groups = settings.get("config_groups")
    parts = groups.values() if isinstance(groups, dict) else ()
    found = [part["weights"].get("num_bits") for part in parts if isinstance(part, dict) and part.get("weights")]
    weights = str(settings.get("weights") or "")
    named = [settings.get("bits"), settings.get("w_bit"), *found, BITS.get(str(method))]
    named += [int(sign) for sign in weights if sign.isdigit()][:1]
    return next((bits for bits in named if isinstance(bits, int) and 0 < bits <= 16), None)
