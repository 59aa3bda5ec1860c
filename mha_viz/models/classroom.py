"""The small model that the project trains itself: a causal transformer made of our own ``MultiHeadAttention``.

Its attention goes through the function that transformers has registered, like that of any other family. So nothing
in the package knows it apart: it is captured, rebuilt, profiled and continued as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, GenerationMixin, PreTrainedConfig, PreTrainedModel
from transformers.masking_utils import create_causal_mask, create_sliding_window_causal_mask
from transformers.modeling_outputs import BaseModelOutput, CausalLMOutput
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from transformers.utils.generic import can_return_tuple
from transformers.utils.output_capturing import capture_outputs

from mha_viz.attention.multi_head_attention import MultiHeadAttention, rotate
from mha_viz.errors import InputError

POSITIONS = ("learned", "rotary")


class ClassroomConfig(PreTrainedConfig):
    """How large a classroom model is, and what it is made of.

    The first layer sees only the last ``sliding_window`` tokens, itself included (None: all), as the local layers of
    Mistral and Gemma do; what stands farther away is for the layers above. ``intermediate_size`` 0 leaves the
    feed-forward part out: what such a model computes, attention alone has computed. ``position_kind`` is one of
    ``POSITIONS``: vectors that are learned and added to the embeddings, or queries and keys that are turned by their
    position.

    Raises
    ------
    InputError
        If heads do not divide the width, or there is no such kind of positions.
    """

    model_type = "mha_viz_classroom"

    vocab_size: int = 512
    hidden_size: int = 64
    num_hidden_layers: int = 2
    num_attention_heads: int = 4
    intermediate_size: int = 0
    position_kind: str = "learned"
    max_position_embeddings: int = 64
    sliding_window: int | None = None
    rotary_base: float = 100.0  # the slowest pair turns once in about 2π × base positions
    initializer_range: float = 0.02
    use_cache: bool = False
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 1
    pad_token_id: int | None = 2
    tie_word_embeddings: bool = True

    def __post_init__(self, **kwargs: Any) -> None:  # Any: whatever transformers hands over
        super().__post_init__(**kwargs)  # type: ignore[no-untyped-call]  # transformers has no annotation there
        if self.num_attention_heads < 1 or self.hidden_size % self.num_attention_heads:
            raise InputError(f"{self.num_attention_heads} heads cannot share a width of {self.hidden_size} evenly.")
        if self.position_kind not in POSITIONS:
            raise InputError(f"No positions of kind {self.position_kind!r}; there are: {', '.join(POSITIONS)}.")
        if self.position_kind == "rotary" and self.hidden_size // self.num_attention_heads % 2:
            raise InputError("Rotary positions turn pairs of dimensions: a head needs an even width.")


def eager_attention_forward(
    module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None,
    scaling: float | None = None, dropout: float = 0.0, **_options: Any,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The computation written out, with the signature of transformers' attention functions; it returns the pattern."""
    logits = query @ key.mT * (module.scaling if scaling is None else scaling)  # (batch, head, query, key)
    if attention_mask is not None:
        logits = logits + attention_mask
    pattern = nn.functional.dropout(logits.softmax(dim=-1), p=dropout, training=module.training)
    return (pattern @ value).transpose(1, 2).contiguous(), pattern


class ClassroomAttention(MultiHeadAttention):
    """Our multi-head attention, its middle handed to whichever attention function the config names."""

    is_causal = True

    def __init__(self, config: ClassroomConfig) -> None:
        super().__init__(config.hidden_size, config.num_attention_heads)
        self.config = config

    def forward(  # type: ignore[override]  # another call than that of our module: only the weights are shared
        self, x: Tensor, mask: Tensor | None = None, frequencies: Tensor | None = None, **options: Any
    ) -> tuple[Tensor, Tensor | None]:
        """What every position gathers, (batch, position, d_model), and the pattern where the function gives it."""
        query = self._split(self.query_projection(x), self.n_heads)  # (batch, head, query, d_head)
        key = self._split(self.key_projection(x), self.n_heads)
        value = self._split(self.value_projection(x), self.n_heads)
        if frequencies is not None:
            query, key = rotate(query, frequencies), rotate(key, frequencies)
        attend: Callable[..., tuple[Tensor, Tensor | None]] = ALL_ATTENTION_FUNCTIONS.get_interface(
            self.config._attn_implementation, eager_attention_forward
        )
        heads, pattern = attend(self, query, key, value, mask, scaling=self.scaling, **options)
        return self.output_projection(heads.flatten(-2)), pattern  # heads: (batch, query, head, d_head)


class ClassroomBlock(nn.Module):
    """One layer: attention, and perhaps a feed-forward part; each reads a normed copy and adds to the stream."""

    def __init__(self, config: ClassroomConfig) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(config.hidden_size)
        self.attention = ClassroomAttention(config)
        self.feed_forward = None
        if config.intermediate_size:
            widen = nn.Linear(config.hidden_size, config.intermediate_size)
            narrow = nn.Linear(config.intermediate_size, config.hidden_size)
            self.feed_forward = nn.Sequential(nn.LayerNorm(config.hidden_size), widen, nn.GELU(), narrow)

    def forward(self, x: Tensor, mask: Tensor | None, frequencies: Tensor | None, **options: Any) -> Tensor:
        x = x + self.attention(self.attention_norm(x), mask, frequencies, **options)[0]
        return x if self.feed_forward is None else x + self.feed_forward(x)


class ClassroomPreTrainedModel(PreTrainedModel):
    """What the model with and without its language-model head share."""

    config: ClassroomConfig
    config_class = ClassroomConfig
    base_model_prefix = "model"
    main_input_name = "input_ids"
    _supports_sdpa = True
    _supports_attention_backend = True
    _can_record_outputs: ClassVar = {  # type: ignore[misc]  # transformers looks for it on the class
        "hidden_states": ClassroomBlock, "attentions": ClassroomAttention,
    }  # fmt: skip


class ClassroomModel(ClassroomPreTrainedModel):
    """Token ids → the residual stream after the last layer, normed, (batch, position, d_model)."""

    def __init__(self, config: ClassroomConfig) -> None:
        super().__init__(config)
        self.embeddings: nn.Module = nn.Embedding(config.vocab_size, config.hidden_size)
        is_rotary = config.position_kind == "rotary"
        self.positions = None if is_rotary else nn.Embedding(config.max_position_embeddings, config.hidden_size)
        # Kept in the file: what is not would have to be made again where transformers loads without making.
        self.register_buffer("inv_freq", _frequencies(config) if is_rotary else None)
        self.blocks = nn.ModuleList(ClassroomBlock(config) for _ in range(config.num_hidden_layers))
        self.norm = nn.LayerNorm(config.hidden_size)
        self.post_init()  # type: ignore[no-untyped-call]  # transformers has no annotation there

    def get_input_embeddings(self) -> nn.Module:
        return self.embeddings

    def set_input_embeddings(self, value: nn.Module) -> None:
        self.embeddings = value

    @capture_outputs  # type: ignore[untyped-decorator]  # of transformers
    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **options: Any) -> BaseModelOutput:
        x = self.embeddings(input_ids)
        n = input_ids.shape[1]
        if n > self.config.max_position_embeddings:
            raise InputError(f"{n} tokens; this model reads at most {self.config.max_position_embeddings}.")
        places = torch.arange(n, device=input_ids.device)
        if self.positions is not None:
            x = x + self.positions(places)
        # By place: the name of the fourth argument, a cache that we do not have, differs between releases.
        inputs = (self.config, x, attention_mask, None, places[None])
        whole = create_causal_mask(*inputs)
        near = create_sliding_window_causal_mask(*inputs) if self.config.sliding_window else whole
        for number, block in enumerate(self.blocks):
            x = block(x, whole if number else near, self.inv_freq, **_for_attention(options))
        return BaseModelOutput(last_hidden_state=self.norm(x))


class ClassroomForCausalLM(ClassroomPreTrainedModel, GenerationMixin):
    """The model with its head, the embeddings once more: logits (batch, position, vocabulary)."""

    # transformers looks for it on the class.
    _tied_weights_keys: ClassVar = {"head.weight": "model.embeddings.weight"}  # type: ignore[misc]

    def __init__(self, config: ClassroomConfig) -> None:
        super().__init__(config)
        self.model = ClassroomModel(config)
        self.head: nn.Module = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()  # type: ignore[no-untyped-call]  # transformers has no annotation there

    def get_output_embeddings(self) -> nn.Module:
        return self.head

    def set_output_embeddings(self, value: nn.Module) -> None:
        self.head = value

    @can_return_tuple  # type: ignore[untyped-decorator]  # of transformers
    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, labels: Tensor | None = None, **options: Any
    ) -> CausalLMOutput:
        """``labels`` are the ids themselves, -100 where nothing is to be learned; the loss shifts them."""
        seen = self.model(input_ids=input_ids, attention_mask=attention_mask, **options)
        logits = self.head(seen.last_hidden_state)
        loss = None if labels is None else self.loss_function(logits, labels, vocab_size=self.config.vocab_size)
        return CausalLMOutput(loss=loss, logits=logits, hidden_states=seen.hidden_states, attentions=seen.attentions)


def _frequencies(config: ClassroomConfig) -> Tensor:
    """Angle per position of each pair of dimensions, (d_head / 2,)."""
    d_head = config.hidden_size // config.num_attention_heads
    return config.rotary_base ** (-torch.arange(0, d_head, 2, dtype=torch.float32) / d_head)


def _for_attention(options: dict[str, Any]) -> dict[str, Any]:
    """What generation hands to every model and no attention function asks for is left out."""
    return {key: value for key, value in options.items() if not isinstance(value, Tensor) and key != "use_cache"}


AutoConfig.register(ClassroomConfig.model_type, ClassroomConfig, exist_ok=True)
AutoModel.register(ClassroomConfig, ClassroomModel, exist_ok=True)
AutoModelForCausalLM.register(ClassroomConfig, ClassroomForCausalLM, exist_ok=True)
