"""Characters and tokens → labels that people can read: white space drawn, pieces counted, what is invisible named."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from mha_viz.wording import counted

# Characters that would be invisible, or would break the line, drawn as a sign.
VISIBLE = {" ": "␣", "\n": "⏎", "\r": "␍", "\t": "⇥", "\u00a0": "␣", "\u3000": "␣"}
WORD_BOUNDARY = ("Ġ", "▁")
LONGEST = 60  # characters of a label; of longer ones the beginning is shown, and how many there are
BEGINNING = 40
SOFT_HYPHEN = "\u00ad"


def readable(piece: str) -> str:
    """A piece of text with its white space and invisible characters shown; of a very long one its beginning."""
    return shortened(drawn(piece))


def drawn(piece: str) -> str:
    """The same, however long it is.

    One leading space is the ordinary space between words and is left out; any other white space is drawn. A soft
    hyphen is a place where a word may be broken, not a sign of it, and is left out.

    >>> drawn(" cat"), drawn("\\n"), drawn("a\\tb"), drawn("\\u202e"), drawn("co\\u00adop")
    ('cat', '⏎', 'a⇥b', '‹U+202E›', 'coop')
    """
    body = piece[1:] if piece.startswith(" ") and piece.strip() else piece
    body = body.replace(SOFT_HYPHEN, "") or body
    label = visible(body)
    lone_joiner = len(label) == 1 and unicodedata.category(label) in ("Cf", "Mn")
    return f"‹U+{ord(label):04X}›" if lone_joiner else label


def visible(text: str) -> str:
    """Every character of a text, with a sign in place of those that would not be seen."""
    if text.isascii() and text.isprintable() and " " not in text:  # nearly every piece: the others take time
        return text
    return "".join(VISIBLE.get(character) or _visible(character) for character in text)


def shortened(label: str) -> str:
    """A very long label as its beginning and how many characters it has."""
    if len(label) <= LONGEST:
        return label
    end = BEGINNING
    while end < len(label) and unicodedata.category(label[end])[0] == "M":  # marks stay with their letter
        end += 1
    return f"{label[:end]}… {counted(len(label), 'character')}"


def whole_begin(label: str) -> str:
    """A label without what was said in place of its end."""
    return label.partition("… ")[0] if len(label) > BEGINNING else label


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    joins_emoji = character in "\u200d\u200c\ufe0f"  # harmless inside a word or an emoji
    if category in ("Cc", "Zl", "Zp", "Zs", "Co", "Cn") or (category == "Cf" and not joins_emoji):
        return f"‹U+{ord(character):04X}›"
    return character


def token_labels(
    text: str, tokens: Sequence[str], spans: Sequence[tuple[int, int] | None], is_unknown: Sequence[bool]
) -> tuple[str, ...]:
    """What each token is called: the characters that it stands for, or its own form where it stands for none."""
    labels = []
    bare = [token in WORD_BOUNDARY for token in tokens]  # a boundary that is a token of its own
    cores = [None if span is None or bare[i] else _core(text, span) for i, span in enumerate(spans)]
    pieces: dict[tuple[int, int] | None, list[int]] = {}  # the tokens that each stretch of characters became
    for i, core in enumerate(cores):
        pieces.setdefault(core, []).append(i)
    for i, (token, span, core) in enumerate(zip(tokens, spans, cores, strict=True)):
        if span is None or core is None:
            labels.append("␣" if bare[i] else token)
            continue
        label = readable(text[slice(*span)])
        same = pieces[core]
        if len(same) > 1 and text[slice(*core)]:  # byte-level pieces of one character, for example an emoji
            label = f"{label} {same.index(i) + 1}/{len(same)}"
        labels.append(f"{label} (unknown)" if is_unknown[i] else label)
    return tuple(labels)


def _core(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The characters of a token without the space before it, which its first piece alone may cover."""
    return span[1] - len(text[slice(*span)].lstrip()), span[1]
