"""Our function in transformers' attention registries, which notes queries, keys and values on the way."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import eager_mask, sdpa_mask

from mha_viz.errors import UnreadableModelError
from mha_viz.recording.watching.hooks import put_hooks
from mha_viz.recording.watching.recorder import RecordedCall, Recorder

_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


def recording_attention(
    module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None,
    scaling: float | None = None, dropout: float = 0.0, **options: Any,
) -> tuple[Tensor, None]:  # fmt: skip
    """transformers' attention function, with its signature: note q, k, v, then do what sdpa does."""
    attention_mask, chosen = _with_chosen_keys(attention_mask, options)
    key, value = (for_rows(part, query) for part in (key, value))
    with _at_work():
        output, _ = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, dropout=dropout, **options
        )
    call = RecordedCall(
        module, query, key, value, attention_mask, scaling, options, output, masks_by_flag=True, chooses_keys=chosen
    )
    return _noted(call, output), None


def recording_own_attention(
    module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None,
    scaling: float | None = None, dropout: float = 0.0, **options: Any,
) -> tuple[Tensor, None]:  # fmt: skip
    """The same for families that sdpa cannot express (softcap, sinks): they run their own eager function."""
    own = getattr(sys.modules[type(module).__module__], "eager_attention_forward", None)
    if own is None:
        raise UnreadableModelError(f"{type(module).__name__} has no attention function of its own to run.")
    attention_mask, chosen = _with_chosen_keys(attention_mask, options)
    key, value = (for_rows(part, query) for part in (key, value))
    with _at_work():
        output, _ = own(module, query, key, value, attention_mask, scaling=scaling, dropout=dropout, **options)
    call = RecordedCall(module, query, key, value, attention_mask, scaling, options, output, chooses_keys=chosen)
    return _noted(call, output), None


@contextmanager
def _at_work() -> Iterator[None]:
    """While a function of the interface runs, its parts are no calls of their own."""
    recorder = _recorder.get()
    if recorder is None:
        yield
        return
    recorder.on_interface = True
    try:
        yield
    finally:
        recorder.on_interface = False


def _with_chosen_keys(mask: Tensor | None, options: dict[str, Any]) -> tuple[Tensor | None, bool]:
    """The mask that leaves each query the keys which its layer chose for it, and whether it chose any.

    A sparse family puts its choice into the mask for sdpa and eager alone; any other function gets it beside the mask,
    as ``indices`` (batch, query, chosen key).
    """
    if mask is None or not isinstance(options.get("indices"), Tensor):
        return mask, False
    keys = options.pop("indices").long()
    chosen = torch.zeros((*keys.shape[:2], mask.shape[-1]), dtype=torch.bool, device=mask.device)
    chosen = chosen.scatter(-1, keys, True)[:, None]
    both = mask & chosen if mask.dtype == torch.bool else mask.masked_fill(~chosen, torch.finfo(mask.dtype).min)
    return both, True


def for_rows(keys: Tensor, query: Tensor) -> Tensor:
    """Keys or values of one text for all rows of a batch that grew after they were made."""
    return keys if len(keys) == len(query) or len(keys) != 1 else keys.expand(len(query), *keys.shape[1:])


def _noted(call: RecordedCall, output: Tensor) -> Tensor:
    """What the network goes on with: its own output, unless this run changes it."""
    recorder = _recorder.get()
    if recorder is None:
        return output
    recorder.add(call)
    return recorder.change(call, output)


# The registries are process-wide, so this happens once, at import. Without a mask function of the same name
# transformers would hand over no masks at all, silently.
AttentionInterface.register("mha_viz", recording_attention)
AttentionMaskInterface.register("mha_viz", sdpa_mask)
AttentionInterface.register("mha_viz_own", recording_own_attention)
AttentionMaskInterface.register("mha_viz_own", eager_mask)


def choose_reading(network: Any) -> str:
    """Set the network up for capturing, once, and say how it is read: ``"interface"`` or ``"observed"``."""
    put_hooks(network)
    network.eval()  # with dropout on, a row would be off by as much as 0.3
    configs = {id(module.config): module.config for module in network.modules() if hasattr(module, "config")}
    for config in configs.values():
        if hasattr(config, "use_cache"):
            config.use_cache = False  # a cache would copy every key and value
    # transformers tells by the source of the class whether it routes attention through the interface.
    if network._can_set_attn_implementation():
        network.set_attn_implementation("mha_viz" if network._supports_sdpa else "mha_viz_own")
        return "interface"
    for config in configs.values():
        config._attn_implementation = "eager"
    return "observed"
