"""Token axis → word axis, and finding a word that somebody typed."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex
import torch
from torch import Tensor

from mha_viz.arguments import changed, refuse_other_shape, with_checked_fields
from mha_viz.errors import InputError
from mha_viz.inputs.labels import readable, shortened, whole_begin
from mha_viz.kept import kept
from mha_viz.language import gettext
from mha_viz.objects import Capture, Positions
from mha_viz.outside import whole_number
from mha_viz.reprs import beginning, one_line
from mha_viz.wording import in_a_row, isolated

APOSTROPHES = "'’"
SIGN = regex.compile(r"(?:[\p{P}\p{S}][\p{M}\p{Cf}]*)+")  # an emoji may be several signs, joined
# Of words, as Unicode defines them; but none between a letter and one that a sign puts below it (Khmer, Burmese).
BOUNDARY = regex.compile(r"(?:(?<![\u17d2\u1039\u1a60])|(?!\p{L}))\b", regex.WORD | regex.VERSION1)


@with_checked_fields
@dataclass(frozen=True)
class Words:
    """The words of a text as groups of token positions. A special token is a word of its own."""

    positions: Positions  # of the words; their ids are 0
    groups: tuple[tuple[int, ...], ...]  # token positions, ascending
    __repr__ = one_line(lambda of: f"{len(of)}: {beginning(' '.join(of.positions.labels))}")

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def signs(self) -> tuple[bool, ...]:
        """Which of them are nothing but punctuation and symbols; no special token is."""
        sides = zip(self.positions.labels, self.positions.is_special, strict=True)
        return tuple(not special and is_sign(label) for label, special in sides)


def group_words(tokens: Positions) -> Words:
    """Tokens joined to words by the characters they cover, whatever the tokenizer.

    Two words that share a token become one, what a tokenizer puts between letters is the word's, and a word that no
    token covers is left out. Positions without text (image patches) stay. A word belongs to its first token's part.
    """
    spans = word_spans(tokens.text)
    begins, ends = [begin for begin, _ in spans], [end for _, end in spans]
    groups: list[list[int]] = []
    covered: list[tuple[int, int] | None] = []  # characters of each group
    fence = 0  # where the last special token that was typed ends
    for i, span in enumerate(tokens.spans):
        if span is None and _goes_on(tokens, i + 1, covered[-1] if covered else None):
            groups[-1].append(i)
        elif span is None or tokens.is_special[i]:
            if span is not None:
                covered[-1:] = [_before(last, span[0]) for last in covered[-1:]]
                fence = span[1]
            groups.append([i])
            covered.append(span)
        else:
            inside = spans[bisect_right(ends, span[0]) : bisect_left(begins, span[1])] or [span]
            begin, end = max(inside[0][0], fence), inside[-1][1]
            if groups and covered[-1] is not None and begin < covered[-1][1]:
                groups[-1].append(i)
                covered[-1] = (covered[-1][0], max(end, covered[-1][1]))
            else:
                groups.append([i])
                covered.append((begin, end))
    positions = Positions(
        (0,) * len(groups),
        tuple(
            tokens.labels[group[0]] if span is None else readable(tokens.text[slice(*span)])
            for group, span in zip(groups, covered, strict=True)
        ),
        tuple(all(tokens.is_special[i] for i in group) for group in groups),
        tuple(covered),
        tokens.text,
        tuple(tokens.segments[group[0]] for group in groups) if tokens.segments else (),
        tokens.parts,
        reads=tuple(_read(tokens, group, span) for group, span in zip(groups, covered, strict=True)),
        notes=tokens.notes,
        contents=tokens.contents,
    )
    return Words(changed(positions, cells=tokens.cells_of(groups)), tuple(map(tuple, groups)))


words_of = kept(group_words)


def _goes_on(tokens: Positions, i: int, word: tuple[int, int] | None) -> bool:
    """Whether a token is one more piece of a word."""
    following = tokens.spans[i] if i < len(tokens) and not tokens.is_special[i] else None
    return word is not None and following is not None and following[0] < word[1]


def _before(word: tuple[int, int] | None, end: int) -> tuple[int, int] | None:
    """A word, cut where a special token begins in what Unicode takes for one word."""
    return None if word is None else (word[0], min(word[1], end))


def _read(tokens: Positions, group: list[int], word: tuple[int, int] | None) -> str:
    """What the model reads of a word, where that is not what was typed."""
    if word is None or not tokens.reads or not any(tokens.reads[i] for i in group):
        return ""
    parts: dict[tuple[int, int], str] = {}  # the pieces of one character stand for it together
    for i in group:
        span = tokens.spans[i]
        if span is not None:
            parts[span] = (
                parts.get(span, "") + tokens.reads[i] if tokens.reads[i] else tokens.text[slice(*span)].strip()
            )
    return "".join(parts.values())


def word_axes(capture: Capture, kind: str, *, joined: bool = True) -> tuple[Words, Words]:
    """The words of the query axis and of the key axis; unless they are joined, each token by itself."""
    group = words_of if joined else _each_token
    query = group(capture.query_positions[kind])
    same = capture.key_positions[kind] is capture.query_positions[kind]
    return query, query if same else group(capture.key_positions[kind])


def _each_token(tokens: Positions) -> Words:
    return Words(tokens, tuple((i,) for i in range(len(tokens))))


def word_spans(text: str) -> list[tuple[int, int]]:
    """Character ranges of the words, by Unicode's rules for word boundaries (UAX 29); signs stand alone.

    Inside a word stand its marks and joiners, an apostrophe, full stop or middle dot between letters, and a comma or
    point between digits. Scripts written without spaces (Chinese, Thai) have one word a character with its marks.

    >>> [text[a:b] for text in ["Don't pay $1,000.50, x2!"] for a, b in word_spans(text)]
    ["Don't", 'pay', '$', '1,000.50', ',', 'x2', '!']
    """
    cuts = [0, *(match.start() for match in BOUNDARY.finditer(text)), len(text)]
    spans = ((end - len(text[begin:end].lstrip()), end) for begin, end in pairwise(cuts))
    return [(begin, end) for begin, end in spans if begin < end]


def is_sign(label: str) -> bool:
    """Whether a token or a word is nothing but punctuation and symbols.

    >>> is_sign("..."), is_sign("x."), is_sign("")
    (True, False, False)
    """
    return SIGN.fullmatch(whole_begin(label)) is not None


def merge_pattern(pattern: Tensor, query_words: Words, key_words: Words) -> Tensor:
    """A token map on words: attention *to* a word is the sum over its pieces, *from* a word the mean.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_query, n_key)

    Returns
    -------
    Tensor of shape (..., n_query_words, n_key_words)
        Rows keep their sum.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.1.
    """
    sizes = [sum(map(len, words.groups)) for words in (query_words, key_words)]
    fits = pattern.dim() >= 2 and list(pattern.shape[-2:]) == sizes
    refuse_other_shape("pattern", pattern.shape, f"(..., {sizes[0]}, {sizes[1]}), as the words have tokens", fits=fits)
    from_words = gathered(pattern, query_words.groups, dim=-2, mean=True)
    return gathered(from_words, key_words.groups, dim=-1)


def gathered(values: Tensor, groups: Sequence[Sequence[int]], *, dim: int, mean: bool = False) -> Tensor:
    """Positions joined to groups along an axis: their sum, or their mean; nothing where a group is empty."""
    dim = dim % values.dim()
    places = torch.tensor([i for group in groups for i in group], dtype=torch.long, device=values.device)
    values = values.index_select(dim, places)
    if all(len(group) == 1 for group in groups):
        return values
    sizes = torch.tensor([len(group) for group in groups], dtype=torch.long)
    into = torch.repeat_interleave(torch.arange(len(groups)), sizes).to(values.device)
    shape = [*values.shape[:dim], len(groups), *values.shape[dim + 1 :]]
    joined = values.new_zeros(shape).index_add_(dim, into, values)
    if not mean:
        return joined
    return joined / sizes.clamp_min(1).to(values).reshape([-1 if axis == dim else 1 for axis in range(values.dim())])


def unique_labels(labels: tuple[str, ...]) -> list[str]:
    """Labels told apart: the second ``the`` becomes ``the#2``.

    >>> unique_labels(("the", "cat", "the"))
    ['the', 'cat', 'the#2']
    """
    used: set[str] = set()
    counts: dict[str, int] = {}
    result = []
    for label in labels:
        unique, counts[label] = label, counts.get(label, 0) + 1
        while unique in used or (counts[label] > 1 and unique == label):
            unique = f"{label}#{counts[label]}"
            counts[label] += unique in used  # a token may itself be spelled "the#2"
        used.add(unique)
        result.append(unique)
    return result


def find_word(words: Words, wanted: str) -> int:
    """The index of a word: matched exactly, then ignoring case and composition; ``the#2`` is the second.

    Raises
    ------
    InputError
        If it is not there, or there more than once: the words are listed.
    """
    labels = words.positions.labels
    parts = re.fullmatch(r"(.+?)(?:#(\d+))?", wanted.strip(), re.DOTALL)  # no match where nothing is left
    name, number = parts.groups() if parts else ("", None)
    exact = [i for i, label in enumerate(labels) if label == name]
    named = unicodedata.normalize("NFC", readable(name)).casefold()
    folded = [i for i, label in enumerate(labels) if unicodedata.normalize("NFC", label).casefold() == named]
    matches = exact or folded
    if number is not None:
        matches, n = exact if len(exact) > 1 else folded, whole_number(number)
        matches = matches[n - 1 : n] if n else []
    if len(matches) == 1:
        return matches[0]
    listed = in_a_row([*map(isolated, unique_labels(labels))])
    said = isolated(repr(shortened(wanted)))
    if not matches:
        raise InputError(gettext("{word} is not a word of this text. Its words: {listed}.", word=said, listed=listed))
    choices = gettext(" or ").join(isolated(f"{name}#{n + 1}") for n in range(len(matches)))
    told = {"word": said, "n": len(matches), "choices": choices, "listed": listed}
    raise InputError(gettext("{word} is there {n} times: write {choices}. The words: {listed}.", **told))


def ordinary(words: Words) -> list[int]:
    """The words that stand for characters; all positions where none does (images)."""
    return [i for i, span in enumerate(words.positions.spans) if span is not None] or list(range(len(words)))
