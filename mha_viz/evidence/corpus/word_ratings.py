"""How attention between two words follows how similar people find them: a correlation over pairs, so no count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import torch
from torch import Tensor

from mha_viz.annotation.annotated import annotated_word_map, pieces_of_words
from mha_viz.annotation.files.ratings import RatedPair
from mha_viz.attention.calls import call_patterns
from mha_viz.evidence.corpus.reading import attending_layers
from mha_viz.evidence.one_text import COLUMNS
from mha_viz.evidence.verdict import verdict
from mha_viz.objects import Capture, Model
from mha_viz.recording.capture import capture
from mha_viz.scores.semantic import pair_attention, rating_correlation, rating_interval
from mha_viz.scores.tallies import layer_blocks, self_attention, similarity_of

RULE = "embeddings"  # how similar the model's own input embeddings are, which a head has to beat


def rating_table(model: Model, twin: Model, pairs: Sequence[RatedPair]) -> pd.DataFrame:
    """The rows of the score "word ratings", a head each.

    Parameters
    ----------
    model, twin : Model
        The model and its random twin.
    pairs : sequence of RatedPair
        Each is read alone, as a text of two words. A pair of which a word owns no token is left out.

    Returns
    -------
    DataFrame with the columns ``one_text.COLUMNS``
        Values are Spearman's correlations, −1 to 1, with intervals over pairs. The evidence is weak: no verdict goes
        beyond "consistent with", and p is missing.
    """
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


def _measured(model: Model, pairs: Sequence[RatedPair]) -> tuple[Tensor, Tensor]:
    """What each head has between the two words, (pair, layer, head), and their embeddings' cosine, (pair,).

    nan where a word owns no token.
    """
    texts = [pair.annotated for pair in pairs]
    attention, similarity = [], []
    for text_capture, text in zip(capture(model, [text.text for text in texts]), texts, strict=True):
        pieces = pieces_of_words(self_attention(text_capture, None)[1], text)
        between = torch.cat(
            [pair_attention(annotated_word_map(block, pieces)).cpu() for block in _patterns(text_capture)]
        )
        attention.append(between if all(pieces) else torch.full_like(between, torch.nan))
        cosines = similarity_of(model, text_capture, text)
        similarity.append(torch.nan if cosines is None else cosines[0, 1].item())
    return torch.stack(attention), torch.tensor(similarity)


def _patterns(text_capture: Capture) -> Iterator[Tensor]:
    for block in layer_blocks(self_attention(text_capture, None)[0]):
        yield call_patterns(block)
