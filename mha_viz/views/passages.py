"""What goes to a passage → its view: the curve of one head along the text, and under it all heads × tokens."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.passages import PassageShares, holds_sink
from mha_viz.inputs.passages import markable, passage_text, within
from mha_viz.inputs.words import word_axes, words_of
from mha_viz.language import N_, gettext, said
from mha_viz.objects import Capture, Head, Positions
from mha_viz.reprs import beginning
from mha_viz.views.captions.facts import fact_lines, input_facts, notes_of, weights_facts
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.captions.labels import labels_of, labels_sentence
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, quoted, runs_from_right, safe_name

MOST_COLUMNS = 512  # of the picture; of a longer text each is the mean of a few tokens
SENTENCES = {
    "decoder": N_(
        "In {head} of {model} the tokens after {passage} give it {share} of their attention on average; an even spread "
        "would give it {even}."
    ),
    "encoder": N_(
        "In {head} of {model} the tokens outside of {passage} give it {share} of their attention on average; an even "
        "spread would give it {even}."
    ),
    "cross": N_(
        "In {head} of {model} the tokens of the target give {passage} {share} of their attention on average; an even "
        "spread would give it {even}."
    ),
}
NOTHING_AFTER = N_("Nothing comes after {passage}, so that no later token looks back at it: let it end earlier.")
NOTHING_OUTSIDE = N_("{passage} is the whole text, so that nothing outside of it looks at it: mark less.")
SINK = N_(
    " The passage holds the first token, at which heads look that have nothing to look for; let it begin one word "
    "later to leave that out."
)
BELONGS = N_(
    "A token belongs to the passage if it covers one of its characters; what goes to the passage is the sum over its "
    "tokens."
)
BEFORE = N_(" This model reads left to right: tokens before the passage cannot look at it.")


def passage_picture(
    shares: PassageShares, capture: Capture, kind: str, chosen: Head | None = None, *, chooses: bool = True
) -> View:
    """The view of one passage.

    Parameters
    ----------
    chosen : (layer, head)
        Whose curve is drawn; by default of the head that gives most.
    chooses : bool
        Whether somebody answers a click on a head, or on two words of the text that mark another passage.
    """
    at = most_of(shares) if chosen is None else shares.heads.index(chosen)
    values, most = column_means(shares.share), shares.share.max().item()
    even, even_of = torch.unique(column_means(shares.even), dim=0, return_inverse=True)
    axis = capture.query_positions[kind]
    labels = labels_of(axis, word_axes(capture, kind, joined=False)[0])
    text, facts = _quoted(shares, capture, kind), passage_facts(shares, capture, kind, shares.heads[at])
    means = [[_or_none(mean) for mean in of] for of in zip(*(of.tolist() for of in shares.means), strict=True)]
    return View(
        "passages",
        {
            "heads": list(shares.heads), "chosen": at, "opens": chooses,
            "marking": _marking(capture.key_positions[kind], shares.tokens) if chooses else None, "words": labels.names,
            "columns": values.shape[1], "passage": [] if kind == "cross" else _runs(shares.tokens), "means": means,
            "even_of": even_of.tolist(), "low": 0.0, "high": 1.0 if most >= theme.FAINT or most <= 0 else most,
            "unit": gettext("share of a token's attention that goes to the passage"), "palette": palette(),
            "masked": theme.MASKED, **({"said": {"query": labels.said}} if labels.said else {}),
            **said_hint(Hints.passages if chooses else Hints.passages_alone),
            "caption": _caption(shares, capture, kind, at),
            "note": _note(shares, capture, kind, values.shape[1]) + labels_sentence(labels.names),
            "label": gettext("What every token gives to {passage}, in every head", passage=text),
            "title": gettext("What goes to {passage}, {model}", passage=text, model=capture.short_name),
            "facts": fact_lines(facts), "file_name": safe_name(capture.short_name, "passage", text),
            "identity": f"{capture.text}|{capture.short_name}|{capture.identity}|{kind}|{len(axis)}",
        },
        {"values": values.numpy(), "even": even.numpy()},
    )  # fmt: skip


def most_of(shares: PassageShares) -> int:
    """The head that gives most, as a place among the heads; of all positions where none counts."""
    means = shares.means[0]
    return int((shares.share.mean(dim=1) if means.isnan().all() else means).argmax())


def passage_facts(shares: PassageShares, capture: Capture, kind: str, head: Head) -> dict[str, Any]:
    """What an export says of itself."""
    axis = capture.key_positions[kind]
    spans = [span for token in shares.tokens if (span := axis.spans[token])]
    facts: dict[str, Any] = {**weights_facts(capture), "text": capture.text, "second text": capture.pair}
    facts |= {"target": capture.target, "tokens generated": capture.n_generated or None, **input_facts(capture)}
    facts |= {"notes": [*notes_of(capture), *axis.notes], "attention": kind, "shows": "Passage"}
    facts |= {"passage": passage_text(axis, shares.tokens), "head": head_name(*head)}
    facts |= {"characters": f"{spans[0][0]}:{max(end for _, end in spans)}"} if spans else {}
    return {name: fact for name, fact in facts.items() if fact not in (None, "", [])}


def column_means(values: Tensor) -> Tensor:
    """(head, position) → (head, column): the means of as many positions as a column stands for; column ``i`` of ``m``
    begins at position ``i * n // m``.
    """
    n = values.shape[1]
    if n <= MOST_COLUMNS:
        return values.contiguous()
    begins = [i * n // MOST_COLUMNS for i in range(MOST_COLUMNS + 1)]
    return torch.stack([values[:, begin:end].mean(dim=1) for begin, end in pairwise(begins)], dim=1)


def _caption(shares: PassageShares, capture: Capture, kind: str, at: int) -> str:
    text = _quoted(shares, capture, kind)
    if not shares.counts.any():
        return gettext(NOTHING_AFTER if kind == "decoder" else NOTHING_OUTSIDE, passage=text)
    given, even = shares.means
    told = gettext(
        SENTENCES[kind], head=head_name(*shares.heads[at]), model=capture.short_name, passage=text,
        share=in_percent(given[at].item()), even=in_percent(even[at].item()),
    )  # fmt: skip
    best, sink = most_of(shares), gettext(SINK) * holds_sink(shares.tokens, kind)
    if best == at:
        return told + gettext(" No head gives it more.") * (len(shares.heads) > 1) + sink
    name, share = head_name(*shares.heads[best]), in_percent(given[best].item())
    return told + gettext(" Of all heads {head} gives it most, {share}.", head=name, share=share) + sink


def _note(shares: PassageShares, capture: Capture, kind: str, n_columns: int) -> str:
    axis, n = capture.key_positions[kind], len(capture.query_positions[kind])
    return (
        "".join(f"{said(note)} " for note in axis.notes)
        + gettext(BELONGS)
        + gettext(BEFORE) * (kind == "decoder" and shares.tokens[0] > 0)
        + gettext(" Each column is the mean of up to {n} tokens; the exports hold every token.", n=-(-n // n_columns))
        * (n > n_columns)
    )


def _quoted(shares: PassageShares, capture: Capture, kind: str) -> str:
    return quoted(beginning(passage_text(capture.key_positions[kind], shares.tokens)))


def _marking(axis: Positions, tokens: tuple[int, ...]) -> dict[str, Any]:
    """The words of the text, what stands between each and the next, and which are the first and last of the passage."""
    words = words_of(axis)
    spans = markable(words)
    labels, where = [words.positions.labels[i] for i in spans], list(spans.values())
    between = [axis.text[end:begin] for (_, end), (begin, _) in pairwise(where)]
    covered = [span for token in tokens if (span := axis.spans[token])]
    inside = within(where, (covered[0][0], max(end for _, end in covered)))
    return {
        "words": labels, "gaps": [*("\n" if "\n" in gap else " " if gap else "" for gap in between), ""],
        "marked": [inside[0], inside[-1]] if inside else [],
        "right_to_left": runs_from_right("".join(labels), mostly=True),
    }  # fmt: skip


def _runs(tokens: tuple[int, ...]) -> list[tuple[int, int]]:
    """Tokens as stretches of neighbours, (first, one after the last)."""
    begins = [token for token in tokens if token - 1 not in set(tokens)]
    ends = [token + 1 for token in tokens if token + 1 not in set(tokens)]
    return list(zip(begins, ends, strict=True))


def _or_none(mean: float) -> float | None:
    return None if mean != mean else mean
