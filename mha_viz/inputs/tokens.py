"""Tokenizer + text → its tokens, each with the characters that it stands for and what the model reads of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from mha_viz.errors import InputError
from mha_viz.inputs.decoding import HALF, decode, surfaces, without_marks
from mha_viz.inputs.encoding import encode
from mha_viz.inputs.languages import language_tags
from mha_viz.inputs.spans import Span, agrees, aligned, completed, folded
from mha_viz.inputs.special import special_ids, unknown_ids

BLANK = "[blank]"  # what a tokenizer puts between all characters, under an id that also stands for one of them
FOUND = 0.5  # of the tokens with letters: fewer, and they are not those of the text
# What each token of a tokenizer decodes to alone: looked up once, for a text has the same few again and again.
_alone: WeakKeyDictionary[Any, dict[int, str]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Tokens:
    """The tokens of a text, or of a pair, one entry each."""

    ids: list[int]
    tokens: list[str]  # as the tokenizer writes them
    is_added: list[bool]  # whether the tokenizer put it there
    is_special: list[bool]  # whether it was added, or typed and means the same
    is_unknown: list[bool]
    spans: list[Span | None]  # in the text, with the second one on a line of its own
    reads: list[str]  # what the model reads where this is not what was typed
    segments: list[int]


def tokens_of(tokenizer: Any, text: str, pair: str | None, language: int | None = None, *, ends: bool = True) -> Tokens:
    """Spans are the tokenizer's own where what its tokens decode to agrees with them, else they are found by that.

    ``language`` is the tag that stands where the tokenizer puts the one that it is set to. Without ``ends`` it puts no
    token there at all.
    """
    is_fast = getattr(tokenizer, "is_fast", False)  # others do not tell which characters a token stands for
    options = {"return_special_tokens_mask": True, **({"return_offsets_mapping": True} if is_fast else {})}
    options |= {} if ends else {"add_special_tokens": False}
    encoding = encode(tokenizer, text, pair, **options)
    ids, unknown = list(encoding["input_ids"]), unknown_ids(tokenizer)
    named = special_ids(tokenizer, unknown)
    blank = [bool(getattr(tokenizer, "add_blank", False)) and i % 2 == 0 for i in range(len(ids))]  # as VITS has them
    added = [bool(flag) or between for flag, between in zip(encoding["special_tokens_mask"], blank, strict=True)]
    if language is not None:
        tags = set(language_tags(tokenizer).values())
        ids = [language if flag and i in tags else i for i, flag in zip(ids, added, strict=True)]
    is_special = [flag or i in named for i, flag in zip(ids, added, strict=True)]
    whole, second = text if pair is None else f"{text}\n{pair}", len(text) + 1
    reader = _Reader(tokenizer, (text, pair), whole, ids, added, [i in unknown for i in ids])
    if is_fast:
        parts = encoding.sequence_ids(0) if pair is not None else [0] * len(ids)
        spans, surface = reader.checked(_spans_of(encoding["offset_mapping"], added, parts, second))
    else:
        spans, surface = reader.by_decoding()
        reader.refuse_lost(spans, surface)
        parts = [None if span is None else int(span[0] >= second) for span in spans]
    spans = completed(whole, spans)
    reads = [
        "" if special or unknown else _differing(read, span, whole)
        for special, unknown, read, span in zip(is_special, reader.is_unknown, surface, spans, strict=True)
    ]
    segments = [] if pair is None else _segments(encoding, parts)
    tokens = [BLANK if between else token for token, between in zip(raw_tokens(tokenizer, ids), blank, strict=True)]
    return Tokens(ids, tokens, added, is_special, reader.is_unknown, spans, reads, segments)


def raw_tokens(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """The forms that the tokenizer itself writes for some ids."""
    return [str(token) for token in tokenizer.convert_ids_to_tokens(list(ids))]


@dataclass(frozen=True)
class _Reader:
    """What is needed to find out which characters each token stands for."""

    tokenizer: Any
    texts: tuple[str, str | None]
    whole: str
    ids: list[int]
    added: list[bool]
    is_unknown: list[bool]

    def checked(self, claimed: list[Span | None]) -> tuple[list[Span | None], list[str | None]]:
        """Spans that a tokenizer tells, unless those found by decoding agree with more of its tokens."""
        decoded = _alone.setdefault(self.tokenizer, {})
        for i in {*self.ids} - decoded.keys():
            decoded[i] = without_marks(decode(self.tokenizer, [i]))
        alone = [None if is_unknown else decoded[i] for i, is_unknown in zip(self.ids, self.is_unknown, strict=True)]
        if wrong := self._n_wrong(claimed, alone):
            spans, surface = self.by_decoding()
            if self._n_wrong(spans, alone) < wrong:
                return spans, surface
        return claimed, alone

    def _n_wrong(self, spans: Sequence[Span | None], surface: Sequence[str | None]) -> int:
        """How many tokens decode to something other than the characters that they are said to stand for."""
        return sum(
            not (agrees(read, self.whole[slice(*span)] if span else "") if read is not None else span)
            for span, read, is_added in zip(spans, surface, self.added, strict=True)
            if not is_added
        )

    def by_decoding(self) -> tuple[list[Span | None], list[str | None]]:
        """Spans found by what the tokens decode to, and that."""
        own = [i for i, is_added in zip(self.ids, self.added, strict=True) if not is_added]
        surface = self._surfaces(own)
        return self._spread(aligned(self.whole, surface)), self._spread(surface)

    def refuse_lost(self, spans: Sequence[Span | None], surface: Sequence[str | None]) -> None:
        """Raise InputError where decoding does not tell which characters most tokens stand for."""
        sides = zip(spans, surface, self.is_unknown, strict=True)
        known = [(span, read) for span, read, is_unknown in sides if read and folded(read) and not is_unknown]
        found = [span is not None and agrees(read, self.whole[slice(*span)]) for span, read in known]
        if sum(found) < FOUND * len(found):
            raise InputError(
                f"The tokenizer of this model ({type(self.tokenizer).__name__}) does not say which characters its "
                "tokens stand for, and they decode to something other than this text: no word can be found in it."
            )

    def _surfaces(self, own: list[int]) -> list[str | None]:
        """Also of tokens that are unknown by now: their letters may still be there before ids are looked up."""
        unknown = {i for i, flag in zip(self.ids, self.is_unknown, strict=True) if flag}
        if getattr(self.tokenizer, "add_blank", False):  # decoding leaves out every second token, wherever it begins
            pairs = zip(own, raw_tokens(self.tokenizer, own), strict=True)
            return [None if i in unknown else token for i, token in pairs]
        if unknown:
            pieces = [piece for text in self.texts if text for piece in self.tokenizer.tokenize(text)]
            if len(pieces) == len(own):
                names = set(raw_tokens(self.tokenizer, sorted(unknown)))
                known = surfaces(self.tokenizer, own, pieces)
                return [None if piece in names else read for piece, read in zip(pieces, known, strict=True)]
        return [None if i in unknown else read for i, read in zip(own, surfaces(self.tokenizer, own), strict=True)]

    def _spread(self, values: Sequence[Any]) -> list[Any]:
        """Values of the tokens of the text, with None where the tokenizer put others."""
        rest = iter(values)
        return [None if is_added else next(rest) for is_added in self.added]


def _spans_of(
    offsets: Sequence[Span], added: Sequence[bool], parts: Sequence[int | None], second: int
) -> list[Span | None]:
    return [
        None if is_added or begin >= end else (begin + second * (part == 1), end + second * (part == 1))
        for (begin, end), is_added, part in zip(offsets, added, parts, strict=True)
    ]


def _differing(surface: str | None, span: Span | None, text: str) -> str:
    """What the model reads of some characters, where that is something else."""
    if surface is None or span is None or HALF in surface or surface.strip() == text[slice(*span)].strip():
        return ""
    return surface.strip()


def _segments(encoding: Any, parts: Sequence[int | None]) -> list[int]:
    """Which text of a pair each token belongs to; special tokens as the tokenizer says, else by where they stand."""
    types = list(encoding.get("token_type_ids", ()))
    if set(types) == {0, 1}:
        return types
    first = parts.index(1) if 1 in parts else len(parts)
    return [int(i > first) if part is None else part for i, part in enumerate(parts)]
