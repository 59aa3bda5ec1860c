"""Characters and tokens → labels that people can read: white space drawn, pieces counted, what is invisible named."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from mha_viz.wording import counted

# Characters that would be invisible, or would break the line, drawn as a sign.
VISIBLE = {" ": "␣", "\n": "⏎", "\r": "␍", "\t": "⇥", "\u00a0": "␣", "\u3000": "␣"}
WORD_BOUNDARY = ("Ġ", "▁")
LONGEST = 60  # characters of a label; of longer ones the beginning is shown, and how many there are
BEGINNING = 40
SOFT_HYPHEN = "\u00ad"
# Of an emoji that is spelled out (the flag of England), the whole; else one character that would not be seen. Joiners
# inside words and emoji are harmless, and signs that stand before a number are drawn by every font. The categories are
# those of regex: Python's own know no emoji that is younger than itself.
HIDDEN = regex.compile(
    "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
    r"|[[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Z}]--[\p{Prepended_Concatenation_Mark}\u200c\u200d]]",
    regex.VERSION1,
)
LONE = regex.compile(r"\p{Mn}|\u200c|\u200d")  # marks and joiners with nothing to stand on
CLUSTER = regex.compile(r"\X")


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
    return f"‹U+{ord(label):04X}›" if LONE.fullmatch(label) else label


def visible(text: str) -> str:
    """Every character of a text, with a sign in place of those that would not be seen."""
    if text.isascii() and text.isprintable() and " " not in text:  # nearly every piece: the others take time
        return text
    return str(HIDDEN.sub(lambda found: _sign_of(found[0]), text))


def shortened(label: str) -> str:
    """A very long label as its beginning and how many characters it has."""
    if len(label) <= LONGEST:
        return label
    # No letter loses its marks, and no emoji a part.
    end = next(cluster.end() for cluster in CLUSTER.finditer(label) if cluster.end() >= BEGINNING)
    return f"{label[:end]}… {counted(len(label), 'character')}"


def whole_begin(label: str) -> str:
    """A label without what was said in place of its end."""
    return label.partition("… ")[0] if len(label) > BEGINNING else label


def _sign_of(hidden: str) -> str:
    """What is drawn in place of a character that would not be seen; an emoji of several stays as it is."""
    return hidden if len(hidden) > 1 else VISIBLE.get(hidden, f"‹U+{ord(hidden):04X}›")


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
            labels.append("␣" if bare[i] else visible(token))
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
