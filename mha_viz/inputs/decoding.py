"""Tokens → the text that each of them adds to what they decode to."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Sequence
from typing import Any

HALF = "\ufffd"  # what a decoder writes for bytes that make no character
N_BEFORE, N_AFTER = 16, 8  # tokens that one is decoded with; spaces and marks of pieces depend on its neighbours
PIECE_MARKS = ("##", "@@", "</w>")
BYTE = re.compile(r"<0x([0-9A-F]{2})>")  # a byte that no piece of a sentencepiece vocabulary stands for


def surfaces(tokenizer: Any, ids: Sequence[int], pieces: Sequence[str] | None = None) -> list[str]:
    """What each token adds to the text that they decode to; nothing where a later token completes a character.

    ``pieces`` are their strings before unknown ones became one token, where the tokenizer tells them.
    """

    def decoded(begin: int, end: int) -> str:
        if pieces is None:
            return decode(tokenizer, ids[begin:end])
        return str(tokenizer.convert_tokens_to_string(list(pieces[begin:end])))

    parts = []
    for i in range(len(ids)):
        begin = max(0, i - N_BEFORE)
        whole = decoded(begin, min(len(ids), i + N_AFTER))
        ends = [n_shared(decoded(begin, end), whole) for end in (i, i + 1)]
        parts.append(whole[min(ends) : ends[1]])
    written = pieces if pieces is not None else tokenizer.convert_ids_to_tokens(list(ids))
    return _with_bytes(parts, [str(token) for token in written])


def _with_bytes(parts: list[str], tokens: Sequence[str]) -> list[str]:
    """The same, where some tokens are bytes: a decoder makes nothing of a row of them before the last one is there."""
    result = list(parts)
    decoder = getincrementaldecoder("utf-8")(errors="replace")
    for i, token in enumerate(tokens):
        if byte := BYTE.fullmatch(token):
            result[i] = decoder.decode(bytes.fromhex(byte[1]))
        else:
            decoder.reset()
    return result


def decode(tokenizer: Any, ids: Sequence[int]) -> str:
    """The text of some tokens, special ones included, with nothing tidied up."""
    return str(tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False))


def n_shared(text: str, other: str) -> int:
    """How many characters two texts have in common from their beginning on."""
    return next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))


def without_marks(surface: str) -> str:
    """What a piece of a word decodes to alone, without the marks that join it to others."""
    for mark in PIECE_MARKS:
        surface = surface.removeprefix(mark).removesuffix(mark) if len(surface) > len(mark) else surface
    return surface
