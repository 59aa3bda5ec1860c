"""Once a model: a short text is also run with the family's own eager attention, and what that returns is compared."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from mha_viz.attention.calls import call_logits, call_pattern
from mha_viz.disk import write_whole
from mha_viz.errors import MhaVizError, UnreadableModelError
from mha_viz.inputs.text import numbered
from mha_viz.objects import AttentionCall, Capture, Model
from mha_viz.paths import cache_folder
from mha_viz.recording.cut import cut_out
from mha_viz.recording.failures import FAILURES
from mha_viz.recording.run import part_to_run, record
from mha_viz.recording.state import run_and_restore
from mha_viz.recording.watching.recorder import Recorder, Run

READ = ("input_ids", "decoder_input_ids")
N_POSITIONS = 16  # of the text that is compared
MOST_CELLS = 2**27  # of all maps together: an image or a sound with more is not compared
CLOSE = 1e-3  # between two ways to compute the same pattern in float32, through all layers
CLOSE_IN_HALF, USUALLY_CLOSE = 0.05, 0.03  # in half precision: in the first layer, and in most rows of the others
NONE_RETURNED = "Not compared with eager attention: its family returns none."
MEANS_RETURNED = "Compared with eager attention as the mean of each layer's heads: its family returns no more."
TOO_LARGE = "Not compared with eager attention: there are too many positions."
SHA256 = re.compile("[0-9a-f]{64}")

_notes: WeakKeyDictionary[Any, dict[Run, str]] = WeakKeyDictionary()  # of the networks that were compared
_one_at_a_time = RLock()


def validate(model: Model, batch: dict[str, Tensor], *, encoder_only: bool, is_text: bool) -> str:
    """Compare what is read of a network with what its family's own eager attention returns, once a kind of run.

    It costs two short runs. Where the same weights were compared on this machine with the same versions, nothing runs.

    Returns
    -------
    str
        Why nothing could be compared, for the facts; empty where all was equal.

    Raises
    ------
    UnreadableModelError
        If they differ.
    """
    run: Run = (encoder_only, *sorted(batch))
    if run in _notes.get(model.network, {}):
        return _notes[model.network][run]
    with _one_at_a_time:  # meanwhile nobody reads with a network that is set to eager
        notes = _notes.setdefault(model.network, {})
        if run not in notes:
            key = _key(model, run)
            recorded = _recorded()
            notes[run] = recorded[key] if key in recorded else _compared(model, batch, encoder_only, is_text)
            if key and key not in recorded:
                _record({**recorded, key: notes[run]})
        return notes[run]


def _compared(model: Model, batch: dict[str, Tensor], encoder_only: bool, is_text: bool) -> str:
    short = {name: _short(values) for name, values in batch.items()} if is_text else batch
    try:
        recorder = record(model, short, encoder_only=encoder_only)
        source, decoded = (numbered(N_POSITIONS) if is_text and name in short else None for name in READ)
        capture = cut_out(model, recorder, 0, source, decoded, None)
    except MhaVizError:
        return ""  # the text itself is refused for the same reason, in its own words
    if sum(call.n_heads * call.n_query * call.n_key for call in capture.calls) > MOST_CELLS:
        return TOO_LARGE
    returned = dict(_tuples(_eager(model, short, encoder_only)))
    if recorder.left_out:
        returned = {name: maps for name, maps in returned.items() if not name.startswith("encoder")}
    if not returned:
        return NONE_RETURNED
    try:
        for name, maps in returned.items():
            _refuse_what_differs(model, name, maps, _streams(capture, recorder))
    except UnreadableModelError:
        again = cut_out(model, record(model, short, encoder_only=encoder_only), 0, None, None, None)
        if not all(map(_is_equal, capture.calls, again.calls)):
            raise UnreadableModelError(
                f"{model.name} ({type(model.network).__name__}) does not do the same twice with the same input: it "
                "picks some of it at random, so what one run shows says nothing of the next."
            ) from None
        raise
    all_returned = [one for maps in returned.values() for one in maps]
    differs = any(not _is_mean(call_pattern(call)) for call in capture.calls)
    return MEANS_RETURNED if differs and all(map(_is_mean, all_returned)) else ""


def _is_mean(returned: Tensor) -> bool:
    """Whether all heads of a layer are alike, as where torch returns their mean and a family repeats it."""
    return len(returned) > 1 and bool((returned == returned[0]).all())


def _is_equal(call: AttentionCall, other: AttentionCall) -> bool:
    own, others = call_pattern(call)[list(call.heads)], call_pattern(other)[list(other.heads)]
    return own.shape == others.shape and bool(torch.allclose(own, others, rtol=0, atol=CLOSE))


def _short(values: Tensor) -> Tensor:
    """The first text of a batch as ``N_POSITIONS`` tokens: begun anew where it is shorter, whatever follows then."""
    n = values.shape[1]
    return values[:1].repeat(1, -(-N_POSITIONS // n))[:, :N_POSITIONS]


def _eager(model: Model, batch: dict[str, Tensor], encoder_only: bool) -> Mapping[str, Any]:
    """What the family returns by itself; its settings are put back afterwards. Empty where it returns nothing."""
    outputs: list[Any] = []
    configs = {id(module.config): module.config for module in model.network.modules() if hasattr(module, "config")}

    def run() -> None:
        for config in configs.values():
            config._attn_implementation_internal = "eager"
        with torch.inference_mode():
            outputs.append(part_to_run(model, batch, encoder_only)(**batch, output_attentions=True))

    try:
        run_and_restore(model.network, run, alone=True, hooks=True)
    except FAILURES:
        return {}
    return outputs[-1] if isinstance(outputs[-1], Mapping) else {}


def _tuples(outputs: Mapping[str, Any]) -> Iterator[tuple[str, list[Tensor]]]:
    """Every list of attention maps, (head, query, key) a layer, by its name."""
    for name, value in outputs.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", maps) for inner, maps in _tuples(value))
        elif "attentions" in name and isinstance(value, (tuple, list)):
            maps = [layer[0] for layer in value if isinstance(layer, Tensor) and layer.dim() == 4]
            if maps:
                yield name, maps


def _streams(capture: Capture, recorder: Recorder) -> list[list[AttentionCall]]:
    """The calls of each stack of layers, self and cross apart."""
    streams: dict[Any, list[AttentionCall]] = defaultdict(list)
    for call, place in zip(capture.calls, recorder.places, strict=True):
        streams[place.tower, place.crosses].append(call)
    return list(streams.values())


def _refuse_what_differs(model: Model, name: str, maps: list[Tensor], streams: list[list[AttentionCall]]) -> None:
    """One of the streams must be what was returned under this name."""
    least = (float("inf"), float("inf"))
    for calls in streams:
        shapes = {(n, call.n_query, call.n_key) for call in calls for n in (call.n_heads, len(call.heads))}
        of_positions = [one for one in maps if tuple(one.shape) in shapes]  # a linear layer may return its own state
        if len(of_positions) == len(calls):
            least = min(least, _apart(calls, of_positions))
    times_allowed, difference = least
    if times_allowed <= 1:
        return
    is_other = difference == float("inf")
    how = "which is not what is read here" if is_other else f"and what is read here differs by {difference:.2g}"
    raise UnreadableModelError(
        f"{model.name} ({type(model.network).__name__}) returns {len(maps)} maps as {name}, {how}: they cannot both be "
        "right, so none is shown."
    )


def _apart(calls: list[AttentionCall], maps: list[Tensor]) -> tuple[float, float]:
    """The worst layer of a stack: how many times what is allowed it is off, and by how much.

    In half precision two kernels round differently, and from layer to layer that grows: another expert or another key
    is chosen for some token. There only the first layer must be close in all rows, the others in most of them.
    """
    bounds: list[tuple[Callable[[Tensor], float], float]] = [(_largest, CLOSE)] * len(calls)
    if maps[0].dtype not in (torch.float32, torch.float64):
        bounds = [(_largest, CLOSE_IN_HALF)] + [(_usual, USUALLY_CLOSE)] * (len(calls) - 1)
    layers = zip(calls, maps, bounds, strict=True)
    off = [(_difference(call, one, measure), allowed) for call, one, (measure, allowed) in layers]
    return max((difference / allowed, difference) for difference, allowed in off)


def _difference(call: AttentionCall, returned: Tensor, measure: Callable[[Tensor], float]) -> float:
    """Some families return their logits under the name of attention."""
    heads = list(call.heads)
    if len(returned) not in (len(heads), call.n_heads):  # some layers take two pictures at once, others one (SegGPT)
        return float("inf")
    own = call_pattern(call)[heads]
    returned = (returned if len(returned) == len(heads) else returned[heads]).to(own)  # of layers on several devices
    if _is_mean(returned):
        return measure(own.mean(dim=0) - returned[0])
    if call.sinks is not None:  # the share that a learned sink takes may be taken after the pattern is returned
        without_sinks = call_logits(call)[heads].softmax(dim=-1)
        return min(measure(own - returned), measure(without_sinks - returned))
    if _largest(returned.sum(dim=-1) - 1) > 0.1:
        logits = call_logits(call)[heads]
        returned = returned.masked_fill(logits == -torch.inf, -torch.inf)
        own, returned = logits.clamp_min(-1e30), returned.clamp_min(-1e30)
    return measure(own - returned)


def _largest(numbers: Tensor) -> float:
    return numbers.abs().max().item()


def _usual(differences: Tensor) -> float:
    """The median over rows of the largest of a row: nan where any is."""
    return differences.abs().amax(dim=-1).median().item()


def _key(model: Model, run: Run) -> str:
    """What the record of a comparison is kept under; empty where the weights have no identity."""
    if not SHA256.fullmatch(model.identity or ""):
        return ""
    versions = [version(name) for name in ("torch", "transformers", "mha-viz")]
    of = [model.identity, type(model.network).__name__, str(model.network.dtype), model.network.device.type, *versions]
    return hashlib.sha256(json.dumps([*of, run]).encode()).hexdigest()


def _recorded() -> dict[str, str]:
    try:
        recorded = json.loads((cache_folder() / "validated.json").read_text())
    except (OSError, ValueError):
        return {}
    return recorded if isinstance(recorded, dict) else {}


def _record(recorded: dict[str, str]) -> None:
    """Kept for the next start; where the folder cannot be written to, it is compared again then."""
    path = cache_folder() / "validated.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(recorded).encode())
    except OSError:
        return
