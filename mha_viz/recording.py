"""Network + batch → what its attention computed. The only file that knows transformers' attention registries.

Two ways to read a network, chosen once when it is loaded (``choose_reading``):

*interface*  transformers routes the attention of most families through one registered function. Ours keeps references
             to q, k and v and lets the model go on with the fast kernel: recording costs a plain forward pass.
*observed*   older families compute attention in their own code. There we watch the 4-D softmax and the product that
             consumes it, and keep what they really computed.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import eager_mask, sdpa_mask

from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.objects import Model


@dataclass(frozen=True, eq=False)
class RecordedCall:
    """One call of an attention, for the whole padded batch."""

    module: Any  # None when observed
    query: Tensor | None  # (batch, head, query, d_head)
    key: Tensor | None  # (batch, kv_head, key, d_head)
    value: Tensor | None  # (batch, kv_head, key, d_head)
    mask: Tensor | None = None
    scaling: float | None = None
    options: dict[str, Any] = field(default_factory=dict)
    output: Tensor | None = None  # (batch, query, head, d_head), when asked for
    seen_logits: Tensor | None = None  # (batch, head, query, key), when observed
    seen_pattern: Tensor | None = None


@dataclass
class Recorder:
    """Where one forward pass leaves its calls; one a capture, so that threads never mix."""

    keep_outputs: bool
    calls: list[RecordedCall] = field(default_factory=list)


_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


def recording_attention(module, query, key, value, attention_mask, scaling=None, dropout=0.0, **options):
    """transformers' attention function, with its signature: note q, k, v, then do what sdpa does."""
    output, _ = sdpa_attention_forward(
        module, query, key, value, attention_mask, scaling=scaling, dropout=dropout, **options
    )
    _note(RecordedCall(module, query, key, value, attention_mask, scaling, options, output))
    return output, None


def recording_own_attention(module, query, key, value, attention_mask, scaling=None, dropout=0.0, **options):
    """The same for families that sdpa cannot express (softcap, sinks): they run their own eager function."""
    own = getattr(sys.modules[type(module).__module__], "eager_attention_forward", None)
    if own is None:
        raise UnreadableModelError(f"{type(module).__name__} has no attention function of its own to run.")
    output, _ = own(module, query, key, value, attention_mask, scaling=scaling, dropout=dropout, **options)
    _note(RecordedCall(module, query, key, value, attention_mask, scaling, options, output))
    return output, None


def _note(call: RecordedCall) -> None:
    recorder = _recorder.get()
    if recorder is not None:
        if not recorder.keep_outputs:
            object.__setattr__(call, "output", None)
        recorder.calls.append(call)


# The registries are process-wide, so this happens once, at import. Without a mask function of the same name
# transformers would hand over no masks at all, silently.
AttentionInterface.register("mha_viz", recording_attention)
AttentionMaskInterface.register("mha_viz", sdpa_mask)
AttentionInterface.register("mha_viz_own", recording_own_attention)
AttentionMaskInterface.register("mha_viz_own", eager_mask)


def choose_reading(network: Any) -> str:
    """Set the network up for capturing, once, and say how it is read: ``"interface"`` or ``"observed"``."""
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


def record(model: Model, batch: dict[str, Tensor], *, encoder_only: bool, keep_outputs: bool) -> list[RecordedCall]:
    """Run the part of the network that holds the attention (no language-model head); return its calls in order.

    Raises
    ------
    UnreadableModelError
        If no attention shows, or the network does not run on this batch.
    InputError
        If memory runs out.
    """
    network = model.network.base_model
    if network.config.is_encoder_decoder:
        if model.reading == "observed":
            raise UnreadableModelError(
                f"{model.name} ({type(network).__name__}) is an encoder-decoder outside transformers' attention "
                "interface: encoder, decoder and cross-attention cannot be told apart from outside."
            )
        network = network.get_encoder() if encoder_only else network
    recorder = Recorder(keep_outputs)
    try:
        _run(network, batch, recorder, model.reading)
    except (MemoryError, RuntimeError, ValueError, TypeError, KeyError) as error:
        raise _in_one_sentence(error, model, batch) from error
    if not recorder.calls:
        raise UnreadableModelError(f"{model.name} ({type(network).__name__}) shows no softmax attention to read.")
    n_batch = len(next(iter(batch.values())))
    if any(len(call.query if call.query is not None else call.seen_pattern) != n_batch for call in recorder.calls):
        raise UnreadableModelError(
            f"{model.name} ({type(network).__name__}) attends inside windows: its maps have no common axis to label."
        )
    return recorder.calls


def _run(network: Any, batch: dict[str, Tensor], recorder: Recorder, reading: str) -> None:
    with torch.inference_mode():
        if reading == "observed":
            with Watcher(recorder):
                network(**batch)
            return
        token = _recorder.set(recorder)
        try:
            network(**batch)
        finally:
            _recorder.reset(token)


def _in_one_sentence(error: Exception, model: Model, batch: dict[str, Tensor]) -> Exception:
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "allocate" in str(error):
        n = next(iter(batch.values())).shape[-1]
        return InputError(f"Too little memory to run {model.name} on {n:,} positions: shorten the input.")
    first_line = (str(error) or type(error).__name__).splitlines()[0]
    return UnreadableModelError(f"{model.name} ({type(model.network).__name__}) did not run: {first_line}")


class Watcher(TorchFunctionMode):
    """Sees every 4-D softmax and the product that consumes it: pattern, values and head outputs without family code."""

    SOFTMAX = frozenset({torch.softmax, torch.nn.functional.softmax, Tensor.softmax})
    PRODUCT = frozenset({torch.matmul, torch.bmm, Tensor.matmul, Tensor.__matmul__, Tensor.bmm})

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self.waiting: dict[int, tuple[Tensor, Tensor]] = {}  # storage of a pattern → (logits, pattern)

    def __torch_function__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        if function in self.SOFTMAX and result.dim() == 4:
            self.waiting[_storage(result)] = (args[0], result)
        elif function in self.PRODUCT or function is torch.einsum:
            self._consumed(function, args)
        return result

    def _consumed(self, function, args) -> None:
        for operand in (item for item in args if isinstance(item, Tensor)):
            logits, pattern = self.waiting.pop(_storage(operand), (None, None))
            if pattern is None:
                continue
            value = None
            if function in self.PRODUCT and operand is args[0]:
                pattern = operand.reshape(*pattern.shape[:2], *operand.shape[-2:])
                value = args[1] if args[1].dim() == 4 else args[1].reshape(len(pattern), -1, *args[1].shape[-2:])
            self.recorder.calls.append(RecordedCall(None, None, None, value, seen_logits=logits, seen_pattern=pattern))
            return


def _storage(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
