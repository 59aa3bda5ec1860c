"""Tokenizer + text → its encoding, nothing cut and nothing filled, and the tokenizer as it was before."""

from __future__ import annotations

from threading import RLock
from typing import Any

_one_at_a_time = RLock()


def encode(tokenizer: Any, *texts: str | None, **options: Any) -> Any:
    """What a tokenizer makes of a text, or of a pair.

    A tokenizer whose file cuts or fills texts is told not to by changing it, so it is told back afterwards; meanwhile
    nobody else reads with it.
    """
    core: Any = getattr(tokenizer, "backend_tokenizer", None)  # Any: its class is not ours, and some have none
    if getattr(core, "truncation", None) is None and getattr(core, "padding", None) is None:
        return tokenizer(*texts, truncation=False, verbose=False, **options)
    with _one_at_a_time:
        truncation, padding = core.truncation, core.padding
        try:
            return tokenizer(*texts, truncation=False, verbose=False, **options)
        finally:
            if truncation is not None:
                core.enable_truncation(**truncation)
            if padding is not None:
                core.enable_padding(**padding)
