"""The example sentences → a gallery: of each the head that is worth seeing in it, small, and what to look for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.attention.maps import call_at
from mha_viz.attention.proposals import FirstLook, first_look
from mha_viz.language import gettext
from mha_viz.objects import Capture
from mha_viz.views.style.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import beside_others, gives, head_name, in_percent, quoted


class Thumbnail(NamedTuple):
    """What is worth seeing first in a text, and the pattern of its head: (token, token)."""

    look: FirstLook
    pattern: Tensor


def thumbnail_of(capture: Capture) -> Thumbnail | None:
    """None where the layers of the model cannot be held against each other."""
    kind = capture.kinds[0]
    look = first_look(capture, kind)
    if look is None:
        return None
    layer, head = look.head
    return Thumbnail(look, call_pattern(part_of(call_at(capture, layer, kind), heads=[head]))[0])


def look_sentence(look: FirstLook) -> str:
    """What stands beside a small picture: the numbers of its head."""
    others = "" if look.others is None else beside_others(look.others)
    clause = gives(quoted(look.query), quoted(look.key), in_percent(look.share) + others)
    return gettext("{head}: {clause}.", head=head_name(*look.head), clause=clause)


def gallery_view(examples: Sequence[Mapping[str, str]], thumbnails: Sequence[Thumbnail | None]) -> View:
    """A button for each example; ``thumbnails`` has one of each, None where there is no picture of it.

    All have one scale, from 0 to 1: a share of the row's attention.
    """
    pieces: list[dict[str, Any]] = []
    levels = [torch.zeros(0, dtype=torch.uint8)]
    offset = 0
    for example, thumbnail in zip(examples, thumbnails, strict=True):
        piece: dict[str, Any] = {"text": example["text"]}
        piece |= {name: gettext(example[name]) for name in ("name", "look_for")}
        if thumbnail is not None:
            levels.append((thumbnail.pattern.float().cpu().clamp(0, 1) * 255).round().to(torch.uint8).flatten())
            piece |= {"says": look_sentence(thumbnail.look), "side": len(thumbnail.pattern), "offset": offset}
            offset += len(levels[-1])
        pieces.append(piece)
    return View("gallery", {"pieces": pieces, "palette": palette()}, {"levels": torch.cat(levels).numpy()})
