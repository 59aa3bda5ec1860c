"""Several short texts are counted side by side: of one of them a step costs more than its numbers do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from mha_viz.scores.counting import Tally
from mha_viz.scores.items import Asked
from mha_viz.scores.of_tokens import token_scores_of_texts
from mha_viz.scores.pointing import tally_texts
from mha_viz.scores.table import ScoreKey
from mha_viz.scores.tallies import TextTallies

SIMILAR = 0.75  # of the longest: from this length on a text is filled up to it, which is cheaper than steps of its own
SHORT = 128  # tokens; of longer texts numbers cost more than steps
MOST = 2**22  # numbers of the maps that are counted at once


def count_together(texts: Sequence[TextTallies]) -> None:
    """Count texts of similar length at once. Each then has what it would have counted by itself: counts are the same,
    sums but for rounding. What cannot be counted beside others is left to the text.
    """
    for group in _groups([text for text in texts if _may_be_filled_up(text)]):
        patterns, n_tokens = _side_by_side(group)
        rows = torch.arange(patterns.shape[-1]) < n_tokens[:, None]  # (text, query)
        if not torch.equal((patterns.sum(dim=-1) > 0).all(dim=(1, 2)), rows):
            continue  # some rows hold nothing, or heads were removed
        parts = _counted(group, patterns)
        for text, part in zip(group, parts, strict=True):
            text.blocks.note(part)


def _may_be_filled_up(text: TextTallies) -> bool:
    held = text.blocks.held()
    return bool(held) and len(text.positions) <= SHORT and text.queries is None and held[0].device.type == "cpu"


def _groups(texts: Sequence[TextTallies]) -> Iterator[list[TextTallies]]:
    """Two and more that are similarly long, and counted in the same way."""
    group: list[TextTallies] = []
    for text in sorted(texts, key=lambda text: -len(text.positions)):
        if group and not _fits(text, group):
            if len(group) > 1:
                yield group
            group = []
        group.append(text)
    if len(group) > 1:
        yield group


def _fits(text: TextTallies, group: Sequence[TextTallies]) -> bool:
    longest, n = group[0], len(group[0].positions)
    size = len(longest.blocks.held()) * len(longest.blocks.held()[0]) * n * n
    return (
        len(text.positions) >= SIMILAR * n
        and (len(group) + 1) * size <= MOST
        and set(text.scopes) == set(longest.scopes)
        and text.blocks.is_causal == longest.blocks.is_causal
    )


def _side_by_side(group: Sequence[TextTallies]) -> tuple[Tensor, Tensor]:
    """Patterns (text, layer, head, n, n) with zeros behind the last token of each, and how many tokens each has."""
    first, n = group[0].blocks.held(), len(group[0].positions)
    patterns = first[0].new_zeros(len(group), len(first), len(first[0]), n, n)
    for of_text, text in zip(patterns, group, strict=True):
        own = len(text.positions)
        for of_layer, pattern in zip(of_text, text.blocks.held(), strict=True):
            of_layer[:, :own, :own] = pattern
    return patterns, torch.tensor([len(text.positions) for text in group])


def _counted(group: Sequence[TextTallies], patterns: Tensor) -> list[dict[ScoreKey, Tally]]:
    is_causal, parts = group[0].blocks.is_causal, [dict[ScoreKey, Tally]() for _ in group]
    if "tokens" in group[0].scopes:
        parts = token_scores_of_texts(patterns, [text.positions for text in group], is_causal=is_causal)
    if not any(text.items or text.of_words for text in group):
        return parts
    rows, heads = _word_rows(patterns, group), patterns.shape[1:3]
    asked = [Asked(text.items, len(text.pieces), text.missing) for text in group]
    of_items = tally_texts(rows, asked, heads, is_causal=is_causal)
    for i, text in enumerate(group):
        n_word = len(text.pieces)
        word_map = rows[i, :n_word, :, :n_word].movedim(0, 1).unflatten(0, heads)
        parts[i] |= of_items[i] | text.of_map_of_words(word_map, is_causal)
    return parts


def _word_rows(patterns: Tensor, group: Sequence[TextTallies]) -> Tensor:
    """The maps of annotated words (``annotated_word_map``), (text, query, head, key), with zeros behind the last."""
    n_texts, n, n_word = len(group), patterns.shape[-1], max(len(text.pieces) for text in group)
    owned = patterns.new_zeros(n_texts, n, n_word)  # which word owns a token
    places = [(i, token, word) for i, text in enumerate(group) for word, own in enumerate(text.pieces) for token in own]
    owned[tuple(torch.tensor(places, dtype=torch.long).reshape(-1, 3).T)] = 1.0
    to_words = patterns.flatten(1, 3) @ owned  # (text, layer · head · query, word)
    by_query = to_words.reshape(n_texts, -1, n, n_word).transpose(1, 2).flatten(2)  # (text, query, head · word)
    sizes = owned.sum(dim=1).clamp_min(1)
    rows: Tensor = (owned.mT @ by_query / sizes[..., None]).unflatten(2, (-1, n_word))
    return rows
