"""A text, layer by layer: what a function says of each, given a capture that holds this one layer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from mha_viz.arguments import unchecked
from mha_viz.objects import AttentionCall, Capture, Model, Positions
from mha_viz.recording.capture import as_requested, read_all
from mha_viz.recording.cut import axes_of
from mha_viz.recording.looking.together import look_at_rows
from mha_viz.recording.requests import Request

T = TypeVar("T")


class LayerByLayer(Generic[T]):
    """Takes the calls of one text; ``found`` is what the function said of those of a kind, in their order."""

    def __init__(
        self, model: Model, request: Request, function: Callable[[Capture], T], kind: str | None, source: Positions,
        decoded: Positions | None,
    ) -> None:  # fmt: skip
        self.model, self.request, self.function, self.kind = model, request, function, kind
        self.source, self.decoded = source, decoded
        self.found: list[T] = []
        self.last: dict[str, AttentionCall] = {}

    def __call__(self, call: AttentionCall) -> None:
        self.last[call.kind] = call
        if self.kind in (None, call.kind):
            self.found.append(self.function(self.capture_of(call)))

    def capture_of(self, *calls: AttentionCall) -> Capture:
        """What a capture of the text would be, if its network had no other layers."""
        axes = {call.kind: axes_of(self.source, self.decoded, call.kind, (0, 0)) for call in calls}
        queries, keys = ({kind: both[i] for kind, both in axes.items()} for i in (0, 1))
        text, target = self.source.text, self.request.target
        capture = unchecked(Capture)(self.model.name, self.model.identity, text, target, calls, queries, keys)
        return as_requested(capture, self.request, self.source)


def look_layer_by_layer(
    model: Model, request: Request, function: Callable[[Capture], T], *, kind: str | None = None
) -> tuple[Capture, list[T]]:
    """What a function says of each layer of a text, alone.

    Parameters
    ----------
    request : Request
        A text or a chat, and what is read beside it; the model does not go on with it.
    function : callable
        Takes a capture of one layer, which it does not keep.
    kind : {"encoder", "decoder", "cross"}, optional
        Of which layers; by default of all.

    Returns
    -------
    Capture, list
        A capture that holds the last layer of each kind alone: its positions are those of the text; and what the
        function said, in the order of the layers.

    Raises
    ------
    InputError, UnreadableModelError
        As ``capture``.
    """
    batch, rows = read_all(model, [request])
    made = partial(LayerByLayer, model, request, function, kind)
    begun = [partial(made, source, decoded) for source, decoded, _ in rows if source is not None]
    (taken,) = look_at_rows(model, batch, rows, begun, encoder_only=request.target is None)
    return taken.capture_of(*taken.last.values()), taken.found
