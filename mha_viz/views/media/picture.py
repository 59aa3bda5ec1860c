"""What a position of a picture looks at in every head, laid over the picture → a view, with what is said of it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.attention.maps import call_at
from mha_viz.attention.media.patch_overview import PatchOverview
from mha_viz.attention.media.patches import grid_of, looks_of
from mha_viz.errors import InputError
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.language import said as as_said
from mha_viz.media import Picture
from mha_viz.objects import Capture, Head, Positions
from mha_viz.scores.media.pictures import Cells
from mha_viz.views.captions.facts import fact_lines, notes_of, weights_facts
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.captions.places import said_place
from mha_viz.views.grid_tints import Tints
from mha_viz.views.media.picture_tints import tints_header
from mha_viz.views.style import theme
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, listed, name_in_layer, safe_name

READING = N_(
    "Orange lies where the patch looks; what a patch looks at need not be what the model makes of it. The bar under a "
    "small picture is the share that goes to no patch."
)
FINE, MOST_FINE = 256, 300_000  # levels of a number, and how many of them one head may have: larger pictures are pooled


def picture_view(
    capture: Capture, seen: PatchOverview, kind: str, query: int, chosen: Head,
    *, region: Cells = (), tints: Tints | None = None,
) -> View:  # fmt: skip
    """A picture with its patches, and every head's attention from one of them.

    Parameters
    ----------
    seen : PatchOverview
        What all positions look at, for pointing at them.
    query : int
        The position that looks; what it gives is exact in all heads.
    chosen : tuple of int
        Layer and head that lie over the large picture.
    region : tuple of (row, column), optional
        Patches that are set off from the others.
    tints : Tints, optional
        What fills the small pictures instead of what the position looks at.

    Raises
    ------
    InputError
        If the capture is not of a picture, or the head is not there.
    """
    if capture.picture is None:
        raise InputError("This capture is not of a picture: give capture a picture, and a model that reads pictures.")
    if chosen not in seen.heads:
        raise InputError(
            lazy_gettext("{head} does not exist in {model}.", head=head_name(*chosen), model=capture.short_name)
        )
    axis = capture.key_positions[kind]
    own = [rows[head] for rows, call in _rows(capture, query, kind) for head in call.heads]
    exact = torch.stack(own).float().cpu()  # (head, key)
    place = seen.heads.index(chosen)
    facts = picture_facts(capture, kind, chosen, axis.labels[query])
    return View(
        "picture",
        {
            **_layout(capture.picture, axis, seen), "query": query, "chosen": place,
            "caption": sentence(axis, exact[place], query, chosen),
            "note": _note(axis, tints.sentence if tints else gettext(READING), _pooled(seen)),
            "region": [row * grid_of(axis)[1] + column for row, column in region],
            **(tints_header(tints, seen.heads) if tints else {}),
            "overlay": theme.ON_BOTH["mark"], **said_hint(Hints.picture), "identity": capture.picture.digest,
            "title": gettext("What {patch} looks at in every head of {model}", patch=axis.labels[query],
                             model=capture.short_name),
            "facts": fact_lines(facts), "file_name": safe_name(capture.short_name, "picture", axis.labels[query]),
        },
        {
            "pixels": capture.picture.pixels, "exact": exact[place], **_levels(seen, exact),
            **_whole(capture, kind, chosen),
        },
    )  # fmt: skip


def _note(axis: Positions, *sentences: str) -> str:
    """What is to be known of how the picture was read, before these sentences."""
    return " ".join([*map(as_said, axis.notes), *sentences]).strip()


def picture_facts(capture: Capture, kind: str, chosen: Head, label: str) -> dict[str, Any]:
    """What an export says of itself."""
    picture = capture.picture
    facts = weights_facts(capture)
    if picture is not None:
        facts |= {"picture": f"{picture.size[0]:,} × {picture.size[1]:,} pixels, sha256 {picture.digest[:12]}…"}
        facts |= {"patches": "{} × {}".format(*picture.grid)}
    notes = [*notes_of(capture), *capture.key_positions[kind].notes]
    facts |= {"shows": "Pattern", "from": label, "head": head_name(*chosen), "notes": notes}
    return {name: fact for name, fact in facts.items() if fact not in (None, "", [])}


def sentence(axis: Positions, looks: Tensor, query: int, head: Head) -> str:
    """Where one position looks in one head: its strongest patch, and what goes to no patch."""
    shares = looks.tolist()
    patches = [i for i, cell in enumerate(axis.cells) if cell is not None]
    others = [i for i, cell in enumerate(axis.cells) if cell is None]
    best = max(patches, key=shares.__getitem__)
    whom = gettext("itself") if best == query else _patch(axis.labels[best])
    looker = axis.labels[query] if query in others else _patch(axis.labels[query])
    told = gettext(
        "In {head}, {looker} gives {share} of its attention to {whom}, of all patches the most; an even spread would "
        "give each {even}.",
        head=head_name(*head), looker=looker, share=in_percent(shares[best]), whom=whom,
        even=in_percent(1 / len(axis)),
    )  # fmt: skip
    if not others:
        return told
    to = N_("{share} to {other}")
    rest = listed([gettext(to, share=in_percent(shares[i]), other=axis.labels[i]) for i in others])
    return told + gettext(" It gives {rest}.", rest=rest)


def _patch(label: str) -> str:
    return gettext("patch {patch}", patch=label)


def _rows(capture: Capture, query: int, kind: str) -> Any:
    return zip(looks_of(capture, query, kind=kind), capture.calls_of(kind), strict=True)


def _layout(picture: Picture, axis: Positions, seen: PatchOverview) -> dict[str, Any]:
    """The grid, the names of positions, and the heads."""
    rows, columns = grid_of(axis)
    numbers = {cell: i for i, cell in enumerate(axis.cells) if cell is not None}
    across = sorted({head for _, head in seen.heads})
    return {
        "rows": rows, "columns": columns, "size": list(picture.pixels.shape[:2]), "patch": list(picture.patch),
        "places": [numbers.get((i // columns, i % columns), -1) for i in range(rows * columns)],
        "others": [i for i, cell in enumerate(axis.cells) if cell is None],
        "labels": [said_place(label) for label in axis.labels],
        "heads": [list(head) for head in seen.heads], "across": len(across),
        "across_names": [name_in_layer(head) for head in across],
        "cells": [[head[0], across.index(head[1])] for head in seen.heads],
        "grid": list(seen.grid), "side": seen.side,
    }  # fmt: skip


def _levels(seen: PatchOverview, exact: Tensor) -> dict[str, Tensor]:
    """Shares in 8 bits: of pooled ones the square root, so that small ones are not all alike."""
    tops = seen.pooled.amax(dim=(1, 2)).clamp_min(1e-9)
    own = exact.amax(dim=1).clamp_min(1e-9)
    return {
        "pooled": _bytes((seen.pooled / tops[:, None, None]).sqrt()), "pooled_tops": tops,
        "pooled_others": _bytes(seen.others.sqrt()), "looks": _bytes(exact / own[:, None]), "looks_tops": own,
    }  # fmt: skip


def _whole(capture: Capture, kind: str, chosen: Head) -> dict[str, Tensor]:
    """All rows of the chosen head, where they are not too many."""
    call = call_at(capture, chosen[0], kind)
    if call.n_query * call.n_key > MOST_FINE:
        return {}
    pattern = call_pattern(part_of(call, heads=[chosen[1]]))[0].float().cpu()
    tops = pattern.amax(dim=1).clamp_min(1e-9)
    return {"whole": _bytes(pattern / tops[:, None]), "whole_tops": tops}


def _bytes(shares: Tensor) -> Tensor:
    return (shares.clamp(0, 1) * (FINE - 1)).round().to(torch.uint8)


def _pooled(seen: PatchOverview) -> str:
    if seen.side == 1:
        return ""
    n = f"{seen.side} × {seen.side}"
    return gettext("While you point, the small pictures show {n} patches together; of a kept patch, each.", n=n)
