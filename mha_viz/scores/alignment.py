"""Cross-attention between two texts → which source word each target word is linked to, and how often that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.objects import Positions
from mha_viz.outside import cut

Link = tuple[int, int]  # a word of the source and one of the target, both from 0
Groups = list[list[int]]  # the tokens of each word
READ, WRITTEN = "read", "written"  # the row of a word's own tokens, or of those before, which predict them


def linked_words(rows: Tensor, source: Groups, target: Groups, at: str = WRITTEN) -> list[list[Link]]:
    """The source word that gets most from each target word: of each head its links, (source word, target word).

    Attention is the sum over the tokens of a source word, and the mean over the rows of a target word. A decoder writes
    a token from the position before it, so the row in which a word is *written* is one earlier than the row in which it
    has been *read*. Only the words given as ``source`` can be linked: end tokens and a prompt are left out. A target
    word without a token has no link.

    Parameters
    ----------
    rows : Tensor of shape (head, query, key)
        A pattern of cross-attention; queries are tokens of the target, whose first one is no word.
    source, target : list of list of int
        The tokens of each word (``tokens_of_words``).

    References
    ----------
    .. [1] Kobayashi et al. (2020), arXiv:2004.10102, section 5.1; Chen et al. (2020), arXiv:2004.14837, who shift the
       rows by one.
    """
    back = 1 if at == WRITTEN else 0
    looks = torch.stack([rows[..., group].sum(dim=-1) for group in source], dim=-1)  # (head, query, source word)
    words = [j for j, group in enumerate(target) if group]
    of_words = torch.stack([looks[:, [i - back for i in target[j]]].mean(dim=1) for j in words], dim=1)
    return [list(zip(best, words, strict=True)) for best in of_words.argmax(dim=-1).tolist()]


def tokens_of_words(positions: Positions, words: Sequence[str]) -> Groups:
    """The tokens of each of the words, between spaces, with which the text ends; none for a word that no token covers.

    Raises
    ------
    InputError
        If the text ends otherwise.
    """
    joined, groups = " ".join(words), []
    if not positions.text.endswith(joined):
        raise InputError(f"{cut(positions.text)!r} does not end with {cut(joined)!r}.")
    begin = len(positions.text) - len(joined)
    for word in words:
        end = begin + len(word)
        at = enumerate(positions.spans)
        groups.append([i for i, span in at if span is not None and span[0] < end and span[1] > begin])
        begin = end + 1
    return groups


def diagonal(n_source: int, n_target: int) -> list[tuple[int, int]]:
    """What the place alone says: each target word is linked to the source word that stands as far along.

    >>> diagonal(3, 6), diagonal(5, 2)
    ([(0, 0), (0, 1), (1, 2), (1, 3), (2, 4), (2, 5)], [(1, 0), (3, 1)])
    """
    return [((2 * j + 1) * n_source // (2 * n_target), j) for j in range(n_target)]


def link_errors(found: Iterable[Link], sure: frozenset[Link], possible: frozenset[Link]) -> tuple[int, int]:
    """What the alignment error rate of some pairs is made of: the sum of the first over the sum of the second.

    Parameters
    ----------
    found, sure, possible : (source word, target word), any number
        What was found, and what people linked; ``sure`` is part of ``possible``.

    Returns
    -------
    wrong, n : int
        With found links A, sure ones S and possible ones P: |A| + |S| − |A ∩ S| − |A ∩ P|, and |A| + |S|. Their ratio
        is 0 where every sure link is found and every found one is possible, 1 where none is right.

    References
    ----------
    .. [1] Och & Ney (2003), "A systematic comparison of various statistical alignment models", section 6.

    Examples
    --------
    >>> link_errors([(0, 0), (2, 1)], frozenset({(0, 0)}), frozenset({(0, 0), (1, 1)}))
    (1, 3)
    """
    links = set(found)
    n = len(links) + len(sure)
    return n - len(links & sure) - len(links & possible), n
