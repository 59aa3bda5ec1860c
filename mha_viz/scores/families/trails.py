"""How much the later mentions of a name look back to the first one, in every head, beside two things to compare with.

Only the rows of the mentions, and of a few words around each, are computed: a long text costs what it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated, Span, pieces_of_words
from mha_viz.attention.awaited import told_of_each
from mha_viz.attention.calls import BLOCK, call_pattern, rows_at, stacked
from mha_viz.errors import InputError
from mha_viz.inputs.words import is_sign
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import AttentionCall, Capture
from mha_viz.scores.tallies import self_attention

AROUND = 3  # ordinary words on each side of a mention that it is compared with
REACH = 20  # words; an ordinary word further away is at another place
COLUMNS = ("layer", "head", "mention", "position", "attention", "earlier", "ordinary", "even")

Pieces = tuple[int, ...]


@dataclass(frozen=True)
class LaterMention:
    """One later mention: its tokens, those of all earlier mentions, those of ordinary words around it, and what an
    even choice would give."""

    mention: int
    pieces: Pieces
    earlier: Pieces
    ordinary: tuple[Pieces, ...]
    even: float

    @property
    def rows(self) -> list[int]:
        """The queries that have to be computed for it."""
        return [i for pieces in (self.pieces, *self.ordinary) for i in pieces]


def name_trail(
    capture: Capture, annotated: Annotated, mentions: Sequence[Span], *, names: Collection[int] = (),
    kind: str | None = None, progress: Callable[[float], None] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What each later mention of a name gives to the first mention, in every head.

    Parameters
    ----------
    capture : Capture
    annotated : Annotated
        Of the same text.
    mentions : sequence of (begin, end)
        Ranges of its words, in the order of the text (``naming.Returning.mentions``).
    names : collection of int
        Words of any name, which are no ordinary words.
    kind : {"encoder", "decoder"}, optional
        May be left out where the capture holds only one kind of self-attention.
    progress : callable, optional
        Called with a share from 0 to 1 after each layer.

    Returns
    -------
    DataFrame with the columns ``COLUMNS``
        One row a head and later mention. ``mention`` counts from 0, the first mention, which has no row; ``position``
        is the mention's first token. The other numbers are shares of attention, 0 to 1:
        ``attention``, what the mention (mean over its tokens) gives to the first mention (sum over its tokens);
        ``earlier``, what it gives to all earlier mentions together, the first included;
        ``ordinary``, the mean of what up to ``AROUND`` ordinary words on each side of it give to the first mention,
        counted in the same way: words of no name and no punctuation, at most ``REACH`` words away, in a model that
        reads left to right after the first mention; nan where there are none;
        ``even``, the words of the first mention per word that the mention can look at.

    Raises
    ------
    InputError
        If the annotation is of another text, there is no such attention, or fewer than two mentions own a token.
    """
    calls, positions, is_causal = self_attention(capture, kind)
    pieces = pieces_of_words(positions, annotated)
    first, later = _later_mentions(annotated, pieces, mentions, names, is_causal)
    parts = told_of_each(calls, lambda call: _layer(call, first, later), progress)  # (head, mention, 3)
    values = stacked(parts)  # (layer, head, mention, 3)
    index = pd.MultiIndex.from_product(
        [[call.layer for call in calls], *map(range, values.shape[1:3])], names=["layer", "head", "mention"]
    )
    table = pd.DataFrame(
        values.flatten(0, 2).numpy(), columns=["attention", "earlier", "ordinary"], index=index
    ).reset_index()
    which = table["mention"].to_numpy()
    table["mention"] = [later[i].mention for i in which]
    table["position"] = [later[i].pieces[0] for i in which]
    table["even"] = [later[i].even for i in which]
    return table[list(COLUMNS)].dropna(subset="attention", ignore_index=True)  # heads that were removed


def best_trails(table: pd.DataFrame) -> pd.DataFrame:
    """One row a head: means over the later mentions, and how far they are above those of ordinary words.

    Parameters
    ----------
    table : DataFrame
        Of ``name_trail``.

    Returns
    -------
    DataFrame with columns layer, head, n, attention, earlier, ordinary, even, gain
        Largest ``gain`` (attention − ordinary) first; ``n`` later mentions. ``ordinary`` and ``gain`` are of the
        mentions that have ordinary words around them; where none has, ``ordinary`` is nan and ``gain`` is above
        ``even``.

    Notes
    -----
    The best of many heads on a few mentions is partly the luckiest: on another text the same head will give less.
    """
    with_gain = table.assign(gain=(table["attention"] - table["ordinary"]))
    of_heads = with_gain.groupby(["layer", "head"], sort=True)
    means = of_heads[["attention", "earlier", "ordinary", "even", "gain"]].mean()
    means["gain"] = means["gain"].fillna(means["attention"] - means["even"])
    means.insert(0, "n", of_heads.size())
    return means.reset_index().sort_values("gain", ascending=False, kind="stable", ignore_index=True)


def _later_mentions(
    annotated: Annotated, pieces: Sequence[Pieces], mentions: Sequence[Span], names: Collection[int], is_causal: bool
) -> tuple[Pieces, list[LaterMention]]:
    """The tokens of the first mention, and every later mention that owns a token."""
    owned = [tuple(i for word in range(*span) for i in pieces[word]) for span in mentions]
    there = [i for i, of_mention in enumerate(owned) if of_mention]
    if len(there) < 2:
        message = N_("A trail needs two mentions that the model reads as tokens; here are {n}.")
        raise InputError(lazy_gettext(message, n=len(there)))
    in_names = {*names, *(word for span in mentions for word in range(*span))}
    plain = [
        bool(of_word) and i not in in_names and not is_sign(annotated.words[i]) for i, of_word in enumerate(pieces)
    ]
    origin = mentions[there[0]]
    later = []
    for i in there[1:]:
        begin, end = mentions[i]
        before = range(begin - 1, max(origin[1] if is_causal else 0, begin - REACH) - 1, -1)
        after = range(end, min(len(plain), end + REACH))
        near = [[word for word in side if plain[word]][:AROUND] for side in (before, after)]
        n_seen = sum(map(bool, pieces[: begin if is_causal else len(pieces)])) - (0 if is_causal else end - begin)
        ordinary = tuple(pieces[word] for side in near for word in side)
        earlier = tuple(piece for of_mention in owned[:i] for piece in of_mention)
        later.append(
            LaterMention(i, owned[i], earlier, ordinary, sum(bool(pieces[word]) for word in range(*origin)) / n_seen)
        )
    return owned[there[0]], later


def _layer(call: AttentionCall, first: Pieces, later: Sequence[LaterMention]) -> Tensor:
    """What mentions give to the first, and to all earlier ones, and ordinary words to the first: (head, mention, 3)."""
    values = torch.full((call.n_heads, len(later), 3), float("nan"))
    for begin, end in _blocks(call, later):
        part = later[begin:end]
        rows = sorted({row for mention in part for row in mention.rows})
        weights = call_pattern(rows_at(call, rows))  # (head, row, key)
        to_first = weights[..., list(first)].sum(dim=-1)  # (head, row)
        place = {row: i for i, row in enumerate(rows)}
        for i, mention in enumerate(part, begin):
            values[:, i, 0] = _mean(to_first, mention.pieces, place)
            values[:, i, 1] = _mean(weights, mention.pieces, place)[:, list(mention.earlier)].sum(dim=-1)
            if mention.ordinary:
                words = [_mean(to_first, word, place) for word in mention.ordinary]
                values[:, i, 2] = torch.stack(words).mean(dim=0)
    return values


def _mean(of_rows: Tensor, pieces: Pieces, place: Mapping[int, int]) -> Tensor:
    return of_rows[:, [place[i] for i in pieces]].mean(dim=1)


def _blocks(call: AttentionCall, later: Sequence[LaterMention]) -> list[Span]:
    """Neighbouring mentions whose rows are computed at once: not more than ``BLOCK`` numbers, or one mention."""
    most = BLOCK // (call.n_heads * call.n_key)
    blocks: list[list[int]] = []
    n_rows = 0
    for i, mention in enumerate(later):
        n_rows += len(mention.rows)
        if blocks and n_rows <= most:
            blocks[-1][1] = i + 1
        else:
            blocks.append([i, i + 1])
            n_rows = len(mention.rows)
    return [(begin, end) for begin, end in blocks]
