"""A text that was read once is read again: by another network, or by the same one while something is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from mha_viz.arguments import changed
from mha_viz.errors import InputError
from mha_viz.inputs.chat import is_chat
from mha_viz.inputs.media.patches import see
from mha_viz.inputs.media.picture import is_picture, read_picture
from mha_viz.inputs.text import tokenizer_of
from mha_viz.objects import Capture, Model
from mha_viz.recording.capture import as_batch, capture, read_request, with_notes
from mha_viz.recording.media.sounds import numbers_of
from mha_viz.recording.requests import requests_of
from mha_viz.recording.together import pad, read_together


def read_again(model: Model, of: Capture) -> Capture:
    """What another network computes of what a capture read: of the same tokens, where a model went on with the text.

    Raises
    ------
    InputError
        As for ``capture``.
    """
    if not of.n_generated:
        source, target = of.languages
        again: Capture = capture(
            model, of.chat or of.text, target=of.target, pair=of.pair, source_language=source, target_language=target
        )
        return again
    (positions,) = set(of.query_positions.values())
    batch = pad([positions.ids], tokenizer_of(model.processor), model.network.device)
    (read,) = read_together(model, batch, [(positions, None, None)], encoder_only=True, progress=None)
    return with_notes(model, changed(read, n_generated=of.n_generated, languages=of.languages, chat=of.chat))


def read_for_changes(
    model: Model, text: Any, *, target: str | None = None, pair: str | None = None
) -> tuple[Capture, dict[str, Tensor]]:
    """One text, chat, picture, sound or mapping of tensors as ``capture`` reads it, and what the network takes of it:
    what a run with changes goes on from.

    Raises
    ------
    InputError
        If it is a list of texts, and as for ``capture``.
    """
    if isinstance(text, list | tuple) and not is_chat(text):
        raise InputError(f"Heads are changed in one text at a time: give one, not a list of {len(text)}.")
    read: Capture = capture(model, text, target=target, pair=pair)
    if is_picture(text):
        return read, picture_batch(model, text)
    if isinstance(text, Mapping):
        return read, {key: value.to(model.network.device) for key, value in text.items()}
    return read, batch_of(model, read)


def picture_batch(model: Model, picture: Any) -> dict[str, Tensor]:
    """What the network takes of a picture: a capture holds what was seen of it, not its numbers."""
    seen = see(model.processor, read_picture(picture), model.name).inputs
    return {key: value.to(model.network.device) for key, value in seen.items()}


def batch_of(model: Model, read: Capture) -> dict[str, Tensor]:
    """What the network takes of a text, or of a sound, that it has read."""
    if read.sound is not None:
        heard = numbers_of(model, read.sound)
        if "decoder" not in read.kinds:
            return heard
        ids = torch.tensor([read.query_positions["decoder"].ids], device=model.network.device)
        return {**heard, "decoder_input_ids": ids}
    if read.n_generated or read.chat is not None:
        (positions,) = set(read.query_positions.values())
        return pad([positions.ids], tokenizer_of(model.processor), model.network.device)
    request = requests_of(read.text, read.target, read.pair, 0, read.languages, False)[0]
    batch, _ = as_batch(model, [request], [read_request(tokenizer_of(model.processor), request)])
    return batch
