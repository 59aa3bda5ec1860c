"""Tokens alone, as their tokenizer writes them → the text that they were cut from, where its signs tell that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mha_viz.inputs.decoding import BYTE, HALF
from mha_viz.inputs.spans import Span

# What a token looks like that only one way of writing them has, by its sign: before what goes on with a word (##),
# after what is gone on with (@@), after the end of a word (</w>), before the beginning of one (the other two).
SIGNS = {
    "##": re.compile(r"^##\w"),
    "@@": re.compile(r"[^\WĠ]@@$"),
    "</w>": re.compile(r".</w>$", re.DOTALL),
    "Ġ": re.compile(r"^Ġ"),
    "▁": re.compile(r"^▁"),
}
PRINTABLE = (*range(33, 127), *range(161, 173), *range(174, 256))  # bytes that byte-level BPE writes as they are
OTHERS = (byte for byte in range(256) if byte not in PRINTABLE)
BYTE_OF = {**{chr(byte): byte for byte in PRINTABLE}, **{chr(256 + n): byte for n, byte in enumerate(OTHERS)}}


def sign_of(tokens: Sequence[str]) -> str | None:
    """The sign by which some tokens say where words begin or end; None where they have none, or several.

    >>> sign_of(["un", "##bel"]), sign_of(["the", "Ġcat"]), sign_of(["the", "cat"]), sign_of(["Ġa", "▁b"])
    ('##', 'Ġ', None, None)
    """
    signs = [sign for sign, look in SIGNS.items() if any(map(look.search, tokens))]
    return signs[0] if len(signs) == 1 else None


def rebuilt_text(tokens: Sequence[str], is_special: Sequence[bool], sign: str) -> tuple[str, list[Span | None]]:
    """The text of some tokens, and the characters that each stands for; None for special tokens, which end a line.

    Bytes that make no character are U+FFFD, one each. What the signs do not tell is not there: white space between a
    word and the punctuation after it, for example, is written wherever a token is no piece of the one before it.
    """
    written, ends = bytearray(), []
    for token, special in zip(tokens, is_special, strict=True):
        if special:
            written += b"\n" if written and not written.endswith(b"\n") else b""
            ends.append((0, 0))
            continue
        before, body, after = _parts(token, sign)
        written += before if written and not written[-1:].isspace() else b""
        ends.append((len(written), len(written) + len(body)))
        written += body + after
    text = written.decode(errors="surrogateescape")  # one sign for each byte that makes no character
    character = [i for i, sign in enumerate(text) for _ in sign.encode(errors="surrogateescape")]
    spans = [(character[begin], character[end - 1] + 1) if begin < end else None for begin, end in ends]
    return "".join(HALF if "\udc80" <= sign <= "\udcff" else sign for sign in text), spans


def without_signs(token: str) -> str:
    """A token without the signs that stand for spaces and ends of words, whichever way it was written."""
    return token.replace("Ġ", "").replace("▁", "").removesuffix("</w>") or "␣"


def _parts(token: str, sign: str) -> tuple[bytes, bytes, bytes]:
    """The space before a token, what it stands for itself, and the space after it."""
    if sign == "Ġ":
        return b"", b"".join(_of_letter(letter) for letter in token), b""
    if sign == "▁":
        byte = BYTE.fullmatch(token)
        return b"", bytes.fromhex(byte[1]) if byte else _encoded(token.replace("▁", " ")), b""
    if sign == "##":
        is_piece = SIGNS["##"].search(token)
        return b"" if is_piece else b" ", _encoded(token[2:] if is_piece else token), b""
    ends_word = token.endswith("</w>") if sign == "</w>" else not token.endswith("@@")
    return b"", _encoded(token.removesuffix(sign)), b" " * ends_word


def _of_letter(letter: str) -> bytes:
    """The byte that a letter of byte-level BPE stands for; the letter itself where it stands for none."""
    return bytes([BYTE_OF[letter]]) if letter in BYTE_OF else _encoded(letter)


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")
