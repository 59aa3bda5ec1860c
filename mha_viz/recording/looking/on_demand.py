"""A text whose calls do not all fit into memory → a capture that computes the calls of a layer when asked for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from contextlib import suppress
from functools import partial
from threading import RLock
from typing import Any, Generic, TypeVar

import psutil
import torch
from torch import Tensor

from mha_viz.arguments import unchecked
from mha_viz.attention.awaited import AwaitedCall, Question
from mha_viz.errors import MhaVizError
from mha_viz.objects import AttentionCall, Capture, Model
from mha_viz.recording.capture import as_requested, read_all, with_notes
from mha_viz.recording.cut import axes_of
from mha_viz.recording.looking.together import look_at_rows
from mha_viz.recording.requests import Request
from mha_viz.recording.run import known_calls
from mha_viz.recording.watching.streams import not_attending

T = TypeVar("T")
Report = Callable[[float], None]
Opening = Callable[[Capture, str], Sequence[Question]]
SHARE = 0.25  # of the free memory that a capture may take: a page keeps several, and has to draw them
HELD = 2**27  # bytes of calls that are kept for whoever asks next


def needs_demand(model: Model, request: Request) -> bool:
    """Whether a capture of this would take more than ``SHARE`` of what is free where its model computes.

    Of a model that goes on with the text, has an encoder and a decoder or is seen from outside it is False: such runs
    are not taken apart layer by layer.
    """
    network = model.network
    if request.new_tokens or network.config.is_encoder_decoder or model.reading != "interface":
        return False
    batch, _ = read_all(model, [request])
    return bytes_of_calls(network, batch["input_ids"].shape[1]) > SHARE * _free(network.device)


def bytes_of_calls(network: Any, n_tokens: int) -> int:
    """What queries, keys and values take if all layers attend, as far as the configuration tells; else 0."""
    config = network.config.get_text_config()
    n_layers, n_heads, width = (
        getattr(config, name, 0) for name in ("num_hidden_layers", "num_attention_heads", "hidden_size")
    )
    if not all(isinstance(n, int) and n > 0 for n in (n_layers, n_heads, width)):
        return 0
    d_head, n_kv = (getattr(config, name, None) for name in ("head_dim", "num_key_value_heads"))
    d_head, n_kv = d_head or width // n_heads, n_kv or n_heads
    n_bytes: int = n_layers * n_tokens * (n_heads + 2 * n_kv) * d_head * network.dtype.itemsize
    return n_bytes


def capture_on_demand(
    model: Model, request: Request, progress: Report | None = None, opening: Opening | None = None
) -> Capture:
    """The same as a capture, bit for bit, of which no call is kept: each is computed anew when its numbers are asked
    for, by a run that ends with its layer.

    Parameters
    ----------
    opening : callable
        What will be asked of the calls of a kind first, given a capture that has nothing but the first of them: the
        run that finds out which calls there are answers that too.

    Raises
    ------
    InputError, UnreadableModelError
        As ``capture``.
    """
    reader, asked = _Reader(model, request), dict[str, Sequence[Question]]()

    def met(call: AttentionCall) -> AwaitedCall:
        awaited = AwaitedCall(call, reader)
        if call.kind not in asked:
            asked[call.kind] = opening(_capture_of(model, request, reader, [awaited]), call.kind) if opening else ()
        for question in asked[call.kind]:
            reader.note(call, question)
        return awaited

    calls = [found for _, found in reader.run(met, progress=progress)]
    reader.layers = sorted({call.layer for call in calls})
    reader.forget_parts([call.kind for call in calls])
    return _capture_of(model, request, reader, calls)


def _capture_of(model: Model, request: Request, reader: _Reader, calls: Sequence[AwaitedCall]) -> Capture:
    source, decoded, _ = reader.rows[0]
    axes = {call.kind: axes_of(source, decoded, call.kind, (0, 0)) for call in calls}
    queries, keys = ({kind: both[i] for kind, both in axes.items()} for i in (0, 1))
    known = known_calls(model.network, (reader.encoder_only, *sorted(reader.batch)))
    without = (
        {}
        if known is None or len(calls) < len(known.places)
        else not_attending(model, [call.kind for call in calls], known.places)
    )
    text = source.text if source is not None else ""
    capture = unchecked(Capture)(
        model.name, model.identity, text, request.target, tuple(calls), queries, keys, not_attending=without
    )
    return with_notes(model, capture if source is None else as_requested(capture, request, source))


class _Reader:
    """A network and a text; the calls that were asked for last are kept, as many as ``HELD`` has room for."""

    def __init__(self, model: Model, request: Request) -> None:
        self.model, self.encoder_only = model, request.target is None
        self.batch, self.rows = read_all(model, [request])
        self.held: dict[tuple[str, int], AttentionCall] = {}
        self.layers: list[int] = []  # that attend
        self.next = 0  # place of the layer after those that were read last
        self.told: dict[tuple[str, Hashable], list[Any]] = {}  # of each call of a kind, in the first run
        self.lock = RLock()

    def note(self, call: AttentionCall, question: Question) -> None:
        """Answer a question of a call before it is asked; what has no answer is asked again, and refused then."""
        with suppress(MhaVizError):
            self.told.setdefault((call.kind, question.key), []).append(question.of_call(call))

    def forget_parts(self, kinds: Sequence[str]) -> None:
        """Keep what every call has answered, given the kinds of all."""
        self.told = {key: told for key, told in self.told.items() if len(told) == kinds.count(key[0])}

    def run(
        self, function: Callable[[AttentionCall], T], layers: Collection[int] | None = None,
        progress: Report | None = None,
    ) -> list[tuple[str, T]]:  # fmt: skip
        """What a function says of the calls of some layers, each with its kind."""
        begun: list[Callable[[], _Told[T]]] = [partial(_Told, function)]
        (taken,) = look_at_rows(
            self.model, self.batch, self.rows, begun, encoder_only=self.encoder_only, layers=layers, progress=progress
        )
        return taken.found

    def told_of_each(
        self, kind: str, function: Callable[[AttentionCall], T], progress: Report | None = None, *,
        key: Hashable = None,
    ) -> list[T]:  # fmt: skip
        if (known := self.told.get((kind, key))) is not None:
            return known
        told = self.run(lambda call: function(call) if call.kind == kind else None, progress=progress)
        return [found for of, found in told if of == kind and found is not None]

    def is_here(self, kind: str, layer: int) -> bool:
        return (kind, layer) in self.held

    def call_at(self, kind: str, layer: int, progress: Report | None = None) -> AttentionCall:
        """Whoever asks for one layer after the other gets some that follow in the same run."""
        with self.lock:
            if (kind, layer) not in self.held:
                place = self.layers.index(layer)
                n = self._n_at_once() if place == self.next else 1
                for _, call in self.run(lambda call: call, self.layers[place : place + n], progress):
                    self._hold(call)
                self.next = place + n
            return self.held[kind, layer]

    def _n_at_once(self) -> int:
        """Layers of which half of what is held has room."""
        one = next(iter(self.held.values()), None)
        return max(1, HELD // 2 // max(1, _bytes_of(one))) if one is not None else 1

    def _hold(self, call: AttentionCall) -> None:
        self.held[call.kind, call.layer] = call
        while len(self.held) > 1 and sum(map(_bytes_of, self.held.values())) > HELD:
            del self.held[next(iter(self.held))]


class _Told(Generic[T]):
    """What a function says of each call, and of which kind it is."""

    def __init__(self, function: Callable[[AttentionCall], T]) -> None:
        self.function = function
        self.found: list[tuple[str, T]] = []

    def __call__(self, call: AttentionCall) -> None:
        self.found.append((call.kind, self.function(call)))


def _bytes_of(call: AttentionCall) -> int:
    return sum(tensor.nbytes for tensor in (call.query, call.key, call.value) if isinstance(tensor, Tensor))


def _free(device: torch.device) -> int:
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else int(psutil.virtual_memory().available)
