"""What the colours of an atlas stand for: families, models, clusters and what these are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from mha_viz.evidence.score_names import FINDS, WORDS
from mha_viz.evidence.statistics.clusters import ClusterName, cluster_names
from mha_viz.language import N_, gettext, ngettext, whole
from mha_viz.objects import ModelHead
from mha_viz.views.style import theme
from mha_viz.views.style.scales import TONES

NONE = N_("none established")
FAMILIES = tuple(family for family in FINDS if family not in (WORDS, "spread"))  # spread claims nothing

Families = Mapping[ModelHead, tuple[str, ...]]


def swatches(
    colour: str, heads: Sequence[ModelHead], models: Mapping[str, str], families: Families
) -> tuple[list[dict[str, str]], list[int]]:
    """The colours with their names, and which of them each head has; layers are a scale instead.

    ``models`` says what each model is called.
    """
    if colour == "model":
        colours = zip(models.values(), theme.HEADS_LIGHT, theme.HEADS_DARK, strict=False)
        named = [{"name": name, "light": light, "dark": dark} for name, light, dark in colours]
        return named, [list(models).index(head[0]) for head in heads]
    if colour != "family":
        return [], [0] * len(heads)
    first = [families.get(head, (NONE,))[0] for head in heads]
    there = [family for family in FAMILIES if family in first]
    tones = dict(zip(FAMILIES, TONES, strict=True))
    named = [{"name": gettext(family), "light": tones[family], "dark": tones[family]} for family in there]
    order = [*there, NONE]
    return [*named, {"name": gettext(NONE), **theme.UNKNOWN}], [
        order.index(family) if family in order else len(there) for family in first
    ]


def names_of_clusters(table: pd.DataFrame, families: Families) -> dict[int, ClusterName]:
    """What the clusters of ``atlas_table`` are called."""
    heads = zip(table["model"], table["layer"], table["head"], strict=True)
    return cluster_names(table["cluster"].tolist(), [families.get(head, ()) for head in heads])


def cluster_titles(table: pd.DataFrame, families: Families, n_clusters: int) -> list[str]:
    """Each cluster with its name, where it has one: ``cluster 2, copying (5 of 7)``."""
    names = names_of_clusters(table, families)
    titles = [gettext("cluster {n}", n=i) for i in range(1, n_clusters + 1)]
    for i, name in names.items():
        called = {"family": gettext(name.family), "n": whole(name.n_heads), "all": whole(name.size)}
        titles[i - 1] = gettext("{cluster}, {family} ({n} of {all})", cluster=titles[i - 1], **called)
    return titles


def cluster_swatches(
    sizes: Sequence[int], clusters: Sequence[int], titles: Sequence[str]
) -> tuple[list[dict[str, str]], list[int]]:
    """A colour for each of the largest clusters, and one for the rest."""
    named = [
        {
            "name": ngettext("{cluster}: {n} head", "{cluster}: {n} heads", size, cluster=title),
            "light": tone,
            "dark": tone,
        }
        for size, title, tone in zip(sizes, titles, TONES, strict=False)
    ]
    if len(sizes) > len(TONES):
        named.append({"name": gettext("smaller ones"), **theme.UNKNOWN})
    return named, [min(cluster, len(named)) - 1 for cluster in clusters]
