"""Pictures that come with the project, drawn here: each with its figure, so that it is known what stands out in it."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from mha_viz.language import N_

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

SIZE = (640, 448)  # width and height
FINE = 2  # drawn larger and made smaller, so that edges are smooth
CAT, DISCS, STRIPES = N_("a cat on a mat"), N_("two discs alike"), N_("a ball on stripes")
DRAWN = (CAT, DISCS, STRIPES)


def drawn_picture(name: str) -> Image:
    """A picture by its name, of ``DRAWN``."""
    return _painted(name)[0]


def drawn_figure(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which pixels are the figure and not the ground: (row, column)."""
    return np.asarray(_painted(name)[1]) > 127


@cache
def drawn_file(name: str) -> bytes:
    """The picture as PNG, the same bytes each time."""
    file = io.BytesIO()
    drawn_picture(name).save(file, "png")
    return file.getvalue()


def _painted(name: str) -> tuple[Image, Image]:
    """The picture, and its figure in white on black."""
    from PIL import Image, ImageDraw

    wide, high = (FINE * side for side in SIZE)
    image = Image.fromarray(_ground(name, wide, high))
    figure = Image.new("L", (wide, high), 0)
    on, mask = ImageDraw.Draw(image), ImageDraw.Draw(figure)
    for kind, corners, colour, is_figure in SHAPES[name]:
        places = [(x * wide, y * high) for x, y in corners]
        _draw(on, kind, places, colour)
        if is_figure:
            _draw(mask, kind, places, 255)
    return image.resize(SIZE, Image.Resampling.LANCZOS), figure.resize(SIZE, Image.Resampling.LANCZOS)


def _draw(on: ImageDraw, kind: str, places: list[tuple[float, float]], fill: Colour | int) -> None:
    draw = on.ellipse if kind == "ellipse" else on.polygon
    draw(places, fill=fill)


def _ground(name: str, wide: int, high: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """What is behind: shades from corner to corner, or stripes."""
    y, x = np.mgrid[0:high, 0:wide]
    if name == STRIPES:
        light = ((x // (wide // 16)) % 2)[..., None]
        return np.where(light, (226, 222, 208), (120, 150, 170)).astype(np.uint8)
    shades = np.stack([150 + 60 * x / wide, 190 + 30 * y / high, 205 - 40 * x / wide], axis=-1)
    return shades.astype(np.uint8)


Colour = tuple[int, int, int]
Shape = tuple[str, tuple[tuple[float, float], ...], Colour, bool]
# Ellipses by two corners, the rest by all of them, from 0 to 1; colour; whether it belongs to the figure.
FUR, DARK, LIGHT = (214, 130, 58), (92, 52, 24), (250, 236, 214)
SHAPES: dict[str, tuple[Shape, ...]] = {
    CAT: (
        ("polygon", ((0.02, 0.78), (0.98, 0.78), (1.0, 1.0), (0.0, 1.0)), (126, 72, 78), False),
        ("ellipse", ((0.26, 0.42), (0.72, 0.90)), FUR, True),
        ("polygon", ((0.66, 0.80), (0.86, 0.74), (0.90, 0.56), (0.94, 0.58), (0.90, 0.80), (0.68, 0.88)), FUR, True),
        ("polygon", ((0.30, 0.38), (0.31, 0.14), (0.41, 0.25)), FUR, True),
        ("polygon", ((0.52, 0.38), (0.51, 0.14), (0.41, 0.25)), FUR, True),
        ("ellipse", ((0.285, 0.20), (0.535, 0.56)), FUR, True),
        ("ellipse", ((0.335, 0.32), (0.375, 0.40)), LIGHT, True),
        ("ellipse", ((0.445, 0.32), (0.485, 0.40)), LIGHT, True),
        ("ellipse", ((0.348, 0.33), (0.364, 0.39)), DARK, True),
        ("ellipse", ((0.458, 0.33), (0.474, 0.39)), DARK, True),
        ("polygon", ((0.395, 0.43), (0.425, 0.43), (0.41, 0.46)), DARK, True),
        ("ellipse", ((0.34, 0.82), (0.46, 0.93)), LIGHT, True),
        ("ellipse", ((0.50, 0.82), (0.62, 0.93)), LIGHT, True),
    ),
    DISCS: (
        ("ellipse", ((0.22, 0.18), (0.42, 0.47)), (220, 96, 30), True),
        ("ellipse", ((0.58, 0.55), (0.78, 0.84)), (220, 96, 30), True),
    ),
    STRIPES: (("ellipse", ((0.34, 0.24), (0.66, 0.70)), (200, 40, 60), True),),
}  # fmt: skip
