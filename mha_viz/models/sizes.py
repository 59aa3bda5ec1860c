"""A model's configuration → its sizes, refused by name where no network has such; how many numbers it has learned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mha_viz.errors import ModelError, in_one_line
from mha_viz.outside import json_in

CONFIG, TEXT = "config.json", "text_config"
MOST_LAYERS, MOST_WIDTH = 2_000, 10_000_000
HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads")
NEEDED = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "hidden_size", "n_embd", "d_model", *HEADS)
WIDTHS = (
    "hidden_size", "n_embd", "d_model", "dim", "hidden_dim", "intermediate_size", "d_ff", "encoder_ffn_dim",
    "decoder_ffn_dim", "vocab_size", "type_vocab_size", "embedding_size", "head_dim", "d_kv", *HEADS,
    "num_key_value_heads", "num_kv_heads", "encoder_attention_heads", "decoder_attention_heads",
)  # fmt: skip


def n_parameters(network: Any) -> int:
    """Numbers that a network has learned; tied ones count once."""
    return sum(weight.numel() for weight in network.parameters())


def refuse_sizes(folder: Path, whose: str) -> None:
    """Before a configuration is used: some hold a list with an entry a layer, a network is made layer by layer, and one
    with less than no layers would be one with none.

    Raises
    ------
    ModelError
        If it is broken, or tells of a size that no network has.
    """
    try:
        config = json_in((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{whose} cannot be loaded: its {CONFIG} is broken ({in_one_line(error)}).") from None
    for name, n, is_needed in _sizes(config):
        is_depth = name.endswith(("layers", "n_layer"))
        most, what = (MOST_LAYERS, " layers") if is_depth else (MOST_WIDTH, "")
        if n > most:
            raise ModelError(f"{whose} cannot be loaded: {name} in {CONFIG} is above {most:,}{what}.")
        if n < is_needed:
            least = "at least 1" if is_needed else "0 or more"
            raise ModelError(f"{whose} cannot be loaded: {name} in {CONFIG} is {n}; networks have {least}.")


def _sizes(config: Any, *, is_text: bool = True) -> Iterator[tuple[str, int, bool]]:
    """Every size in a configuration and in those of its parts, by its name; whether there is no network without it."""
    for name, value in config.items() if isinstance(config, dict) else ():
        if isinstance(value, dict):
            yield from _sizes(value, is_text=name == TEXT)
        elif isinstance(value, int) and (name in WIDTHS or _counts_layers(name)):
            yield name, value, is_text and name in NEEDED


def _counts_layers(name: str) -> bool:
    return name.endswith(("layers", "n_layer")) and not name.startswith("max_")
