"""Tokens that somebody hands in beside attention → positions, with the text that the tokens tell of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from mha_viz.errors import InputError
from mha_viz.inputs.conventions import rebuilt_text, sign_of, without_signs
from mha_viz.inputs.decoding import BYTE, HALF
from mha_viz.inputs.labels import token_labels
from mha_viz.inputs.spans import Span
from mha_viz.inputs.text import GENERATED, PAIR, TYPED
from mha_viz.objects import Positions

Tokens = tuple[str, ...]
WORK = "a list with one token a position would work, such as tokenizer.convert_ids_to_tokens(input_ids[0])"


def given_tokens(tokens: Any, argument: str) -> Tokens | None:
    """Tokens as their tokenizer writes them.

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
    return tuple(item.decode(errors="replace") if isinstance(item, bytes) else str(item) for item in items)


def token_positions(tokens: Tokens, *, pretty: bool = True) -> Positions:
    """Positions of the text that the signs of these tokens tell; of no characters where they tell none.

    ``pretty`` leaves the signs out of the labels. Nobody says which numbers tokenizer and model have for these tokens:
    equal tokens have equal ids, and all are below 0.
    """
    labels = tuple(without_signs(token) if pretty else token or "␣" for token in tokens)
    special = tuple(map(_is_special, labels))
    plain = Positions(tuple(map(_stand_in, tokens)), labels, special, (None,) * len(tokens))
    sign = sign_of([token for token, is_special in zip(tokens, special, strict=True) if not is_special])
    if sign is None or not pretty:
        return plain
    text, spans = rebuilt_text(tokens, special, sign)
    labels = tuple(_labels(text, tokens, spans))
    return replace(plain, labels=labels, spans=tuple(spans), text=text, tokens=tokens)


def with_generated(positions: Positions, n_generated: int) -> Positions:
    """The same, the last ``n_generated`` of them a part of their own."""
    segments = (0,) * (len(positions) - n_generated) + (1,) * n_generated
    return replace(positions, segments=segments, parts=(TYPED, GENERATED)) if n_generated else positions


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


def _is_special(label: str) -> bool:
    return label[:1] + label[-1:] in ("[]", "<>") and len(label) > 2 and not BYTE.fullmatch(label)


def _stand_in(token: str) -> int:
    """A number for a token whose own is not known: below 0, and the same wherever it stands."""
    return -1 - int.from_bytes(sha256(token.encode(errors="replace")).digest()[:7])


def _labels(text: str, tokens: Tokens, spans: Sequence[Span | None]) -> list[str]:
    """Labels as of any text; a token that holds half a character only is called what its tokenizer calls it."""
    labels = token_labels(text, tokens, spans, [False] * len(tokens))
    return [
        label if span and HALF not in text[slice(*span)] else without_signs(token)
        for label, token, span in zip(labels, tokens, spans, strict=True)
    ]
