"""Where a recorded call stands in its network."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a call stands in its network.

    ``tower`` is the path of its stack of layers, ``layer`` the number in that stack; ``in_encoder`` says whether the
    stack belongs to the encoder of an encoder-decoder; ``crosses`` whether its keys are other positions than its
    queries, None where that was not seen; ``depth`` how many layers the stack has, 0 where they count as they run;
    ``ahead`` whether queries look at later keys, None where one position ran; ``reads_on`` whether the stack reads a
    text in which stands what another stack made of a picture or a sound.
    """

    path: str
    tower: str
    layer: int
    in_encoder: bool
    crosses: bool | None
    depth: int = 0
    ahead: bool | None = None
    reads_on: bool = False
