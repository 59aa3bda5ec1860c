"""Tokens → the characters that each stands for, from what they decode to: for tokenizers that do not say it rightly."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from mha_viz.inputs.decoding import HALF
from mha_viz.inputs.words import word_spans

Span = tuple[int, int]
SURE = 4  # letters that are found within a word by no accident
# Of a text: what white space parts; that with every sign apart, as BERT has it; characters.
PARTS = [regex.compile(part) for part in (r"\S+", r"[^\s\p{P}\p{S}]+|[\p{P}\p{S}]", r"\S")]
LONGEST = 24  # letters that are looked for where text and tokens went apart


def folded(text: str) -> str:
    """Letters as a normaliser may leave them: one case, no accents, no white space, nothing invisible.

    >>> folded("Größe ﬁnd\\u00adet, naïve")
    'grossefindet,naive'
    """
    return "".join(_folded(character) for character in text)


def _folded(character: str) -> str:
    apart = unicodedata.normalize("NFKD", character).casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", apart) if unicodedata.category(c)[0] not in "MCZ")


def agrees(surface: str, typed: str) -> bool:
    """Whether a token that decodes to ``surface`` can stand for these characters.

    >>> agrees("naive", " naïve"), agrees("at", "cat"), agrees("caf\ufffd", "café"), agrees("ل", "ﷲ")
    (True, False, True, True)
    >>> agrees("\ufffd", ""), agrees("", "c")  # a byte is of some character; a space may be said to be of the next one
    (False, True)
    >>> agrees("10005", "1,000.5"), agrees("1000", "1,000.5")
    (True, False)
    """
    if not surface.strip() or surface.strip() == typed.strip():
        return True
    if HALF in surface and not typed:
        return False
    read, written = folded(surface.replace(HALF, "")), folded(typed)
    if read in (written, "".join(filter(str.isalnum, written))) or (HALF in surface and read in written):
        return True
    return bool(typed) and read in written and len(written) > len(typed.strip())  # one sign that reads as several


def aligned(text: str, parts: Sequence[str | None]) -> list[Span | None]:
    """The characters of a text that tokens stand for, by what they decode to; None for a token that stands for none.

    Parameters
    ----------
    parts : list of str or None
        What each token decodes to, "" where a later one completes it, None where that is unknown.
    """
    units = [(letter, i) for i, character in enumerate(text) for letter in _folded(character)]
    letters, places = "".join(letter for letter, _ in units), [i for _, i in units]
    spaced = [place == 0 or text[place - 1].isspace() for place in places]
    walk = _Walk(letters, spaced, [None if part is None else folded(part) for part in parts])
    spans: list[Span | None] = [None] * len(parts)
    for first, last, begin, end in walk.stretches():
        tokens = [i for i in range(first, last) if walk.parts[i] != ""]
        if not tokens or begin == end:
            continue
        if len(tokens) == 1:
            spans[tokens[0]] = places[begin], places[end - 1] + 1
        else:
            for i, span in zip(tokens, _shared_out(text, places[begin], places[end - 1] + 1, len(tokens)), strict=True):
                spans[i] = span
    return _with_the_rest(text, parts, spans)


@dataclass
class _Walk:
    """Folded text and folded tokens, gone through side by side."""

    letters: str
    spaced: list[bool]  # whether white space stands before a letter
    parts: list[str | None]

    def stretches(self) -> list[tuple[int, int, int, int]]:
        """First token and the one after the last, first letter and the one after the last, of what belongs together."""
        together, token, letter = [], 0, 0
        while token < len(self.parts):
            part = self.parts[token]
            end = None if part is None else self._end_of(part, letter)
            if end is not None:
                together.append((token, token + 1, letter, end))
                token, letter = token + 1, end
                continue
            next_token, next_letter = self._resumed(token, letter)
            together.append((token, next_token, letter, next_letter))
            token, letter = next_token, next_letter
        return together

    def _end_of(self, part: str, begin: int) -> int | None:
        """Where a token ends that begins here: in the text may be signs that it goes on without."""
        end = begin
        for letter in part:
            while (
                end > begin and self.letters[end : end + 1] != letter and not _says(self.letters[end : end + 1] or "x")
            ):
                end += 1
            if self.letters[end : end + 1] != letter:
                return None
            end += 1
        return end

    def _resumed(self, token: int, letter: int) -> tuple[int, int]:
        """Where tokens and letters agree again, after a token that is unknown or that reads otherwise than typed."""
        n_unknown = 0
        for later in range(token, len(self.parts)):
            if self.parts[later] is None:
                n_unknown += 1
            elif self.parts[later]:
                at = self._place(later, letter + n_unknown, 30 * n_unknown)
                if at is not None:
                    return later, at
        return len(self.parts), len(self.letters)

    def _run(self, token: int) -> str:
        run = ""
        for part in self.parts[token:]:
            if part is None or len(run) >= LONGEST:
                break
            run += part
        return run[:LONGEST]

    def _place(self, token: int, begin: int, slack: int) -> int | None:
        """Where these tokens, or the first of them, come next: at the beginning of a word if they can, or after signs
        alone, which a tokenizer may drop.
        """
        run = self._run(token)
        for size in dict.fromkeys((len(run), min(len(run), len(self.parts[token] or "")))):
            limit = begin + slack + 5 * size
            hits = []
            at = self.letters.find(run[:size], begin, limit)
            while at >= 0:
                if self.spaced[at] or at + size == len(self.letters) or not _says(self.letters[begin:at]):
                    return at
                hits.append(at)
                at = self.letters.find(run[:size], at + 1, limit)
            if hits and size >= SURE:
                return hits[0]
        return None


def _says(letters: str) -> bool:
    """Whether there is a letter or a digit among them, not signs alone."""
    return any(map(str.isalnum, letters))


def _shared_out(text: str, begin: int, end: int, n: int) -> list[Span]:
    """A stretch of text for n tokens: a word or a character each where there are as many, else all of it for each."""
    stretch = text[begin:end]
    cuts = (word_spans(stretch), *([match.span() for match in part.finditer(stretch)] for part in PARTS))
    return next(([(begin + a, begin + b) for a, b in cut] for cut in cuts if len(cut) == n), [(begin, end)] * n)


def _with_the_rest(text: str, parts: Sequence[str | None], spans: list[Span | None]) -> list[Span | None]:
    """Tokens that hold white space or marks alone, and the first bytes of a character that the next token completes."""
    end, result = 0, list(spans)
    for i, part in enumerate(parts):
        span = result[i]
        if span is None and part and not folded(part):
            next_begin = next((known[0] for known in result[i + 1 :] if known is not None), len(text))
            span = result[i] = _space_or_mark(text, part, end, max(end, next_begin))
        end = end if span is None else span[1]
    shared = {span for span, n in Counter(result).items() if n > 1}
    for i in reversed(range(len(parts) - 1)):
        following = result[i + 1]
        if parts[i] == "" and following is not None:
            result[i] = following if following in shared else (following[0], following[0] + 1)
    return result


def _space_or_mark(text: str, part: str, end: int, following: int) -> Span | None:
    """Where a token without letters stands, after the ones before it and before the next one that has some."""
    if not part.isspace():
        return (end, end + len(part)) if text.startswith(part, end) else (end - 1, end) if end else None
    begin = next((i for i in range(end, following) if _says(text[i]) or text[i].isspace()), following)
    n = len(text[begin:following]) - len(text[begin:following].lstrip())
    return (begin, begin + min(n, len(part))) if n else None


def completed(text: str, spans: Sequence[Span | None]) -> list[Span | None]:
    """The same with marks and joiners that no token covers: each belongs to the character before it."""
    covered = {k for span in spans if span is not None for k in range(*span)}
    result = []
    for span in spans:
        if span is not None:
            end = span[1]
            while (
                end < len(text) and end not in covered and unicodedata.category(text[end]) in ("Mn", "Mc", "Me", "Cf")
            ):
                end += 1
            span = span[0], end
        result.append(span)
    return result
