"""Configuration and weights in a folder → the network, of the class that its files are of; no weight is made up."""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_TEXT_ENCODING_MAPPING,
    MODEL_MAPPING,
    AutoConfig,
    GenerationConfig,
)

from mha_viz.errors import ModelError, in_one_line
from mha_viz.models.names import prefixes, renamed
from mha_viz.models.only_shapes import OnlyShapes
from mha_viz.models.prediction_heads import predicting_class
from mha_viz.models.removed_heads import with_room
from mha_viz.models.sizes import refuse_sizes
from mha_viz.models.weights import INDEX, WHOLE, Weights
from mha_viz.outside import json_in
from mha_viz.recording.removed_heads import removed_heads

# Weights that may be missing from a file because no attention depends on them.
MAY_BE_MISSING = ("pooler",)
# What a class is called that is the encoder of a network for two texts: T5EncoderModel, M2M100Encoder (SONAR).
ENCODER_ALONE = ("EncoderModel", "Encoder")


@dataclass(frozen=True)
class Gaps:
    """What a network's files lack: weights that are missing, and weights of another shape than its own."""

    missing: list[str]
    misshapen: list[tuple[str, tuple[int, ...], tuple[int, ...]]]  # its name, its shape in the file and in the network

    def __bool__(self) -> bool:
        return bool(self.missing or self.misshapen)


def read_network(
    folder: Path, weights: Weights, dtype: torch.dtype, whose: str, placed: dict[str, Any] | None = None
) -> Any:
    """The network of a folder, with every weight that attention depends on from its files.

    What predicts tokens (causal, masked, sequence to sequence, from speech or pictures) comes with its head, so that it
    can go on with a text or say what a change does to its prediction; unless the head is not in its files.
    What is only an encoder is read as one. What compiling, sharding or training code put before every name is dropped.
    ``placed`` tells transformers where weights go that memory has no room for (``placing``).

    Raises
    ------
    ModelError
        If weights are missing or have other shapes.
    """
    refuse_sizes(folder, whose)
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    try:
        return _first_whole(config, folder, weights, {"dtype": dtype, **(placed or {})}, whose)
    except ModelError:
        raise
    except Exception as error:
        packed = getattr(config, "quantization_config", None)
        if not isinstance(packed, dict):
            raise
        raise ModelError(
            f"{whose} cannot be loaded: its weights are packed ({packed.get('quant_method')}), and that cannot be "
            f"undone here ({in_one_line(error).rstrip(' .')}): take those in full or half precision."
        ) from error


def _first_whole(config: Any, folder: Path, weights: Weights, how: dict[str, Any], whose: str) -> Any:
    """The network of the first class that the files are complete for."""
    gaps: Gaps | None = None
    for drop in prefixes(folder, weights):
        state = renamed(folder, weights, drop) if drop else None
        for network_class in _classes(config, weights.names(folder)):
            network, missing = _attempt(network_class, folder, config, how, weights, state)
            if not missing:
                return complete_config(network, folder)
            del network
            if missing.misshapen and (widened := _with_room(config, folder, weights, drop, missing)):
                network, missing = _attempt(network_class, folder, config, how, weights, widened)
                if not missing:
                    return complete_config(network, folder)
            if gaps is None or (not drop and network_class is class_of(config, MODEL_MAPPING)):
                gaps = missing
    if gaps is None:
        raise ModelError(f"{whose} cannot be loaded: transformers has no network for {type(config).__name__}.")
    raise ModelError(f"{whose} cannot be loaded: {_why_not(config, gaps, folder, weights)}")


def _with_room(config: Any, folder: Path, weights: Weights, drop: str, gaps: Gaps) -> dict[str, Any] | None:
    """The weights with room for heads that were removed; None where that does not explain their shapes."""
    removed = removed_heads(config)
    return with_room(renamed(folder, weights, drop), gaps.misshapen, removed, config) if removed else None


def _classes(config: Any, names: Collection[str]) -> Iterator[Any]:
    """The classes that may read these files, the likeliest first."""
    named, usual = _named_class(config), class_of(config, MODEL_MAPPING)
    encoder = class_of(config, MODEL_FOR_TEXT_ENCODING_MAPPING)
    if named is not None and named.__name__.endswith(ENCODER_ALONE):
        yield named
    if is_causal_language_model(config):
        yield class_of(config, MODEL_FOR_CAUSAL_LM_MAPPING)
    elif (predicting := predicting_class(config, names)) is not None:
        yield predicting
    if usual is None:  # an encoder and a decoder of two families, and other pairs, are found by their name
        yield from () if named is None else (named,)
    elif encoder in (None, usual):
        yield usual
    else:  # an encoder-decoder of which the encoder alone may have been kept
        yield from (usual, encoder) if config.is_encoder_decoder else (encoder, usual)


def class_of(config: Any, mapping: Any) -> Any:
    """transformers' class for a configuration; of several the one that it names."""
    classes = mapping.get(type(config), None)
    if not isinstance(classes, (list, tuple)):
        return classes
    named = getattr(config, "architectures", None) or []
    return next((one for one in classes if one.__name__ in named), classes[0])


def _named_class(config: Any) -> Any:
    """The class of transformers that a configuration names, else the one that is called like it; None without one."""
    names = [*(getattr(config, "architectures", None) or [])[:1], type(config).__name__.replace("Config", "Model")]
    usual = class_of(config, MODEL_MAPPING)
    places = [transformers, *([sys.modules[usual.__module__]] if usual is not None else [])]  # some have no public name
    classes = (getattr(place, name, None) for name in names if isinstance(name, str) for place in places)
    return next((one for one in classes if getattr(one, "config_class", None) is type(config)), None)


def is_causal_language_model(config: Any) -> bool:
    """Whether a folder says that it holds a decoder with its head."""
    architecture = (getattr(config, "architectures", None) or [""])[0]
    named = architecture.endswith(("ForCausalLM", "LMHeadModel"))
    return named and type(config) in MODEL_FOR_CAUSAL_LM_MAPPING and not config.is_encoder_decoder


def _attempt(
    network_class: Any, folder: Path, config: Any, how: dict[str, Any], weights: Weights, state: dict[str, Any] | None
) -> tuple[Any, Gaps]:
    """A network of one class, and what its files lack."""
    is_own = isinstance(config, network_class.config_class)  # else it is that of the text model of several senses
    config = copy.deepcopy(config if is_own else config.get_text_config())
    options: dict[str, Any] = {**how, "config": config, "variant": weights.variant, "use_safetensors": True}
    if weights.entry not in (WHOLE, INDEX) and not weights.variant:
        config.transformers_weights = weights.entry
    options |= {"output_loading_info": True, "ignore_mismatched_sizes": True}
    with OnlyShapes():
        network, info = network_class.from_pretrained(None if state else folder, **options, state_dict=state)
    vars(network.config).pop("transformers_weights", None)
    if state and network.can_generate():
        with suppress(OSError):  # there need not be one
            network.generation_config = GenerationConfig.from_pretrained(folder)
    # A head tied to the embeddings is not missing.
    missing = [name for name in info["missing_keys"] if not any(part in name for part in MAY_BE_MISSING)]
    misshapen = [one for one in info["mismatched_keys"] if not any(part in one[0] for part in MAY_BE_MISSING)]
    return network, Gaps(sorted(missing), sorted((name, tuple(old), tuple(new)) for name, old, new in misshapen))


# ---- what is said ----------------------------------------------------------------------------------------------


def _why_not(config: Any, gaps: Gaps, folder: Path, weights: Weights) -> str:
    removed = removed_heads(config)
    if gaps.misshapen and removed:
        layers = "; ".join(f"layer {layer}: {', '.join(map(str, heads))}" for layer, heads in sorted(removed.items()))
        return (
            f"heads were removed from it ({layers}), and the shape of {gaps.misshapen[0][0]} does not follow from "
            "that; take the model from before that."
        )
    if gaps.misshapen:
        (name, in_file, wanted), n = gaps.misshapen[0], len(gaps.misshapen)
        shapes = " where its configuration makes it ".join(" × ".join(map(str, shape)) for shape in (in_file, wanted))
        return (
            f"{n} weights have other shapes than its configuration says, {name} first: {shapes}. Were heads or neurons "
            "removed from it? Then take the model from before that."
        )
    first = gaps.missing[0]
    called = next((name for name in weights.names(folder) if name.endswith(f".{first}")), None)
    other = f" The files call that one {called}: save the model by itself, without what is around it." if called else ""
    return f"{len(gaps.missing)} weights are missing from its files, {first} first; they would be random.{other}"


def layers_left_out(network: Any, names: Collection[str]) -> str:
    """What is said where the files hold more layers of a stack than the network has; empty where they do not.

    ``names`` are those of the tensors in the files, with whatever stands before them there.
    """
    left_out = []
    for stack, module in network.named_modules():
        if not stack or not isinstance(module, torch.nn.ModuleList):
            continue
        numbered = re.compile(rf"((?:.*\.)?){re.escape(stack)}\.(\d+)\..*")
        layers = [(match[1], int(match[2])) for name in names if (match := numbered.fullmatch(name))]
        more = {layer for _, layer in layers if layer >= len(module)}
        # Another part may have a stack of the same name; a layer that predicts one token further is none of them.
        is_this = len({before for before, _ in layers}) == 1
        if more and is_this and len(more) > (getattr(network.config, "num_nextn_predict_layers", None) or 0):
            left_out.append(f"{len(more)} of {stack}, from {stack}.{min(more)} on")
    if not left_out:
        return ""
    return f"layers in its files that its configuration leaves out, and that are not shown: {'; '.join(left_out)}"


# ---- configuration ---------------------------------------------------------------------------------------------


def complete_config(network: Any, folder: Path | None = None) -> Any:
    """The same network, whose configuration now says whether it has a decoder, and what its decoder starts with."""
    config = network.config
    # In memory an encoder may be a part of a whole network, whose configuration it shares.
    if type(network).__name__.endswith(ENCODER_ALONE if folder else "EncoderModel"):
        config.is_encoder_decoder = False
    if config.is_encoder_decoder and getattr(config, "decoder_start_token_id", None) is None:
        generation = _generation_config(folder) if folder else {}
        decoder = config.get_text_config(decoder=True)
        starts = [generation.get("decoder_start_token_id"), getattr(decoder, "bos_token_id", None)]
        starts += [generation.get("bos_token_id"), getattr(config, "bos_token_id", None)]
        config.decoder_start_token_id = next((one for one in starts if isinstance(one, int)), None)
    return network


def _generation_config(folder: Path) -> dict[str, Any]:
    try:
        settings = json_in((folder / "generation_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}
