"""A picture, a text and a model's own processor → the tensors of both, and what the model sees of the picture."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mha_viz.errors import InputError, UnreadableModelError, in_one_line
from mha_viz.inputs.media.patches import (
    PIXELS,
    box_of,
    ends_of,
    image_processor_of,
    lazy_times,
    made_of,
    ramps_of,
    what_was_cut,
)
from mha_viz.inputs.media.picture import Given, read_picture
from mha_viz.language import N_, lazy_gettext
from mha_viz.media import Box

GRID = "image_grid_thw"  # where patches lie packed, one a row: frames, rows and columns of them
NOT_READ = ("labels",)  # what processors make for training alone
SET_HERE = ("return_tensors", "do_rescale", "do_normalize")
MARKERS = ("boi_token", "image_token")  # how processors name what stands for a picture in a text


@dataclass(frozen=True)
class Piece:
    """One of the pictures that a model sees of what was given: ``pixels (row, column, 3)``, 0 to 255, and ``box``, the
    part of it that they show, None where that cannot be told.
    """

    pixels: Tensor
    box: Box | None

    @property
    def digest(self) -> str:
        """The sha256 of size and pixels."""
        shape = str(tuple(self.pixels.shape)).encode()
        return hashlib.sha256(shape + self.pixels.numpy().tobytes()).hexdigest()


@dataclass(frozen=True)
class SeenInText:
    """What a processor made of a picture and a text.

    ``pieces`` are the pictures that the model sees: one, or several tiles. Where patches lie packed, ``places`` are, of
    each row, where it lies in the picture: (patch, 2), right and down, as shares of its sides; else None. ``notes``
    are sentences on the picture.
    """

    inputs: dict[str, Tensor]
    pieces: tuple[Piece, ...]
    places: Tensor | None
    size: tuple[int, int]
    notes: tuple[str, ...]


def reads_both(processor: Any) -> bool:
    """Whether it reads a picture inside a text."""
    return image_processor_of(processor) is not None and _marker(processor) is not None


def see_in_text(processor: Any, given: Given, text: str, whose: str) -> SeenInText:
    """What a model's processor makes of a picture and a text.

    Where the model has a chat template, both are one message of its user, the picture first; else the picture stands
    where its sign is in the text, or before it.

    Raises
    ------
    InputError
        If the model does not read both, the text is empty, or its processor fails on them.
    UnreadableModelError
        If what it makes of a picture is of a form that is not known here.
    """
    if not reads_both(processor):
        message = N_(
            "{model} does not read a picture inside a text: give the picture alone, or choose a model that reads both."
        )
        raise InputError(lazy_gettext(message, model=whose))
    if not text.strip():
        raise InputError(lazy_gettext("The text is empty: type at least one word beside the picture."))
    inputs = _both(processor, given.image, text, whose)
    pieces, places = _pieces(_as_beside_text(processor), given, inputs, whose)
    shown = pieces[0].pixels.shape
    if len(pieces) == 1:
        note = what_was_cut(given.image.size, pieces[0].box, (shown[1], shown[0]))
    else:
        told = N_("The picture of {whole} pixels is seen as {n} pictures.")
        note = lazy_gettext(told, whole=lazy_times(*given.image.size), n=len(pieces))
    return SeenInText(inputs, pieces, places, given.image.size, (*given.notes, *([note] if note else [])))


def _marker(processor: Any) -> str | None:
    found = (getattr(processor, name, None) for name in MARKERS)
    return next((one for one in found if isinstance(one, str)), None)


def _both(processor: Any, image: Any, text: str, whose: str) -> dict[str, Tensor]:
    try:
        with warnings.catch_warnings():  # PaliGemma's makes arrays of tensors as numpy 1 did, of which numpy 2 warns
            warnings.simplefilter("ignore", DeprecationWarning)
            made = processor(images=image, text=_with_marker(processor, text), return_tensors="pt")
    except Exception as error:  # of whatever library
        message = N_("{model}: its processor does not take this picture and text ({why}).")
        raise InputError(lazy_gettext(message, model=whose, why=in_one_line(error))) from error
    return {name: value for name, value in made.items() if isinstance(value, Tensor) and name not in NOT_READ}


def _with_marker(processor: Any, text: str) -> str:
    marker = str(_marker(processor))
    if marker in text:
        return text
    if not getattr(processor, "chat_template", None):
        return f"{marker}{text}"
    message = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": text}]}
    return str(processor.apply_chat_template([message], tokenize=False, add_generation_prompt=True))


def _as_beside_text(processor: Any) -> Any:
    """What reads pictures, set as a processor sets it that reads a text too: InternVL's then cuts tiles."""
    own = getattr(processor, "images_kwargs", None)
    settings = {name: value for name, value in own.items() if name not in SET_HERE} if isinstance(own, dict) else {}
    return partial(image_processor_of(processor), **settings) if settings else image_processor_of(processor)


def _pieces(
    reader: Any, given: Given, inputs: dict[str, Tensor], whose: str
) -> tuple[tuple[Piece, ...], Tensor | None]:
    """The pictures that a model sees, and where packed patches lie."""
    plain, spread = (
        made_of(reader, image, whose, do_rescale=False, do_normalize=False).get(PIXELS)
        for image in (given.image, ramps_of(*given.image.size))
    )
    wanted = inputs[PIXELS].shape if PIXELS in inputs else None
    if plain is None or spread is None or not wanted == plain.shape == spread.shape:
        raise UnreadableModelError(f"{whose}: what its processor makes of a picture alone is other than beside a text.")
    if GRID in inputs and plain.dim() == 2:
        return _of_packed(reader, given, inputs[GRID], whose)
    if plain.dim() not in (4, 5) or plain.shape[-3] != 3:
        raise UnreadableModelError(
            f"{whose}: its processor makes a tensor of shape {tuple(plain.shape)} of a picture, a form that is not "
            "known here; its tensors can be captured."
        )
    found = []
    for pixels, places in zip(plain.flatten(0, -4), spread.flatten(0, -4), strict=True):
        shown = pixels.permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8).contiguous()
        found.append(Piece(shown, box_of(places.double().numpy(), *given.image.size)))
    return tuple(found), None


def _places(reader: Any, given: Given, whose: str) -> Tensor:
    """Where each packed patch lies, (patch, 2), by what comes out of pictures that grow brighter to one side."""
    growing = np.asarray(ramps_of(*given.image.size))
    sides = []
    for channel in (0, 1):
        grey = read_picture(growing[..., channel]).image
        made = made_of(reader, grey, whose, do_rescale=False, do_normalize=False)[PIXELS]
        sides.append(made.double().mean(dim=1) / 255)
    return torch.stack(sides, dim=1)


def _of_packed(reader: Any, given: Given, grid: Tensor, whose: str) -> tuple[tuple[Piece, ...], Tensor]:
    frames, rows, columns = grid[0].tolist()
    if len(grid) != 1 or frames != 1:
        raise UnreadableModelError(
            f"{whose} reads {len(grid)} pictures of {frames} frames here: give one still picture."
        )
    width, height = given.image.size
    places = _places(reader, given, whose)
    levels = [places[:, side].sort().values.reshape(n, -1).mean(dim=1) * 255 for side, n in enumerate((columns, rows))]
    across, down = (ends_of(level.numpy(), n) for level, n in zip(levels, (width, height), strict=True))
    box = None if across is None or down is None else (across[0], down[0], across[1], down[1])
    cut = given.image if box is None else given.image.crop(box)
    side = int(getattr(getattr(reader, "func", reader), "patch_size", 0) or max(1, width // columns))
    shown = np.asarray(cut.resize((columns * side, rows * side)))
    return (Piece(torch.from_numpy(shown.copy()), box),), places
