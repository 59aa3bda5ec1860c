"""A network's configuration → how many tokens it reads at most: where its positions end, not a tokenizer's habit."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from torch.nn import Embedding

NO_LIMIT = 10**9  # tokenizers without a limit carry 10**30
# MPT makes the distances of so many positions, and no more; LED's encoder has another number than its decoder.
LENGTHS = ("max_position_embeddings", "max_encoder_position_embeddings", "max_seq_len")
SAID = "{n:,} tokens were read where {usual:,} are usual for this model; its positions {why}."


def position_limit(network: Any) -> int | None:
    """How many tokens the model reads at most, special tokens included; None where its positions have no end.

    Relative positions (T5, XLNet, DeBERTa) and distances (ALiBi) have none. A learned table ends with its last row.
    Rotary positions that were stretched (YaRN, linear, dynamic) end as many times later as they were stretched.
    """
    table = getattr(getattr(network.base_model, "embeddings", None), "position_embeddings", None)
    limits = [_of_config(config) for config in _text_configs(network.config)]
    # RoBERTa and its kin count positions from after the padding.
    if table is not None and getattr(table, "padding_idx", None) is not None:
        limits.append(len(table.weight) - table.padding_idx - 1)
    return min((limit for limit in limits if limit is not None), default=None)


def n_known_ids(network: Any, of_decoder: bool = False) -> int | None:
    """How many tokens the network has a vector of, or its decoder; None where they are not looked up in a table."""
    part = network.get_decoder() if of_decoder else network
    with suppress(NotImplementedError, AttributeError):  # a network that reads no text
        table = part.get_input_embeddings()
        return len(table.weight) if isinstance(table, Embedding) else None
    return None


def length_note(network: Any, tokenizer: Any, n: int) -> str:
    """What is said of a text that is longer than such texts usually are; empty where it is not."""
    own = [getattr(config, "max_position_embeddings", None) for config in _text_configs(network.config)]
    usual = [*own, getattr(tokenizer, "model_max_length", None)]
    shortest = min((limit for limit in usual if isinstance(limit, int) and 0 < limit < NO_LIMIT), default=n)
    if n <= shortest:
        return ""
    limit = position_limit(network)
    return SAID.format(n=n, usual=shortest, why="have no end" if limit is None else f"go up to {limit:,}")


def _text_configs(config: Any) -> list[Any]:
    """The configurations that say how a text is read: of encoder and decoder where each has its own."""
    parts = [getattr(config, name, None) for name in ("encoder", "decoder")]
    return [part for part in parts if hasattr(part, "get_text_config")] or [config.get_text_config()]


def _of_config(config: Any) -> int | None:
    last = next((getattr(config, name) for name in LENGTHS if getattr(config, name, None) is not None), None)
    if not isinstance(last, int) or last <= 0 or getattr(config, "alibi", False):
        return None
    if getattr(config, "position_biased_input", True) is False:  # DeBERTa without positions in its input
        return None
    return max(last, _stretched(config, last))


def _stretched(config: Any, last: int) -> int:
    """Where positions end that were stretched by a factor; 0 where they were not, or not in every layer."""
    rope = getattr(config, "rope_parameters", None) or {}
    factor = rope.get("factor")
    if not isinstance(factor, (int, float)):
        return 0
    return int(factor * (rope.get("original_max_position_embeddings") or last))
