"""A text of a lesson with the numbers of the scene: a part of a step, or the sentence of a picture."""

from __future__ import annotations

from collections.abc import Iterator

from mha_viz.playing.parts import Part, Text
from mha_viz.playing.scene import Scene

Parts = Iterator[Part]


def told(scene: Scene, text: str, numbers: dict[str, str] | None = None) -> Parts:
    """The text, where there is one."""
    if text:
        yield Text(text, {**scene.numbers, **(numbers or {})})


def captioned(scene: Scene, text: str, numbers: dict[str, str]) -> str:
    """The step's text as the sentence that belongs to a picture."""
    return Text(text, {**scene.numbers, **numbers}).plain
