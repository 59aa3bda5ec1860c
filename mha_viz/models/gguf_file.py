"""A GGUF file, which holds weights, configuration and tokenizer in one → network and tokenizer, unpacked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import torch
from gguf import GGUFReader
from transformers import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING,
    MODEL_MAPPING,
    AutoConfig,
    AutoTokenizer,
    GgufConfig,
)

from mha_viz.errors import ModelError, in_one_line
from mha_viz.models.networks import class_of
from mha_viz.models.weights import in_gb
from mha_viz.wording import listed

ENDING = ".gguf"
UNPACKED = 4  # bytes of a number while the file is unpacked, beside those of the network


def gguf_at(name: str) -> Path | None:
    """The file of that name on this machine; None where the name is not one of a GGUF file.

    Raises
    ------
    ModelError
        If there is no such file here.
    """
    if not name.lower().endswith(ENDING) or name.startswith(("\\\\", "//")):
        return None
    try:
        path = Path(name).expanduser()
        if path.is_file():
            return path
    except (OSError, RuntimeError, ValueError):  # too long, a user who does not exist, no permission
        pass
    raise ModelError(f"{name[-80:]!r} is no file on this machine: give the path of a GGUF file, or a hub id.")


def read_gguf(path: Path, dtype: torch.dtype, whose: str) -> tuple[Any, Any, str]:
    """Network, tokenizer, and in a few words what the weights were packed in.

    Raises
    ------
    ModelError
        If the file is broken, of a network that transformers does not unpack, lacks weights, or memory is too small.
    """
    try:
        kinds = _kinds(path, dtype, whose)
        network = unpack_gguf(path, dtype, whose)
        return network, AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name), kinds
    except ModelError:
        raise
    except Exception as error:  # whatever is wrong with a file of somebody's
        raise ModelError(f"{whose} cannot be loaded: {in_one_line(error)}") from error


def unpack_gguf(path: Path, dtype: torch.dtype, whose: str) -> Any:
    """The network alone, whose weights are ordinary ones from here on."""
    config = AutoConfig.from_pretrained(path.parent, gguf_file=path.name)
    heads = MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING if config.is_encoder_decoder else MODEL_FOR_CAUSAL_LM_MAPPING
    found = class_of(config, heads) or class_of(config, MODEL_MAPPING)
    if found is None:
        raise ModelError(f"{whose} cannot be loaded: transformers has no network for {type(config).__name__}.")
    packed, info = found.from_pretrained(
        path.parent, gguf_file=path.name, dtype=dtype, output_loading_info=True,
        quantization_config=GgufConfig(dequantize=True),
    )  # fmt: skip
    if missing := sorted(info["missing_keys"]):
        raise ModelError(
            f"{whose} cannot be loaded: {len(missing)} weights are missing from it, {missing[0]} first; they would be "
            "random."
        )
    # Of a packed file transformers notes that much in the network, so the numbers move to one that is of none.
    settings = {key: value for key, value in packed.config.to_dict().items() if key != "quantization_config"}
    with torch.device("meta"):
        network = type(packed)(type(packed.config).from_dict(settings))
    return _with_numbers_of(packed, network)


def _with_numbers_of(packed: Any, network: Any) -> Any:
    """The same weights and buffers in another network of the class."""
    network.load_state_dict(packed.state_dict(), assign=True)
    network.tie_weights()
    for name, module in packed.named_modules():
        for buffer in module._non_persistent_buffers_set:  # what rotary positions turn by: in no file
            network.get_submodule(name).register_buffer(buffer, getattr(module, buffer), persistent=False)
    return network.eval().requires_grad_(requires_grad=False)


def _kinds(path: Path, dtype: torch.dtype, whose: str) -> str:
    """What the numbers of a file are packed in, the commonest first; refused where memory is too small for them."""
    n: dict[str, int] = {}
    for tensor in GGUFReader(path).tensors:
        n[tensor.tensor_type.name] = n.get(tensor.tensor_type.name, 0) + int(tensor.n_elements)
    needed, free = sum(n.values()) * (UNPACKED + dtype.itemsize), psutil.virtual_memory().available
    if needed > free:
        raise ModelError(f"{whose} needs {in_gb(needed)} of memory while it is unpacked, and {in_gb(free)} are free.")
    return listed(sorted(n, key=n.__getitem__, reverse=True))
