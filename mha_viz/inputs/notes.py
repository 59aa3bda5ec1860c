"""The tokens of a text → sentences on how it was read, where that is not what its writer would expect."""

from __future__ import annotations

import unicodedata
from typing import Any

from mha_viz.inputs.special import start_ids
from mha_viz.inputs.tokens import Tokens
from mha_viz.objects import Positions

N_EXAMPLES = 3
LETTERS = "LNSP"  # categories of characters that say something


def notes_of(tokenizer: Any, text: str, found: Tokens) -> list[str]:
    """Doubled start and end tokens, what is unknown, and what is not read at all."""
    notes = [_doubled(tokenizer, found), _unknown(text, found), _not_read(text, found)]
    return [note for note in notes if note]


def read_otherwise(words: Positions) -> str:
    """What the model reads in place of words that were typed, in a few words; "" where it reads what was typed."""
    pairs = zip(words.spans, words.reads, strict=False)
    changed = [(words.text[slice(*span)], read) for span, read in pairs if span is not None and read]
    told = [(typed, read) for typed, read in dict.fromkeys(changed) if typed.lower() != read]
    if changed and not told:
        return "in lower case"
    examples = ", ".join(f"“{typed}” as “{read}”" for typed, read in told[:N_EXAMPLES])
    return examples + ", …" * (len(told) > N_EXAMPLES)


def _doubled(tokenizer: Any, found: Tokens) -> str:
    sides = [("start", start_ids(tokenizer), 0, 1), ("end", set(found.ids[-1:]), -1, -2)]
    for name, ids, outer, inner in sides:
        if len(found.ids) < 2 or found.ids[outer] not in ids or found.ids[inner] != found.ids[outer]:
            continue
        if found.is_added[outer] != found.is_added[inner]:
            return (
                f"The text has two {name} tokens ({found.tokens[outer]}): one was typed, one comes from the tokenizer. "
                "The model was trained with one."
            )
    return ""


def _unknown(text: str, found: Tokens) -> str:
    unknown = [i for i, flag in enumerate(found.is_unknown) if flag]
    if not unknown:
        return ""
    n = sum(not added for added in found.is_added)
    one = len(unknown) == 1
    return (
        f"{len(unknown)} of {n} tokens {'is' if one else 'are'} unknown to this tokenizer"
        f"{_examples([text[slice(*span)].strip() for i in unknown if (span := found.spans[i])])}: the model reads "
        f"{found.tokens[unknown[0]]} there, whatever stands there."
    )


def _not_read(text: str, found: Tokens) -> str:
    covered = {i for span in found.spans if span is not None for i in range(*span)}
    missing = [c for i, c in enumerate(text) if i not in covered and unicodedata.category(c)[0] in LETTERS]
    if not missing:
        return ""
    one = len(missing) == 1
    return (
        f"{len(missing)} of {len(text)} characters {'has' if one else 'have'} no token{_examples(missing)}: the model "
        f"does not read {'it' if one else 'them'}."
    )


def _examples(texts: list[str]) -> str:
    told = list(dict.fromkeys(text for text in texts if text))
    return f" ({', '.join(told[:N_EXAMPLES])}{', …' * (len(told) > N_EXAMPLES)})" if told else ""
