"""Tensors of one example → what each position of their capture stands for, where they tell it: words, patches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from mha_viz.arguments import changed
from mha_viz.errors import UnreadableModelError
from mha_viz.inputs.media.patches import PIXELS
from mha_viz.inputs.text import go_on, tokenizer_of
from mha_viz.objects import Capture, Model, Positions
from mha_viz.recording.media.image_tokens import image_tokens
from mha_viz.recording.media.pictures import axis_of, cells_at
from mha_viz.recording.media.words_and_cells import words_and_cells

IDS, DECODER = "input_ids", "decoder_"
NO_TOKENS = Positions((), (), (), ())
Ids = list[int]


def with_axes(model: Model, capture: Capture, inputs: Mapping[str, Tensor]) -> Capture:
    """The same, its positions named by what they stand for: tokens by the model's own tokenizer, patches of a picture
    by row and column, as far as that is found. What is not keeps its numbers.
    """
    if {*inputs} == {PIXELS}:
        axis = _patches(model, capture, inputs)
        return capture if axis is None else _named(capture, dict.fromkeys(capture.kinds, (axis, axis)))
    read, decoded = (_tokens(model, inputs, name) for name in (IDS, f"{DECODER}{IDS}"))
    source = read if _is_all_of_tokens(inputs) else None  # a picture beside them may have as many positions
    if model.network.config.is_encoder_decoder:
        return _named(capture, {"encoder": (source, source), "decoder": (decoded, decoded), "cross": (decoded, source)})
    if source is not None:
        return _named(capture, dict.fromkeys(capture.kinds, (source, source)))
    text = _with_cells(model, inputs) or read
    return _named(capture, {"decoder": (text, text), "cross": (text, None)})


def _is_all_of_tokens(inputs: Mapping[str, Tensor]) -> bool:
    """Whether each tensor has a number, a mark or a place for each token and nothing else."""
    of_encoder = {name: value for name, value in inputs.items() if not name.startswith(DECODER)}
    return PIXELS not in inputs and len({tuple(value.shape[:2]) for value in of_encoder.values()}) == 1


def _named(capture: Capture, axes: Mapping[str, tuple[Positions | None, Positions | None]]) -> Capture:
    sides = [dict(capture.query_positions), dict(capture.key_positions)]
    for side, positions in enumerate(sides):
        for kind, old in positions.items():
            new = axes.get(kind, (None, None))[side]
            positions[kind] = new if new is not None and len(new) == len(old) else old
    return changed(capture, query_positions=sides[0], key_positions=sides[1])


def _patches(model: Model, capture: Capture, inputs: Mapping[str, Tensor]) -> Positions | None:
    """None of several pictures, of the frames of a video, and where positions are no patches."""
    if inputs[PIXELS].dim() != 4 or len(capture.kinds) != 1:
        return None
    try:
        return axis_of(model, dict(inputs), cells_at(model, dict(inputs)), ())
    except UnreadableModelError:
        return None


def _tokens(model: Model, inputs: Mapping[str, Tensor], name: str) -> Positions | None:
    """None where there are none, or the tokenizer at hand does not know each."""
    ids = _ids(inputs, name)
    return _words(model, ids) if ids and _knows(model, ids) else None


def _with_cells(model: Model, inputs: Mapping[str, Tensor]) -> Positions | None:
    """Words and the cells of one picture between them; None of several, and where it is not found which is which."""
    ids = _ids(inputs, IDS)
    if not ids or PIXELS not in inputs or inputs[PIXELS].dim() != 4 or len(inputs[PIXELS]) != 1:
        return None
    try:
        tokens = image_tokens(model, dict(inputs), None)
    except UnreadableModelError:
        return None
    if not _knows(model, others := [i for i in ids if i != tokens.sign]):
        return None
    return words_and_cells(ids, _words(model, others), tokens, len(ids), ())


def _words(model: Model, ids: Ids) -> Positions:
    return changed(go_on(tokenizer_of(model.processor), NO_TOKENS, ids), segments=(), parts=())


def _ids(inputs: Mapping[str, Tensor], name: str) -> Ids:
    of_text = inputs.get(name)
    if of_text is None or of_text.dim() != 2 or len(of_text) != 1 or of_text.is_floating_point():
        return []
    ids: Ids = of_text[0].tolist()
    return ids


def _knows(model: Model, ids: Ids) -> bool:
    tokenizer: Any = tokenizer_of(model.processor)
    if not callable(getattr(tokenizer, "convert_ids_to_tokens", None)):
        return False
    return all(0 <= i < len(tokenizer) for i in ids)
