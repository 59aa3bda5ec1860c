"""A picture and a model's own processor → its tensors, what the model sees of it, and the axis of its patches."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.inputs.media.picture import Given
from mha_viz.language import N_, lazy_gettext
from mha_viz.media import Box
from mha_viz.objects import Positions

PIXELS = "pixel_values"
CLASS, REGISTER, DISTILLATION, OTHER = "CLS", "reg", "DIST", "special"
MARGIN = 0.1  # of a side, left out where a line is fitted: at edges resizing repeats the last pixel
BEND = 0.02  # of a side: so far a straight line may be missed


@dataclass(frozen=True)
class Seen:
    """What a processor made of a picture: ``inputs`` for the network, ``pixels (row, column, 3)`` as it cut out and
    resized them, 0 to 255, ``size``, the width and height of what was given, and ``box``, the part of it that they
    show, None where that cannot be told.
    """

    inputs: dict[str, Tensor]
    pixels: Tensor
    size: tuple[int, int]
    box: Box | None
    notes: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The sha256 of size and pixels."""
        shape = str(tuple(self.pixels.shape)).encode()
        return hashlib.sha256(shape + self.pixels.numpy().tobytes()).hexdigest()


def image_processor_of(processor: Any) -> Any:
    """The part of a processor that reads pictures; None where there is none."""
    part = getattr(processor, "image_processor", processor)
    names = getattr(part, "model_input_names", ())
    return part if callable(part) and PIXELS in names else None


def see(processor: Any, given: Given, whose: str) -> Seen:
    """What a model's processor makes of a picture.

    Raises
    ------
    InputError
        If the model reads no pictures, or its processor fails on this one.
    UnreadableModelError
        If the processor cuts a picture into several, or packs its patches.
    """
    processor = image_processor_of(processor)
    if processor is None:
        raise InputError(
            lazy_gettext("{model} reads no pictures: choose a model that does, such as dinov2.", model=whose)
        )
    tensors = made_of(processor, given.image, whose)
    if tensors[PIXELS].dim() != 4 or len(tensors[PIXELS]) != 1:
        raise UnreadableModelError(
            f"{whose} reads a picture in several tiles, or its patches packed: give the tensors of its processor."
        )
    pixels = made_of(processor, given.image, whose, do_rescale=False, do_normalize=False)[PIXELS]
    ramps = made_of(processor, ramps_of(*given.image.size), whose, do_rescale=False, do_normalize=False)[PIXELS]
    box = box_of(ramps[0].double().numpy(), *given.image.size)
    shown = pixels[0].permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8).contiguous()
    rows, columns = shown.shape[:2]
    note = what_was_cut(given.image.size, box, (columns, rows))
    return Seen(tensors, shown, given.image.size, box, (*given.notes, *([note] if note else [])))


def made_of(processor: Any, image: Any, whose: str, **settings: Any) -> dict[str, Tensor]:
    """The tensors that a processor makes of a picture.

    Raises
    ------
    InputError
        If it does not take it.
    """
    try:
        made = processor(image, return_tensors="pt", **settings)
    except Exception as error:  # of whatever library
        first = (str(error) or type(error).__name__).splitlines()[0]
        message = N_("{model}: its processor does not take this picture ({why}).")
        raise InputError(lazy_gettext(message, model=whose, why=first)) from error
    return {name: value for name, value in made.items() if isinstance(value, Tensor)}


def ramps_of(width: int, height: int) -> Any:
    """A picture of the same size whose red grows from left to right and whose green from top to bottom: where they come
    out again tells which part of a picture a processor takes, whatever its settings are called.
    """
    from PIL import Image

    ramps = np.zeros((height, width, 3), dtype=np.uint8)
    ramps[..., 0] = np.linspace(0, 255, width).round()[None, :]
    ramps[..., 1] = np.linspace(0, 255, height).round()[:, None]
    return Image.fromarray(ramps)


def box_of(ramps: np.ndarray[Any, Any], width: int, height: int) -> Box | None:
    """Left, top, right and bottom of what comes out of a processor, in pixels of what went in."""
    across, down = ends_of(ramps[0].mean(axis=0), width), ends_of(ramps[1].mean(axis=1), height)
    return None if across is None or down is None else (across[0], down[0], across[1], down[1])


def ends_of(ramp: np.ndarray[Any, Any], n: int) -> tuple[int, int] | None:
    """Where a side begins and ends, of n pixels; None where it is no straight piece of it (padding, mirrors)."""
    if n < 3:
        return 0, n
    m = len(ramp)
    inside = np.arange(m)[int(MARGIN * m) : m - int(MARGIN * m)]
    if len(inside) < 3:
        return None
    places = ramp / 255 * (n - 1) + 0.5
    slope, start = np.polyfit(inside + 0.5, places[inside], 1)
    if slope <= 0 or np.abs(start + slope * (inside + 0.5) - places[inside]).max() > max(BEND * n, 1):
        return None
    begin, end = round(start), round(start + slope * m)
    return max(0, begin), min(n, max(begin + 1, end))


SIDES = (N_("{n} left"), N_("{n} right"), N_("{n} above"), N_("{n} below"))


def what_was_cut(size: tuple[int, int], box: Box | None, shown: tuple[int, int]) -> str:
    """What a model sees of a picture of this width and height, in a sentence; "" where it sees it as it is.

    >>> what_was_cut((451, 300), (94, 0, 357, 300), (28, 28))
    'The model sees about 263 × 300 of the picture’s 451 × 300 pixels, as 28 × 28: cut off are 94 left and 94 right.'
    """
    sizes = {"whole": lazy_times(*size), "shown": lazy_times(*shown)}
    if box is None:
        told = N_("The picture of {whole} pixels is seen as {shown}; which part of it that is cannot be told.")
        return lazy_gettext(told, **sizes)
    off = (box[0], size[0] - box[2], box[1], size[1] - box[3])
    cut = [lazy_gettext(SIDES[i], n=n) for i, n in enumerate(off) if n]
    if cut:
        part = lazy_times(box[2] - box[0], box[3] - box[1])
        told = N_("The model sees about {part} of the picture’s {whole} pixels, as {shown}: cut off are {each}.")
        return lazy_gettext(told, part=part, each=_lazy_list(cut), **sizes)
    if size == shown:
        return ""
    stretch = (shown[0] / size[0]) / (shown[1] / size[1])
    resized = N_("The picture of {whole} pixels was resized to {shown}.")
    bent = N_("The picture of {whole} pixels was resized to {shown}, which changes its proportions.")
    return lazy_gettext(bent if abs(stretch - 1) > 2 * BEND else resized, **sizes)


def lazy_times(width: int, height: int) -> str:
    """A width and a height, as each reader writes numbers."""
    return lazy_gettext("{width} × {height}", width=width, height=height)


def _lazy_list(parts: list[str]) -> str:
    found = parts[-1]
    for i, part in enumerate(reversed(parts[:-1])):
        first = lazy_gettext("{names} and {last}", names=part, last=found)
        found = lazy_gettext("{part}, {parts}", part=part, parts=found) if i else first
    return found


def patch_positions(
    cells: tuple[tuple[int, int] | None, ...], specials: tuple[str, ...], notes: tuple[str, ...]
) -> Positions:
    """The axis of a picture: of each position the row and column of its patch, or what it is called."""
    names = iter(specials)
    labels = tuple(next(names) if cell is None else f"{cell[0]}, {cell[1]}" for cell in cells)
    is_special = tuple(cell is None for cell in cells)
    n = len(cells)
    return Positions(tuple(range(-1, -n - 1, -1)), labels, is_special, (None,) * n, notes=notes, cells=cells)


def names_of_specials(names: set[str], n_registers: int, n: int) -> tuple[str, ...]:
    """What n positions are called that stand for no patch, by the weights that networks put there: the class token
    first, then the one for distillation, then registers. Where these are not as many, by their numbers.

    >>> names_of_specials({"cls_token", "register_tokens"}, 4, 5)
    ('CLS', 'reg 1', 'reg 2', 'reg 3', 'reg 4')
    """
    first = [CLASS] if names & {"cls_token", "class_embedding"} else []
    second = [DISTILLATION] if "distillation_token" in names else []
    found = (*first, *second, *(f"{REGISTER} {i}" for i in range(1, n_registers + 1)))
    return found if len(found) == n else tuple(f"{OTHER} {i}" for i in range(1, n + 1))
