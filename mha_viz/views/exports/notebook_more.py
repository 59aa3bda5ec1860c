"""A comparison, an atlas and a score in a notebook: what functions of ``mha_viz`` give, as the app shows it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import torch
from torch import Tensor

from mha_viz.arguments import refuse_outside, refuse_without
from mha_viz.attention.maps import chosen_kind, pattern
from mha_viz.attention.media.patch_overview import patch_overview
from mha_viz.attention.media.patches import find_patch, grid_of
from mha_viz.attention.media.words_on_picture import KIND, axis_of, find_word, is_in_text, words_at
from mha_viz.attention.pooling import THUMBNAIL_CELLS, thumbnails
from mha_viz.comparison.atlas import WARD, atlas_of, atlas_table
from mha_viz.comparison.changes import head_changes
from mha_viz.comparison.comparison import Comparison, Pairing, by_nearest, by_place, distances_between
from mha_viz.comparison.nearest import distances_in
from mha_viz.errors import InputError
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.ranking import Question, ranked
from mha_viz.inputs.words import unique_labels
from mha_viz.objects import Capture, Head
from mha_viz.views.atlas import atlas_picture
from mha_viz.views.captions.facts import weights_facts
from mha_viz.views.compare.compare import comparison_facts, comparison_picture
from mha_viz.views.compare.sentences import pair_sentences
from mha_viz.views.exports.frame import HtmlView, height_of
from mha_viz.views.exports.page import to_page
from mha_viz.views.exports.still import still_of, words_of
from mha_viz.views.media.picture import picture_facts, picture_view
from mha_viz.views.media.words_on_picture import word_facts, words_on_picture_view
from mha_viz.views.scores.scores import GENERAL, HERE, score_picture
from mha_viz.views.view import View
from mha_viz.wording import head_name, listed, quoted

COLOURS = ("layer", "cluster")
CLUSTERS = 6


def comparison_view(comparison: Comparison, layer: int | None = None, head: int | None = None) -> HtmlView:
    """A head beside its counterpart on the words that both sides have, and their difference.

    Parameters
    ----------
    layer, head : int, optional
        Of the first side; the head that changes most by default. Its counterpart is the head at the same place, or of
        models of other sizes the one that ``by_nearest`` finds.

    Raises
    ------
    InputError
        If there is no such head, or it has no counterpart.
    """
    pairing = _pairing(comparison)
    changes = head_changes(comparison, pairing)
    first = (layer, head) if layer is not None and head is not None else _most_changed(changes, layer, head)
    heads = next((pair for pair in pairing if pair[0] == first), None)
    if heads is None:
        raise InputError(f"{head_name(*first)} has no counterpart on the other side: {_there(pairing)}.")
    one, other = comparison.captures
    has_models = (one.model_name, one.identity) != (other.model_name, other.identity)
    has_texts = one.text != other.text
    caption, note = pair_sentences(comparison, heads, changes, is_one_head=not has_models)
    compares = "two models" if has_models else "two texts"
    facts = comparison_facts(comparison, heads, compares, has_models=has_models, has_texts=has_texts)
    return _shown(comparison_picture(comparison, heads, caption=caption, note=note, facts=facts), facts)


def atlas_view(
    capture: Capture | Comparison, *, n_clusters: int = CLUSTERS, colour: str = "cluster", kind: str | None = None
) -> HtmlView:
    """Every head of a model, or of the two of a comparison, on a plane: heads that look alike stand close together.

    Parameters
    ----------
    n_clusters : int
        How many groups of heads that look alike are told apart.
    colour : {"cluster", "layer"}
        What the colours of the dots stand for.
    kind : {"encoder", "decoder", "cross"}, optional
        Which attention of a capture; needed where it has several.

    Raises
    ------
    InputError
        If there are fewer heads than clusters, or a setting is not known.
    """
    if colour not in COLOURS:
        raise InputError(f"{quoted(colour)} is not known as colour: {listed(COLOURS)}.")
    atlas = atlas_of(distances_in(capture, kind=kind))
    refuse_outside("n_clusters", n_clusters, 1, len(atlas.distances.heads))
    table = atlas_table(atlas, n_clusters, method=WARD)
    first = capture if isinstance(capture, Capture) else capture.captures[0]
    facts: dict[str, Any] = {
        **weights_facts(first),
        "model": ", ".join(dict.fromkeys(table["model"])),
        "text": first.text,
    }
    facts |= {"shows": "Head atlas", "rows": atlas.distances.n_rows, "unit": "bits", "clusters": n_clusters}
    pictures = [_thumbnails(capture, kind)] if isinstance(capture, Capture) else []
    view = atlas_picture(
        atlas, table, texts="this text", facts=facts, colour=colour, pictures=pictures, pictured="this text",
        profiled=list(dict.fromkeys(table["model"])),
    )  # fmt: skip
    return _shown(view, facts)


def score_view(
    scores: pd.DataFrame | Profile, score: str, direction: str | None = None, *, family: str | None = None
) -> HtmlView:
    """One score of every head as a grid, layers down and heads across.

    Parameters
    ----------
    scores : DataFrame of ``score_table``, or Profile
    score, direction, family : str
        Which of its rows; direction and family only where there are several of that name.

    Raises
    ------
    InputError
        If there is no such score in the table, or several.
    """
    table = scores.table if isinstance(scores, Profile) else scores
    refuse_without(table, ("family", "score", "direction", "layer", "head", "value", "verdict"), "score_table")
    question = _question(table, score, direction, family)
    where, model = (GENERAL, str(scores.facts.get("model"))) if isinstance(scores, Profile) else (HERE, "this model")
    facts = {"shows": score, "family": question.family, "direction": question.direction, "where": where}
    facts = {"model": model, **{name: fact for name, fact in facts.items() if fact is not None}}
    rows = ranked(table, question)
    return _shown(score_picture(rows, question, where=where, model_name=model, facts=facts, chooses=False), facts)


def patch_view(
    capture: Capture, query: str | None = None, layer: int | None = None, head: int = 0, *, kind: str | None = None
) -> HtmlView:
    """A picture with its patches: what one position looks at in every head, and in one head large.

    Parameters
    ----------
    query : str, optional
        The row and the column of a patch, "3,7", both from 0, or the name of a position that is no patch: CLS, reg 1.
        The first position by default. Of a picture inside a text a word, as it is written; the last one by default.
    layer, head : int, optional
        Which head is large; the last layer and head 0 by default.

    Raises
    ------
    InputError
        If the capture is not of a picture, or has no such position or head.
    """
    if is_in_text(capture) and kind in (None, KIND):
        return _word_view(capture, query, layer, head)
    kind = chosen_kind(capture, kind)
    axis = capture.query_positions[kind]
    grid_of(axis)
    place = 0 if query is None else find_patch(axis, query)
    chosen = (capture.layers_of(kind)[-1] if layer is None else layer, head)
    view = picture_view(capture, patch_overview(capture, kind), kind, place, chosen)
    return _shown(view, picture_facts(capture, kind, chosen, axis.labels[place]))


def _word_view(capture: Capture, word: str | None, layer: int | None, head: int) -> HtmlView:
    axis = axis_of(capture)
    place = words_at(axis)[-1] if word is None else find_word(axis, word)
    chosen = (capture.layers_of(KIND)[-1] if layer is None else layer, head)
    view = words_on_picture_view(capture, place, chosen)
    return _shown(view, word_facts(capture, unique_labels(axis.labels)[place], [chosen]))


def _shown(view: View, facts: dict[str, Any]) -> HtmlView:
    page = to_page(view, view.header["title"], facts)
    return HtmlView(page, height_of(view), text=words_of(view), picture=still_of(view))


def _pairing(comparison: Comparison) -> Pairing:
    try:
        return by_place(comparison)
    except InputError:
        return by_nearest(comparison, distances_between(comparison))


def _most_changed(changes: pd.DataFrame, layer: int | None, head: int | None) -> Head:
    rows = changes
    for name, number in (("layer", layer), ("head", head)):
        rows = rows if number is None else rows[rows[name] == number]
        if rows.empty:
            raise InputError(f"There is no {name} {number} on the first side.")
    return int(rows["layer"].iloc[0]), int(rows["head"].iloc[0])


def _there(pairing: Pairing) -> str:
    return f"there are counterparts of {listed([head_name(*first) for first, _ in pairing])}"


def _thumbnails(capture: Capture, kind: str | None) -> Tensor:
    kind = chosen_kind(capture, kind)
    maps = [thumbnails(pattern(capture, layer, kind=kind), THUMBNAIL_CELLS).cpu() for layer in capture.layers_of(kind)]
    return torch.cat(maps)


def _question(table: pd.DataFrame, score: str, direction: str | None, family: str | None) -> Question:
    rows = table[table["score"] == score]
    if rows.empty:
        raise InputError(f"{quoted(score)} is no score of this table: {listed(sorted(set(table['score'])))}.")
    for name, wanted in (("family", family), ("direction", direction)):
        rows = rows if wanted is None else rows[rows[name] == wanted]
    found = _kinds_of(rows)
    if len(found) != 1:
        there = [" ".join(filter(None, kind)) for kind in _kinds_of(table[table["score"] == score])]
        raise InputError(f"{quoted(score)} is in this table as {listed(there)}: say which with family= and direction=.")
    return Question(found[0][0], score, found[0][1] or None)


def _kinds_of(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Family and direction of each score that is there; no direction is empty."""
    return list(dict.fromkeys(zip(rows["family"], rows["direction"].fillna(""), strict=True)))
