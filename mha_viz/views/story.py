"""The story → its pictures and the sentences under them, from numbers that are computed when they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated, Link
from mha_viz.evidence.cards.model_cards import best_on_twins
from mha_viz.evidence.ranking import rows_of_twins
from mha_viz.inputs.words import Words, word_spans
from mha_viz.language import N_, gettext, ngettext, whole
from mha_viz.objects import Head
from mha_viz.views.arcs import arcs_view
from mha_viz.views.compare.sentences import points_more
from mha_viz.views.panels import Panel, panels_view
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, isolated, layer_name, name_in_layer, quoted, safe_name

WHATS = (
    N_("strips"), N_("briefing"), N_("connection"), N_("several heads"), N_("what heads cost"), N_("how many heads"),
    N_("evidence"),
)  # fmt: skip


def story_labels(what: str, model_name: str, text: str) -> dict[str, Any]:
    """What a saved picture says of itself."""
    return {
        "title": gettext("The story, {what}: {model}", what=gettext(what), model=model_name),
        "facts": [text],
        "file_name": safe_name("story", what),
    }


def connection_picture(text: str, words: Words, looks: int, meant: int, model_name: str) -> View:
    """What a reader connects, drawn as what it is: our own annotation, nothing that a model said."""
    spans = tuple(word_spans(text))
    it, antecedent = (span for word in (looks, meant) if (span := words.positions.spans[word]) is not None)
    link = Link(it, (antecedent,), 0, words.positions.labels[looks])
    ours = Annotated(text, tuple(text[slice(*span)] for span in spans), spans, links=(link,))
    labels = story_labels("connection", model_name, text)
    return arcs_view(ours, clickable=False, label=gettext("What you connect"), **labels)


def briefing_picture(contributions: Tensor, layer: int, looks: str, **header: Any) -> View:
    """What a layer hands on to a word: the lengths of its heads' contributions to it, (head, token of it, d_model)."""
    lengths = contributions.mean(dim=1).norm(dim=-1)  # (head,)
    names = [name_in_layer(head) for head in range(len(lengths))]
    title = gettext("What each head of {layer} adds to {word}", layer=layer_name(layer), word=quoted(looks))
    note = gettext(
        "The heads of a layer are added up into one briefing, which the next layer reads; a longer bar adds more."
    )
    return panels_view([Panel(title, names, lengths[:, None], bars=True, unit=gettext("length"))], note=note, **header)


def twins_picture(table: pd.DataFrame, head: Head, **header: Any) -> View | None:
    """How often the head that turned here is right over many pairs of sentences, beside the best head, guessing and the
    best head of an untrained model; None where no pairs were read.
    """
    rows = rows_of_twins(table).dropna(subset="value")
    if rows.empty:
        return None
    best = best_on_twins(rows)
    bar, is_guess = max((best.baseline, False), (best.chance, True))
    beside = {
        gettext("{head}, the best", head=head_name(best.layer, best.head)): best.value,
        gettext("guessing") if is_guess else gettext("a simple rule"): bar,
        gettext("untrained model"): best.control,
    }
    same = rows[(rows["score"] == best.score) & (rows["layer"] == head[0]) & (rows["head"] == head[1])]
    here = {} if head == (best.layer, best.head) else {head_name(*head): value for value in same["value"]}
    said = {name: value for name, value in {**here, **beside}.items() if value == value}  # no nan: it was not measured
    title = gettext("Right in both sentences of a pair")
    values = torch.tensor([*said.values()])[:, None]
    panel = Panel(title, [*said], values, bars=True, of_whole=True, unit=gettext("share of pairs"), marked=0)
    return panels_view([panel], **header)


NOBODY, UNSEEN = (
    N_("nothing"),
    N_("an unknown part"),
)  # where no other word can look there; where the output was not seen


def everywhere_numbers(model_name: str, looks: str, meant: str, n_layers: int, n_heads: int) -> dict[str, str]:
    """What every text of a lesson may name."""
    sizes = {"layers": str(n_layers), "heads": str(n_heads), "all": whole(n_layers * n_heads)}
    return {"model": model_name, "from": isolated(looks), "to": isolated(meant), **sizes}


def head_numbers(head: Head, share: float, anyone: float | None) -> dict[str, str]:
    """A head, what the word that looks gives the other one in it, and what the other words give it."""
    others = gettext(NOBODY) if anyone is None else in_percent(anyone)
    return {**_named(head), "share": in_percent(share), "others": others}


def average_numbers(head: Head, shares: Tensor, lost: float | None, least: float | None) -> dict[str, str]:
    """What one pattern for all heads would give; ``shares`` of a head and of the average, ``lost`` of the length of
    the layer's output and ``least`` with the pattern that loses least, where that could be seen.
    """
    of_head, of_average = (in_percent(share) for share in shares.tolist())
    change, least_change = (gettext(UNSEEN) if share is None else in_percent(share) for share in (lost, least))
    return {**_named(head), "share": of_head, "average": of_average, "lost": change, "least": least_change}


def turning_numbers(row: Mapping[str, Any], against: str, endings: Sequence[str]) -> dict[str, str]:
    """What the head does that turns most when the sentence ends otherwise: a row of ``head_changes``."""
    first, second = (points_more(row[which]) for which in ("first", "second"))
    named = _named((row["layer"], row["head"]))
    words = {"ending": endings[0], "other_ending": endings[1], "other": against}
    return {**named, **{name: isolated(word) for name, word in words.items()}, "first": first, "second": second}


def _named(head: Head) -> dict[str, str]:
    return {"head": head_name(*head), "layer": str(head[0])}


def checked_on(facts: Mapping[str, Any]) -> str:
    """On how many sentences a profile was measured."""
    n = sum(corpus.get("sentences") or 0 for corpus in facts.get("corpora", ()))
    if not n:
        return gettext("many sentences")
    return ngettext("{n} sentence", "{n} sentences", n)


def turned_sentence(table: pd.DataFrame, head: Head, looks: str) -> str:
    """How far the vector of one word turns without a head; ``table`` of ``effect`` with ``Vectors``."""
    turned = 1.0 - table["after"]
    of_word = turned[table["what"].str.partition("#")[0] == looks]
    own, mean = (f"{distance:.4f}" for distance in (of_word.mean(), turned.mean()))
    return gettext(
        "Without {head}, the vector of {word} turns by {own} (1 − cosine; 0: not at all), in the mean over "
        "all tokens by "
        "{mean}.",
        head=head_name(*head),
        word=quoted(looks),
        own=own,
        mean=mean,
    )
