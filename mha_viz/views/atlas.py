"""Heads on a plane → the view of the atlas, with the sentence on what one sees and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from mha_viz.comparison.atlas import Atlas
from mha_viz.inputs.languages import same_languages
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import N_, gettext, whole
from mha_viz.model_names import names_apart
from mha_viz.objects import Capture, Model, ModelHead
from mha_viz.views.atlas_colours import (
    NONE,
    Families,
    cluster_swatches,
    cluster_titles,
    names_of_clusters,
    swatches,
)
from mha_viz.views.captions.facts import fact_lines, input_facts, second_language_facts, weights_facts
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_a_row, in_percent, safe_name

COLOURS = ("layer", "family", "cluster", "model")  # what the colour of a dot can stand for
NEAR = 3  # nearest heads that the picture names
NO_PROFILE = N_("no profile")
PICTURES = N_("The small pictures are the heads' patterns in {texts}, queries down and keys across.")
AXES = N_("The axes mean nothing by themselves, only who is near whom.")
ALIKE = N_("All {n} heads look at the same in {texts}, so they stand at one place.")
ONE_MODEL = N_("Distances are means over rows, in bits: 0 where heads look alike, 1 where they share no key.")
TWO_MODELS = N_(
    "Only words that both models have are compared ({n} rows of them); what goes elsewhere counts as one more. "
    "Distances are means over rows, from 0 to 1 bits, so models of other sizes can be compared; but among more heads "
    "the nearest is nearer by chance."
)


def atlas_picture(
    atlas: Atlas, table: pd.DataFrame, *, texts: str, facts: dict[str, Any], colour: str = COLOURS[0],
    families: Families | None = None, profiled: Sequence[str] = (), chosen: ModelHead | None = None,
    pictures: Sequence[Tensor] = (), pictured: str = "", picked: Sequence[ModelHead] = (),
) -> View:  # fmt: skip
    """Every head as a dot, or where there is room as a small picture.

    Parameters
    ----------
    table : DataFrame
        Of ``atlas.atlas_table``.
    texts : str
        On what heads were compared, as it is said in the language of the run behind "in": "this sentence".
    families : mapping of heads to families
        What is established of each (``rankings.families_of_heads``), the most telling first.
    profiled : list of str
        The models of which there is a profile: of others, nothing is known.
    pictures : sequence of Tensor of shape (head, row, column), optional
        For each model the pattern of every head, pooled; ``pictured`` is the text they are of, as it is said.
    picked : list of (model, layer, head)
        Heads that are marked.
    """
    heads, models = list(atlas.distances.heads), list(dict.fromkeys(table["model"]))
    named, names = _families(heads, families or {}, profiled), names_apart(models)
    sizes = table["cluster"].value_counts().sort_index().tolist()
    tones, swatch = swatches(colour, heads, dict(zip(models, names, strict=True)), families or {})
    clusters = cluster_titles(table, families or {}, len(sizes))
    if colour == "cluster":
        tones, swatch = cluster_swatches(sizes, table["cluster"].tolist(), clusters)
    near, near_distance = _nearest(atlas)
    arrays = {name: table[name] for name in ("x", "y", "layer", "head", "cluster")} | {
        "model": [models.index(model) for model in table["model"]], "swatch": swatch, "near": near.flatten(),
        "family": [list(dict.fromkeys(named)).index(name) for name in named], "near_distance": near_distance.flatten(),
    }  # fmt: skip
    arrays = {name: np.asarray(numbers, dtype="<f4") for name, numbers in arrays.items()}
    return View(
        "atlas",
        {
            "models": names,
            "families": list(dict.fromkeys(named)),
            "swatches": tones,
            "sizes": sizes,
            "clusters": clusters,
            "n_near": near.shape[1],
            "n_heads": len(heads),
            "deepest": int(table["layer"].max()),
            "colour": colour,
            "palette": {"light": theme.LAYERS_LIGHT, "dark": theme.LAYERS_DARK},
            "chosen": heads.index(chosen) if chosen in heads else None,
            "picked": [heads.index(head) for head in picked if head in heads],
            "facts": fact_lines(facts),
            "identity": f"{names[0]} {heads[0][1:]}|{len(heads)}",
            **_words(atlas, names, texts, pictured if pictures else ""),
            **_thumbs(pictures),
        },
        {**arrays, **({"levels": _levels(pictures)} if pictures else {})},
    )


def _thumbs(pictures: Sequence[Tensor]) -> dict[str, Any]:
    """How the small pictures lie one after the other, and their colours."""
    if not pictures:
        return {}
    sizes = [dict(zip(("heads", "rows", "columns"), of_model.shape, strict=True)) for of_model in pictures]
    return {"thumbs": sizes, "thumb_palette": palette()}


def _levels(pictures: Sequence[Tensor]) -> np.ndarray:
    """Shares as 8-bit levels, each picture up to its largest: a small one shows where a head looks, not how much."""
    levels = [of_model / of_model.flatten(1).amax(dim=1)[:, None, None].clamp_min(1e-9) * 255 for of_model in pictures]
    return torch.cat([of_model.round().to(torch.uint8).flatten() for of_model in levels]).numpy()


def _words(atlas: Atlas, models: Sequence[str], texts: str, pictured: str) -> dict[str, str]:
    compared = gettext(TWO_MODELS, n=whole(atlas.distances.n_rows)) if len(models) > 1 else gettext(ONE_MODEL)
    small = gettext(PICTURES, texts=pictured) if pictured else ""
    return {
        "label": gettext("Heads that look alike stand close together; every dot is a head"),
        **said_hint(Hints.atlas),
        "caption": seen_sentence(atlas, models, texts),
        "note": " ".join(filter(None, [compared, gettext(AXES), small])),
        "title": _title(models),
        "file_name": safe_name(*models, "atlas"),
    }


def _title(models: Sequence[str]) -> str:
    if len(models) == 1:
        return gettext("Every head of {model}, by what it looks at", model=models[0])
    return gettext("Every head of {model} and of {other}, by what it looks at", model=models[0], other=models[1])


def seen_sentence(atlas: Atlas, models: Sequence[str], texts: str) -> str:
    """What one sees, and how much of the differences between heads it shows."""
    n = len(atlas.distances.heads)
    if n == 1:
        return gettext("{model} has one head, so there is nothing to compare it with.", model=models[0])
    if isnan(atlas.share):
        return gettext(ALIKE, n=whole(n), texts=texts)
    said = {"texts": texts, "share": in_percent(atlas.share), "n": whole(n), "model": models[0]}
    if len(models) == 1:
        return gettext(
            "Heads that look alike in {texts} stand close together; two axes hold {share} of the differences between "
            "the {n} heads of {model}.", **said,
        )  # fmt: skip
    return gettext(
        "Heads that look alike in {texts} stand close together; two axes hold {share} of the differences between the "
        "{n} heads of {model} and {other}.", other=models[1], **said,
    )  # fmt: skip


def typical_sentence(typical: float, n_heads: int) -> str:
    """What distances from one head are to be compared with."""
    n_pairs = n_heads * (n_heads - 1) // 2
    return gettext(
        "By their distance in bits. Typical is {typical}, the median of all {n} pairs of heads; the nearer to 0, the "
        "more alike.", typical=f"{typical:.3f}", n=whole(n_pairs),
    )  # fmt: skip


def distance_in_words(distance: float, typical: float) -> str:
    """A distance, and how it compares with the typical one, where there is one.

    >>> distance_in_words(0.02, 0.08), distance_in_words(0.02, float("nan")), distance_in_words(0.0, 0.0)
    ('0.020, 25 % of typical', '0.020', '0.000')
    """
    if not typical > 0:
        return f"{distance:.3f}"
    return gettext("{n}, {share} of typical", n=f"{distance:.3f}", share=in_percent(distance / typical))


def like_sentence(near: pd.DataFrame) -> str:
    """The heads nearest to one, of ``nearest_heads``, with their distances; empty where there is none."""
    heads = [f"{head_name(row.layer, row.head)} {row.distance:.3f}" for row in near.itertuples(index=False)]
    return gettext("{heads} bits", heads=in_a_row(heads)) if heads else ""


def nearest_first(atlas: Atlas, table: pd.DataFrame, chosen: ModelHead, families: Families) -> pd.DataFrame:
    """Every head with its place, what is established of it and its distance from the chosen one, the nearest first; in
    English, for files.
    """
    heads = list(atlas.distances.heads)
    established = [", ".join(families.get(head, ())) or NONE for head in heads]
    distance = atlas.distances.between[heads.index(chosen)].tolist()
    names = names_of_clusters(table, families)
    named = [names[cluster].family if cluster in names else "" for cluster in table["cluster"]]
    table = table.assign(cluster_name=named, established=established, distance=distance)
    return table.sort_values("distance", kind="stable")


def atlas_facts(
    atlas: Atlas, models: Sequence[Model], capture: Capture | None, *, compared_on: str, kind: str, n_clusters: int
) -> dict[str, Any]:
    """What an export says of itself; ``capture`` where heads are compared on one text."""
    facts = weights_facts(models[0])
    for second in models[1:]:
        facts |= {"second model": f"{second.short_name} (weights {str(second.identity)[:12]}…)"}
    if capture is not None:
        facts |= {"text": capture.text, "second text": capture.pair, "target": capture.target}
        facts |= {"tokens generated": capture.n_generated or None, **input_facts(capture)}
        for second in models[1:]:
            facts |= second_language_facts(same_languages(tokenizer_of(second.processor), capture.languages))
    facts |= {"shows": "Head atlas", "compared on": compared_on, "rows": atlas.distances.n_rows, "attention": kind}
    facts |= {"unit": "bits", "clusters": n_clusters, "joined by": N_("Ward's method")}
    if not isnan(atlas.share):
        facts |= {"share of the differences on two axes": round(atlas.share, 4)}
    return {name: fact for name, fact in facts.items() if fact not in (None, "")}


def _nearest(atlas: Atlas) -> tuple[np.ndarray, np.ndarray]:
    """Of each head the nearest others, and how far they are: both (head, ≤ NEAR)."""
    n = len(atlas.distances.between)
    between = atlas.distances.between.double() + 1e-12 * torch.arange(n)  # of equally near ones, the earlier
    between.fill_diagonal_(torch.inf)
    distances, places = between.topk(min(NEAR, n - 1), dim=1, largest=False)
    return places.numpy(), distances.numpy()


def _families(heads: Sequence[ModelHead], families: Families, profiled: Sequence[str]) -> list[str]:
    """What is established of each head, in words."""
    established = {
        head: gettext("established: {families}", families=in_a_row([gettext(family) for family in of]))
        for head, of in families.items()
    }
    return [established.get(head) or gettext(NONE if head[0] in profiled else NO_PROFILE) for head in heads]
