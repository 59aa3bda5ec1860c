"""Which tokens of a tokenizer stand for something other than text: special tokens, turn markers, the unknown one."""

from __future__ import annotations

import re
from typing import Any

from mha_viz.inputs.languages import language_tags, target_codes

MARKER = re.compile(r"[<\[{].*\S.*[>\]}]", re.DOTALL)  # what a turn marker looks like


def special_ids(tokenizer: Any, unknown: set[int] | None = None) -> set[int]:
    """Tokens that are special to the model, whether the tokenizer adds them or somebody typed them.

    Those with a name (start, end, padding), those that were added as special, languages, and markers of the chat
    template. The unknown token stands for text and is none: ``unknown``, where the caller has looked that up.
    """
    added = getattr(tokenizer, "added_tokens_decoder", {})
    template = str(getattr(tokenizer, "chat_template", None) or "")
    marked = {
        i
        for i, token in added.items()
        if token.special or (token.content in template and MARKER.fullmatch(token.content))
    }
    languages = {*language_tags(tokenizer).values(), *target_codes(tokenizer).values()}
    return (set(tokenizer.all_special_ids) | marked | languages) - (
        unknown_ids(tokenizer) if unknown is None else unknown
    )


def unknown_ids(tokenizer: Any) -> set[int]:
    """What stands for text that the tokenizer does not know; empty where it knows every text.

    GPT-2's end token is named as its unknown one too, but its bytes leave nothing unknown.
    """
    named = {getattr(tokenizer, f"{name}_token_id", None) for name in ("bos", "eos", "cls", "sep")}
    model: Any = getattr(getattr(tokenizer, "backend_tokenizer", None), "model", None)
    ids = {getattr(tokenizer, "unk_token_id", None), getattr(model, "unk_id", None)}
    if getattr(model, "unk_token", None):
        ids.add(tokenizer.convert_tokens_to_ids(model.unk_token))
    return {i for i in ids if isinstance(i, int)} - named


def start_ids(tokenizer: Any) -> set[int]:
    """The tokens that begin a text: at most two, of which a tokenizer uses one."""
    named = (getattr(tokenizer, f"{name}_token_id", None) for name in ("bos", "cls"))
    return {i for i in named if i is not None}
