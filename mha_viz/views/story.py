"""The story → its pictures and the sentences under them, from numbers that are computed when they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from torch import Tensor

from mha_viz.annotation.annotated import Annotated, Link
from mha_viz.inputs.words import Words, word_spans
from mha_viz.objects import Head
from mha_viz.views.arcs import arcs_view
from mha_viz.views.compare.sentences import points_more
from mha_viz.views.panels import Panel, panels_view
from mha_viz.views.strips import if_every_word_looks, others_sentence
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, layer_name, name_in_layer, quoted, safe_name


def story_labels(what: str, model_name: str, text: str) -> dict[str, Any]:
    """What a saved picture says of itself."""
    return {"title": f"The story, {what}: {model_name}", "facts": [text], "file_name": safe_name("story", what)}


def connection_picture(text: str, words: Words, looks: int, meant: int, model_name: str) -> View:
    """What a reader connects, drawn as what it is: our own annotation, nothing that a model said."""
    spans = tuple(word_spans(text))
    it, antecedent = (span for word in (looks, meant) if (span := words.positions.spans[word]) is not None)
    link = Link(it, (antecedent,), 0, words.positions.labels[looks])
    ours = Annotated(text, tuple(text[slice(*span)] for span in spans), spans, links=(link,))
    labels = story_labels("connection", model_name, text)
    return arcs_view(ours, clickable=False, label="What you connect", **labels)


def briefing_picture(contributions: Tensor, layer: int, looks: str, **header: Any) -> View:
    """What a layer hands on to a word: the lengths of its heads' contributions to it, (head, token of it, d_model)."""
    lengths = contributions.mean(dim=1).norm(dim=-1)  # (head,)
    names = [name_in_layer(head) for head in range(len(lengths))]
    title = f"What each head of {layer_name(layer)} adds to {quoted(looks)}"
    note = "The heads of a layer are added up into one briefing, which the next layer reads; a longer bar adds more."
    return panels_view([Panel(title, names, lengths[:, None], bars=True, unit="length")], note=note, **header)


def one_attention_sentence(looks: str, word: str, share: float, anyone: float | None) -> str:
    return (
        f"In one head, {quoted(looks)} has 100 % of attention to give away. This head gives {in_percent(share)} of "
        f"it to {quoted(word)}{others_sentence(anyone, word)}."
    )


def average_sentence(looks: str, word: str, shares: Tensor, layer: int, n_heads: int, lost: float | None) -> str:
    """What one pattern for all heads would give; ``shares`` of a head and of the average, ``lost`` of the length
    of the layer's output, where that could be seen.
    """
    of_head, of_average = (in_percent(share) for share in shares.tolist())
    change = "" if lost is None else f", and the layer's output would change by {in_percent(lost)} of its length"
    return (
        f"If all {n_heads} heads of layer {layer} shared one pattern, their average, {quoted(looks)} would give "
        f"{quoted(word)} {of_average} instead of {of_head}{change}. One pattern cannot look at the neighbour, the verb "
        "and the cat at once; several can."
    )


def looking_sentence(looks: str, word: str, head: Head, share: float, anyone: float | None) -> str:
    return (
        f"{quoted(looks)} looks at {quoted(word)}: {head_name(*head)} gives it {in_percent(share)}"
        f"{others_sentence(anyone)}. {if_every_word_looks(looks)}"
    )


def turning_sentence(row: Mapping[str, Any], n_heads: int, against: str, endings: Sequence[str]) -> str:
    """What the head does that turns most when the sentence ends otherwise: a row of ``head_changes``."""
    to, other = quoted(row["to"]), quoted(against)
    first, second = (points_more(row[which]) for which in ("first", "second"))
    return (
        f"Of all {n_heads} heads, {head_name(row['layer'], row['head'])} changes its mind most: with "
        f"{quoted(endings[0])}, {quoted(row['from'])} gives {to} {first} than {other}; with {quoted(endings[1])}, "
        f"{second}."
    )


def whole_model_sentence(n_layers: int, n_heads: int) -> str:
    return f"{n_layers} layers with {n_heads} heads each, all at once. Point at one to enlarge it."


def turned_sentence(table: pd.DataFrame, head: Head, looks: str) -> str:
    """How far the vector of one word turns without a head; ``table`` of ``effect`` with ``Vectors``."""
    turned = 1.0 - table["after"]
    own = turned[table["what"].str.partition("#")[0] == looks].mean()
    return (
        f"Without {head_name(*head)}, the vector of {quoted(looks)} turns by {own:.4f} (1 − cosine; 0: not at all), in "
        f"the mean over all tokens by {turned.mean():.4f}."
    )
