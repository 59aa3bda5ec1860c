"""Tokens that somebody hands in beside attention → labels, and positions that carry no text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mha_viz.errors import InputError
from mha_viz.inputs.text import GENERATED, PAIR, TYPED
from mha_viz.objects import Positions

Labels = tuple[str, ...]
WORK = "a list with one token a position would work, such as tokenizer.convert_ids_to_tokens(input_ids[0])"


def token_labels(tokens: Any, argument: str, *, pretty: bool = True) -> Labels | None:
    """Tokens as they are drawn; ``pretty`` leaves out the signs that tokenizers put in place of spaces.

    Raises
    ------
    InputError
        If they are no list of tokens.
    """
    if tokens is None:
        return None
    if isinstance(tokens, str):
        raise InputError(f"{argument} is one string: {WORK}.")
    if callable(getattr(tokens, "tokens", None)):
        raise InputError(f"{argument} is what a tokenizer returned: hand in its tokens, {argument}=inputs.tokens().")
    if not hasattr(tokens, "__iter__"):
        raise InputError(f"{argument} is of type {type(tokens).__name__}: {WORK}.")
    items = list(tokens)
    if len(items) == 1 and isinstance(items[0], (list, tuple)):  # a batch of one text
        items = list(items[0])
    if not items:
        raise InputError(f"{argument} is empty: {WORK}.")
    for i, item in enumerate(items):
        if item is None or (hasattr(item, "dtype") and not isinstance(item, str)) or isinstance(item, (list, tuple)):
            raise InputError(f"Number {i} of {argument} is of type {type(item).__name__}: {WORK}.")
    labels = (item.decode(errors="replace") if isinstance(item, bytes) else str(item) for item in items)
    return tuple(_without_space(label) if pretty else label or "␣" for label in labels)


def token_positions(labels: Labels, n_generated: int = 0) -> Positions:
    """Positions that stand for no characters, the last ``n_generated`` of them a part of their own."""
    special = tuple(label[:1] + label[-1:] in ("[]", "<>") and len(label) > 2 for label in labels)
    n = len(labels)
    segments = (0,) * (n - n_generated) + (1,) * n_generated if n_generated else ()
    parts = (TYPED, GENERATED) if n_generated else ()
    return Positions((0,) * n, labels, special, (None,) * n, segments=segments, parts=parts)


def with_second_text(positions: Positions, begin: Any) -> Positions:
    """Positions of which a second text begins at the token ``begin``.

    Raises
    ------
    InputError
        If nothing would be left of one of the two.
    """
    if not isinstance(begin, int) or not 0 < begin < len(positions):
        raise InputError(
            f"sentence_b_start is {begin!r}: the number of a token from 1 to {len(positions) - 1} would work, the "
            "first of the second text."
        )
    return replace(positions, segments=(0,) * begin + (1,) * (len(positions) - begin), parts=PAIR)


def _without_space(label: str) -> str:
    return label.replace("Ġ", "").replace("▁", "").removesuffix("</w>") or "␣"
