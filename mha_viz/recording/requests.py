"""What somebody asks to capture → one request a text, or a sentence that says what does not fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mha_viz.errors import InputError
from mha_viz.inputs.chat import chat_of, is_chat
from mha_viz.media import Chat
from mha_viz.objects import Languages
from mha_viz.recording.generate import MOST


@dataclass(frozen=True)
class Request:
    """One text and what is to be read with it."""

    text: str | Chat
    target: str | None = None
    pair: str | None = None
    new_tokens: int = 0
    languages: Languages = (None, None)


def requests_of(
    text: Any, target: Any, pair: Any, new_tokens: int, languages: Languages,
    add_generation_prompt: bool,
) -> list[Request]:  # fmt: skip
    """One request for each text.

    Raises
    ------
    InputError
        If it is no text, or if texts, second texts, targets and settings do not fit together.
    """
    texts = _texts(text, add_generation_prompt)
    targets, pairs = _one_each(target, len(texts), "targets"), _pairs(pair, len(texts))
    _refuse_settings(pairs, new_tokens)
    if isinstance(text, Mapping) and (any(pairs) or new_tokens):
        raise InputError("Tensors have no second text and nothing to go on with: leave pair and new_tokens out.")
    if is_chat(text) and (any(pairs) or any(languages)):
        raise InputError("A chat has no second text, and its template no languages: leave pair and languages out.")
    if None in targets and any(targets):
        raise InputError(
            f"{targets.count(None)} of {len(texts)} texts have no target: give one target a text, or none."
        )
    return [Request(*each, new_tokens, languages) for each in zip(texts, targets, pairs, strict=True)]


def _texts(text: Any, add_generation_prompt: bool) -> list[str | Chat]:
    if is_chat(text):
        return [chat_of(text, add_generation_prompt)]
    if add_generation_prompt:
        raise InputError("add_generation_prompt belongs to a chat: give a list of messages, or leave it out.")
    if isinstance(text, Mapping):
        if "role" in text:
            raise InputError("One message stands in a list too: give [message].")
        return [""]
    if not _is_texts(text):
        raise InputError(
            f"Give a text, a list of texts, a list of messages or a mapping of tensors, not {type(text).__name__}."
        )
    return [text] if isinstance(text, str) else list(text)


def _refuse_settings(pairs: list[str | None], new_tokens: int) -> None:
    if not isinstance(new_tokens, int) or not 0 <= new_tokens <= MOST:
        raise InputError(f"A model goes on with 0 to {MOST} tokens in one go; new_tokens is {new_tokens}.")
    if new_tokens and any(pairs):
        raise InputError("A model goes on with one text, not with a pair: leave pair or new_tokens out.")


def _is_texts(value: object) -> bool:
    return isinstance(value, (str, list, tuple)) and all(isinstance(text, str) for text in value)


def _one_each(texts: str | Sequence[str | None] | None, n: int, what: str) -> list[str | None]:
    """One for each of n texts; one alone is for all of them."""
    each = [texts] * n if texts is None or isinstance(texts, str) else list(texts)
    if len(each) != n:
        raise InputError(f"{n} texts but {len(each)} {what}: give one a text, or none.")
    return each


def _pairs(pair: str | Sequence[str | None] | None, n: int) -> list[str | None]:
    """The second text of each of n texts; None where it is left out or empty."""
    seconds = [text for text in pair if text is not None] if isinstance(pair, (list, tuple)) else pair
    if seconds is not None and not _is_texts(seconds):
        raise InputError(f"Give a second text or a list of them as pair, not {type(pair).__name__}.")
    return [text if text and text.strip() else None for text in _one_each(pair, n, "second texts")]
