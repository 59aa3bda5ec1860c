"""One word → the heads of a layer in which it looks at words of their own, and what each adds to its vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mha_viz.attention.maps import trace_of
from mha_viz.attention.word_pairs import given_by, other_words
from mha_viz.errors import NotSeenError
from mha_viz.inputs.words import Words, ordinary
from mha_viz.objects import Capture, Head
from mha_viz.wording import quoted

MORE = 0.1  # of its attention that a word gives more than others do: from here a head looks at a word of its own
MOST = 6  # heads that are told apart at once
MOST_WORDS = 26  # that are drawn, one below the other


@dataclass(frozen=True)
class Apart:
    """Some heads of a layer, each with the word that it looks at, in the order of the words.

    ``layer`` is the place of the layer in the rows, ``pairs`` are (head, word), ``n_words`` says how many words have a
    head of their own there, drawn or not.
    """

    layer: int
    pairs: tuple[tuple[int, int], ...]
    n_words: int


@dataclass(frozen=True, eq=False)
class Added:
    """What the heads of a layer add to a word, and what that is of the whole that the layer adds.

    ``lengths (n_heads,)`` of each head's contribution, in the units of the residual stream. ``shares (n_heads,)`` of
    the whole: how far a contribution goes in the direction of the whole, as a part of its length. With ``bias``, the
    share of the projection's bias (None where there is none), they sum to 1; one that points the other way is below 0.
    ``length`` is of the whole, and the ``n_numbers`` are those that the heads hand to the projection.
    """

    lengths: Tensor
    shares: Tensor
    bias: float | None
    length: float
    n_numbers: int


@dataclass(frozen=True, eq=False)
class WordApart:
    """One word of a text, what it gives in every head, the heads that are told apart, and what their layer adds to it.

    ``rows`` and ``above (n_layers, n_heads, n_words)`` as of ``heads_apart``.
    """

    capture: Capture
    kind: str
    words: Words
    query: int
    rows: Tensor
    above: Tensor
    apart: Apart
    added: Added

    @property
    def looks(self) -> str:
        return self.words.positions.labels[self.query]

    @property
    def layer(self) -> int:
        """As the model numbers it."""
        return self.capture.layers_of(self.kind)[self.apart.layer]

    @property
    def heads(self) -> list[Head]:
        return [(self.layer, head) for head, _ in self.apart.pairs]

    @property
    def words_drawn(self) -> list[int]:
        """All words of the text; of more than fit, those that are looked at and the words nearest to them."""
        wanted = [self.query, *(word for _, word in self.apart.pairs)]
        by_distance = sorted(ordinary(self.words), key=lambda i: min(abs(i - j) for j in wanted))
        return sorted(by_distance[:MOST_WORDS])


def word_apart(capture: Capture, words: Words, query: int, *, kind: str) -> WordApart:
    """One word under the heads of the layer in which most of them look at words of their own.

    Raises
    ------
    NotSeenError
        If there is no such head, or as for ``added_by_heads``.
    InputError
        If the layers have different numbers of heads.
    """
    rows, above = given_by(capture, kind, words, words, query)
    apart = heads_apart(rows, above, other_words(words, query, kind))
    if not apart.pairs:
        raise NotSeenError(
            f"No head of {capture.short_name} looks from {quoted(words.positions.labels[query])} at a word of its own: "
            "at none that gets 10 points more of its attention than the other words give it."
        )
    added = added_by_heads(capture, capture.layers_of(kind)[apart.layer], words.groups[query], kind=kind)
    return WordApart(capture, kind, words, query, rows, above, apart, added)


def heads_apart(rows: Tensor, above: Tensor, among: Sequence[int], most: int = MOST) -> Apart:
    """The layer in which most words have a head of their own, and these heads: of equals the layer whose heads stand
    out more, of several heads for one word the one that gives it most above what others give it.

    Parameters
    ----------
    rows, above : Tensor of shape (n_layers, n_heads, n_words)
        What a word gives to each word (``word_rows``), and how much more that is than what the other words give it
        (``above_others``); what is nan there is never chosen, nor are heads that were removed.
    among : list of int
        The words that may be looked at.
    """
    layers = [_own_heads(of_layer, more, among) for of_layer, more in zip(rows, above, strict=True)]
    best = max(range(len(layers)), key=lambda i: (len(layers[i]), sum(more for _, more in layers[i].values())))
    own = sorted(layers[best].items(), key=lambda item: -item[1][1])[:most]
    return Apart(
        best, tuple(sorted(((head, word) for word, (head, _) in own), key=lambda pair: pair[1])), len(layers[best])
    )


def _own_heads(rows: Tensor, above: Tensor, among: Sequence[int]) -> dict[int, tuple[int, float]]:
    """Of one layer, by word: the head that looks there more than anywhere else, and how much more than others do."""
    own: dict[int, tuple[int, float]] = {}
    for head, row in enumerate(rows):
        word = among[int(row[list(among)].argmax())]
        more = above[head, word].item()
        if more >= MORE and more > own.get(word, (0, 0.0))[1]:
            own[word] = (head, more)
    return own


def added_by_heads(capture: Capture, layer: int, queries: Sequence[int], *, kind: str) -> Added:
    """What the heads of a layer add to a word; of a word of several tokens their mean.

    Raises
    ------
    NotSeenError
        If something other than a linear map follows the heads, or if the layer adds nothing.
    """
    trace = trace_of(capture, layer, kind=kind)
    tokens = torch.tensor(queries, device=trace.contributions.device)
    contributions = trace.contributions[:, tokens].mean(dim=1)  # (head, d_model)
    whole = trace.output[tokens].mean(dim=0)
    square = whole.square().sum()
    if not square > 0:
        raise NotSeenError(f"Layer {layer} adds nothing to this word, so its heads have no share of what it adds.")
    shares = contributions @ whole / square
    rest = ((whole - contributions.sum(dim=0)) @ whole / square).item()
    has_bias = next(call for call in capture.calls_of(kind) if call.layer == layer).projection_bias is not None
    bias = rest if has_bias else None
    return Added(contributions.norm(dim=1), shares, bias, whole.norm().item(), trace.concatenation.shape[-1])
