"""What models read beside plain text, as frozen data: chats, pictures and sounds."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mha_viz.arguments import refuse_other_shape, with_checked_fields
from mha_viz.reprs import one_line
from mha_viz.wording import in_seconds

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels


@with_checked_fields
@dataclass(frozen=True)
class Message:
    """One message of a chat: who says it (``system``, ``user``, ``assistant``, …), and what."""

    role: str
    content: str


@with_checked_fields
@dataclass(frozen=True)
class Chat:
    """Messages that a model reads through its own chat template; ``add_generation_prompt`` ends the text with what the
    template writes before an answer of the model.
    """

    messages: tuple[Message, ...]
    add_generation_prompt: bool = False


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as a model saw it.

    ``pixels (row, column, 3)`` are what its processor cut out and resized, 0 to 255 (uint8), red, green and blue,
    before it takes a mean away. ``size`` is the width and the height of the picture that was given; ``box`` the part of
    it that the model saw, None where that cannot be told. ``patch`` is the height and the width of a patch, in
    ``pixels``. ``digest`` is the sha256 of the pixels: two pictures that a model sees alike have the same. ``tiles``
    are, where a model that also reads text sees a picture in several (tiles, and the whole), each of these, in the
    order in which they stand in the text.
    """

    pixels: Tensor
    size: tuple[int, int]
    box: Box | None
    patch: tuple[int, int]
    digest: str
    tiles: tuple[Picture, ...] = ()
    __repr__ = one_line(
        lambda of: f"{of.size[0]:,} × {of.size[1]:,} pixels, seen as {' × '.join(map(str, of.grid))} patches"
    )

    def __post_init__(self) -> None:
        shape = self.pixels.shape
        refuse_other_shape("Picture: pixels", shape, "(row, column, 3)", fits=len(shape) == 3 and shape[2] == 3)

    @property
    def grid(self) -> tuple[int, int]:
        """How many rows and columns of patches there are; what is left over at the edges belongs to none."""
        rows, columns, _ = self.pixels.shape
        return rows // self.patch[0], columns // self.patch[1]


@dataclass(frozen=True, eq=False)
class Sound:
    """A sound in one channel: ``samples (n,)`` as float32 between -1 and 1, ``rate`` of them a second.

    ``notes`` are sentences on what was done to it: channels that were averaged, what was cut.
    """

    samples: np.ndarray[Any, Any]
    rate: int
    notes: tuple[str, ...] = ()

    __repr__ = one_line(lambda of: f"{in_seconds(of.seconds)}, {of.rate:,} samples a second")

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    @property
    def digest(self) -> str:
        """The sha256 of its samples and its rate: two sounds that a model hears alike have the same."""
        return sha256(self.samples.tobytes() + str(self.rate).encode()).hexdigest()
