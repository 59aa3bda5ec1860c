"""Model + picture + text → Capture whose text holds words and the cells of the picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mha_viz.arguments import changed, refuse_outside
from mha_viz.errors import UnreadableModelError
from mha_viz.inputs.media.patches import PIXELS
from mha_viz.inputs.media.picture import read_picture
from mha_viz.inputs.media.picture_in_text import SeenInText, see_in_text
from mha_viz.inputs.text import go_on, tokenizer_of
from mha_viz.media import Picture
from mha_viz.objects import Capture, Model, Positions
from mha_viz.recording.generate import MOST, continue_tensors
from mha_viz.recording.media.image_tokens import ImageTokens, image_tokens, refused
from mha_viz.recording.media.one_example import capture_tensors
from mha_viz.recording.media.words_and_cells import words_and_cells

SEARCHING, WRITTEN = 0.6, 0.9  # of the time of a first capture: then the cells are found, and the text is written
SAME = 1e-3  # of the largest logit: above what rounding makes of a longer text
IDS, MASK = "input_ids", "attention_mask"


def capture_with_picture(
    model: Model, picture: Any, text: str, *, new_tokens: int = 0, progress: Callable[[float], None] | None = None
) -> Capture:
    """What a model that reads a picture inside a text computes of both.

    Parameters
    ----------
    model : Model
        A vision-language model with its processor: LLaVA, Idefics3, SmolVLM, PaliGemma, Gemma 3, Qwen2-VL and others.
    picture : bytes, path, Pillow image, or array (row, column, 3) of whole numbers from 0 to 255
    text : str
        What is asked beside it. Where the model has a chat template, both are one message of its user.
    new_tokens : int
        The model first goes on with both by so many tokens, the most likely one each time; 200 at most. What is
        captured is then one plain forward pass over all of them, and the last segment is what was generated.
    progress : callable, optional
        Called with the share that is done, from 0 to 1.

    Returns
    -------
    Capture
        Its kind ``"decoder"`` is the attention of the text, whose positions are words and the cells of the picture:
        ``cells`` are their rows and columns, ``segments`` 0 for the text and 1, 2, … for the pictures that the model
        sees (one, or several tiles). The attention inside the picture's own tower is of the kind ``"encoder"``.
        ``picture`` is what the model saw.

    Raises
    ------
    InputError
        If it is no picture, the text is empty, or the model does not read both.
    UnreadableModelError
        If tokens and cells of the picture are not one to one, or its attention cannot be reproduced.
    """
    return read_with_picture(model, picture, text, new_tokens=new_tokens, progress=progress)[0]


def read_with_picture(
    model: Model, picture: Any, text: str, *, new_tokens: int = 0, progress: Callable[[float], None] | None = None
) -> tuple[Capture, dict[str, Tensor]]:
    """The same, and what the network took of it: what a run with changes goes on from."""
    refuse_outside("new_tokens", new_tokens, 0, MOST)
    seen = see_in_text(model.processor, read_picture(picture), text, model.name)
    inputs = {name: value.to(model.network.device) for name, value in seen.inputs.items()}
    inputs[PIXELS] = inputs[PIXELS].to(model.network.dtype)
    tokens = image_tokens(model, inputs, seen.places, _part(progress, 0.0, SEARCHING))
    n_prompt, whole = inputs[IDS].shape[1], inputs
    if new_tokens:
        new = continue_tensors(model, inputs, new_tokens, _part(progress, SEARCHING, WRITTEN))
        new = new[: new.index(tokens.sign)] if tokens.sign in new else new  # of a picture that nobody gave
        whole = gone_on(model, inputs, new) if new else inputs
    found = capture_tensors(model, whole, _part(progress, WRITTEN, 1.0))
    return with_words_and_cells(model, found, seen, whole[IDS][0].tolist(), tokens, n_prompt), whole


def gone_on(model: Model, inputs: dict[str, Tensor], new: list[int]) -> dict[str, Tensor]:
    """The tensors of a picture, a text and what the model went on with, of which one plain pass computes what the model
    computed token by token: what is new changes nothing of what stands before it.

    Raises
    ------
    UnreadableModelError
        If it does, however the new tokens are marked.
    """
    n = inputs[IDS].shape[1]
    with torch.inference_mode():
        before = model.network(**inputs).logits[0, n - 1].float()
        for mark in (0, 1):  # token types: which of them a text that is written has is the family's own
            fill = {IDS: torch.tensor([new]), MASK: torch.ones(1, len(new))}
            whole = {
                name: torch.cat([value, fill.get(name, torch.full((1, len(new)), mark)).to(value)], dim=1)
                if value.shape == (1, n) else value for name, value in inputs.items()
            }  # fmt: skip
            logits = model.network(**whole).logits[0, n - 1].float()
            if (logits - before).abs().max() <= SAME * before.abs().max():
                return whole
    raise UnreadableModelError(
        f"{model.name} reads what it has written otherwise in one pass than token by token: leave new_tokens out."
    )


def with_words_and_cells(
    model: Model, found: Capture, seen: SeenInText, ids: list[int], tokens: ImageTokens, n_prompt: int
) -> Capture:
    """A capture of the tensors of a picture and a text, whose text's axis says which position is which word or cell."""
    if "decoder" not in found.kinds or len(found.query_positions["decoder"]) != len(ids):
        raise refused(model, "its text does not hold the picture: it is looked at from outside, or pooled first")
    words = go_on(tokenizer_of(model.processor), Positions((), (), (), ()), [i for i in ids if i != tokens.sign])
    axis = words_and_cells(ids, words, tokens, n_prompt, seen.notes)
    queries, keys = ({**sides, "decoder": axis} for sides in (found.query_positions, found.key_positions))
    pictures = tuple(
        Picture(piece.pixels, seen.size, piece.box, _patch(piece.pixels, grid), piece.digest)
        for piece, grid in zip(seen.pieces, tokens.grids, strict=True)
    )
    picture = pictures[0] if len(pictures) == 1 else changed(pictures[-1], tiles=pictures)
    return changed(
        found, text=axis.text, query_positions=queries, key_positions=keys, picture=picture,
        n_generated=len(ids) - n_prompt,
    )  # fmt: skip


def _patch(pixels: Tensor, grid: tuple[int, int]) -> tuple[int, int]:
    return pixels.shape[0] // grid[0], pixels.shape[1] // grid[1]


def _part(progress: Callable[[float], None] | None, begin: float, end: float) -> Callable[[float], None] | None:
    return None if progress is None else lambda share: progress(begin + share * (end - begin))
