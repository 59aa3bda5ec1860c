"""Text → Positions: token ids, labels that people can read, special flags, character spans."""

from __future__ import annotations

import inspect
import unicodedata
from itertools import accumulate
from typing import Any

from mha_viz.errors import InputError
from mha_viz.inputs.encoding import encode
from mha_viz.objects import Positions

# Characters that would be invisible, or would break the line, drawn as a sign.
VISIBLE = {" ": "␣", "\n": "⏎", "\r": "␍", "\t": "⇥", "\u00a0": "␣", "\u3000": "␣"}
SOFT_HYPHEN = "\u00ad"
WORD_BOUNDARY = ("Ġ", "▁")
HALF = "\ufffd"  # what a decoder writes for bytes that make no character
N_CONTEXT = 16  # tokens before a continuation that are decoded with it; spaces depend on what stands before


def read_text(tokenizer: Any, text: str, pair: str | None = None) -> Positions:
    """Tokens of a text as the model will see them, special tokens included, nothing cut.

    With a second text, the tokens of both, as the tokenizer puts a pair together; the ``text`` of the positions then
    holds both, one a line.

    Raises
    ------
    InputError
        If the text holds nothing to read, or characters that no tokenizer takes.
    """
    if not text.strip():
        raise InputError("The text is empty: type at least one word.")
    whole = text if pair is None else f"{text}\n{pair}"
    try:
        whole.encode("utf-8")
    except UnicodeEncodeError as error:
        bad = f"U+{ord(whole[error.start]):04X}"
        raise InputError(f"The text holds half a character ({bad}, a lone surrogate): remove it.") from None
    encoding = encode(tokenizer, text, pair, return_offsets_mapping=True, return_special_tokens_mask=True)
    ids = encoding["input_ids"]
    added = [bool(flag) for flag in encoding["special_tokens_mask"]]
    parts = encoding.sequence_ids(0) if pair is not None else [0] * len(ids)
    shift = {None: 0, 0: 0, 1: len(text) + 1}
    spans = [
        None if is_added or begin == end else (begin + shift[part], end + shift[part])
        for (begin, end), is_added, part in zip(encoding["offset_mapping"], added, parts, strict=True)
    ]
    special_ids = _special_ids(tokenizer)
    special = [is_added or i in special_ids for i, is_added in zip(ids, added, strict=True)]
    labels, segments = _labels(tokenizer, whole, ids, spans), () if pair is None else _segments(encoding, parts)
    return Positions(tuple(ids), labels, tuple(special), tuple(spans), whole, segments)


def go_on(tokenizer: Any, prompt: Positions, new_ids: list[int]) -> Positions:
    """The tokens of a text and of what a model went on with, each with the characters that it added to the text."""
    special_ids = _special_ids(tokenizer)
    context = [i for i in prompt.ids if i not in special_ids][-N_CONTEXT:]
    decoded = [_decoded(tokenizer, context)]  # after each new token
    for i in new_ids:
        context += [] if i in special_ids else [i]
        decoded.append(_decoded(tokenizer, context))
    # A character of which some bytes are still to come is a sign that a later token replaces.
    settled = list(accumulate((_n_shared(text, decoded[-1]) for text in decoded), max))
    shift = len(prompt.text) - settled[0]
    spans, steps = list(prompt.spans), list(zip(decoded, settled, strict=True))
    for i, (before, begin), (after, end) in zip(new_ids, steps, steps[1:], strict=False):
        whole = min(end + (len(after) > end), len(decoded[-1]))  # with the character that it begins or goes on with
        if whole == begin and after == before and after.endswith(HALF):
            begin -= 1  # more bytes of a character that never came to its end
        spans.append((begin + shift, whole + shift) if begin < whole and i not in special_ids else None)
    ids, text = [*prompt.ids, *new_ids], prompt.text + decoded[-1][settled[0] :]
    special = (*prompt.is_special, *(i in special_ids for i in new_ids))
    segments = (0,) * len(prompt) + (1,) * len(new_ids)
    return Positions(tuple(ids), _labels(tokenizer, text, ids, spans), special, tuple(spans), text, segments)


def token_types(network: Any, tokenizer: Any, text: str, pair: str | None) -> list[int] | None:
    """What tells the network the two texts of a pair apart, (position,); None where it is not told."""
    if pair is None:
        return None
    reader = network.base_model.get_encoder() if network.config.is_encoder_decoder else network.base_model
    if "token_type_ids" not in inspect.signature(reader.forward).parameters:
        return None
    types: list[int] | None = encode(tokenizer, text, pair).get("token_type_ids")
    return types


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


def readable(piece: str) -> str:
    """A piece of text with its white space and invisible characters shown.

    One leading space is the ordinary space between words and is left out; any other white space is drawn. A soft
    hyphen is a place where a word may be broken, not a sign of it, and is left out.

    >>> readable(" cat"), readable("\\n"), readable("a\\tb"), readable("\\u202e"), readable("co\\u00adop")
    ('cat', '⏎', 'a⇥b', '‹U+202E›', 'coop')
    """
    body = piece[1:] if piece.startswith(" ") and piece.strip() else piece
    body = body.replace(SOFT_HYPHEN, "") or body
    visible = "".join(VISIBLE.get(character) or _visible(character) for character in body)
    lone_joiner = len(visible) == 1 and unicodedata.category(visible) in ("Cf", "Mn")
    return f"‹U+{ord(visible):04X}›" if lone_joiner else visible


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    joins_emoji = character in "\u200d\u200c\ufe0f"  # harmless inside a word or an emoji
    if category in ("Cc", "Zl", "Zp", "Zs", "Co", "Cn") or (category == "Cf" and not joins_emoji):
        return f"‹U+{ord(character):04X}›"
    return character


def _special_ids(tokenizer: Any) -> set[int]:
    """A special token that was typed is special to the model too, though it stands for characters."""
    return set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}


def _decoded(tokenizer: Any, ids: list[int]) -> str:
    return str(tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False))


def _n_shared(text: str, other: str) -> int:
    """How many characters two texts have in common from their beginning on."""
    return next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))


def _segments(encoding: Any, parts: list[int | None]) -> tuple[int, ...]:
    """Which text of a pair each token belongs to; special tokens as the tokenizer says, else by where they stand."""
    types = tuple(encoding.get("token_type_ids", ()))
    if set(types) == {0, 1}:
        return types
    first = parts.index(1) if 1 in parts else len(parts)
    return tuple(int(i > first) if part is None else part for i, part in enumerate(parts))


def _labels(tokenizer: Any, text: str, ids: list[int], spans: list[tuple[int, int] | None]) -> tuple[str, ...]:
    tokens = tokenizer.convert_ids_to_tokens(ids)
    unknown = getattr(tokenizer, "unk_token_id", None)
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
        labels.append(f"{label} (unknown)" if ids[i] == unknown else label)
    return tuple(labels)


def _core(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The characters of a token without the space before it, which its first piece alone may cover."""
    return span[1] - len(text[slice(*span)].lstrip()), span[1]
