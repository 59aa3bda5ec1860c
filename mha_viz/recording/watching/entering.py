"""A captured text → the vectors that went into one layer's attention: found once a network, then picked up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from mha_viz.attention.maps import call_at
from mha_viz.inputs.text import token_types, tokenizer_of
from mha_viz.objects import AttentionCall, Capture, Model, seen
from mha_viz.recording.failures import FAILURES, in_one_sentence
from mha_viz.recording.lying import goes_away
from mha_viz.recording.rebuild import CLOSE, Source, chosen_call, source_of
from mha_viz.recording.run import part_to_run, watch
from mha_viz.recording.state import run_and_restore
from mha_viz.recording.watching.recorder import LinearCall, Run
from mha_viz.recording.watching.watcher import Watcher


class _Entrance(NamedTuple):
    """A linear map that makes queries or values: where its weight lies, and which of the uses of that weight it is."""

    place: int
    use: int
    made: Source  # without what went in and out


# For each network, kind of run, layer and kind of attention: where its values and, of cross-attention, queries enter.
_entrances: WeakKeyDictionary[Any, dict[tuple[Run, int, str], tuple[_Entrance, ...]]] = WeakKeyDictionary()


def token_vectors(model: Model, capture: Capture, layer: int, *, kind: str | None = None) -> tuple[Tensor, Tensor]:
    """What one layer's attention read of a captured text: the vectors of its queries, and of its keys and values.

    Returns
    -------
    Tensor of shape (n_query, d_model) and Tensor of shape (n_key, d_context)
        The very numbers that went into the projections: after the norm, where a family has one before attention.

    Raises
    ------
    UnreadableModelError
        If the values are not a linear map of anything that was seen.
    """
    captured = call_at(capture, layer, kind)
    batch, encoder_only = _batch(model, capture, captured.kind), capture.target is None
    known = _entrances.setdefault(model.network, {})
    run: Run = (encoder_only, *sorted(batch))
    key = (run, layer, captured.kind)
    vectors = _picked_up(model, batch, encoder_only, known[key]) if key in known else []
    if not vectors or not _make(known[key], vectors, captured):
        vectors, known[key] = _watched(model, batch, encoder_only, layer, captured.kind)
    if goes_away(model.network):  # its weights lie somewhere else in each run, and would be kept on its device
        del known[key]
    return vectors[-1], vectors[0]


def _batch(model: Model, capture: Capture, kind: str) -> dict[str, Tensor]:
    """The text as the network reads it."""
    batch: dict[str, Tensor] = {}
    for prefix, positions in (("", capture.key_positions), ("decoder_", capture.query_positions)):
        axis = positions.get("cross") or positions.get("encoder" if prefix == "" else "decoder") or positions[kind]
        if prefix == "" or capture.target is not None:
            ids = torch.tensor([axis.ids], device=model.network.device)
            batch |= {f"{prefix}input_ids": ids, f"{prefix}attention_mask": torch.ones_like(ids)}
    if types := token_types(model.network, tokenizer_of(model.processor), capture.text, capture.pair):
        batch["token_type_ids"] = torch.tensor([types], device=model.network.device)
    return batch


def _watched(
    model: Model, batch: dict[str, Tensor], encoder_only: bool, layer: int, kind: str
) -> tuple[list[Tensor], tuple[_Entrance, ...]]:
    """The vectors that values come from and, of cross-attention, those of queries; and where they went in."""
    recorder = watch(model, batch, encoder_only=encoder_only)
    recorded, call = chosen_call(model, recorder, layer, kind)
    name = f"Layer {call.layer} ({call.kind}) of {model.name}"
    sources = [source_of(recorder.linears, seen(recorded.value), f"{name}: its values")]
    if kind == "cross":
        sources.append(source_of(recorder.linears, seen(recorded.query), f"{name}: its queries"))
    # Outside inference mode, so that they may go through modules that learn.
    vectors = [source.went_in[0].clone() for source in sources]
    return vectors, tuple(_entrance(recorder.linears, source) for source in sources)


def _entrance(linears: list[LinearCall], source: Source) -> _Entrance:
    place = source.linear.weight.data_ptr()
    before = (linear for linear in linears[: linears.index(source.linear)] if linear.weight.data_ptr() == place)
    empty = source.went_in.new_empty(0)
    return _Entrance(
        place, sum(1 for _ in before), source._replace(linear=source.linear.weights_alone(), went_in=empty)
    )


class _AllPickedUp(Exception):  # noqa: N818 - no error: the rest of the run is of no use
    """Raised inside a network."""


class _Picker(TorchFunctionMode):
    """Picks up what goes into some linear maps, and ends the run once it has all."""

    def __init__(self, entrances: Sequence[_Entrance]) -> None:
        super().__init__()
        self.entrances = entrances
        self.uses = dict.fromkeys([entrance.place for entrance in entrances], 0)
        self.vectors: dict[int, Tensor] = {}  # by the entrance's number

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if Watcher.is_linear(function, args):
            vectors, weight, _ = Watcher.linear_parts(function, args, kwargs)
            if (place := weight.data_ptr()) in self.uses:
                self._use(place, vectors)
        return function(*args, **kwargs)

    def _use(self, place: int, vectors: Tensor) -> None:
        for i, entrance in enumerate(self.entrances):
            if (entrance.place, entrance.use) == (place, self.uses[place]):
                self.vectors[i] = vectors.reshape(-1, vectors.shape[-1]).clone()
        self.uses[place] += 1
        if len(self.vectors) == len(self.entrances):
            raise _AllPickedUp


def _picked_up(
    model: Model, batch: dict[str, Tensor], encoder_only: bool, entrances: Sequence[_Entrance]
) -> list[Tensor]:
    """What goes into these linear maps, in this order; nothing where the run did not come by all of them."""
    picker = _Picker(entrances)

    def run() -> None:
        nonlocal picker
        picker = _Picker(entrances)
        try:
            with torch.inference_mode(), suppress(_AllPickedUp), picker:
                part_to_run(model, batch, encoder_only)(**batch)
        except FAILURES as error:
            raise in_one_sentence(error, model, batch) from error

    run_and_restore(model.network, run)
    return [picker.vectors[i].clone() for i in range(len(entrances)) if len(picker.vectors) == len(entrances)]


def _make(entrances: Sequence[_Entrance], vectors: Sequence[Tensor], captured: AttentionCall) -> bool:
    """Whether these maps make of these vectors the values and queries that were captured, where no positions turn
    them.
    """
    pairs = zip(entrances, vectors, (captured.value, captured.query), strict=False)
    return all(entrance.made.turns or _makes(entrance.made, went_in, seen(made)) for entrance, went_in, made in pairs)


def _makes(source: Source, vectors: Tensor, captured: Tensor) -> bool:
    with torch.no_grad():
        out = torch.nn.functional.linear(vectors, source.linear.weight, source.linear.bias)
    wanted = captured.transpose(0, 1).flatten(1)
    out, close = out[:, source.rows.to(out.device)] * source.factor, max(CLOSE, torch.finfo(out.dtype).eps)
    return out.shape == wanted.shape and bool(
        (out - wanted).abs().max() < 10 * close * max(1.0, wanted.abs().max().item())
    )
