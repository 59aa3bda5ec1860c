"""How attention between two words follows how similar people find them: a correlation over pairs, so no count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

import pandas as pd
import torch
from torch import Tensor

from mha_viz.annotation.annotated import annotated_word_map, pieces_of_words
from mha_viz.annotation.files.ratings import RatedPair
from mha_viz.evidence.corpus.reading import attending_layers
from mha_viz.evidence.one_text import COLUMNS
from mha_viz.evidence.verdict import verdict
from mha_viz.objects import Model, Positions
from mha_viz.recording.looking.together import look_at_texts
from mha_viz.scores.blocks import PatternBlocks
from mha_viz.scores.families.semantic import pair_attention, rating_correlation, rating_interval
from mha_viz.scores.tallies import similarity_at

RULE = "embeddings"  # how similar the model's own input embeddings are, which a head has to beat


def rating_table(model: Model, twin: Model, pairs: Sequence[RatedPair]) -> pd.DataFrame:
    """The rows of the score "word ratings", a head each.

    Parameters
    ----------
    model, twin : Model
        The model and its random twin.
    pairs : sequence of RatedPair
        Each is read alone, as a text of two words. A pair that was rated several times, in whichever order, is one
        with the mean rating; a pair of which a word owns no token is left out.

    Returns
    -------
    DataFrame with the columns ``one_text.COLUMNS``
        Values are Spearman's correlations, −1 to 1, with intervals over pairs. The evidence is weak: no verdict goes
        beyond "consistent with", and p is missing.
    """
    pairs = _each_once(pairs)
    ratings = torch.tensor([pair.rating for pair in pairs])
    attention, similarity = _measured(model, pairs)
    random, _ = _measured(twin, pairs)
    complete = ~attention.isnan().flatten(1).all(dim=1)  # (pair,); a head that was removed has none in any pair
    ratings, attention, random, similarity = (part[complete] for part in (ratings, attention, random, similarity))
    of_heads = (rating_correlation(attention, ratings), *rating_interval(attention, ratings))
    value, low, high = (part.where(~attention.isnan().all(dim=0), torch.nan) for part in of_heads)
    control = rating_correlation(random, ratings).nan_to_num(-1.0).max().item()
    baseline = rating_correlation(similarity, ratings).item()
    rivals = {"baseline": baseline, "chance": 0.0, "control": control}
    n, n_heads, layers = len(ratings), value.shape[1], attending_layers(model)
    rows = []
    for i, numbers in enumerate(zip(*(part.flatten().tolist() for part in (value, low, high)), strict=True)):
        of_head = dict(zip(("value", "low", "high"), numbers, strict=True))
        place = {"layer": layers[i // n_heads], "head": i % n_heads}
        same = {"n": n, "n_units": n, "p": float("nan"), "rule": RULE}
        own = numbers[0], n, numbers[1], numbers[2]
        own_verdict = verdict(*own, n_units=n, baseline=baseline, chance=0.0, control=control)
        rows.append(place | same | of_head | rivals | {"verdict": own_verdict})
    table = pd.DataFrame(rows)
    table = table.assign(family="semantic", score="word ratings", direction=None, left_out=len(pairs) - n)
    return table.astype({"direction": "object"})[list(COLUMNS)]


def _each_once(pairs: Sequence[RatedPair]) -> list[RatedPair]:
    """Each pair as it first stands, with the mean of its ratings."""
    of_pair: dict[frozenset[str], list[RatedPair]] = {}
    for pair in pairs:
        of_pair.setdefault(frozenset((pair.first.casefold(), pair.second.casefold())), []).append(pair)
    return [replace(same[0], rating=fmean(pair.rating for pair in same)) for same in of_pair.values()]


def _measured(model: Model, pairs: Sequence[RatedPair]) -> tuple[Tensor, Tensor]:
    """What each head has between the two words, (pair, layer, head), and their embeddings' cosine, (pair,).

    nan where a word owns no token.
    """
    texts = [pair.annotated for pair in pairs]
    between: list[Tensor] = []
    pieces: dict[int, tuple[tuple[int, ...], ...]] = {}
    similarity = torch.full((len(pairs),), torch.nan)

    def begin(i: int, positions: Positions) -> PatternBlocks[Tensor]:
        of_words = pieces[i] = pieces_of_words(positions, texts[i])
        cosines = similarity_at(model, positions, texts[i])
        if cosines is not None:
            similarity[i] = cosines[0, 1]
        return PatternBlocks(lambda block, _: pair_attention(annotated_word_map(block, of_words)).cpu())

    for i, blocks in enumerate(look_at_texts(model, [text.text for text in texts], begin)):
        of_layers = torch.cat(blocks.parts())
        between.append(of_layers if all(pieces[i]) else torch.full_like(of_layers, torch.nan))
    return torch.stack(between), similarity
