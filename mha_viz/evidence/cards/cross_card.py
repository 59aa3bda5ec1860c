"""A head of cross-attention → what can be said of it in one text: nothing is measured of such heads in general."""

from __future__ import annotations

from torch import Tensor

from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.attention.maps import call_at
from mha_viz.evidence.cards.cards import ONE_SENTENCE, Card
from mha_viz.inputs.words import Words, merge_pattern, ordinary, unique_labels, word_axes
from mha_viz.language import N_, gettext
from mha_viz.objects import Capture
from mha_viz.wording import beside_others, gives, in_percent, listed, quoted

NOTHING_IN_GENERAL = N_(
    "nothing is measured of heads in cross-attention: profiles are made of what the words of one text give each other."
)
MOST_PAIRS = 3


def cross_card(capture: Capture, layer: int, head: int) -> Card:
    """Where the words of the target look in the source, as this head has it: how much goes to special tokens, and the
    pairs of words that stand out most against the other words of the target.
    """
    query_words, key_words = word_axes(capture, "cross")
    pattern = call_pattern(part_of(call_at(capture, layer, "cross"), heads=[head]))[0]
    weights = merge_pattern(pattern, query_words, key_words)[ordinary(query_words)]
    lines = [_special_sentence(weights, key_words), _pairs_sentence(weights, query_words, key_words)]
    return Card(tuple((None, line) for line in lines if line), gettext(ONE_SENTENCE))


def _special_sentence(weights: Tensor, key_words: Words) -> str:
    """``weights`` (ordinary word of the target, word of the source)."""
    keys = ordinary(key_words)
    special = [i for i in range(len(key_words)) if i not in keys]
    if not special:
        return ""
    share = weights[:, special].sum(dim=1).mean().item()
    even = sum(len(key_words.groups[i]) for i in special) / sum(map(len, key_words.groups))
    return gettext(
        "Words of the target give {share} of their attention to special tokens of the source, where an even spread "
        "gives {even}.",
        share=in_percent(share), even=in_percent(even),
    )  # fmt: skip


def _pairs_sentence(weights: Tensor, query_words: Words, key_words: Words) -> str:
    """The pairs in which a word gives most above what the other words of the target give the same."""
    queries, keys = ordinary(query_words), ordinary(key_words)
    given = weights[:, keys].double()
    if len(queries) < 2:
        return ""
    others = (given.sum(dim=0) - given) / (len(queries) - 1)
    names = unique_labels(query_words.positions.labels), unique_labels(key_words.positions.labels)
    pairs = []
    for place in (given - others).flatten().argsort(descending=True, stable=True)[:MOST_PAIRS].tolist():
        query, key = divmod(place, len(keys))
        if given[query, key] > others[query, key]:
            looks, looked_at = quoted(names[0][queries[query]]), quoted(names[1][keys[key]])
            share = in_percent(given[query, key].item()) + beside_others(others[query, key].item())
            pairs.append(gives(looks, looked_at, share))
    return gettext("Most above the others, {pairs}.", pairs=listed(pairs)) if pairs else ""
