"""Model + text → Capture: read the texts, run them as one padded batch, cut each one out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from mha_viz.cutting import cut_out
from mha_viz.errors import InputError
from mha_viz.inputs import position_limit, read_target, read_text, tokenizer_of
from mha_viz.objects import Capture, Model, Positions
from mha_viz.recording import record, remember

if TYPE_CHECKING:
    from collections.abc import Sequence


def capture(
    model: Model,
    text: str | Sequence[str] | Mapping[str, Tensor],
    *,
    target: str | Sequence[str] | None = None,
    batch_size: int = 16,
) -> Capture | list[Capture]:
    """Queries, keys and values of every attention call of a forward pass.

    Parameters
    ----------
    model : Model
        From ``load_model`` or ``model_from``.
    text : str, list of str, or mapping of tensors
        A mapping is what a processor returns (``pixel_values``, ``input_features``, …), for images and audio.
    target : str or list of str, optional
        What the decoder of an encoder-decoder reads. Without it only the encoder runs.
    batch_size : int
        Texts of a list run together, padded; the padding is removed from the result.

    Returns
    -------
    Capture, or a list of them when a list was given.

    Raises
    ------
    InputError
        If a text is empty or longer than the model reads: nothing is ever cut.
    UnreadableModelError
        If the attention of this model cannot be reproduced.
    """
    if isinstance(text, Mapping):
        return _capture_tensors(model, text)
    if not isinstance(text, (str, list, tuple)) or not all(isinstance(one, str) for one in text):
        raise InputError(f"Give a text, a list of texts or a mapping of tensors, not {type(text).__name__}.")
    if batch_size < 1:
        raise InputError(f"A batch holds at least 1 text; batch_size is {batch_size}.")
    texts = [text] if isinstance(text, str) else list(text)
    targets = [target] * len(texts) if target is None or isinstance(target, str) else list(target)
    if len(targets) != len(texts) or (None in targets and any(targets)):
        raise InputError(f"{len(texts)} texts but {len(targets)} targets: give one target a text, or none.")
    captures: list[Capture] = []
    for begin in range(0, len(texts), batch_size):
        chunk = slice(begin, begin + batch_size)
        captures += _capture_texts(model, texts[chunk], targets[chunk])
    return captures[0] if isinstance(text, str) else captures


def _capture_texts(model: Model, texts: list[str], targets: list[str | None]) -> list[Capture]:
    tokenizer, network = tokenizer_of(model.processor), model.network
    if not callable(getattr(tokenizer, "convert_ids_to_tokens", None)):
        raise InputError(f"{model.name} does not read text: give what its processor returns for an image or a sound.")
    sources = [_within_limit(model, read_text(tokenizer, text)) for text in texts]
    batch = _pad(sources, tokenizer, network.device)
    if targets[0] is None:
        decoded = [None] * len(texts)
    else:
        if not network.config.is_encoder_decoder:
            raise InputError(f"{model.name} has no separate decoder: leave the target out.")
        start = getattr(network.config, "decoder_start_token_id", None)
        decoded = [_within_limit(model, read_target(tokenizer, target, start)) for target in targets]
        padded = _pad(decoded, tokenizer, network.device)
        batch |= {f"decoder_{key}": value for key, value in padded.items()}
    return _split(model, batch, list(zip(sources, decoded, targets, strict=True)), encoder_only=targets[0] is None)


def _capture_tensors(model: Model, inputs: Mapping[str, Tensor]) -> Capture:
    batch = {key: value.to(model.network.device) for key, value in inputs.items()}
    if {len(value) for value in batch.values()} != {1}:
        raise InputError("Give the tensors of one example: the first axis of each must be 1.")
    return _split(model, batch, [(None, None, None)], encoder_only=False)[0]


def _split(model: Model, batch: dict[str, Tensor], rows: list[tuple], *, encoder_only: bool) -> list[Capture]:
    recorder = record(model, batch, encoder_only=encoder_only)
    captures = [cut_out(model, recorder.calls, i, *row) for i, row in enumerate(rows)]
    remember(model.network, recorder)  # only now: every row has passed the self-check
    return captures


def _within_limit(model: Model, positions: Positions) -> Positions:
    limit = position_limit(model.network, tokenizer_of(model.processor))
    if limit is not None and len(positions) > limit:
        raise InputError(
            f"This text has {len(positions):,} tokens; {model.name} reads at most {limit:,}. "
            "Shorten it, or choose a model with a longer window."
        )
    return positions


def _pad(rows: list[Positions], tokenizer: Any, device: torch.device) -> dict[str, Tensor]:
    """Padding goes on the right, so that positions count as they would without it."""
    n, pad = max(map(len, rows)), tokenizer.pad_token_id or 0
    ids = torch.tensor([[*row.ids, *[pad] * (n - len(row))] for row in rows], device=device)
    mask = torch.tensor([[1] * len(row) + [0] * (n - len(row)) for row in rows], device=device)
    return {"input_ids": ids, "attention_mask": mask}
