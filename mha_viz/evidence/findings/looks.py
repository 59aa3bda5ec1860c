"""A capture → what every word gives to every other in every head, and how much of that the other words give it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from mha_viz.attention.calls import call_pattern
from mha_viz.attention.word_pairs import AGREEING
from mha_viz.errors import InputError
from mha_viz.inputs.chat import writes_around
from mha_viz.inputs.function_words import says_little
from mha_viz.inputs.words import Words, group_words, merge_pattern, ordinary, unique_labels
from mha_viz.objects import Capture
from mha_viz.scores.families.sinks import attention_to_first, attention_to_keys, delimiters
from mha_viz.scores.tallies import self_attention
from mha_viz.wording import counted

LONGEST = 256  # tokens of a text that is looked through at once
FEW = 7


class Look(NamedTuple):
    """Two words in a head, as ``Looks`` counts them: its layer is a place there."""

    layer: int
    head: int
    query: int
    key: int


@dataclass(frozen=True, eq=False)
class Looks:
    """All heads of one kind of self-attention on the words of a text.

    ``shares`` (layer, head, query, key) are attention between words, ``words`` stand on both axes; ``layers`` are the
    numbers that the model gives to the places on the first axis. Heads that are not there look nowhere. ``resting`` is
    how much each head gives on average to the first token and, where it looks both ways, to special tokens and signs:
    by (family, score), (layer, head).
    """

    words: Words
    shares: np.ndarray
    layers: tuple[int, ...]
    is_causal: bool
    n_heads: int  # that are there
    resting: Mapping[tuple[str, str], np.ndarray]

    @cached_property
    def labels(self) -> list[str]:
        """The words as somebody would type them to mean these."""
        return unique_labels(self.words.positions.labels)

    @cached_property
    def ordinary(self) -> list[int]:
        """The words that stand for characters."""
        return ordinary(self.words)

    @cached_property
    def spoken(self) -> list[int]:
        """Those of them that are more than signs; of a chat what was said in it."""
        positions, signs = self.words.positions, self.words.signs
        said = [i for i in self.ordinary if not positions.is_special[i] and not writes_around(positions, i)]
        return [i for i in said if not signs[i]]

    @cached_property
    def telling(self) -> list[int]:
        """Those that say something by themselves; in a causal model without the first, where heads look that have
        nothing to look for.
        """
        labels, first = self.words.positions.labels, self.ordinary[0] if self.is_causal else -1
        return [i for i in self.spoken if i != first and not _says_little(labels[i])]

    @cached_property
    def agreement(self) -> np.ndarray:
        """What the heads that give a word most above others give it so on average, (query, key): ``AGREEING`` heads, of
        a small model one in ``FEW``.
        """
        of_pairs = np.nan_to_num(self.above, nan=-1.0).reshape(-1, len(self.words), len(self.words))
        k = max(1, min(AGREEING, self.n_heads // FEW))
        mean: np.ndarray = np.partition(of_pairs, len(of_pairs) - k, axis=0)[-k:].mean(axis=0)
        return mean

    @cached_property
    def by_others(self) -> np.ndarray:
        """What the other ordinary words that can look at a key give it on average, of the shape of ``shares``.

        Neither the word that looks nor the key itself counts; nan where no other word can look.
        """
        n = len(self.words)
        can_look = np.zeros((n, n))
        can_look[np.ix_(self.ordinary, range(n))] = 1.0
        np.fill_diagonal(can_look, 0.0)
        if self.is_causal:
            can_look = np.tril(can_look)
        given = self.shares * can_look
        n_others = can_look.sum(axis=0)[None, :] - can_look
        sums = given.sum(axis=2, keepdims=True) - given
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(n_others > 0, sums / n_others, np.nan)

    @cached_property
    def above(self) -> np.ndarray:
        """How much more each word gives than the other words do, of the shape of ``shares``."""
        above: np.ndarray = self.shares - self.by_others
        return above

    def others(self, query: int) -> list[int]:
        """The words, signs included, that a word can look at and that are not itself."""
        return [i for i in self.ordinary if i != query and not (self.is_causal and i > query)]


def looks_of(capture: Capture, kind: str | None = None) -> Looks:
    """What every word gives to every other, in every head.

    Raises
    ------
    InputError
        If there is no such self-attention, or the text is longer than ``LONGEST`` tokens.
    """
    calls, positions, is_causal = self_attention(capture, kind)
    if len(positions) > LONGEST:
        raise InputError(
            f"This text has {counted(len(positions), 'token')}; what is worth looking at is looked for in texts of up "
            f"to {LONGEST}."
        )
    words = group_words(positions)
    n_heads = sum(len(call.heads) for call in calls)
    layers = tuple(call.layer for call in calls)
    patterns = _padded([call_pattern(call).float() for call in calls])
    rests = {("sinks", "first token"): attention_to_first(patterns)}
    if not is_causal:  # there few queries come after a sign, and what they do is no average of a text
        rests["sinks", "delimiters"] = attention_to_keys(patterns, delimiters(positions))
    resting = {key: counts.share.cpu().numpy() for key, counts in rests.items()}
    shares = merge_pattern(patterns.nan_to_num(0.0), words, words).cpu().numpy()
    return Looks(words, shares, layers, is_causal, n_heads, resting)


def _padded(patterns: Sequence[Tensor]) -> Tensor:
    """Layers as one tensor, though some may have fewer heads."""
    most = max(map(len, patterns))
    return torch.stack([pad(each, (0, 0, 0, 0, 0, most - len(each)), value=torch.nan) for each in patterns])


def _says_little(label: str) -> bool:
    return says_little(label) or (label.isascii() and len(label) < 3)
