"""A name trail → its view: the text with the mentions of a name, and along it what each gives back to the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.english.names import BY_CAPITALS
from mha_viz.annotation.names import Returning, spelled
from mha_viz.inputs.pieces import said_of_spans
from mha_viz.inputs.words import is_sign
from mha_viz.language import N_, gettext, ngettext
from mha_viz.objects import Capture, Positions
from mha_viz.scores.families.trails import AROUND
from mha_viz.views.captions.facts import fact_lines, input_facts, weights_facts
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.style.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, isolated, name_in_layer, quoted, runs_from_right, safe_name

SHOWN = 5  # heads
GUESSED = N_(
    " Names were guessed from capital letters: words written so where no sentence begins; no parser could be used. "
    "Some names will be missing, and some words are none."
)
FROM_RIGHT = N_(" Text that runs from right to left is laid out so on the page, and in saved pictures word by word.")
PARSED = N_(" A parser found the names: runs of proper nouns. It makes mistakes.")
CODED = N_(" The names are the identifiers of this code, of one thing where they are spelled the same.")


def trail_picture(
    capture: Capture, annotated: Annotated, names: Sequence[Returning], chosen: int, table: pd.DataFrame,
    best: pd.DataFrame, *, head: int = 0, kind: str, facts: dict[str, Any],
) -> View:  # fmt: skip
    """The view of one name.

    Parameters
    ----------
    names : list of Returning
        Of ``returning_names``: all can be clicked; ``chosen`` is the one that is followed.
    table, best : DataFrame
        Of ``name_trail`` and ``best_trails``, for that name.
    head : int
        Which of the first ``SHOWN`` rows of ``best`` is looked at.
    """
    name, rows = names[chosen], best.head(SHOWN)
    heads = [(int(row.layer), int(row.head)) for row in rows.itertuples()]
    values = {
        column: _by_mention(table, heads, column, len(name.mentions)) for column in ("attention", "earlier", "ordinary")
    }
    middle = [(begin + end) / 2 / len(annotated) for begin, end in name.mentions]
    title = gettext("The trail of {word}, {model}", word=quoted(name.name), model=capture.short_name)
    return View(
        "trail",
        {
            "segments": _segments(annotated, names),
            **_said_header(capture.query_positions[kind], annotated, names),
            "right_to_left": runs_from_right(annotated.text, mostly=True),
            "names": [{"name": isolated(other.name), "n": len(other.mentions)} for other in names],
            "chosen": chosen,
            "words": _word_numbers(annotated, name),
            "n_words": sum(not is_sign(word) for word in annotated.words),
            "heads": heads,
            "head": head,
            "means": [[float(row.attention), _or_none(row.ordinary)] for row in rows.itertuples()],
            "sentences": [_sentence(row, capture.short_name, name.name) for row in rows.itertuples()],
            "palette": palette(),
            **said_hint(Hints.trail),
            "label": gettext("The text with its names; followed is {name}", name=isolated(name.name)),
            "note": _note(best, kind) + _found_by(annotated) + gettext(FROM_RIGHT) * runs_from_right(annotated.text),
            "title": title,
            "facts": fact_lines({fact: value for fact, value in facts.items() if fact != "text"}),
            "file_name": safe_name(capture.short_name, "trail", name.name),
            "identity": f"{capture.text}|{capture.pair}|{capture.n_generated}|{capture.short_name}|{capture.identity}",
        },
        {**values, "places": np.array(middle, dtype=np.float32)},
    )


def _found_by(annotated: Annotated) -> str:
    return gettext(CODED if annotated.language else GUESSED if annotated.source == BY_CAPITALS else PARSED)


def _said_header(tokens: Positions, annotated: Annotated, names: Sequence[Returning]) -> dict[str, Any]:
    """What each mention is to the model, name after name."""
    if not tokens.text.startswith(annotated.text):
        return {}
    of_names = [[(annotated.spans[begin][0], annotated.spans[end - 1][1]) for begin, end in name.mentions]
                for name in names]  # fmt: skip
    return {"said": [said_of_spans(tokens, spans) for spans in of_names]} if tokens.tokens else {}


def trail_rows(table: pd.DataFrame, annotated: Annotated, name: Returning) -> pd.DataFrame:
    """The table for exports: every head, with how each mention is spelled and which word it begins with, from 1."""
    spellings = [spelled(annotated, span) for span in name.mentions]
    words = _word_numbers(annotated, name)
    which = table["mention"].tolist()
    return table.assign(word=[words[i] for i in which], spelled=[spellings[i] for i in which])


def _sentence(row: Any, model_name: str, name: str) -> str:
    many = N_(
        "In {head} of {model}, on average, later mentions of {name} give {share} of their attention to the first "
        "mention and {earlier} to all earlier mentions together{others}."
    )
    one = N_(
        "In {head} of {model} the later mention of {name} gives {share} of its attention to the first mention{others}."
    )
    places = N_("; ordinary words at those places give the first {share}")
    place = N_("; ordinary words at that place give the first {share}")
    others = gettext(places if row.n > 1 else place, share=in_percent(row.ordinary))
    return gettext(
        many if row.n > 1 else one, head=head_name(row.layer, row.head), model=model_name, name=quoted(name),
        share=in_percent(row.attention), earlier=in_percent(row.earlier),
        others="" if row.ordinary != row.ordinary else others,
    )  # fmt: skip


def _note(best: pd.DataFrame, kind: str) -> str:
    n_heads, n = len(best), int(best["n"].iloc[0])
    among = N_("the words before each mention") if kind == "decoder" else N_("all other words")
    return gettext(
        "Attention to the first mention is the sum over its pieces, from a mention the mean over its pieces. Ordinary "
        "words: up to {around} on each side of a mention, no names, no punctuation. An even choice among {among} would "
        "give {even}. Shown: of {all} heads the {n} that are most above ordinary words here. To be the best of so many "
        "on {mentions} is partly luck, and a head that looks at earlier copies of any word does the same: one text "
        "shows what a head does here, not what it is for.",
        around=AROUND, among=gettext(among), even=in_percent(best["even"].iloc[0]), all=n_heads, n=min(SHOWN, n_heads),
        mentions=ngettext("{n} mention", "{n} mentions", n),
    )  # fmt: skip


def trail_facts(capture: Capture, kind: str, name: Returning, best: pd.Series, source: str) -> dict[str, Any]:
    """What an export says of itself: ``best`` is the row of the head that is looked at, ``source`` found the names."""
    facts = {
        **weights_facts(capture), "text": capture.text,
        "second text": capture.pair,
        "target": capture.target, "tokens generated": capture.n_generated or None, "attention": kind, "name": name.name,
        "mentions": len(name.mentions), "layer": int(best["layer"]), "heads": [name_in_layer(int(best["head"]))],
        "names found by": source, **input_facts(capture),
    }  # fmt: skip
    return {name: fact for name, fact in facts.items() if fact is not None}


def _word_numbers(annotated: Annotated, name: Returning) -> list[int]:
    """Where mentions begin as people count words: from 1, signs left out."""
    return [1 + sum(not is_sign(word) for word in annotated.words[:begin]) for begin, _ in name.mentions]


def _by_mention(table: pd.DataFrame, heads: Sequence[tuple[int, int]], column: str, n: int) -> np.ndarray:
    """(head, mention) of the heads shown; nan for the first mention and for those that the model does not see."""
    values = np.full((len(heads), n), np.nan, dtype=np.float32)
    place = {head: i for i, head in enumerate(heads)}
    of_heads = zip(table["layer"], table["head"], table["mention"], table[column], strict=True)
    for layer, head, mention, value in of_heads:
        if (layer, head) in place:
            values[place[layer, head], mention] = value
    return values


def _segments(annotated: Annotated, names: Sequence[Returning]) -> list[list[Any]]:
    """The text in pieces: [characters, which name (-1: none), which of its mentions]."""
    mentions = sorted(
        (annotated.spans[begin][0], annotated.spans[end - 1][1], i, mention)
        for i, name in enumerate(names)
        for mention, (begin, end) in enumerate(name.mentions)
    )
    pieces, at = [], 0
    for begin, end, name, mention in mentions:
        if begin > at:
            pieces.append([annotated.text[at:begin], -1, -1])
        pieces.append([annotated.text[begin:end], name, mention])
        at = end
    return [*pieces, [annotated.text[at:], -1, -1]] if at < len(annotated.text) else pieces


def _or_none(value: float) -> float | None:
    return None if value != value else float(value)
