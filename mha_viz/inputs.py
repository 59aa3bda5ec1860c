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
    added = [bool(flag) for flag in encoding["special_tokens_mask"]]
    spans = [
        None if is_added or begin == end else (begin, end)
        for (begin, end), is_added in zip(encoding["offset_mapping"], added, strict=True)
    ]
    # A special token that was typed is special to the model too, though it stands for characters.
    special_ids = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
    special = [is_added or i in special_ids for i, is_added in zip(ids, added, strict=True)]
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
        limits.append(len(table.weight) - table.padding_idx - 1)
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
    bare = [token in WORD_BOUNDARY for token in tokens]  # a boundary that is a token of its own
    cores = [None if span is None or bare[i] else _core(text, span) for i, span in enumerate(spans)]
    for i, (token, core) in enumerate(zip(tokens, cores, strict=True)):
        if core is None:
            labels.append("␣" if bare[i] else token)
            continue
        label = readable(text[slice(*spans[i])])
        same = [j for j in range(max(0, i - 8), min(len(cores), i + 9)) if cores[j] == core]
        if len(same) > 1 and text[slice(*core)]:  # byte-level pieces of one character, for example an emoji
            label = f"{label} {same.index(i) + 1}/{len(same)}"
        labels.append(f"{label} (unknown)" if ids[i] == unknown else label)
    return tuple(labels)


def _core(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The characters of a token without the space before it, which its first piece alone may cover."""
    return span[1] - len(text[slice(*span)].lstrip()), span[1]
