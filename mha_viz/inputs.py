"""Text → Positions: token ids, labels that people can read, special flags, character spans."""

from __future__ import annotations

import unicodedata
from typing import Any

from mha_viz.errors import InputError
from mha_viz.objects import Positions

# Characters that would be invisible, or would break the line, drawn as a sign.
SIGNS = {" ": "␣", "\n": "⏎", "\r": "␍", "\t": "⇥", "\u00a0": "␣", "\u3000": "␣"}
WORD_BOUNDARY = ("Ġ", "▁")
NO_LIMIT = 10**9  # tokenizers without a limit carry 10**30


def read_text(tokenizer: Any, text: str) -> Positions:
    """Tokens of a text as the model will see them, special tokens included, nothing cut.

    Raises
    ------
    InputError
        If the text holds nothing to read, or characters that no tokenizer takes.
    """
    if not text.strip():
        raise InputError("The text is empty: type at least one word.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        bad = f"U+{ord(text[error.start]):04X}"
        raise InputError(f"The text holds half a character ({bad}, a lone surrogate): remove it.") from None
    encoding = tokenizer(
        text, return_offsets_mapping=True, return_special_tokens_mask=True, truncation=False, verbose=False
    )
    ids = encoding["input_ids"]
    special = [bool(flag) for flag in encoding["special_tokens_mask"]]
    spans = [
        None if is_special or begin == end else (begin, end)
        for (begin, end), is_special in zip(encoding["offset_mapping"], special, strict=True)
    ]
    return Positions(tuple(ids), _labels(tokenizer, text, ids, spans), tuple(special), tuple(spans), text)


def read_target(tokenizer: Any, target: str, start_id: int | None) -> Positions:
    """What the decoder of an encoder-decoder reads: a start token, then the target without its end token."""
    if start_id is None:
        raise InputError("This model's configuration names no token to start the decoder with.")
    whole = read_text(tokenizer, target)
    n = len(whole) - (whole.is_special[-1] and len(whole) > 1)
    return Positions(
        (start_id, *whole.ids[:n]),
        ("[start]", *whole.labels[:n]),
        (True, *whole.is_special[:n]),
        (None, *whole.spans[:n]),
        target,
    )


def numbered(n: int) -> Positions:
    """Positions without text: image patches, audio frames. Their labels are their numbers."""
    return Positions((0,) * n, tuple(map(str, range(n))), (False,) * n, (None,) * n)


def tokenizer_of(processor: Any) -> Any:
    """The tokenizer of a processor that also reads images or audio, or the tokenizer itself."""
    return getattr(processor, "tokenizer", processor)


def position_limit(network: Any, tokenizer: Any) -> int | None:
    """How many tokens the model reads at most, special tokens included; None where nothing says so."""
    config = network.config.get_text_config()
    limits = [getattr(config, "max_position_embeddings", None), getattr(tokenizer, "model_max_length", None)]
    table = getattr(getattr(network.base_model, "embeddings", None), "position_embeddings", None)
    if getattr(table, "padding_idx", None) is not None:  # RoBERTa and its kin count positions from after the padding
        limits.append(table.num_embeddings - table.padding_idx - 1)
    known = [int(limit) for limit in limits if limit and 0 < limit < NO_LIMIT]
    return min(known, default=None)


def readable(piece: str) -> str:
    """A piece of text with its white space and invisible characters shown.

    One leading space is the ordinary space between words and is left out; any other white space is drawn.

    >>> readable(" cat"), readable("\\n"), readable("a\\tb"), readable("\\u202e")
    ('cat', '⏎', 'a⇥b', '‹U+202E›')
    """
    body = piece[1:] if piece.startswith(" ") and piece.strip() else piece
    shown = "".join(SIGNS.get(character) or _visible(character) for character in body)
    lone_joiner = len(shown) == 1 and unicodedata.category(shown) in ("Cf", "Mn")
    return f"‹U+{ord(shown):04X}›" if lone_joiner else shown


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    joins_emoji = character in "\u200d\u200c\ufe0f"  # harmless inside a word or an emoji
    if category in ("Cc", "Zl", "Zp", "Zs", "Co", "Cn") or (category == "Cf" and not joins_emoji):
        return f"‹U+{ord(character):04X}›"
    return character


def _labels(tokenizer: Any, text: str, ids: list[int], spans: list[tuple[int, int] | None]) -> tuple[str, ...]:
    tokens = tokenizer.convert_ids_to_tokens(ids)
    unknown = getattr(tokenizer, "unk_token_id", None)
    labels = []
    for i, (token, span) in enumerate(zip(tokens, spans, strict=True)):
        if span is None:
            labels.append(_without_glyph(token))
            continue
        label = readable(text[slice(*span)])
        part, parts = _part_of_character(text, spans, i)
        if parts > 1:  # byte-level pieces of one character, for example an emoji
            label = f"{label} {part}/{parts}"
        labels.append(f"{label} (unknown)" if ids[i] == unknown else label)
    return tuple(labels)


def _without_glyph(token: str) -> str:
    """A token that covers no characters: a special token as it is, a bare word-boundary glyph as a space."""
    return "␣" if token in WORD_BOUNDARY else token


def _part_of_character(text: str, spans: list[tuple[int, int] | None], i: int) -> tuple[int, int]:
    """Which of how many tokens on the very same characters this one is, from 1."""
    same = [j for j in range(max(0, i - 8), min(len(spans), i + 9)) if spans[j] == spans[i]]
    return (same.index(i) + 1, len(same)) if len(text[slice(*spans[i])].strip()) else (1, 1)
