"""Text → Positions: token ids, labels that people can read, special flags, character spans."""

from __future__ import annotations

import inspect
from itertools import accumulate
from typing import Any

from mha_viz.errors import InputError
from mha_viz.inputs.decoding import HALF, decode, n_shared
from mha_viz.inputs.encoding import encode
from mha_viz.inputs.labels import token_labels
from mha_viz.inputs.languages import source_reader, tag_of, target_reader
from mha_viz.inputs.notes import notes_of
from mha_viz.inputs.special import special_ids, unknown_ids
from mha_viz.inputs.tokens import raw_tokens, tokens_of
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Positions

PAIR = ("A", "B")  # the parts of two texts that are read together
TYPED, GENERATED = "typed", "generated"  # the parts of a text that a model went on with
N_CONTEXT = 16  # tokens before a continuation that are decoded with it; spaces depend on what stands before


def read_text(tokenizer: Any, text: str, pair: str | None = None, *, language: str | None = None) -> Positions:
    """Tokens of a text as the model will see them, special tokens included, nothing cut.

    With a second text, the tokens of both, as the tokenizer puts a pair together; the ``text`` of the positions then
    holds both, one a line. ``language`` is that of the text, where a translation model puts a tag beside it.

    Raises
    ------
    InputError
        If the text holds nothing to read, characters that no tokenizer takes, or nothing that this one has tokens for;
        if the tokenizer does not know the language.
    """
    return _read(source_reader(tokenizer), text, pair, tag_of(tokenizer, language, "source") if language else None)


def count_tokens(tokenizer: Any, text: str) -> int:
    """How many tokens ``read_text`` makes of a text, in a fraction of the time.

    Raises
    ------
    InputError
        If the text holds nothing to read, or characters that no tokenizer takes.
    """
    return len(encode(source_reader(tokenizer), _checked(text, None))["input_ids"])


def first_tokens(tokenizer: Any, text: str, most: int) -> str:
    """The beginning of a text: as much of it as makes at most so many tokens, special tokens counted too; at least the
    characters of its first one.

    Raises
    ------
    InputError
        As for ``read_text``.
    """
    ends = [span[1] for span in read_text(tokenizer, text).spans if span is not None]
    n = max(1, min(len(ends), most))
    while n > 1 and count_tokens(tokenizer, text[: ends[n - 1]]) > most:  # with special tokens, and the last word cut
        n -= 1
    return text[: ends[n - 1]]


def read_as_it_is(tokenizer: Any, text: str) -> Positions:
    """The same of a text that holds its start and end tokens already: the tokenizer puts none there.

    Raises
    ------
    InputError
        As for ``read_text``.
    """
    return _read(tokenizer, text, None, None, ends=False)


def _read(tokenizer: Any, text: str, pair: str | None, language: int | None, *, ends: bool = True) -> Positions:
    whole = _checked(text, pair)
    tokens = tokens_of(tokenizer, text, pair, language, ends=ends)
    if not any(tokens.spans):
        raise InputError(
            lazy_gettext(
                "Nothing of this text reaches the model: its tokenizer has no token for any of its characters. Choose "
                "another model, or see that the tokenizer beside its weights is the one that belongs to it."
            )
        )
    return Positions(
        tuple(tokens.ids),
        token_labels(whole, tokens.tokens, tokens.spans, tokens.is_unknown),
        tuple(tokens.is_special),
        tuple(tokens.spans),
        whole,
        () if pair is None else tuple(tokens.segments),
        () if pair is None else PAIR,
        tokens=tuple(tokens.tokens),
        reads=tuple(tokens.reads),
        notes=tuple(notes_of(tokenizer, whole, tokens)),
    )


def _checked(text: str, pair: str | None) -> str:
    """The text, with the second one on a line of its own."""
    if not text.strip():
        raise InputError(lazy_gettext("The text is empty: type at least one word."))
    whole = text if pair is None else f"{text}\n{pair}"
    try:
        whole.encode("utf-8")
    except UnicodeEncodeError as error:
        bad = f"U+{ord(whole[error.start]):04X}"
        message = N_("The text holds half a character ({sign}, a lone surrogate): remove it.")
        raise InputError(lazy_gettext(message, sign=bad)) from None
    return whole


def go_on(tokenizer: Any, prompt: Positions, new_ids: list[int]) -> Positions:
    """The tokens of a text and of what a model went on with, each with the characters that it added to the text."""
    special, unknown = special_ids(tokenizer), unknown_ids(tokenizer)
    context = [i for i in prompt.ids if i not in special][-N_CONTEXT:]
    decoded = [decode(tokenizer, context)]  # after each new token
    for i in new_ids:
        context += [] if i in special else [i]
        decoded.append(decode(tokenizer, context))
    # A character of which some bytes are still to come is a sign that a later token replaces.
    settled = list(accumulate((n_shared(text, decoded[-1]) for text in decoded), max))
    shift = len(prompt.text) - settled[0]
    spans, steps = list(prompt.spans), list(zip(decoded, settled, strict=True))
    for i, (before, begin), (after, end) in zip(new_ids, steps, steps[1:], strict=False):
        whole = min(end + (len(after) > end), len(decoded[-1]))  # with the character that it begins or goes on with
        if whole == begin and after == before and after.endswith(HALF):
            begin -= 1  # more bytes of a character that never came to its end
        spans.append((begin + shift, whole + shift) if begin < whole and i not in special else None)
    ids, text = [*prompt.ids, *new_ids], prompt.text + decoded[-1][settled[0] :]
    tokens = [*prompt.tokens, *raw_tokens(tokenizer, new_ids)]
    return Positions(
        tuple(ids),
        token_labels(text, tokens, spans, [i in unknown for i in ids]),
        (*prompt.is_special, *(i in special for i in new_ids)),
        tuple(spans),
        text,
        (*(prompt.segments or (0,) * len(prompt)), *[len(prompt.parts) or 1] * len(new_ids)),
        (*(prompt.parts or (TYPED,)), GENERATED),
        tokens=tuple(tokens),
        reads=(*prompt.reads, *[""] * len(new_ids)),
        notes=prompt.notes,
        contents=(*prompt.contents, (len(prompt.text), len(text))) if prompt.contents else (),
    )


def token_types(network: Any, tokenizer: Any, text: str, pair: str | None) -> list[int] | None:
    """What tells the network the two texts of a pair apart, (position,); None where it is not told."""
    if pair is None:
        return None
    reader = network.base_model.get_encoder() if network.config.is_encoder_decoder else network.base_model
    if "token_type_ids" not in inspect.signature(reader.forward).parameters:
        return None
    types: list[int] | None = encode(tokenizer, text, pair).get("token_type_ids")
    return types


def read_target(tokenizer: Any, target: str, start_id: int | None, *, language: str | None = None) -> Positions:
    """What the decoder of an encoder-decoder reads: a start token, then the target without what ends it.

    ``language`` is that of the target where a translation model is told it by a tag: after the start token, or in its
    place where the tokenizer puts tags behind a text. By default it is the one that the tokenizer is set to.

    Raises
    ------
    InputError
        If nothing says how to start, or which language the target is in, or if that cannot be read.
    """
    tag = tag_of(tokenizer, language, "target")
    own = target_reader(tokenizer)
    whole = _read(own, target, None, tag)
    n = len(whole)
    while n > 1 and whole.is_special[n - 1] and whole.spans[n - 1] is None:
        n -= 1
    if tag is not None and whole.ids[0] != tag:
        start_id = tag
    if start_id is None:
        raise InputError(lazy_gettext("This model's configuration names no token to start the decoder with."))
    start = raw_tokens(own, [start_id])
    return Positions(
        (start_id, *whole.ids[:n]),
        (start[0] if start_id == tag else "[start]", *whole.labels[:n]),
        (True, *whole.is_special[:n]),
        (None, *whole.spans[:n]),
        target,
        tokens=(*start, *whole.tokens[:n]),
        reads=("", *whole.reads[:n]),
        notes=whole.notes,
    )


def target_prompt(tokenizer: Any, text: str, start_id: int | None, *, language: str | None = None) -> list[int]:
    """What the decoder reads before the first word of any target: its start token, and a tag where it is told one.

    ``text`` is any that the tokenizer reads.

    Raises
    ------
    InputError
        As for ``read_target``.
    """
    read = read_target(tokenizer, text, start_id, language=language)
    first = next(i for i, span in enumerate(read.spans) if span is not None or not read.is_special[i])
    return list(read.ids[:first])


def numbered(n: int) -> Positions:
    """Positions without text: image patches, audio frames. Their labels are their numbers."""
    return Positions((0,) * n, tuple(map(str, range(n))), (False,) * n, (None,) * n)


def tokenizer_of(processor: Any) -> Any:
    """The tokenizer of a processor that also reads images or audio, or the tokenizer itself."""
    return getattr(processor, "tokenizer", processor)
