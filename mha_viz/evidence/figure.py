"""What heads give to a region of a picture → which of them pick it out: beside its area, and beside random weights."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.language import N_, gettext, lazy_gettext, ngettext
from mha_viz.scores.media.figure import PatchLooks
from mha_viz.scores.media.pictures import inside
from mha_viz.wording import head_name, in_percent, in_words

ONE_PICTURE = N_("One picture says what heads do in it, not what they do in general.")
SCORES = ("inside", "inside_from_CLS")


def figure_table(looks: PatchLooks, controls: Sequence[PatchLooks], region: Tensor) -> pd.DataFrame:
    """What every head gives to a region, beside what an even spread and heads that learned nothing give it.

    Parameters
    ----------
    controls : sequence of PatchLooks
        Of the same picture by networks of the same architecture with random weights.
    region : Tensor of shape (n_patches,)
        How much of each patch belongs to it, 0 to 1.

    Returns
    -------
    DataFrame with columns layer, head, inside, inside_random, picks_out
        ``inside``: the share of the region in what patches give to patches, averaged over patches. ``inside_random``:
        the largest of all heads of all controls. ``picks_out``: whether a head gives more than that and more than the
        region's ``area``. With a class token the same of what it gives: ``inside_from_CLS``, ….

    Raises
    ------
    InputError
        If the region is empty or the whole picture, or there is no control.
    """
    if not controls:
        raise InputError("Without a network of random weights nothing can be said of a region: give one at least.")
    area = region.mean().item()
    if not 0 < area < 1:
        raise InputError(lazy_gettext("The region is the whole picture, or nothing of it: paint a part of it."))
    table = pd.DataFrame(looks.heads, columns=["layer", "head"])
    for name, own, others in zip(SCORES, _each(looks), zip(*map(_each, controls), strict=True), strict=True):
        if own is None:
            continue
        random = max(inside(other, region).max().item() for other in others if other is not None)
        table[name] = inside(own, region).tolist()
        table[f"{name}_random"] = random
        table[name.replace("inside", "picks_out")] = table[name] > max(area, random)
    return table.assign(area=area)


def _each(looks: PatchLooks) -> tuple[Tensor, Tensor | None]:
    return looks.by_patches, looks.by_class


def figure_sentence(table: pd.DataFrame, n_controls: int) -> str:
    """How many heads pick a region out, and which the most: of what patches give, and of what the class token gives."""
    networks = ngettext(
        "{count} network with random weights", "{count} networks with random weights", n_controls,
        count=in_words(n_controls),
    )  # fmt: skip
    name = "inside_from_CLS"
    of_class = "" if name not in table else gettext(
        "; of what CLS gives to patches, in {n} (random weights {random} at most): most in {best}",
        n=_count(table, name), random=_most(table, name), best=_best(table, name),
    )  # fmt: skip
    told = gettext(
        "The region is {area} of the picture. Of what patches give to patches, it gets more than that, and more than "
        "in any head of {networks} ({random} at most), in {n} of {heads}: most in {best}{of_class}.",
        area=in_percent(table["area"].iloc[0]), networks=networks, random=_most(table, "inside"),
        n=_count(table, "inside"), heads=ngettext("{n} head", "{n} heads", len(table)), best=_best(table, "inside"),
        of_class=of_class,
    )  # fmt: skip
    return f"{told} {gettext(ONE_PICTURE)}"


def _most(table: pd.DataFrame, name: str) -> str:
    return in_percent(table[f"{name}_random"].iloc[0])


def _count(table: pd.DataFrame, name: str) -> int:
    return int(table[name.replace("inside", "picks_out")].sum())


def _best(table: pd.DataFrame, name: str) -> str:
    best = table.loc[table[name].idxmax()]
    return f"{head_name(int(best['layer']), int(best['head']))}, {in_percent(best[name])}"
