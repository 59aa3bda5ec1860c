"""What people have of a model's attention (outputs, steps of generate, arrays) → one tensor a layer, by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from mha_viz.arguments import said
from mha_viz.errors import InputError, in_one_line
from mha_viz.objects import Capture, Model
from mha_viz.wording import listed

# What the outputs of transformers call them, and which kind each is; of "attentions" it is told by where they look.
FIELDS = {
    "attentions": "", "encoder_attentions": "encoder", "decoder_attentions": "decoder", "cross_attentions": "cross",
}  # fmt: skip
NOTHING = (
    "No attention to show: ask for it with output_attentions=True and, as transformers' default attention returns an "
    "empty tuple, load the model with attn_implementation='eager', or use mha_viz.capture."
)


class Layers(NamedTuple):
    """One tensor a layer, (head, query, key) where ``whole`` could make it so, None where a layer has no pattern; and
    how many queries the first step of ``generate`` had, None where these are no steps.
    """

    tensors: list[Tensor | None]
    n_first: int | None = None


def parts_of(attention: Any, by_kind: Mapping[str, Any]) -> dict[str, Any]:
    """What was handed in, by kind ("" where nobody said which): from arguments, and from the fields of an output.

    Raises
    ------
    InputError
        If it is something else than attention, or there is none in it.
    """
    parts = {kind: _in_a_row(part) for kind, part in by_kind.items() if part is not None}
    if attention is not None:
        parts = {**_fields_of(attention), **parts}
    parts = {kind: part for kind, part in parts.items() if _holds_some(part)}
    if not parts:
        raise InputError(NOTHING)
    if len(parts) > 1 and "" in parts:  # beside cross-attention stands that of a decoder
        parts = {kind or "decoder": part for kind, part in parts.items()}
    return parts


def layers_of(part: Any, kind: str) -> Layers:
    """One tensor a layer; the steps of ``generate`` joined.

    Raises
    ------
    InputError
        If something in it is no array of numbers, or the steps cannot be joined.
    """
    items = list(part)
    nested = [_is_nest(item) for item in items if item is not None]
    if not any(nested):
        return Layers([None if layer is None else _numbers(layer, f"Layer {i}") for i, layer in enumerate(items)])
    if not all(nested):
        raise InputError(
            "This is a tuple of several things, like the outputs of a model with return_dict=False: hand in the one "
            "that holds the attentions, often outputs[-1]."
        )
    return _joined(items, kind)


def whole(layer: Tensor) -> Tensor:
    """A layer without the leading axes of length 1 that stand before (head, query, key)."""
    while layer.dim() > 3 and len(layer) == 1:
        layer = layer[0]
    return layer


def _fields_of(attention: Any) -> dict[str, Any]:
    if isinstance(attention, str):
        raise InputError("The attention comes first, then the tokens; of a text, hand in mha_viz.capture(model, text).")
    if isinstance(attention, (Model, torch.nn.Module)):
        raise InputError("This is a model: hand in mha_viz.capture(model, text), or the attentions that it returned.")
    if isinstance(attention, Capture):
        raise InputError("This is a capture already: hand it in alone, model_view(capture).")
    if not isinstance(attention, Mapping) and not any(hasattr(attention, name) for name in FIELDS):
        return {"": _in_a_row(attention)}
    fields = dict(attention) if isinstance(attention, Mapping) else {}
    parts = {kind: fields.get(name, getattr(attention, name, None)) for name, kind in FIELDS.items()}
    others = [str(name) for name in fields if name not in FIELDS]
    if any(_holds_some(part) for part in parts.values()):
        return parts
    if named := [name for name in others if name.endswith("attentions")]:
        raise InputError(f"There is attention of several parts of a model in here: hand in one, of {listed(named)}.")
    if others and not set(fields) & {*FIELDS, "last_hidden_state", "logits", "sequences"}:
        raise InputError(
            f"A dictionary with {listed(others)} was handed in: a list with one tensor a layer would work."
        )
    return {}


def _in_a_row(attention: Any) -> Any:
    """What can be gone through layer by layer: a list, or an array whose first axis is layers."""
    n_axes = getattr(attention, "ndim", None)
    if n_axes is not None and n_axes < 4:
        raise InputError(
            f"The attention is one array of shape {tuple(attention.shape)}: put it into a list, [attention], if it is "
            "one layer (heads, queries, keys); a list holds one such array a layer."
        )
    if not isinstance(attention, Sequence) and n_axes is None and not hasattr(attention, "__iter__"):
        raise InputError(
            f"Attention of type {type(attention).__name__} is unknown: a list with one tensor a layer would work."
        )
    items = list(attention)
    if items and isinstance(items[0], (str, bytes)):
        raise InputError("The attention comes first, then the tokens: model_view(attention, tokens).")
    if items and isinstance(items[0], Capture):
        raise InputError("This is a list of captures, one a text: hand in one of them, such as captures[0].")
    return items


def _holds_some(part: Any) -> bool:
    if part is not None and not hasattr(part, "__len__"):
        raise InputError(f"The attention is {said(part)}; a list with one tensor a layer would work.")
    return part is not None and len(part) > 0 and any(layer is not None for layer in part)


def _is_nest(item: Any) -> bool:
    """Whether an item is itself a tuple of tensors with all axes: a step of ``generate``, not a layer."""
    inner = [layer for layer in item if layer is not None] if isinstance(item, (list, tuple)) else []
    return bool(inner) and getattr(inner[0], "ndim", 0) >= 3


def _numbers(layer: Any, name: str) -> Tensor:
    """A layer as a tensor of its own on the CPU, whatever kind of array it came as."""
    try:
        if isinstance(layer, (list, tuple)) and any(isinstance(head, Tensor) for head in layer):
            layer = torch.stack([head.detach().cpu() for head in layer])
        if not isinstance(layer, Tensor):
            filled = np.ma.filled(layer, np.nan) if isinstance(layer, np.ma.MaskedArray) else layer
            array = np.asarray(filled)
            if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
                raise TypeError(f"numbers of type {array.dtype}")
            layer = torch.from_numpy(np.array(array, dtype=np.float32))  # in order, whatever its strides and bytes
        dense = layer.detach().to_dense() if layer.layout != torch.strided else layer.detach()
        if dense.is_complex():
            raise TypeError("complex numbers")
        numbers: Tensor = dense.cpu().float()
        return numbers
    except (TypeError, ValueError, RuntimeError, NotImplementedError, AttributeError) as error:
        raise InputError(f"{name} is no array of numbers ({in_one_line(error)}): hand in one tensor a layer.") from None


# ---- steps of generate -----------------------------------------------------------------------------------------------


def _joined(steps: Sequence[Sequence[Any]], kind: str) -> Layers:
    """The steps of ``generate``, each of which holds the rows of its new queries → the rows of all, layer by layer."""
    if len({len(step) for step in steps}) > 1:
        raise _unjoined(steps, f"they hold {listed([str(len(step)) for step in steps])} layers")
    layers: list[Tensor | None] = []
    n_first = 0
    for i in range(len(steps[0])):
        of_steps = [step[i] for step in steps]
        if all(part is None for part in of_steps):
            layers.append(None)
            continue
        parts = [whole(_numbers(part, f"Layer {i} of step {s}")) for s, part in enumerate(of_steps)]
        if odd := [tuple(part.shape) for part in parts if part.dim() != 3]:
            raise _unjoined(steps, f"they have shape {odd[0]}, not (1, heads, queries, keys) of one text or beam")
        n_first = parts[0].shape[1]
        layers.append(_rows_of_steps(steps, i, parts, kind))
    return Layers(layers, n_first)


def _rows_of_steps(steps: Sequence[Sequence[Any]], layer: int, parts: list[Tensor], kind: str) -> Tensor:
    n_queries = [part.shape[1] for part in parts]
    if len({len(part) for part in parts}) > 1:
        raise _unjoined(steps, f"layer {layer} has {listed([str(len(part)) for part in parts])} heads")
    if len(parts) > 1 and all(after == before + 1 for before, after in pairwise(n_queries)):
        return parts[-1]  # without a cache every step reads all tokens anew
    if kind == "cross":
        if len({part.shape[2] for part in parts}) > 1:
            raise _unjoined(steps, f"layer {layer} has {listed([str(part.shape[2]) for part in parts])} keys")
        return torch.cat(parts, dim=1)
    rows, n_read, n_all = [], 0, sum(n_queries)
    for s, part in enumerate(parts):
        n_read += part.shape[1]
        n_key = part.shape[2]
        if n_key < n_read or bool(part[:, :, n_read:].any()):  # more keys than tokens: an empty part of a static cache
            raise _unjoined(steps, f"in step {s} layer {layer} has {n_key} keys for {n_read} tokens")
        rows.append(pad(part[:, :, :n_read], (0, n_all - n_read)))
    return torch.cat(rows, dim=1)


def _unjoined(steps: Sequence[Sequence[Any]], why: str) -> InputError:
    return InputError(
        f"These are the steps of generate, and {why}: they cannot be joined to one map; use mha_viz.capture(model, "
        f"text, new_tokens={len(steps)})."
    )
