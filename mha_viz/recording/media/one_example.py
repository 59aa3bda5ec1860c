"""Tensors of one example, as a processor makes them → their capture."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.objects import Capture, Model
from mha_viz.recording.media.blocks import pictures_of
from mha_viz.recording.together import read_together

GRID = "grid_thw"  # times, rows and columns of the patches of each picture, which then lie packed, one a row


def capture_tensors(model: Model, inputs: Mapping[str, Tensor], progress: Callable[[float], None] | None) -> Capture:
    """What a network computes of tensors that somebody made, with a processor for example.

    Raises
    ------
    InputError
        If they are no tensors, empty, of several examples, or a mask is not as long as what it is of.
    """
    _refuse_what_does_not_fit_together(inputs)
    _refuse_several_examples(inputs)
    # What packs the patches of a picture comes last: the first tensor tells how many examples there are.
    batch = {key: value.to(model.network.device) for key, value in sorted(inputs.items(), key=lambda one: len(one[1]))}
    return read_together(model, batch, [(None, None, None)], encoder_only=False, progress=progress)[0]


def _refuse_what_does_not_fit_together(inputs: Mapping[str, Tensor]) -> None:
    for name, value in inputs.items():
        if not isinstance(value, Tensor):
            raise InputError(
                f"{name} is of type {type(value).__name__}: give tensors, as tokenizers and processors make them with "
                "return_tensors='pt'."
            )
        if not value.numel():
            raise InputError(f"{name} is empty: give at least one token, patch or frame.")
    for ids, mask in (("input_ids", "attention_mask"), ("decoder_input_ids", "decoder_attention_mask")):
        if ids in inputs and mask in inputs and inputs[mask].dim() == 2 and inputs[ids].shape != inputs[mask].shape:
            n, n_mask = inputs[ids].shape[-1], inputs[mask].shape[-1]
            raise InputError(f"{mask} is of {n_mask:,} positions and {ids} of {n:,}: give each its own number.")


def _refuse_several_examples(inputs: Mapping[str, Tensor]) -> None:
    """All of one example: one row, or as many patches in a row of their own as a picture's grid has; the pictures of
    one text (tiles, or several) stand in rows of their own too.
    """
    grids = {key: value for key, value in inputs.items() if key.endswith(GRID)}
    for key, grid in grids.items():
        if len(grid) != 1:
            raise InputError(f"Give one picture or video at a time: {key} has {len(grid)} rows.")
    known = {1, pictures_of(inputs), *(int(grid.prod()) for grid in grids.values())}
    if any(len(value) not in known for value in inputs.values()):
        raise InputError(
            "Give the tensors of one example: the first axis of each must be 1. Only the pictures of one text may be "
            "several."
        )
