"""What a page begins with where nobody has chosen: a word that looks, one it looks at, and the head that links them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from torch import Tensor

from mha_viz.attention import word_pairs
from mha_viz.attention.awaited import Question
from mha_viz.attention.word_pairs import given_by, outstanding_heads, telling_word
from mha_viz.errors import InputError
from mha_viz.inputs.chat import last_typed, writes_around
from mha_viz.inputs.examples import examples
from mha_viz.inputs.function_words import PRONOUNS
from mha_viz.inputs.words import Words, is_sign, ordinary, unique_labels, word_axes
from mha_viz.kept import kept_with_capture
from mha_viz.objects import Capture, Head

NO_EXAMPLE = {"from": "", "to": ""}


class FirstLook(NamedTuple):
    """What is worth looking at first in a text.

    ``query`` and ``key`` are the labels of the word that looks and of the one looked at, each told apart from others
    like it. In ``head`` the first gives the second ``share``; ``others`` is what the other words give it on average,
    None where no other can look there.
    """

    query: str
    key: str
    head: Head
    share: float
    others: float | None


def first_word(capture: Capture, words: Words) -> int:
    """The word that looks: what an example says, else the first pronoun, else the last that is more than a sign. Of a
    chat one of what was said in it.
    """
    labels, among = unique_labels(words.positions.labels), ordinary(words)
    expected = _example(capture, labels)["from"]
    if expected in labels:
        return labels.index(expected)
    among = [i for i in among if not writes_around(words.positions, i)] or among
    last = next((i for i in reversed(among) if not is_sign(labels[i])), among[-1])
    return next((i for i in among if words.positions.labels[i].casefold() in PRONOUNS), last)


def target_word(
    capture: Capture, looks: str, query: int, words: Words, kind: str, above_of: Callable[[int], Tensor]
) -> int:
    """The word looked at: what an example says of this word, else the one on which heads agree most.

    Parameters
    ----------
    looks : str
        The word that looks, told apart from others like it; ``query`` is its place.
    words : Words
        Of the keys.
    above_of : callable
        ``above_others`` of a word that looks; called only if it is needed.
    """
    labels = unique_labels(words.positions.labels)
    example = _example(capture, labels)
    if looks == example["from"] and example["to"] in labels:
        return labels.index(example["to"])
    return telling_word(above_of(query), words, query, kind)


def first_head(capture: Capture, kind: str) -> Head | None:
    """The head in which the first word gives its target most above what the other words give it; None where layers
    cannot be held against each other.
    """
    look = first_look(capture, kind)
    return look and look.head


def asked_of_each(capture: Capture, kind: str) -> Question | None:
    """What ``first_look`` asks of each layer, of a capture of which there may be one layer yet."""
    query_words, key_words = word_axes(capture, kind)
    return word_pairs.asked_of_each(kind, query_words, key_words, first_word(capture, query_words))


@kept_with_capture
def first_look(capture: Capture, kind: str) -> FirstLook | None:
    """The same with its two words, and what they and the others give; None where layers cannot be held against each
    other.
    """
    query_words, key_words = word_axes(capture, kind)
    query = first_word(capture, query_words)
    with suppress(InputError):  # layers with different numbers of heads
        rows, above = given_by(capture, kind, query_words, key_words, query)
        looks = unique_labels(query_words.positions.labels)[query]
        key = target_word(capture, looks, query, key_words, kind, lambda _: above)
        ((layer, head),) = outstanding_heads(rows, above, key, 1)
        share, more = rows[layer, head, key].item(), above[layer, head, key].item()
        others = None if math.isnan(more) else share - more
        looked_at = unique_labels(key_words.positions.labels)[key]
        return FirstLook(looks, looked_at, (capture.layers_of(kind)[layer], head), share, others)
    return None


def _example(capture: Capture, labels: Sequence[str]) -> dict[str, str]:
    """The two words of an example; in a model that reads left to right the later one looks at the earlier."""
    example = next((example for example in examples() if example["text"] == last_typed(capture)), NO_EXAMPLE)
    looks, looked_at = (labels.index(example[side]) if example[side] in labels else -1 for side in ("from", "to"))
    if capture.kinds[0] == "decoder" and -1 < looks < looked_at:
        return {"from": example["to"], "to": example["from"]}
    return example
