"""A LoRA folder → what it changes in its base network: W + (α/r)·B·A, merged from safetensors; no code of it is run."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from transformers.pytorch_utils import Conv1D

from mha_viz.errors import ModelError, in_one_line
from mha_viz.models.fetching.wheels import sha256
from mha_viz.models.names import unwrapped
from mha_viz.models.weights import refuse_pointer
from mha_viz.outside import json_in

CONFIG, WEIGHTS, PICKLED = "adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"
# What changes the result, and how; all of it is merged here.
MERGED = {"r", "lora_alpha", "use_rslora", "rank_pattern", "alpha_pattern", "bias", "lora_bias", "modules_to_save"}
# What only says how it was trained, or is told by the weights themselves.
HARMLESS = {
    "peft_type", "base_model_name_or_path", "revision", "init_lora_weights", "fan_in_fan_out", "auto_mapping",
    "peft_version", "task_type", "inference_mode", "target_modules", "exclude_modules", "lora_dropout",
    "layers_to_transform", "layers_pattern", "megatron_core", "loftq_config", "eva_config", "corda_config",
    "lora_ga_config", "qalora_group_size", "runtime_config", "unsloth_fixed",
}  # fmt: skip
INITS = (None, True, False, "gaussian", "orthogonal", "eva")  # others begin by changing the base
HEADS = ("lm_head", "score", "classifier", "pre_classifier", "qa_outputs", "cls", "embed_out", "pooler")
PART = re.compile(r"(.+)\.lora_(embedding_)?([AB])(?:\.default)?(?:\.(weight|bias))?")
PLAIN = re.compile(r"[\w.^-]+")  # of a name in a pattern: nothing that takes long to look for


@dataclass(frozen=True)
class Adapter:
    """A LoRA adapter; ``base`` is what its file calls the network that it was trained on, ``revision`` which one."""

    whose: str
    folder: Path
    settings: dict[str, Any]

    @property
    def base(self) -> str:
        return str(self.settings.get("base_model_name_or_path") or "")

    @property
    def revision(self) -> str | None:
        return self.settings.get("revision") or None

    @property
    def tokenizer_folder(self) -> Path | None:
        """Its own folder where that holds a tokenizer, as it does when words were added; else None."""
        has_one = all((self.folder / name).is_file() for name in ("tokenizer.json", "tokenizer_config.json"))
        return self.folder if has_one else None

    def identity(self, of_base: str) -> str:
        """sha256 of all that the numbers come from: the base's weights, the adapter's, and how they are added."""
        merged = json.dumps({key: self.settings.get(key) for key in sorted(MERGED)}, sort_keys=True)
        return hashlib.sha256("\n".join([of_base, sha256(self.folder / WEIGHTS), merged]).encode()).hexdigest()

    def scaling(self, module: str, rank: int) -> float:
        """What B·A of a module is multiplied with."""
        if rank != self._of("rank_pattern", module, self.settings.get("r", 8)):
            raise ModelError(f"{self.whose} cannot be loaded: {WEIGHTS} and {CONFIG} disagree on the rank of {module}.")
        alpha = float(self._of("alpha_pattern", module, self.settings.get("lora_alpha", 8)))
        return alpha / (math.sqrt(rank) if self.settings.get("use_rslora") else rank)

    def _of(self, patterns: str, module: str, otherwise: Any) -> Any:
        """A number of one module: that of the first pattern that its name ends with."""
        for pattern, number in (self.settings.get(patterns) or {}).items():
            if re.match(rf"(?:.*\.)?(?:{pattern})$", module):
                return number
        return otherwise


def read_adapter(folder: Path, whose: str) -> Adapter | None:
    """The adapter in a folder; None where there is none.

    Raises
    ------
    ModelError
        If it is not plain LoRA: whatever else would change the numbers is refused by name.
    """
    if not (folder / CONFIG).is_file():
        return None
    try:
        settings = json_in((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{whose} cannot be loaded: {CONFIG} is broken ({in_one_line(error)}).") from error
    if not isinstance(settings, dict):
        raise ModelError(f"{whose} cannot be loaded: {CONFIG} is not an object.")
    weights_among([path.name for path in folder.iterdir()], whose)
    refuse_pointer(folder / WEIGHTS, whose)
    if why := _why_not_merged(settings):
        raise ModelError(f"{whose} is an adapter that is not merged here: {why}. Plain LoRA is, also rank-stabilised.")
    return Adapter(whose, folder, settings)


def weights_among(names: Collection[str], whose: str) -> str:
    """The file that holds an adapter's weights.

    Raises
    ------
    ModelError
        If there is none.
    """
    if WEIGHTS in names:
        return WEIGHTS
    pickled = f"; pickled weights are never read ({PICKLED})" * (PICKLED in names)
    raise ModelError(f"{whose} has an {CONFIG} but no {WEIGHTS}{pickled}.")


def _why_not_merged(settings: dict[str, Any]) -> str:
    kind = str(settings.get("peft_type"))
    if kind.upper() != "LORA":
        return f"its peft_type is {kind}"
    if settings.get("use_dora"):
        return "it is DoRA (use_dora)"
    if other := next((key for key in sorted(settings.keys() - MERGED - HARMLESS) if settings[key]), None):
        return f"it uses {other}"
    if settings.get("init_lora_weights") not in INITS:
        return f"it starts from a changed base (init_lora_weights is {settings['init_lora_weights']})"
    numbers = {name: settings.get(name) or {} for name in ("rank_pattern", "alpha_pattern")}
    if any(not isinstance(p, dict) or not all(map(PLAIN.fullmatch, p)) for p in numbers.values()):
        return "its rank_pattern or alpha_pattern is not made of plain names"
    values = [settings.get("r", 8), settings.get("lora_alpha", 8), *(n for p in numbers.values() for n in p.values())]
    if not all(isinstance(n, (int, float)) and n > 0 for n in values):
        return "its ranks and alphas are not all numbers above 0"
    return ""


def merge(network: Any, adapter: Adapter) -> None:
    """Put an adapter's changes into the weights of its base, once and for all.

    Raises
    ------
    ModelError
        If it changes something that the base does not have, or in another way than LoRA.
    """
    try:
        tensors = load_file(adapter.folder / WEIGHTS)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{adapter.whose} cannot be loaded: {WEIGHTS} is broken ({in_one_line(error)}).") from error
    changes, replaced = _sorted_out(adapter, tensors)
    if not changes:
        raise ModelError(f"{adapter.whose} cannot be loaded: {WEIGHTS} holds no LoRA weights.")
    places = _places(network, adapter, [*changes], [name.rpartition(".")[0] for name in replaced])
    with torch.no_grad():
        for name, tensor in replaced.items():
            module, _, parameter = name.rpartition(".")
            if places[module] is not None:
                _replace(network, adapter, str(places[module]), parameter, tensor)
        for module, parts in changes.items():
            if places[module] is not None:
                _add(network.get_submodule(str(places[module])), adapter, module, parts)


def _sorted_out(adapter: Adapter, tensors: dict[str, Tensor]) -> tuple[dict[str, dict[str, Tensor]], dict[str, Tensor]]:
    """The parts of B·A by the module that they change, and weights that take the place of the base's, by name."""
    changes: dict[str, dict[str, Tensor]] = {}
    replaced: dict[str, Tensor] = {}
    for key, tensor in tensors.items():
        name = unwrapped(key).removeprefix("base_model.model.").replace(".base_layer.", ".")
        if part := PART.fullmatch(name):
            changes.setdefault(part[1], {})[f"{part[2] or ''}{part[3]}{'.bias' * (part[4] == 'bias')}"] = tensor
        elif "lora_" in name or not name.endswith((".weight", ".bias")):
            raise ModelError(f"{adapter.whose} is an adapter that is not merged here: it holds {key}.")
        elif ".original_module." not in name:
            replaced[re.sub(r"\.modules_to_save(\.default)?\.", ".", name)] = tensor
    return changes, replaced


def _places(network: Any, adapter: Adapter, changed: list[str], saved: list[str]) -> dict[str, str | None]:
    """Where in the network each module of the adapter is; None for a head that was not loaded.

    The class that was trained may have stood around the network, or inside it: what is before the names is one and the
    same for all of them.
    """
    modules = dict(network.named_modules())
    inner = [name for name in changed if not _is_head(name)] or changed
    first, found = inner[0].split("."), set()
    for n in range(min(len(first), 5)):
        before, rest = ".".join(first[:n]) + "." * (n > 0), ".".join(first[n:])
        for added in {name.removesuffix(rest) for name in modules if f".{name}".endswith(f".{rest}")}:
            if all(name.startswith(before) and added + name[len(before) :] in modules for name in inner):
                found.add((before, added))
        if found:
            break
    if len(found) != 1:
        raise ModelError(f"{adapter.whose} does not fit its base: {inner[0]} is not there, or more than once.")
    ((before, added),) = found
    places: dict[str, str | None] = {}
    for name in [*changed, *saved]:
        place = added + name.removeprefix(before)
        place = place if place in modules else name
        if place not in modules and not _is_head(name):
            raise ModelError(f"{adapter.whose} does not fit its base, which has no {name}.")
        places[name] = place if place in modules else None
    return places


def _is_head(module: str) -> bool:
    """Whether a module stands on top of the network: no attention depends on it."""
    parts = module.split(".")
    return parts[0] in HEADS or parts[-1] in HEADS


def _replace(network: Any, adapter: Adapter, place: str, parameter: str, tensor: Tensor) -> None:
    module = network.get_submodule(place)
    old = getattr(module, parameter, None)
    if old is not None and module is network.get_input_embeddings() and len(old) != len(tensor):
        network.resize_token_embeddings(len(tensor), mean_resizing=False)  # words were added in training
        module = network.get_input_embeddings()
        old = module.weight
    if old is None or old.shape != tensor.shape:
        raise ModelError(f"{adapter.whose} does not fit its base: {place}.{parameter} has another shape there.")
    setattr(module, parameter, torch.nn.Parameter(tensor.to(old), requires_grad=False))


def _add(module: Any, adapter: Adapter, name: str, parts: dict[str, Tensor]) -> None:
    wanted = {"embedding_A", "embedding_B"} if isinstance(module, torch.nn.Embedding) else {"A", "B"}
    if not isinstance(module, (torch.nn.Linear, Conv1D, torch.nn.Embedding)) or parts.keys() - {"B.bias"} != wanted:
        raise ModelError(f"{adapter.whose} is an adapter that is not merged here: it changes {type(module).__name__}.")
    down, up = (parts[part].float() for part in sorted(wanted))
    scaling = adapter.scaling(name, len(down))
    change = scaling * (up @ down)
    # The others keep their inputs as rows.
    _increase(module, "weight", change if isinstance(module, torch.nn.Linear) else change.mT, adapter, name)
    if "B.bias" in parts:
        _increase(module, "bias", scaling * parts["B.bias"].float(), adapter, name)


def _increase(module: Any, parameter: str, change: Tensor, adapter: Adapter, name: str) -> None:
    """Add to a parameter, as a parameter of its own: what is tied to the old one stays as it was."""
    old = getattr(module, parameter, None)
    if old is None or old.shape != change.shape:
        raise ModelError(f"{adapter.whose} does not fit its base: {name}.{parameter} has another shape there.")
    setattr(module, parameter, torch.nn.Parameter((old.float() + change).to(old), requires_grad=False))
