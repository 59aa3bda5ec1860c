"""Tokenizer + text → its encoding, nothing cut and nothing filled, and the tokenizer as it was before."""

from __future__ import annotations

import inspect
from threading import RLock
from typing import Any

from mha_viz.errors import InputError, in_one_line

# What some tokenizers take beside words, by the name of the argument.
BESIDE = {"boxes": "with their places on a page", "xpaths": "with their places in the source of a web page"}

_one_at_a_time = RLock()


def encode(tokenizer: Any, *texts: str | None, **options: Any) -> Any:
    """What a tokenizer makes of a text, or of a pair.

    A tokenizer whose file cuts or fills texts is told not to by changing it, so it is told back afterwards; meanwhile
    nobody else reads with it.

    Raises
    ------
    InputError
        If it does not read a text alone.
    """
    core: Any = getattr(tokenizer, "backend_tokenizer", None)  # Any: its class is not ours, and some have none
    if getattr(core, "truncation", None) is None and getattr(core, "padding", None) is None:
        return _encoded(tokenizer, texts, options)
    with _one_at_a_time:
        truncation, padding = core.truncation, core.padding
        try:
            return _encoded(tokenizer, texts, options)
        finally:
            if truncation is not None:
                core.enable_truncation(**truncation)
            if padding is not None:
                core.enable_padding(**padding)


def _encoded(tokenizer: Any, texts: tuple[str | None, ...], options: dict[str, Any]) -> Any:
    try:
        return tokenizer(*texts, truncation=False, verbose=False, **options)
    except Exception as error:  # a tokenizer may be any code, over files that may not belong together
        wanted = next((BESIDE[name] for name in inspect.signature(tokenizer.__call__).parameters if name in BESIDE), "")
        why = f"it reads words {wanted}" if wanted else in_one_line(error).rstrip(" .")
        raise InputError(
            f"The tokenizer of this model ({type(tokenizer).__name__}) does not read a text alone: {why}."
        ) from error
