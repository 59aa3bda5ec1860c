"""Whether a head gives more attention to words that mean similar things: weak evidence, in text and on rated pairs."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated
from mha_viz.errors import ModelError
from mha_viz.inputs.words import gathered
from mha_viz.objects import Model, Positions
from mha_viz.scores.counting import Counts, Tally
from mha_viz.scores.items import Key

SIMILAR = "similar words"
CONTENT = ("NOUN", "VERB", "ADJ", "PROPN", "ADV")
LEAST_PAIRS = 5
NEARER = "nearer words"
AT_ONCE = 50  # draws of the bootstrap that are ranked together


def similarity_tallies(
    word_map: Tensor, annotated: Annotated, similarity: Tensor, *, missing: Collection[int] = ()
) -> dict[Key, Tally]:
    """How well the attention between content words follows how similar they are, in one text.

    Spearman's correlation, over all pairs of content words, of the attention in both directions together with
    ``similarity``.

    Parameters
    ----------
    word_map : Tensor of shape (..., n_word, n_word)
        Of ``annotated_word_map``.
    annotated : Annotated
        With tags; content words are ``CONTENT``.
    similarity : Tensor of shape (n_word, n_word)
        Symmetric: ``cosines`` of the model's own ``word_vectors``, which know no context.
    missing : collection of int
        Words without a token of their own; they are in no pair.

    Returns
    -------
    dict of ("similar words", None) to Tally
        Hits are the correlation, −1 to 1, and n is 1: the share over texts is their mean. Undefined, n 0, where a
        text has fewer than ``LEAST_PAIRS`` pairs, or a head gives all of them the same. Chance is 0. The rule "nearer
        words" is the correlation that nearness alone has with the similarity: a head has to beat it.

    References
    ----------
    .. [1] Spearman (1904); input embeddings as the similarity that needs no head is ours.
    """
    heads = word_map.shape[:-2]
    pairs = _content_pairs(annotated, missing)
    if pairs.shape[1] < LEAST_PAIRS:
        return {(SIMILAR, None): Tally(Counts(torch.zeros(heads, dtype=torch.float64), torch.zeros(heads)), {}, 0.0)}
    first, second = pairs
    wanted = similarity.cpu()[first, second]
    correlation = spearman((word_map[..., first, second] + word_map[..., second, first]).cpu(), wanted)
    nearness = spearman(-(second - first).double(), wanted)
    counts = Counts(correlation.nan_to_num(0.0), (~correlation.isnan()).double())
    return {(SIMILAR, None): Tally(counts, {NEARER: nearness.nan_to_num(0.0).item()}, 0.0)}


def spearman(values: Tensor, others: Tensor) -> Tensor:
    """Spearman's rank correlation along the last axis, (...), in float64; nan where one side is constant.

    Equal values share the mean of their ranks. Leading axes broadcast.

    >>> spearman(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([10.0, 30.0, 20.0])).item()
    0.5
    """
    first, second = (ranks - ranks.mean(dim=-1, keepdim=True) for ranks in (ranked(values), ranked(others)))
    spread = first.square().sum(dim=-1) * second.square().sum(dim=-1)
    return (first * second).sum(dim=-1) / spread.sqrt()


def ranked(values: Tensor) -> Tensor:
    """The rank of each value along the last axis, from 1, float64; equal values share the mean of theirs.

    >>> ranked(torch.tensor([7.0, 2.0, 7.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    values = values.contiguous()
    ordered, order = values.sort(dim=-1)
    if bool((ordered[..., 1:] > ordered[..., :-1]).all()):  # no two are equal, as mostly with attention
        places = torch.arange(1.0, values.shape[-1] + 1, dtype=torch.float64, device=values.device)
        return torch.empty_like(values, dtype=torch.float64).scatter_(-1, order, places.expand(order.shape))
    below, up_to = (torch.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return (below + up_to + 1).double() / 2


def pair_attention(word_map: Tensor) -> Tensor:
    """How much two words that stand alone give each other, (...): a map (..., 2, 2), both directions added."""
    return word_map[..., 0, 1] + word_map[..., 1, 0]


def rating_correlation(attention: Tensor, ratings: Tensor) -> Tensor:
    """How well what each head has on pairs of words follows how people rate their similarity.

    Parameters
    ----------
    attention : Tensor of shape (n_pairs, ...)
        ``pair_attention`` of each pair, alone in one input; or, of shape (n_pairs,), the cosine of the two input
        embeddings: the correlation that a head has to beat.
    ratings : Tensor of shape (n_pairs,)

    Returns
    -------
    Tensor of shape (...)
        Spearman's correlation, −1 to 1; chance gives 0. nan where a head gives every pair the same.

    References
    ----------
    .. [1] Finkelstein et al. (2002), "Placing search in context", WordSim-353; Hill et al. (2015), arXiv:1408.3456,
       SimLex-999: correlation by rank.
    """
    return spearman(attention.movedim(0, -1), ratings)


def rating_interval(attention: Tensor, ratings: Tensor, *, draws: int = 1000, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Where ``rating_correlation`` lies with 95 % confidence: pairs are drawn with replacement and ranked anew.

    Returns
    -------
    low, high : Tensor of shape (...)
        nan where the correlation is undefined. The same seed gives the same interval.

    References
    ----------
    .. [1] Efron (1979), percentile bootstrap.
    """
    values, n = attention.movedim(0, -1), len(ratings)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(n, (draws, n), generator=generator).split(AT_ONCE)
    correlations = [spearman(values[..., some].movedim(-2, 0), _beside(ratings[some], values)) for some in drawn]
    ends = torch.tensor([0.025, 0.975], dtype=torch.float64)
    low, high = torch.cat(correlations).nanquantile(ends, dim=0)
    return low, high


def word_vectors(model: Model, positions: Positions, pieces: Sequence[Sequence[int]]) -> Tensor:
    """The model's own input embeddings of words: the mean over a word's pieces.

    Parameters
    ----------
    model : Model
    positions : Positions
        Of the tokens of a text.
    pieces : of ``pieces_of_words``

    Returns
    -------
    Tensor of shape (n_word, d_embedding)
        Without position and context. A word that owns no piece has zeros.

    Raises
    ------
    ModelError
        If the model has no table of embeddings for tokens.
    """
    table = model.network.get_input_embeddings()
    if not isinstance(table, torch.nn.Embedding):
        raise ModelError(f"{model.name} has no table of word embeddings, so words cannot be compared by it.")
    with torch.no_grad():
        vectors = table(torch.tensor(positions.ids, device=table.weight.device)).float().cpu()
    return gathered(vectors, pieces, dim=0, mean=True)


def cosines(vectors: Tensor) -> Tensor:
    """Cosines between all rows, (n, n), −1 to 1; 0 with a row of zeros."""
    unit = torch.nn.functional.normalize(vectors, dim=-1)
    return unit @ unit.T


def _content_pairs(annotated: Annotated, missing: Collection[int]) -> Tensor:
    """All pairs of content words, the earlier first, (2, n_pairs)."""
    words = [i for i, tag in enumerate(annotated.tags) if tag in CONTENT and i not in missing]
    return torch.combinations(torch.tensor(words, dtype=torch.long)).T.reshape(2, -1)


def _beside(ratings: Tensor, values: Tensor) -> Tensor:
    """Drawn ratings (draw, pair) with an axis of one for each axis of heads."""
    return ratings.reshape(len(ratings), *[1] * (values.dim() - 1), -1)
