"""A picture as somebody gives it (file, bytes, array, Pillow image) → pixels in red, green and blue, or a sentence."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mha_viz.arguments import said
from mha_viz.errors import InputError
from mha_viz.language import N_, lazy_gettext
from mha_viz.outside import not_a_file
from mha_viz.wording import quoted

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 50_000_000
MOST_BYTES = 64 * 2**20  # of a file
KINDS = lazy_gettext("PNG, JPEG, WebP, GIF, BMP or TIFF")
DRAWING = (b"<svg", b"<?xml", b"<!--", b"<!doctype svg")
PAPER = (255, 255, 255)  # what shows through where a picture is transparent
DEEP = 256  # steps of 16 bits to one of 8


@dataclass(frozen=True)
class Given:
    """A picture in red, green and blue, 8 bits each, and sentences on what was changed to make it so."""

    image: Image.Image
    notes: tuple[str, ...]


def is_picture(given: object) -> bool:
    """Whether this can only be meant as a picture: bytes, a path, a Pillow image, an array."""
    return isinstance(given, (bytes, bytearray, Path, np.ndarray)) or type(given).__module__.startswith("PIL.")


def read_picture(given: Any) -> Given:
    """The pixels of a picture.

    Parameters
    ----------
    given : bytes, path, Pillow image, or array (row, column, 3) of whole numbers from 0 to 255
        Of a file it counts what it holds, whatever its name ends with.

    Raises
    ------
    InputError
        If it is no picture, holds nothing, is damaged, or is larger than is read here.
    """
    if isinstance(given, np.ndarray):
        return Given(_from_array(given), ())
    if not isinstance(given, (bytes, bytearray, Path)):
        return _in_colours(_as_image(given))
    data, name = (_file(given), given.name) if isinstance(given, Path) else (bytes(given), "")
    return _in_colours(_opened(data, quoted(name) if name else lazy_gettext("The picture")))


def _as_image(given: Any) -> Image.Image:
    from PIL import Image

    if isinstance(given, Image.Image):
        return given
    raise InputError(f"The picture is {said(given)}; give bytes of a file, a path, an image of Pillow, or an array.")


def _file(path: Path) -> bytes:
    if path.exists() and (what := not_a_file(path)):
        raise InputError(lazy_gettext("{path} is {what}, not a file.", path=str(path), what=what))
    try:
        if (n := path.stat().st_size) > MOST_BYTES:
            raise InputError(_too_many_bytes(n))
        return path.read_bytes()
    except OSError as error:
        message = N_("{path} cannot be read: {why}.")
        raise InputError(lazy_gettext(message, path=str(path), why=str(error.strerror))) from error


def _too_many_bytes(n: int) -> str:
    message = N_("The picture has {n} MB; at most {most} MB are read: save it smaller.")
    return lazy_gettext(message, n=round(n / 2**20), most=MOST_BYTES // 2**20)


def _opened(data: bytes, whose: str) -> Image.Image:
    """The picture in a file, its pixels decoded: of those that move the first."""
    from PIL import Image, UnidentifiedImageError

    if not data:
        raise InputError(lazy_gettext("{whose} is empty (0 bytes): give a {kinds} file.", whose=whose, kinds=KINDS))
    if len(data) > MOST_BYTES:
        raise InputError(_too_many_bytes(len(data)))
    if data[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(DRAWING) and b"<svg" in data[:4096].lower():
        message = N_("{whose} is an SVG drawing, made of lines and not of pixels: save it as PNG.")
        raise InputError(lazy_gettext(message, whose=whose))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is large Pillow warns, and we say it ourselves
            image = Image.open(io.BytesIO(data))
            _refuse_large(*image.size)
            image.load()
    except Image.DecompressionBombError:
        message = N_("{whose} has far more than {most} pixels: make it smaller.")
        raise InputError(lazy_gettext(message, whose=whose, most=MOST_PIXELS)) from None
    except UnidentifiedImageError:
        message = N_("{whose} is no picture that can be read here: give a {kinds} file.")
        raise InputError(lazy_gettext(message, whose=whose, kinds=KINDS)) from None
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, MemoryError) as error:
        message = N_("{whose} is damaged, or ends too early: save it anew ({why}).")
        raise InputError(lazy_gettext(message, whose=whose, why=_first_line(error))) from error
    return image


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(" .")[:80]


def _refuse_large(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        message = N_("The picture has {width} × {height} pixels; at most {n} million are read: make it smaller.")
        raise InputError(lazy_gettext(message, width=width, height=height, n=MOST_PIXELS // 10**6))


def _in_colours(image: Image.Image) -> Given:
    """In red, green and blue, upright, on white."""
    from PIL import ImageOps

    notes = []
    if not all(image.size):
        message = N_("The picture has {width} × {height} pixels: give one that has some.")
        raise InputError(lazy_gettext(message, width=image.size[0], height=image.size[1]))
    _refuse_large(*image.size)
    if (n := getattr(image, "n_frames", 1)) > 1:
        notes.append(lazy_gettext("The picture has {n} frames, of which the model sees the first.", n=n))
    upright = ImageOps.exif_transpose(image)
    if upright.size != image.size:
        notes.append(lazy_gettext("The picture was turned upright, as its file says."))
    if upright.mode.startswith(("I", "F")):
        upright = _from_deep(upright)
        message = N_("The picture has 16 bits a colour or more, of which the model sees the upper 8.")
        notes.append(lazy_gettext(message))
    elif upright.mode == "CMYK":
        message = N_("The picture's printing colours (CMYK) were turned into red, green and blue.")
        notes.append(lazy_gettext(message))
    if upright.has_transparency_data:
        upright = _on_paper(upright)
        notes.append(lazy_gettext("What is transparent in the picture was put on white."))
    return Given(upright.convert("RGB"), tuple(notes))


def _from_deep(image: Image.Image) -> Image.Image:
    """Whole numbers of 16 bits; wider or broken ones from their smallest to their largest."""
    from PIL import Image

    values = np.asarray(image, dtype=np.float64)
    if not np.isfinite(values).all():
        raise InputError(lazy_gettext("The picture holds numbers that are not finite: save it with 8 bits a colour."))
    least, most = values.min(), values.max()
    if image.mode.startswith("I") and least >= 0 and most < 2**16:
        return Image.fromarray((values // DEEP).astype(np.uint8))
    scaled = (values - least) / max(most - least, 1e-30) * 255
    return Image.fromarray(scaled.astype(np.uint8))


def _on_paper(image: Image.Image) -> Image.Image:
    from PIL import Image

    coloured = image.convert("RGBA")
    paper = Image.new("RGBA", coloured.size, PAPER)
    return Image.alpha_composite(paper, coloured)


def _from_array(array: np.ndarray[Any, Any]) -> Image.Image:
    """Rows and columns of grey, or of red, green and blue."""
    from PIL import Image

    fits = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
    if not fits or not array.size:
        raise InputError(f"The picture is {said(array)}; give an array of shape (row, column, 3).")
    _refuse_large(array.shape[1], array.shape[0])
    if array.dtype.kind not in "iu" or array.min() < 0 or array.max() > 255:
        raise InputError(f"The picture is an array of {array.dtype}; give whole numbers from 0 to 255 (uint8).")
    return Image.fromarray(array.astype(np.uint8)).convert("RGB")
